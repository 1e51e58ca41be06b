"""Every scene in three faces: nothing wider than the screen, no accessibility finding, a picture of each.

SCENES=folder keeps the pictures; scripts/scenes.py says how to make them.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import scenes
from tests.browser.test_ceremony import AXE, RUN_AXE, _one_request_at_a_time  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STARTED = "核验通过"


@pytest.fixture
def folder(tmp_path) -> Path:
    chosen = Path(os.environ.get("SCENES") or tmp_path)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def verify(page: Page) -> None:
    """S9 and S10 in one: recompute, with the names that have been opened."""
    page.get_by_role("button", name="开始核验").click()
    page.get_by_text(STARTED).first.wait_for()


def findings(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]


def test_every_scene_fits_and_reads_well_on_the_wall_on_a_desk_and_on_a_phone(browser, live_server, folder):
    held = scenes.hold()
    wrong = {}
    for face, (width, height) in scenes.FACES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )  # fmt: skip
        page = context.new_page()
        said: list[str] = []
        page.on(
            "console", lambda message, to=said: to.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error, to=said: to.append(str(error)))
        for name in held.scenes(face):
            page.goto(live_server.url + held.path(name, face))
            page.wait_for_load_state("networkidle")
            if name == "S9-verify":
                verify(page)
            page.screenshot(path=str(folder / f"{name}-{face}.png"), full_page=face != "wall")
            problems = findings(page) + said
            said.clear()
            if problems:
                wrong[f"{name}-{face}"] = problems
        context.close()
    assert wrong == {}
    taken = {path.stem for path in folder.glob("*.png")}
    assert {f"{name}-{face}" for face in scenes.FACES for name in held.scenes(face)} <= taken
