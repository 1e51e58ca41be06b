"""Every kind of bad file gives one Chinese sentence with the place and the remedy; good ones are read as written."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.sheets import changes, checking, guard, heads, reading, rows, writing
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.errors import CellWrong, SheetRefused

SHEET = Sheet(
    "people",
    "人员",
    (
        Column("uid", "编号", "code", required=True, max_length=20, synonyms=("代码",)),
        Column("name", "姓名", required=True, max_length=20),
        Column("born", "出生日期", "date"),
        Column("kind", "类别", "choice", choices={"a": "甲类", "b": "乙类"}),
        Column("fit", "合格", "yes_no"),
        Column("size", "数量", "number"),
        Column("tags", "标签", "words", max_length=10),
        Column("lines", "要点", "lines"),
    ),
)


def saved(book) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(*table) -> bytes:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    return saved(book)


def repacked(data: bytes, change) -> bytes:
    """The package with its parts passed through change(name, content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


HEADS = ["编号", "姓名"]
GOOD = workbook(HEADS, ["1", "甲"])


class People:
    """A register of no rows."""

    sheet = SHEET

    def resolve(self, found, met):
        return {row.number: checking.Match(row.values.get("uid", ""), None) for row in found}


def check(data, name="人员.xlsx", **options):
    return checking.check_file(People(), name, data, **options)[1]


def merged_heads() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["编号", "姓名", None])
    page.append(["1", "甲", None])
    page.merge_cells("B1:C1")
    return saved(book)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    return out.getvalue()


def far_cell() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    book.active["XFD1048576"] = "远"
    return saved(book)


def with_entity() -> bytes:
    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + content.split(b"?>", 1)[-1]

    return repacked(GOOD, change)


def encrypted_name() -> bytes:
    return repacked(GOOD, lambda name, content: b"<broken" if name == "xl/workbook.xml" else content)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"", "文件是空的"),
        ("a.pdf", b"%PDF-1.4", "不是表格文件。只收"),
        ("a.docx", GOOD, "后缀是“.docx”"),
        ("a", b"x", "不是表格文件"),
        ("a.xlsx", b"PK\x03\x04broken", "损坏，或者不是真正的 .xlsx"),
        ("a.xlsx", b"<html></html>", "损坏，或者不是真正的 .xlsx"),
        ("a.xls", b"<html></html>", "内容却不是（常见于网站导出的网页）"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "打不开"),
        ("a.xlsx", encrypted_name(), "另存"),
        ("a.xlsx", workbook([]), "里没有内容"),
        ("a.xlsx", workbook(HEADS), "只有第 1 行的表头"),
        ("a.xlsx", b"0" * (guard.MAX_BYTES + 1), "最大 20 MB"),
        ("a.xlsx", bomb(), "极不相称"),
        ("a.xlsx", far_cell(), "第 1048576 行第 16384 列，范围太大"),
        ("a.xlsx", with_entity(), "外部引用"),
        ("a.xlsx", workbook(["甲方", "乙方"], [1, 2]), "没有认出任何表头"),
        (
            "a.xlsx",
            workbook(["编号", "名字"], [1, 2]),
            "第 1 行的表头里缺少“姓名”（没有认出的“名字”是不是它？）",
        ),
        ("a.xlsx", workbook(["编号", "姓名", "姓名"], [1, 2, 3]), "有两列都是“姓名”：B 列和 C 列"),
        ("a.xlsx", merged_heads(), "表头有合并单元格（B1:C1）"),
        ("a.csv", "编号,姓名\n1,甲".encode("utf-16"), "既不是 UTF-8 也不是 GBK"),
        ("a.csv", "編號,姓名".encode("big5") + b"\xff", "既不是 UTF-8 也不是 GBK"),
        ("a.csv", "编号,姓名\n".encode() + b'1,"' + "甲".encode(), "引号或分隔不对"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(name, data, words):
    with pytest.raises(SheetRefused) as error:
        check(data, name)
    assert words in error.value.message
    assert error.value.message.endswith(("。", "？"))


def test_the_size_in_the_directory_is_not_trusted():
    """A part that unpacks to more than it says is stopped while it is read."""
    data = bytearray(
        repacked(GOOD, lambda name, content: content if "sheet1" not in name else content + b" " * 10)
    )
    assert guard.check_zip(bytes(data)).namelist()
    with pytest.raises(SheetRefused), zipfile.ZipFile(io.BytesIO(bomb())) as package:
        guard.scan_sheet(package, "Sheet")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_the_encodings_people_have(encoding, delimiter):
    text = delimiter.join(HEADS) + "\r\n" + delimiter.join(["1", "王㛃" if encoding != "gbk" else "王"])
    checked = check(text.encode(encoding), "a.csv")
    assert checked.problems == ()
    assert checked.changes[0].values["name"].startswith("王")


def test_a_million_formatted_empty_rows_are_tolerated():
    rows_xml = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1048577)
    )
    data = repacked(
        GOOD,
        lambda name, content: (
            content.replace(b"</sheetData>", rows_xml + b"</sheetData>") if "sheet1" in name else content
        ),
    )
    checked = check(data)
    assert (checked.rows, checked.problems) == (1, ())


def test_a_title_above_the_headers_does_no_harm():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["检查人员名录"])
    page.merge_cells("A1:B1")
    page.append(["编号*", "姓 名\n（必填）"])
    page.append(["1", "甲"])
    checked = check(saved(book))
    assert (checked.rows, checked.problems) == (1, ())


def test_unknown_columns_are_told_and_left_out():
    checked = check(workbook([*HEADS, "备注"], ["1", "甲", "x"]))
    assert checked.unknown == ("备注",)
    assert "备注" not in checked.changes[0].values


def test_a_merged_data_cell_is_named():
    book = openpyxl.Workbook()
    page = book.active
    for row in (HEADS, ["1", "甲"], ["2", "乙"]):
        page.append(row)
    page.merge_cells("B2:B3")
    checked = check(saved(book))
    assert {problem.row for problem in checked.problems} == {2, 3}
    assert "B2:B3" in checked.problems[0].message


def test_a_formula_is_named_by_its_cell_even_if_it_has_a_value():
    book = openpyxl.Workbook()
    for row in (HEADS, ["1", "=1+1"], ["2", "乙"]):
        book.active.append(row)
    (problem,) = check(saved(book)).problems
    assert problem.sentence.startswith("第 2 行“姓名”：是公式")


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("name", "　王　五 ", "王 五"),
        ("name", "Ａ１厂", "A1厂"),
        ("name", "'=1", "=1"),
        ("name", 12.0, "12"),
        ("uid", 123.0, "123"),
        ("uid", " 12 3 ", "123"),
        ("born", date(2024, 1, 2), date(2024, 1, 2)),
        ("born", datetime(2024, 1, 2, 3), date(2024, 1, 2)),
        ("born", "2024.1.2", date(2024, 1, 2)),
        ("born", "2024年1月2日", date(2024, 1, 2)),
        ("born", "20240102", date(2024, 1, 2)),
        ("born", 20240102.0, date(2024, 1, 2)),
        ("kind", "甲类", "a"),
        ("kind", "b", "b"),
        ("fit", "是", True),
        ("fit", "×", False),
        ("fit", True, True),
        ("fit", 0.0, False),
        ("size", "1,234.50", Decimal("1234.5")),
        ("size", 3.0, Decimal(3)),
        ("tags", "水、气；水", ["水", "气"]),
        ("lines", "一\n二；三", ["一", "二；三"]),
        ("lines", "一；二", ["一", "二"]),
    ],
)
def test_a_cell_becomes_the_value_it_means(key, cell, value):
    assert SHEET.column(key).parse(cell) == value


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        ("uid", 914403001922038216.0, "设为“文本”"),
        ("uid", "9.1E+17", "科学计数"),
        ("uid", "1" * 21, "最多 20"),
        ("born", date(1900, 1, 1), "不合常理"),
        ("born", time(0, 0), "是数字"),
        ("born", 45000.0, "日期序号"),
        ("born", "2024-02-30", "2024 年 2 月没有 30 日"),
        ("born", "2024-13-01", "没有 13 月"),
        ("born", "去年", "看不懂"),
        ("kind", "甲", "是不是“甲类”"),
        ("fit", "也许", "“是”或“否”"),
        ("size", "十", "不是数字"),
        ("size", "nan", "不是数字"),
        ("name", "=A1", "公式"),
        ("tags", "一二三四五六七八九十十一", "太长"),
    ],
)
def test_a_cell_that_means_nothing_says_what_to_do(key, cell, words):
    with pytest.raises(CellWrong) as error:
        SHEET.column(key).parse(cell)
    assert words in error.value.message


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=12))
def test_text_survives_writing_and_reading_and_is_never_a_formula(text):
    column = Column("name", "姓名")
    safe = writing.safe(text)
    assert not safe.startswith(("=", "+", "-", "@"))
    from foundation.sheets.columns import tidy, written

    if text[:1] in "=+-@" and len(text) > 1:
        assert written(safe) == tidy(text)
    assert column.shown(text) == text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.xlsx", "a.xls", "a.csv"]))
def test_no_garbage_gets_past_with_anything_but_a_sentence(data, name):
    try:
        check(data, name)
    except SheetRefused as error:
        said = error.message
    else:
        said = "读得懂"
    assert said


def test_compare_ignores_how_nothing_is_written_and_how_a_number_is():
    row = rows.Row(2, {"name": "甲", "size": Decimal("3.0"), "tags": []}, {})
    known = changes.Known(1, 1, "甲", {"name": "甲", "size": Decimal("3.000"), "tags": None})
    assert changes.compare(SHEET, row, "1", known) is None


def test_the_template_has_lists_an_explanation_and_an_example():
    book = openpyxl.load_workbook(writing.template(SHEET))
    assert book.sheetnames == ["人员", "填写选项", "填写说明", "示例"]
    assert {str(rule.sqref) for rule in book["人员"].data_validations.dataValidation} == {
        "D2:D5000",
        "E2:E5000",
    }
    assert book["人员"]["A1"].value == "编号*"


def test_the_error_workbook_holds_the_row_as_written_and_can_be_uploaded_again():
    checked = check(workbook([*HEADS, "类别"], ["1", "甲", "丙"], ["2", "乙", "甲类"]))
    file = writing.error_workbook(SHEET, checked.rejected, checked.problems)
    page = openpyxl.load_workbook(file).active
    assert page.max_row == 2
    assert "没有“丙”" in page["D2"].comment.text
    page["D2"] = "乙类"
    again = check(saved(page.parent))
    assert (again.problems, again.changes[0].values["kind"]) == ((), "b")


def test_headers_are_found_by_synonym_and_by_saved_mapping():
    grid = reading.read("a.xlsx", workbook(["代码", "谁"], ["1", "甲"]))
    layout = heads.find_headers(SHEET, grid, {"谁": "name"})
    assert layout.places == {"uid": 0, "name": 1}


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="a1" t="inlineStr"><is><t>x</t></is></c></row><row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 9000 + "</row>",
    ],
    ids=["lower case", "without places"],
)
def test_far_off_cells_are_refused_however_their_place_is_written(cells):
    """The reader understands both; it would ask for more memory than there is and take the server with it."""
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head, _, _ = data.partition(b"<sheetData")
                data = head + b"<sheetData>" + cells.encode() + b"</sheetData></worksheet>"
            new.writestr(name, data)
    with pytest.raises(SheetRefused, match="范围太大"):
        reading.read("a.xlsx", out.getvalue())
