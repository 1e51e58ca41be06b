"""What the source may not contain."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["foundation", "registry", "personnel", "planning", "draws", "inspections", "disclosure", "config"]
PLACES = re.compile(r"qinshui|neimenggu|xinyang|quzhou|wulong|沁水|信阳|衢州|武隆")
ALLOWED = (
    "config/synthetic",
    "config/rehearsal",
    "config/demo",
    "config/management",
    "foundation/rulebook/books",
    "foundation/rulebook/clauses",
)

pytestmark = pytest.mark.once


def python_files():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def test_code_never_asks_which_jurisdiction_it_serves():
    hits = [
        str(path.relative_to(ROOT)) for path in python_files()
        if not str(path.relative_to(ROOT)).startswith(ALLOWED) and PLACES.search(_without_docstrings(path))
    ]  # fmt: skip
    assert hits == []


def _without_docstrings(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"""(?:.|\n)*?"""', "", text)
    return re.sub(r"#.*", "", text)


def test_no_view_and_no_rule_calls_the_clock_or_chance():
    banned = re.compile(r"\brandom\.|timezone\.now|date\.today|datetime\.now|secrets\.")
    hits = [
        str(path.relative_to(ROOT)) for path in python_files()
        if (path.name == "rules.py" or "rules" in path.parts) and banned.search(_without_docstrings(path))
    ]  # fmt: skip
    assert hits == []


def test_no_random_order_and_no_signals():
    banned = re.compile(r"""order_by\(["']\?["']\)|post_save|pre_save|@receiver""")
    hits = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if banned.search(path.read_text(encoding="utf-8"))
    ]
    assert hits == []


def test_imports_point_down():
    outcome = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 0, outcome.stdout[-2000:]


def test_lock_files_name_no_download_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(encoding="utf-8")
