"""Excel to a trustworthy register: one dirty workbook on its way through the pages, by mouse."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from registry import actions
from registry.models import Merge, PendingChange, Target
from tests.registry.factories import create_bureau, create_head, create_planner, saved, uscc
from tests.registry.test_browser import SIZES, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.once]
HEADS = [
    "单位名称",
    "所在乡镇",
    "统一社会信用代码",
    "排污许可管理类别",
    "许可证编号",
    "许可证有效期止",
    "联系电话",
    "生产经营场所地址",
]
GOOD = [
    [
        f"青禾第{n}化工有限公司",
        "东湾镇",
        uscc(n),
        "重点管理",
        f"{uscc(n)}001P",
        date(2028, 5, 31),
        f"0356-{n}",
        f"工业路 {n} 号",
    ]
    for n in range(1, 7)
]


def _page(live_server, browser, user):
    client = Client()
    client.force_login(user)
    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.size = "desk"
    return page


def dirty(*rows, shift=0):
    """Two title rows, a head over two merged rows, the table below; `shift` moves the contents sideways."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "检查对象"
    sheet["A1"], sheet["A2"] = "青禾县排污单位台账", "填报单位：环境执法大队"
    sheet.merge_cells("A1:H1")
    for at, title in enumerate(HEADS, 1):
        sheet.cell(4, at, title)
        sheet.merge_cells(start_row=4, end_row=5, start_column=at, end_column=at)
    for number, row in enumerate(rows, 6):
        for at, cell in enumerate(row, 1 + shift):
            sheet.cell(number, at, cell)
    return saved(book)


def upload(page, live_server, tmp_path, data, name):
    file = tmp_path / name
    file.write_bytes(data)
    page.goto(live_server.url + reverse("registry:import"))
    page.set_input_files("input[type=file]", str(file))
    page.click("text=上传并核对")


def faulty_rows():
    rows = [list(row) for row in GOOD]
    rows[0][1] = "西湾镇"  # no such area
    rows[1][2] = rows[1][2][:-1] + ("0" if rows[1][2][-1] != "0" else "1")  # check digit
    rows[2][6] = "=A6"  # formula
    rows[3][5] = date(1900, 1, 1)  # an empty cell taken for a date
    rows.append([*GOOD[4][:4], GOOD[4][4], *GOOD[4][5:]])  # twice the same permit
    return rows


def test_a_dirty_workbook_becomes_a_register_one_can_trust(live_server, browser, tmp_path):
    bureau = create_bureau(name="青禾县生态环境局")
    planner, head = create_planner(bureau), create_head(bureau)
    page = _page(live_server, browser, planner)

    upload(page, live_server, tmp_path, dirty(*GOOD, shift=1), "错列.xlsx")
    assert "整体右移了一列" in page.inner_text("main"), page.inner_text("main")[:900]
    assert not Target.objects.exists()

    upload(page, live_server, tmp_path, dirty(*faulty_rows()), "台账.xlsx")
    assert page.inner_text("h1") == "核对导入内容"
    said = page.inner_text("main")
    for words in ("没有“西湾镇”这个叫法", "校验码", "是公式", "不合常理", "重复，许可证编号相同"):
        assert words in said, words
    look(page, "walk-preview")

    with page.expect_download() as download:
        page.click("text=下载错误行 .xlsx")
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book["检查对象"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert any(cell.comment and "西湾镇" in cell.comment.text for row in sheet for cell in row)
    for at, row in enumerate(range(2, sheet.max_row), 0):
        good = GOOD[at]
        for title, value in zip(
            ("名称", "片区", "统一社会信用代码", "联系电话"),
            (good[0], good[1], good[2], good[6]),
            strict=True,
        ):
            sheet.cell(row, heads[title], value)
        sheet.cell(row, heads["许可证有效期止"], "2028-05-31")
    sheet.delete_rows(sheet.max_row)
    page.click("text=这 5 行留到下次")
    page.click("text=确认导入")
    page.wait_for_selector("text=已导入 2 行")
    upload(page, live_server, tmp_path, saved(book), "错误行改好.xlsx")
    assert "没有错误，4 家一次写入" in page.inner_text("body")
    page.click("text=确认导入")
    page.wait_for_selector("text=已导入 4 行")
    assert Target.objects.count() == 6

    page.click("summary:has-text('整批撤销')")
    page.click("button:has-text('撤销') >> visible=true >> nth=-1")
    page.wait_for_selector("text=已撤销 4 行")
    assert Target.objects.count() == 2
    upload(page, live_server, tmp_path, saved(book), "错误行改好.xlsx")
    page.click("text=确认导入")
    page.wait_for_selector("text=已导入 4 行")

    twin = actions.create_target(
        organisation=bureau, values={"uid": "T9", "name": "青禾第1化工有限责任公司", "area": Target.objects.first().area, "address": "工业路 1 号"},
        reason="旧台账", on=date(2026, 11, 20), by=planner,
    )  # fmt: skip
    page.goto(live_server.url + reverse("registry:duplicates"))
    assert twin.name in page.inner_text("main")
    actions.request_merge(target=twin, into=Target.objects.get(name=GOOD[0][0]), reason="同一家", by=planner)
    other = _page(live_server, browser, head)
    other.goto(live_server.url + reverse("registry:changes"))
    look(other, "walk-changes")
    other.click("summary:has-text('批准')")
    other.click("button:has-text('批准') >> visible=true >> nth=-1")
    other.wait_for_selector("text=已批准")
    assert Merge.objects.count() == 1

    status = openpyxl.Workbook()
    status.active.append(["名称", "片区", "统一社会信用代码", "状态", "状态依据"])
    status.active.append([*GOOD[1][:3], "停产", "停产报告"])
    upload(page, live_server, tmp_path, saved(status), "月报.xlsx")
    assert "1 家的状态有变" in page.inner_text("main")
    look(page, "walk-status")
    page.click("text=确认导入")
    page.wait_for_selector("text=要另一个人批准")
    other.goto(live_server.url + reverse("registry:changes"))
    look(other, "walk-batch")
    other.click("summary:has-text('整批批准')")
    other.click("button:has-text('批准') >> visible=true >> nth=-1")
    other.wait_for_selector("text=1 项状态变更，已生效")
    assert Target.objects.get(name=GOOD[1][0]).status == "suspended"
    assert not PendingChange.objects.waiting().exists()

    page.goto(live_server.url + reverse("registry:quality"))
    for issue in (
        "没有统一社会信用代码",
        "没有地址",
        "没有认定层级",
        "重点、简化管理但没有许可证",
        "许可证已到期",
    ):
        assert page.locator(f"tr:has-text('{issue}') >> text=0").count(), issue
    look(page, "walk-quality")
    page.goto(live_server.url + reverse("registry:target", args=[Target.objects.get(name=GOOD[1][0]).pk]))
    shown = page.inner_text("main")
    assert "停产报告" in shown
    assert "入库" in shown
    for context in (page.context, other.context):
        context.close()
