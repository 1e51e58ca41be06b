"""The import walk in a browser, desktop and narrow; nothing is blocked, nothing overflows, axe has nothing to say."""

import os
from pathlib import Path

import pytest
from django.test import Client

from registry.models import Target
from tests.registry.factories import HEADS, create_bureau, create_planner, uscc, workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1366, "height": 768}, "narrow": {"width": 390, "height": 844}}
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture(params=SIZES)
def page(request, live_server, browser):
    bureau = create_bureau(name="青禾县生态环境局")
    client = Client()
    client.force_login(create_planner(bureau))
    context = browser.new_context(viewport=SIZES[request.param], locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.size = request.param
    yield page
    assert [fault for fault in page.faults if "409" not in fault and "422" not in fault] == []
    context.close()


def look(page, name):
    """A screenshot when asked for; the page never scrolls sideways and axe finds nothing serious."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()  # a click may still be loading the next page; the CSP forbids polling in it
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        f"{name} scrolls sideways"
    )
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found] == [], name
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.size}.png"), full_page=True)


def test_a_file_is_uploaded_corrected_confirmed_and_undone(page, live_server, tmp_path):
    rows = [[f"青禾第{n}化工有限公司", "东湾镇", uscc(n), "重点管理", f"{uscc(n)}001P"] for n in range(1, 9)]
    rows[1][1], rows[4][2] = "西湾镇", rows[4][2][:-1] + ("0" if rows[4][2][-1] != "0" else "1")
    file = tmp_path / "检查对象名录.xlsx"
    file.write_bytes(workbook(HEADS, *rows))

    page.goto(f"{live_server.url}/desk/objects/")
    look(page, "list-empty")
    page.click("main a.btn--pri:has-text('导入')")
    page.set_input_files("input[type=file]", str(file))
    look(page, "upload")
    page.click("text=上传并核对")
    assert page.inner_text("h1") == "核对导入内容"
    assert "没有“西湾镇”这个叫法" in page.inner_text("main")
    look(page, "preview")

    page.select_option("select[name=fix-3-area]", label="石桥镇")
    page.fill("input[name=fix-6-uscc]", uscc(5))
    page.click("text=重新核对")
    assert "改好 2 行，没有错误了" in page.inner_text("body")
    page.click("text=确认导入")
    assert "已导入 8 行" in page.inner_text("body")
    look(page, "committed")
    assert Target.objects.count() == 8

    page.goto(f"{live_server.url}/desk/objects/")
    look(page, "list")
    page.click("text=青禾第3化工有限公司")
    look(page, "target")
    page.goto(page.url + "edit/")
    look(page, "edit")

    page.goto(f"{live_server.url}/desk/objects/import/")
    page.click("main table a")
    page.click("summary:has-text('整批撤销')")
    page.click("button:has-text('撤销') >> visible=true >> nth=-1")
    page.wait_for_selector("text=已撤销 8 行")
    assert not Target.objects.exists()


def test_foreign_headers_are_explained_once_and_the_source_is_kept(page, live_server, tmp_path):
    rows = [[f"青禾第{n}化工有限公司", "东湾镇", uscc(n)] for n in range(1, 4)]
    file = tmp_path / "省平台导出.xlsx"
    file.write_bytes(workbook(["甲方称呼", "坐落", "甲方税号"], *rows))
    page.goto(f"{live_server.url}/desk/objects/import/")
    page.set_input_files("input[type=file]", str(file))
    page.click("text=上传并核对")
    assert page.inner_text("h1") == "哪一列是什么"
    look(page, "columns")
    for title, column in (
        ("甲方称呼", "名称（必填）"),
        ("坐落", "片区（必填）"),
        ("甲方税号", "统一社会信用代码"),
    ):
        page.select_option(f"tr:has-text('{title}') select", label=column)
    page.fill("input[name=source]", "省平台")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('核对导入内容')")
    assert "来源“省平台”" in page.inner_text("main")
    page.goto(f"{live_server.url}/desk/objects/import/sources/")
    look(page, "sources")
    page.click("summary:has-text('删去')")
    page.click("button:has-text('删去') >> visible=true >> nth=-1")
    page.wait_for_selector("text=已删去来源“省平台”")
