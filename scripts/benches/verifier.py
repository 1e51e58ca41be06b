"""Both verifiers on a whole draw: 11,259 targets, 120 inspectors, about 1,700 visits.

The browser verifier runs in Chromium, from the file, in the page that people open; it is compared with a bare loop of
its own SHA-256 in the same page, the Python verifier with hashlib: as many texts as the draw has targets, three times.
"""

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from benches._figures import Figure, compared, timed

ROOT = Path(__file__).resolve().parents[2]
TARGETS, PEOPLE = 11_259, 120
STRATA = {"general": 1200, "key": 250, "special": 250}
LADDER = [{"cap_add": 0, "reach": "area", "skill": True}, {"cap_add": 9, "reach": "any", "skill": False}]
TEXTS = 3 * TARGETS
BARE = "(count) => { for (let n = 0; n < count; n++) MC1.hash('MC1', 'x'.repeat(150)); }"
VERIFY = "(text) => { const result = mc1Verify(text, {}); return [result.ok, result.visits]; }"


def run() -> list[Figure]:
    python = verify_draw()
    transcript = build(python)
    seconds, report = timed(lambda: python.verify(transcript))
    bare, _ = timed(lambda: [hashlib.sha256(b"x" * 150).hexdigest() for _ in range(TEXTS)])
    page, ok, visits, page_bare = in_chromium(json.dumps(transcript, ensure_ascii=False))
    if not (ok and report["ok"] and visits == report["visits"]):
        raise SystemExit("两个核验程序没有都通过，不能比较")
    name = f"核验 {TARGETS} 家、{PEOPLE} 人、{visits} 次检查"
    return [
        compared(f"浏览器{name}", page, f"同一页里 {TEXTS} 次 SHA-256", page_bare, at_most=2.0),
        compared(f"Python {name}", seconds, f"{TEXTS} 次 hashlib.sha256", bare, at_most=1.0),
    ]


def verify_draw() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "verify_draw", ROOT / "static" / "verify" / "verify_draw.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(python: ModuleType) -> dict:
    from tests.verifiers.synthetic import Builder

    builder = Builder(python, seed=7).rows(
        targets=TARGETS, inspectors=PEOPLE, recusals=300, areas=8, capacity=lambda n: 60, skilled_share=0.3,
        needy_share=0.3,
    )  # fmt: skip
    builder.manifest(draws=STRATA, ladder=LADDER).entropy()
    return builder.result().finish().transcript()


def in_chromium(text: str) -> tuple[float, bool, int, float]:
    """Seconds, verdict and visits of the first verification, and seconds of the bare loop when it is warm."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        page = browser.new_page()
        page.goto((ROOT / "static" / "verify" / "verifier.html").as_uri())
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable", {"timeDomain": "threadTicks"})
        bare = [of_script(clock, lambda: page.evaluate(BARE, TEXTS))[0] for _ in range(2)][1]
        seconds, (ok, visits) = of_script(clock, lambda: page.evaluate(VERIFY, text))
        browser.close()
    return seconds, ok, visits, bare


def of_script(clock: Any, work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds that the page's scripts took, by Chromium's own count."""

    def spent() -> float:
        metrics = clock.send("Performance.getMetrics")["metrics"]
        return next(row["value"] for row in metrics if row["name"] == "TaskDuration")

    before = spent()
    found = work()
    return spent() - before, found
