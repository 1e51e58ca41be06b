"""What templates, styles and scripts may not contain (strict CSP, Chromium 86, no outside address)."""

import re
from pathlib import Path

import pytest

from config.menu import MENU

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
SPRITE = (ROOT / "static" / "img" / "icons.svg").read_text(encoding="utf-8")
DOCS = (ROOT / "docs" / "ui-components.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.once

MARKUP_BANS = {
    "inline style": r"\sstyle\s*=|<style\b",
    "inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "script address": r"(?:href|action)\s*=\s*[\"']\s*javascript:",
    "outside asset": r"<(?:link|script|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//",
    "htmx evaluation": r"hx-on|hx-vars|[\"']js:|hx-trigger=\"[^\"]*\[",
    "htmx 4": r"htmx_script(?!\s+version=2)",
}
STYLE_BANS = {
    "selector newer than Chromium 86": r":is\(|:where\(|:has\(|:not\([^)]*[ ,>+~]|::file-selector-button",
    "property newer than Chromium 86": r"[;{\s](?:inset|aspect-ratio|accent-color|text-wrap|translate|rotate|scale)\s*:"
    r"|(?:margin|padding)-(?:inline|block)\s*:",
    "function newer than Chromium 86": r"color-mix\(|oklch\(|oklab\(|\d(?:dvh|svh|lvh)\b",
    "at-rule newer than Chromium 86": r"@layer|@container|@property|@scope",
    "outside address": r"@import|url\(\s*[\"']?(?:https?:)?//",
    "nesting": r"^\s*&",
}
SCRIPT_BANS = {
    "method newer than Chromium 86": r"\.at\(|Object\.hasOwn|structuredClone|\.findLast|\.toSorted|\.toReversed|\.replaceChildren"
    r"|randomUUID|AbortSignal\.timeout|Intl\.Segmenter|static\s*\{",
    "absent on plain http": r"crypto\.subtle|serviceWorker|navigator\.clipboard|mediaDevices|wakeLock",
    "evaluation": r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write",
    "outside address": r"[\"'`]https?://(?!www\.w3\.org/)",
}


def hits(path: Path, bans: dict[str, str]) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.S)
    if path.suffix in (".css", ".js"):
        text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", text, flags=re.S | re.M)
    return [
        f"{path.relative_to(ROOT)}: {name}: {found.group(0).strip()}"
        for name, pattern in bans.items()
        for found in re.finditer(pattern, text, flags=re.M)
    ]


def test_templates_hold_nothing_a_strict_policy_would_block():
    assert [hit for path in TEMPLATES for hit in hits(path, MARKUP_BANS)] == []


def test_styles_stay_within_chromium_86():
    assert [hit for path in STYLES for hit in hits(path, STYLE_BANS)] == []


def test_scripts_stay_within_chromium_86_and_plain_http():
    assert [hit for path in SCRIPTS for hit in hits(path, SCRIPT_BANS)] == []


def test_the_scan_itself_finds_each_banned_thing(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    samples = {
        "a.html": (MARKUP_BANS, '<p style="x"><a onclick="x()"><script>x</script><a href="javascript:x">'
                                '<img src="//cdn/x"><i hx-on="x">{% htmx_script %}'),
        "a.css": (STYLE_BANS, "a:has(b){inset:0;color:color-mix(in srgb,red,blue)}\n@layer x;\n@import 'x';\n& b{}"),
        "a.js": (SCRIPT_BANS, "x.at(1); crypto.subtle; x.innerHTML = 1; fetch('https://cdn')"),
    }  # fmt: skip
    for name, (bans, text) in samples.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        found = {hit.split(": ")[1] for hit in hits(path, bans)}
        assert found == set(bans), set(bans) - found


def test_every_icon_named_in_a_template_or_the_menu_is_in_the_sprite():
    known = set(re.findall(r'id="([^"]+)"', SPRITE))
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in TEMPLATES
        for name in re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    named |= {("config/menu.py", entry.icon) for _, entries in MENU for entry in entries}
    assert {pair for pair in named if pair[1] not in known} == set()


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_names_its_parameters_and_is_documented(path):
    assert path.read_text(encoding="utf-8").startswith("{#"), "首行写明参数"
    assert f"`{path.stem}`" in DOCS


def test_layouts_load_only_files_that_exist():
    missing = [
        (str(path.relative_to(ROOT)), name)
        for path in TEMPLATES
        for name in re.findall(r"\{% static '([^'{]+)' %\}|/static/([\w./-]+)", path.read_text(encoding="utf-8"))
        if not (ROOT / "static" / (name[0] or name[1])).exists()
    ]  # fmt: skip
    assert missing == []
