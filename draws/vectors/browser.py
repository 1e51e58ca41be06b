"""The browser verifier: all cases in one page of Chromium, opened from disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .cases import VectorCase, VectorsUnusable

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# As text: the page parses what a user's file would hold, escapes included.
CALL = """text => {
    const input = JSON.parse(text);
    return mc1Verify(input.transcript,
        {openings: input.openings, anchors: input.anchors, prev: input.prev});
}"""


class BrowserVerifier:
    """`verify(case)` answers what `mc1Verify` returns; use `open` to get one."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @classmethod
    @contextmanager
    def open(cls, html: Path) -> Iterator[BrowserVerifier]:
        if not html.exists():
            raise VectorsUnusable(f"没有浏览器核验页 {html.name}，请检查 static/verify/")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as missing:
            raise VectorsUnusable(
                "没有安装 playwright，请先安装测试依赖（pip install -r requirements/test.txt）"
            ) from missing
        chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if chromium is None:
            raise VectorsUnusable("没有找到 Chromium，请先安装（apt install chromium）")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-dev-shm-usage"])
            page = browser.new_page()
            page.goto(html.resolve().as_uri())
            if page.evaluate("typeof mc1Verify") != "function":
                raise VectorsUnusable(f"{html.name} 里没有函数 mc1Verify")
            yield cls(page)
            browser.close()

    def verify(self, case: VectorCase) -> dict[str, Any]:
        text = json.dumps(
            {
                "transcript": case.transcript,
                "openings": case.openings,
                "anchors": case.anchors,
                "prev": case.prev,
            }
        )
        return self.page.evaluate(CALL, text)
