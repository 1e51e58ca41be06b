"""Tables out: xlsx and csv that no spreadsheet will execute, templates with lists, workbooks of errors."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from foundation.sheets.columns import Column, Sheet, guarded
from foundation.sheets.errors import Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = PatternFill("solid", fgColor="E4EAF1")
_BAD = PatternFill("solid", fgColor="FBE4E1")
_LIST_LIMIT = 250
safe = guarded


def _cell_text(column: Column, value: Any) -> str:
    return guarded(column.shown(value))


def write_csv(sheet: Sheet, records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of a CSV with a byte order mark, so that Excel reads it as UTF-8."""
    yield "\ufeff" + _line([column.title for column in sheet.columns])
    for record in records:
        yield _line([_cell_text(column, record.get(column.key)) for column in sheet.columns])


def _line(cells: Sequence[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def write_xlsx(sheet: Sheet, records: Iterable[dict[str, Any]]) -> IO[bytes]:
    """A temporary file positioned at its start; rows are streamed, text only, so that long codes stay whole."""
    return write_workbook([(sheet, records)])


def write_workbook(tables: Iterable[tuple[Sheet, Iterable[dict[str, Any]]]]) -> IO[bytes]:
    """Several tables, a worksheet each, in one temporary file positioned at its start."""
    book = Workbook(write_only=True)
    for sheet, records in tables:
        _fill(book.create_sheet(sheet.title), sheet, records)
    return _saved(book)


def _fill(page: Any, sheet: Sheet, records: Iterable[dict[str, Any]]) -> None:
    page.freeze_panes = "A2"
    for index, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(index)].width = _width(column)
    page.append([_head(page, column) for column in sheet.columns])
    for record in records:
        page.append(
            [_text_cell(page, _cell_text(column, record.get(column.key))) for column in sheet.columns]
        )


def _text_cell(page: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(page, value=None)
    cell.value, cell.data_type, cell.number_format = text, "s", "@"
    return cell


def _head(page: Any, column: Column) -> Any:
    cell = WriteOnlyCell(page, value=column.title)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _width(column: Column) -> int:
    return {"date": 12, "yes_no": 10, "code": 24, "number": 12}.get(column.kind, 18)


def _saved(book: Workbook) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    book.save(file)
    file.seek(0)
    return file


def template(sheet: Sheet) -> IO[bytes]:
    """An empty table with drop-down lists, a sheet that explains every column and one with an example row."""
    book = Workbook()
    page = book.active
    page.title = sheet.title
    page.freeze_panes = "A2"
    lists = book.create_sheet("填写选项")
    for index, column in enumerate(sheet.columns, 1):
        _template_column(page, lists, index, column)
    _explain(book.create_sheet("填写说明"), sheet)
    example = book.create_sheet("示例")
    _append(example, [column.title for column in sheet.columns])
    _append(example, [column.example for column in sheet.columns])
    for cell in example[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    if lists.max_row == 1 and lists.cell(1, 1).value is None:
        book.remove(lists)
    return _saved(book)


def _template_column(page: Any, lists: Any, index: int, column: Column) -> None:
    letter = get_column_letter(index)
    head = page.cell(1, index, f"{column.title}*" if column.required else column.title)
    head.font, head.fill = Font(bold=True), _HEAD
    head.alignment = Alignment(wrap_text=True, vertical="center")
    if column.help:
        head.comment = Comment(column.help, "明抽")
    page.column_dimensions[letter].width = _width(column)
    page.column_dimensions[letter].number_format = "yyyy-mm-dd" if column.kind == "date" else "@"
    options = _options(column)
    if options and len(options) <= _LIST_LIMIT:
        lists.cell(1, index, column.title).font = Font(bold=True)
        for row, option in enumerate(options, 2):
            lists.cell(row, index, guarded(option))
        rule = DataValidation(
            type="list", formula1=f"'填写选项'!${letter}$2:${letter}${len(options) + 1}", allow_blank=True
        )
        rule.errorTitle, rule.error = "不在选项里", f"“{column.title}”只能从列表里选。"
        page.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}5000")


def _append(page: Any, texts: Sequence[str]) -> None:
    """A row of words; areas, units and specialities among them are named by people."""
    page.append([guarded(text) for text in texts])


def _options(column: Column) -> list[str]:
    if column.kind == "yes_no":
        return ["是", "否"]
    return list(column.choices.values()) if column.kind == "choice" else []


def _explain(page: Any, sheet: Sheet) -> None:
    page.append(["列", "必填", "怎么填", "例子"])
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for column in sheet.columns:
        words = column.help
        if column.choices and column.kind in ("choice", "words"):
            words = f"{words}{'。' if words else ''}可填：{'、'.join(column.choices.values())}"
        _append(page, [column.title, "是" if column.required else "", words, column.example])
    for note in (
        "空着的单元格表示不改原来的内容；要清空，请写“清空”两个字。",
        "日期写成 2026-03-01；号码列请先设为“文本”格式。",
        *sheet.notes,
    ):
        _append(page, [note])
    for letter, width in zip("ABCD", (22, 6, 70, 30), strict=True):
        page.column_dimensions[letter].width = width


def error_workbook(sheet: Sheet, rejected: Iterable[dict], problems: Iterable[Problem | dict]) -> IO[bytes]:
    """Only the rows that were refused, as written, each faulty cell coloured with the reason as its comment.

    rejected: [{"row": number, "cells": {key: text}}]. Corrected in place, the workbook can be uploaded as it is.
    """
    book = Workbook()
    page = book.active
    page.title = sheet.title
    page.freeze_panes = "A2"
    page.append([column.title for column in sheet.columns] + ["原行号", "问题"])
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    by_row: dict[int, list[dict]] = {}
    for problem in problems:
        entry = problem if isinstance(problem, dict) else problem.plain()
        by_row.setdefault(entry["row"], []).append(entry)
    for number, record in enumerate(rejected, 2):
        _error_row(page, number, sheet, record, by_row.get(record["row"], []))
    for index, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(index)].width = _width(column)
    page.column_dimensions[get_column_letter(len(sheet.columns) + 2)].width = 80
    return _saved(book)


def _error_row(page: Any, number: int, sheet: Sheet, record: dict, faults: list[dict]) -> None:
    reasons: dict[str, str] = {}
    for fault in faults:
        reasons[fault["key"]] = "；".join(filter(None, (reasons.get(fault["key"]), fault["message"])))
    for index, column in enumerate(sheet.columns, 1):
        cell = page.cell(number, index)
        text = record["cells"].get(column.key, "")
        if text:
            cell.value, cell.data_type, cell.number_format = guarded(text), "s", "@"
        if column.key in reasons:
            cell.fill, cell.comment = _BAD, Comment(reasons[column.key], "明抽", width=320, height=120)
    page.cell(number, len(sheet.columns) + 1, record["row"])
    last = page.cell(number, len(sheet.columns) + 2)
    last.value, last.data_type = (
        "；".join(f"{f['column']}：{f['message']}" if f["column"] else f["message"] for f in faults),
        "s",
    )
