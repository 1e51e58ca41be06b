"""Lines and check points of items from a file and back: what is exported here changes nothing when it comes back."""

from decimal import Decimal

import pytest
from django.db.models import Count

from foundation.rulebook import library
from foundation.sheets.reading import read
from registry import actions, exports
from registry.models import InspectionItem
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, workbook

pytestmark = pytest.mark.django_db
HEADS = [
    "事项编号",
    "抽查事项",
    "检查对象",
    "检查内容",
    "检查方式",
    "对象范围",
    "抽查频次",
    "周期",
    "抽查比例",
    "比例数",
    "抽取数量",
    "检查项",
    "检查标准",
]


@pytest.fixture
def bureau():
    return create_bureau("wulong-2024")


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def check(bureau, planner, data, name="清单.xlsx"):
    return actions.check_file(
        organisation=bureau, kind="items", file_name=name, data=data, on=TODAY, by=planner
    )


def imported(bureau, planner, *rows):
    batch = check(bureau, planner, workbook(HEADS, *rows, title="抽查事项"))
    assert batch.errors == []
    return actions.commit_import(batch=batch, on=TODAY, by=planner)


def exported(bureau):
    response = exports.export_items(
        InspectionItem.objects.filter(organisation=bureau).order_by("no", "code"), TODAY, "xlsx"
    )
    return b"".join(response.streaming_content)


def lines(code="x1", **wanted):
    item = InspectionItem.objects.filter(code=code).order_by("-version").first()
    return list(
        item.scopes.order_by("no").values_list("target", "frequency", "period", "ratio", "rate", "count")
    )


def points(code="x1"):
    item = InspectionItem.objects.filter(code=code).order_by("-version").first()
    return list(item.checkpoints.order_by("no").values_list("title", "standard"))


TWO = (
    ["x1", "甲事项", "排污单位", "一；二", "现场检查", "重点排污单位", "4次/年", "每季度", "每季度抽查25%", 0.25, "约12", "台账", "齐全"],
    ["x1", "甲事项", None, None, None, "一般排污单位", "1次/年", "每年", "10%", "0.1", None, "设施", "运行"],
    ["x1", None, None, None, None, None, None, None, None, None, None, "排口", None],
)  # fmt: skip


def test_the_wulong_list_goes_out_and_comes_back_unchanged(bureau, planner):
    actions.ship_items(
        organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=create_head(bureau)
    )
    data = exported(bureau)
    grid = read("清单.xlsx", data, prefer="抽查事项")
    assert grid.height - 1 >= 27
    batch = check(bureau, planner, data)
    assert (batch.errors, batch.changes, batch.unchanged) == ([], [], 20)


def test_the_same_list_moves_to_another_bureau_line_by_line(bureau, planner):
    actions.ship_items(
        organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=create_head(bureau)
    )
    other = create_bureau("wulong-2024")
    by = create_planner(other)
    batch = check(other, by, exported(bureau))
    assert (batch.errors, batch.added) == ([], 20)
    actions.commit_import(batch=batch, on=TODAY, by=by)
    fields = ("item__code", "no", "quota", "target", "size", "frequency", "period", "ratio", "rate", "count")
    from registry.models import ItemScope

    mine, theirs = (
        list(
            ItemScope.objects.filter(item__organisation=one).order_by("item__code", "no").values_list(*fields)
        )
        for one in (bureau, other)
    )
    assert len(mine) == 27
    assert mine == theirs


def test_rows_with_one_code_are_the_lines_and_points_of_one_item(bureau, planner):
    batch = imported(bureau, planner, *TWO)
    assert (batch.rows, batch.added) == (3, 1)
    assert lines() == [
        ("重点排污单位", "4次/年", "quarter", "每季度抽查25%", Decimal("0.25"), "约12"),
        ("一般排污单位", "1次/年", "year", "10%", Decimal("0.1"), ""),
    ]
    assert points() == [("台账", "齐全"), ("设施", "运行"), ("排口", "")]


def test_a_changed_line_is_shown_and_taken_back(bureau, planner):
    imported(bureau, planner, *TWO)
    changed = [list(row) for row in TWO]
    changed[1][6], changed[0][11] = "2次/年", "台账与记录"
    batch = imported(bureau, planner, *changed)
    (change,) = batch.changes
    assert {f["label"] for f in change["fields"]} == {"对象范围", "检查单"}
    assert "2. 一般排污单位，2次/年，10%" in next(
        f["new"] for f in change["fields"] if f["label"] == "对象范围"
    )
    assert (lines()[1][1], points()[0][0]) == ("2次/年", "台账与记录")
    actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert (lines()[1][1], lines()[1][4], points()[0][0]) == ("1次/年", Decimal("0.1"), "台账")


def test_an_empty_cell_keeps_what_the_line_has_and_清空_takes_all_lines_away(bureau, planner):
    imported(bureau, planner, *TWO)
    short = workbook(
        ["事项编号", "抽查事项", "对象范围", "抽取数量"],
        ["x1", "甲事项", "重点排污单位", "约15"],
        ["x1", None, "一般排污单位", None],
        title="抽查事项",
    )
    batch = check(bureau, planner, short)
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    assert lines()[0] == ("重点排污单位", "4次/年", "quarter", "每季度抽查25%", Decimal("0.25"), "约15")
    gone = workbook(["事项编号", "抽查事项", "对象范围"], ["x1", "甲事项", "清空"], title="抽查事项")
    actions.commit_import(batch=check(bureau, planner, gone), on=TODAY, by=planner)
    assert lines() == []
    assert len(points()) == 3


def test_a_table_with_one_line_per_item_takes_its_targets_from_the_item(bureau, planner):
    imported(
        bureau,
        planner,
        ["x1", "甲事项", "排污单位", "一", "现场检查", None, "1次/年", None, "10%", None, None, None, None],
    )
    assert lines() == [("排污单位", "1次/年", "", "10%", None, "")]


def test_a_published_item_gets_a_new_version_with_the_lines_of_the_file(bureau, planner):
    actions.ship_items(
        organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=create_head(bureau)
    )
    item = InspectionItem.objects.annotate(n=Count("scopes")).filter(n=1).order_by("code").first()
    data = workbook(
        ["事项编号", "抽查事项", "对象范围", "抽取数量"],
        [item.code, item.name, item.scopes.get().target, "全部"],
        title="抽查事项",
    )
    actions.commit_import(batch=check(bureau, planner, data), on=TODAY, by=planner)
    draft = InspectionItem.objects.get(code=item.code, status="draft")
    old, new = item.scopes.get(), draft.scopes.get()
    assert (new.count, new.quota, new.rate, old.count != "全部") == ("全部", old.quota, old.rate, True)


@pytest.mark.parametrize(
    ("row", "at", "value", "word"),
    [
        (1, 9, "0", "大于 0"), (1, 9, "一成", "不是数字"), (1, 7, "每旬", "没有“每旬”"), (1, 1, "乙事项", "只写在第一行"),
        (1, 5, None, "没有写是哪些对象"), (2, 11, None, "重复"),
    ],
)  # fmt: skip
def test_a_fault_in_one_line_holds_back_the_whole_item_and_is_corrected_on_the_page(
    bureau, planner, row, at, value, word
):
    rows = [list(one) for one in TWO]
    rows[row][at] = value
    batch = check(
        bureau, planner, workbook(HEADS, *rows, ["x2", "乙", "丙", "一", "现场检查"], title="抽查事项")
    )
    assert any(word in error["message"] and error["row"] == row + 2 for error in batch.errors)
    assert [change["uid"] for change in batch.changes] == ["x2"]
    assert [record["row"] for record in batch.rejected] == [2, 3, 4]
    if at == 9:
        again = actions.correct_row(batch=batch, row=3, values={"scope_rate": "0.1"}, on=TODAY, by=planner)
        assert (again.errors, {change["uid"] for change in again.changes}) == ([], {"x1", "x2"})


def test_the_same_code_further_down_is_a_repetition(bureau, planner):
    rows = [TWO[0], ["x2", "乙", "丙", "一", "现场检查"], TWO[1]]
    batch = check(bureau, planner, workbook(HEADS, *rows, title="抽查事项"))
    assert "要排在一起" in batch.errors[0]["message"]
