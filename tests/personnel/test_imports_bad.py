"""Lists as they really arrive: wrong kinds of file, odd headers, spoilt cells. Each fault names row, column, remedy."""

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from foundation.sheets.errors import SheetRefused
from personnel import actions
from personnel.models import Inspector, PersonnelImport
from tests.factories import create_inspector
from tests.personnel.factories import (
    HEADS,
    ROWS,
    TODAY,
    create_bureau,
    create_planner,
    csv_bytes,
    row_with,
    saved,
    workbook,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.fixture
def upload(bureau, planner):
    def check(data: bytes, name: str = "名册.xlsx", **options) -> PersonnelImport:
        return actions.check_file(
            organisation=bureau, file_name=name, data=data, on=TODAY, by=planner, **options
        )

    return check


def faults(batch: PersonnelImport) -> list[tuple[int, str]]:
    return [(error["row"], error["column"]) for error in batch.errors]


# ---------- the file as a whole ----------


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"%PDF-1.7", "a.pdf", "不是表格文件"),
        (b"<html><table>", "a.xls", "内容却不是"),
        (b"PK\x03\x04broken", "a.xlsx", "文件损坏"),
        (workbook(HEADS), "a.xlsx", "下面没有数据"),
        (workbook(["张三", "男"], ["李四", "女"]), "a.xlsx", "没有认出任何表头"),
        (workbook(["姓名", "性别", "执法证号"], ["甲", "男", "1"]), "a.xlsx", "缺少“单位”"),
        (workbook(["姓名", "人员姓名", "单位"], ["甲", "乙", "执法一中队"]), "a.xlsx", "有两列都是“姓名”"),
        (csv_bytes(HEADS, *ROWS, encoding="utf-16"), "a.csv", "既不是 UTF-8 也不是 GBK"),
        (csv_bytes(HEADS, *ROWS) + '"没有收尾'.encode(), "a.csv", "读不下去"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(upload, data, name, word):
    with pytest.raises(SheetRefused, match=word):
        upload(data, name)
    assert not PersonnelImport.objects.exists()


def test_merged_headers_are_refused(upload):
    book = openpyxl.load_workbook(BytesIO(workbook(HEADS, *ROWS)))
    book.active.merge_cells("D1:E1")
    with pytest.raises(SheetRefused, match="表头有合并单元格"):
        upload(saved(book))


def test_merged_cells_below_the_headers_are_named(upload):
    book = openpyxl.load_workbook(BytesIO(workbook(HEADS, *ROWS)))
    book.active.merge_cells("B2:B3")
    batch = upload(saved(book))
    assert {row for row, _ in faults(batch)} == {2, 3}
    assert "取消合并" in batch.errors[0]["message"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_csv_of_either_encoding_is_read(upload, encoding):
    batch = upload(csv_bytes(HEADS, *ROWS, encoding=encoding), "名册.csv")
    assert (batch.errors, len(batch.changes)) == ([], 2)


def test_other_names_for_the_columns_a_title_row_and_unknown_columns_are_understood(upload):
    heads = [
        "人员姓名*",
        "所在单位",
        "行政执法证号",
        "执法证发证日期",
        "执法证有效期",
        "负责片区",
        "专长",
        "备注",
    ]
    rows = [[*row, "无"] for row in ROWS]
    data = workbook(["青禾县检查人员名册"], heads, *rows)
    batch = upload(data)
    assert (batch.errors, len(batch.changes), batch.unknown) == ([], 2, ["备注"])


def test_a_saved_mapping_explains_foreign_headers(bureau, planner, upload):
    heads = ["姓名", "大队", *HEADS[2:]]
    actions.save_mapping(organisation=bureau, name="市局", columns={"大队": "unit"}, by=planner)
    with pytest.raises(SheetRefused, match="缺少“单位”"):
        upload(workbook(heads, *ROWS))
    batch = upload(workbook(heads, *ROWS), mapping=actions.mapping_columns(bureau, "市局"))
    assert (batch.errors, len(batch.changes)) == ([], 2)


# ---------- single cells ----------


@pytest.mark.parametrize(
    ("head", "value", "word"),
    [
        ("姓名", "=A1", "是公式"),
        ("姓名", "陈" * 61, "最多 60 个"),
        ("单位", "执法九中队", "只能填：执法一中队"),
        ("片区", "东湾镇、西湾镇", "没有“西湾镇”"),
        ("执法证号", 14052100001405210.0, "第 15 位以后"),
        ("执法证号", "1.4E+16", "科学计数"),
        ("执法证号", "晋（环）1", "另填人员编号"),
        ("发证日期", datetime(1900, 1, 1), "不合常理"),
        ("发证日期", 45000, "日期序号"),
        ("有效期至", "2028.13.01", "没有 13 月"),
        ("有效期至", "2028-02-30", "2 月没有 30 日"),
        ("有效期至", "长期", "看不懂这个日期"),
        ("有效期至", "2020-01-01", "早于发证日期 2023-06-01"),
        ("有效期至", "清空", "填了执法证号就要填有效期至"),
        ("业务专长", "水" * 41, "最多 40 个"),
    ],
)
def test_a_spoilt_cell_is_named(upload, head, value, word):
    batch = upload(workbook(HEADS, ROWS[1], row_with(head, value)))
    assert faults(batch) == [(3, head)]
    assert word in batch.errors[0]["message"]
    assert [change["name"] for change in batch.changes] == ["李二"]


@pytest.mark.parametrize("head", ["性别", "在编", "在岗", "人员类别"])
def test_a_word_outside_the_list_is_named(upload, head):
    batch = upload(workbook([*HEADS, head], [*ROWS[0], "也许"]))
    assert faults(batch) == [(2, head)]


def test_a_real_date_cell_and_a_number_for_a_number_are_taken(upload):
    row = ["陈一", "执法一中队", 14052100001, datetime(2023, 6, 1), date(2028, 5, 31), "东湾镇", "水"]
    batch = upload(workbook(HEADS, row))
    assert batch.errors == []
    assert batch.changes[0]["values"]["certificate_no"] == "14052100001"
    assert batch.changes[0]["values"]["certificate_valid_until"] == "2028-05-31"


def test_people_and_certificates_named_twice_are_told_of_each_other(upload):
    twice = [*ROWS[1]]
    twice[2] = ROWS[0][2]
    batch = upload(workbook(HEADS, ROWS[0], twice))
    assert faults(batch) == [(3, "执法证号")]
    assert "与第 2 行重复" in batch.errors[0]["message"]
    batch = upload(workbook(["人员编号", *HEADS], ["P1", *ROWS[0]], ["P1", *ROWS[1]]))
    assert faults(batch) == [(3, "人员编号")]


def test_a_renewed_certificate_is_not_taken_for_a_new_person(bureau, planner, upload):
    actions.commit_import(batch=upload(workbook(HEADS, ROWS[0])), on=TODAY, by=planner)
    batch = upload(workbook(HEADS, row_with("执法证号", "14052109999")))
    assert faults(batch) == [(2, "人员编号")]
    assert "例如换了证" in batch.errors[0]["message"]
    renewed = ["14052100001", *row_with("执法证号", "14052109999")]
    batch = upload(workbook(["人员编号", *HEADS], renewed))
    assert [(c["kind"], c["uid"]) for c in batch.changes] == [("change", "14052100001")]
    namesake = ["P77", *row_with("执法证号", "14052109999")]
    assert [c["kind"] for c in upload(workbook(["人员编号", *HEADS], namesake)).changes] == ["add"]


def test_a_corrected_row_may_not_become_another_row_of_the_file(planner, upload):
    batch = upload(workbook(HEADS, ROWS[0], row_with("执法证号", "晋（1）")))
    batch = actions.correct_row(
        batch=batch, row=3, values={"certificate_no": "14052100001"}, on=TODAY, by=planner
    )
    assert "另有一行" in batch.errors[0]["message"]


# ---------- the rulebook ----------


def test_compulsory_fields_are_those_of_the_rulebook():
    bureau = create_bureau("neimenggu-2024")
    planner = create_planner(bureau)
    heads = ["性别", "职务", "手机", *HEADS]
    rows = [
        ["男", "队长", "13800000001", *ROWS[0]],
        ["男", "队长", None, *ROWS[1]],
        ["女", "队员", "13800000003", *row_with("发证日期", None)],
    ]
    rows[2][5] = "14052100003"
    batch = actions.check_file(
        organisation=bureau, file_name="a.xlsx", data=workbook(heads, *rows), on=TODAY, by=planner
    )
    assert faults(batch) == [(3, "手机"), (4, "发证日期")]
    with pytest.raises(SheetRefused, match="缺少“性别”"):
        actions.check_file(
            organisation=bureau,
            file_name="a.xlsx",
            data=workbook(heads[1:], rows[0][1:]),
            on=TODAY,
            by=planner,
        )


def test_who_needs_no_certificate_may_lack_one_where_the_rulebook_takes_him():
    heads = ["人员编号", "姓名", "单位", "人员类别", "执法证号"]
    data = workbook(heads, ["G1", "赵四", "执法一中队", "从事日常监管的工作人员", None])
    for rulebook, expected in (("qinshui-2022", []), ("quzhou-2017", [(2, "人员类别")]), ("", [])):
        bureau = create_bureau(rulebook)
        batch = actions.check_file(
            organisation=bureau, file_name="a.xlsx", data=data, on=TODAY, by=create_planner(bureau)
        )
        assert faults(batch) == expected, rulebook


def test_an_officer_without_certificate_is_refused_where_it_is_compulsory():
    bureau = create_bureau("xinyang-2023")
    data = workbook(["人员编号", "姓名", "单位"], ["G1", "赵四", "执法一中队"])
    batch = actions.check_file(
        organisation=bureau, file_name="a.xlsx", data=data, on=TODAY, by=create_planner(bureau)
    )
    assert faults(batch) == [(2, "执法证号")]


# ---------- a moving register ----------


def test_empty_cells_say_nothing_and_a_word_clears(bureau, planner, upload):
    actions.commit_import(batch=upload(workbook(HEADS, ROWS[0])), on=TODAY, by=planner)
    assert upload(workbook(HEADS, row_with("业务专长", None))).changes == []
    batch = upload(workbook(HEADS, row_with("业务专长", "清空")))
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    assert Inspector.objects.get().specialities == []


def test_a_person_edited_between_check_and_confirmation_stops_the_import(bureau, planner, upload):
    actions.commit_import(batch=upload(workbook(HEADS, *ROWS)), on=TODAY, by=planner)
    batch = upload(workbook(HEADS, row_with("姓名", "陈一一"), ROWS[1]))
    row = Inspector.objects.get(uid="14052100001")
    actions.edit_inspector(inspector=row, version=1, values={"post": "队长"}, on=TODAY, by=planner)
    with pytest.raises(actions.batches.RegisterMoved, match="被人改动"):
        actions.commit_import(batch=batch, on=TODAY, by=planner)
    row.refresh_from_db()
    assert row.name == "陈一"


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"uid": "14052100001"}, "已被别人建立"), ({"certificate_no": "14052100001"}, "另一人名下")],
)
def test_a_person_added_between_check_and_confirmation_stops_the_import(
    bureau, planner, upload, fields, word
):
    batch = upload(workbook(HEADS, *ROWS))
    create_inspector(bureau, **fields)
    with pytest.raises(actions.batches.RegisterMoved, match=word):
        actions.commit_import(batch=batch, on=TODAY, by=planner)
    assert Inspector.objects.count() == 1
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_undo_keeps_what_was_used_since(bureau, planner, upload):
    batch = actions.commit_import(batch=upload(workbook(HEADS, *ROWS)), on=TODAY, by=planner)
    row = Inspector.objects.get(uid="14052100002")
    actions.register_absence(inspector=row, reason="leave", since=TODAY, until=None, by=planner)
    undone = actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert (undone.restored, undone.kept) == (1, ["李二"])
    with pytest.raises(Exception, match="没有可以撤销的"):
        actions.undo_import(batch=batch, on=TODAY, by=planner)


def test_undo_does_not_give_back_a_certificate_taken_since(bureau, planner, upload):
    actions.commit_import(batch=upload(workbook(HEADS, ROWS[0])), on=TODAY, by=planner)
    renewed = ["14052100001", *row_with("执法证号", "14052109999")]
    batch = actions.commit_import(batch=upload(workbook(["人员编号", *HEADS], renewed)), on=TODAY, by=planner)
    create_inspector(bureau, certificate_no="14052100001")
    with pytest.raises(Exception, match="没有一行能撤销"):
        actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert Inspector.objects.get(uid="14052100001").certificate_no == "14052109999"


def test_a_batch_is_confirmed_once_and_only_while_it_waits(planner, upload):
    batch = upload(workbook(HEADS, *ROWS))
    actions.drop_import(batch=batch, by=planner)
    for act in (actions.commit_import, actions.undo_import):
        with pytest.raises(Exception, match="已放弃"):
            act(batch=batch, on=TODAY, by=planner)
    assert not Inspector.objects.exists()


def test_nothing_new_is_said_so(bureau, planner, upload):
    actions.commit_import(batch=upload(workbook(HEADS, *ROWS)), on=TODAY, by=planner)
    batch = upload(workbook(HEADS, *ROWS))
    assert batch.unchanged == 2
    with pytest.raises(Exception, match="没有可以导入的变化"):
        actions.commit_import(batch=batch, on=TODAY, by=planner)


def test_checking_costs_the_same_for_more_people(bureau, planner, upload, django_assert_max_num_queries):
    def cost(n: int) -> int:
        rows = [
            [f"人{i}", "执法一中队", f"1405210{i:04}", "2023-06-01", "2028-05-31", "东湾镇", "水"]
            for i in range(n)
        ]
        data = workbook(HEADS, *rows)
        with django_assert_max_num_queries(40) as seen:
            upload(data)
        return len(seen.captured_queries)

    cost(1)
    assert cost(3) == cost(60)
