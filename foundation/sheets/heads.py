"""Which row holds the headers, and which column of the file is which column of ours."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from foundation.sheets.columns import Column, Sheet, is_empty, written
from foundation.sheets.errors import SheetRefused
from foundation.sheets.guard import letters
from foundation.sheets.reading import Grid

SEARCHED = 15


@dataclass(frozen=True)
class Layout:
    """`places`: our column → its position in the file; `unknown`: headers that mean nothing to us."""

    row: int
    places: Mapping[str, int]
    titles: Mapping[str, str]
    unknown: tuple[str, ...] = ()


def normal(title: str) -> str:
    """A header without blanks, line breaks, asterisks, units in brackets."""
    return re.sub(r"[\s*＊：:]|[（(].*?[)）]", "", written(title)).lower()


def find_headers(sheet: Sheet, grid: Grid, mapping: Mapping[str, str] | None = None) -> Layout:
    """The header row among the first rows: the one in which most headers are known.

    mapping: header in the file → our column key, for files whose headers differ
    raises: SheetRefused naming the row, the columns and what to do
    """
    known = _known(sheet, mapping or {})
    scored = [
        (sum(1 for cell in row if not is_empty(cell) and normal(cell) in known), -index)
        for index, row in enumerate(grid.rows[:SEARCHED])
    ]
    best, negative = max(scored)
    if best == 0:
        raise SheetRefused(_nothing_known(sheet, grid), code="no_headers")
    layout = _layout(known, grid, -negative)
    _check_merged(grid, layout.row)
    missing = [column for column in sheet.required if column.key not in layout.places]
    if missing:
        raise SheetRefused(_missing(sheet, grid, layout, missing), code="headers_missing")
    return layout


def _known(sheet: Sheet, mapping: Mapping[str, str]) -> dict[str, Column]:
    known: dict[str, Column] = {}
    for column in sheet.columns:
        for title in (column.title, column.key, *column.synonyms):
            known.setdefault(normal(title), column)
    for title, key in mapping.items():
        known[normal(title)] = sheet.column(key)
    return known


def _layout(known: Mapping[str, Column], grid: Grid, row: int) -> Layout:
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    unknown = []
    for index, cell in enumerate(grid.rows[row]):
        if is_empty(cell):
            continue
        column = known.get(normal(cell))
        if column is None:
            unknown.append(written(cell))
        elif column.key in places:
            raise SheetRefused(
                f"第 {row + 1} 行有两列都是“{column.title}”：{letters(places[column.key])} 列和 {letters(index)} 列。"
                "请删去一列。",
                code="headers_repeated",
            )
        else:
            places[column.key], titles[column.key] = index, written(cell)
    return Layout(row, places, titles, tuple(unknown))


def _check_merged(grid: Grid, row: int) -> None:
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and (left != right or top != bottom):
            raise SheetRefused(
                f"第 {row + 1} 行的表头有合并单元格（{letters(left)}{top + 1}:{letters(right)}{bottom + 1}）。"
                "请取消合并，让每一列只有一个表头，表头占一行。",
                code="headers_merged",
            )


def _nothing_known(sheet: Sheet, grid: Grid) -> str:
    names = "、".join(column.title for column in sheet.required)
    merged = "，而且有合并单元格" if grid.merged else ""
    encoding = "若内容显示为乱码，请先另存为“CSV UTF-8”。" if grid.encoding == "gb18030" else ""
    return (
        f"工作表“{grid.sheet}”前 {min(SEARCHED, len(grid.rows))} 行里没有认出任何表头{merged}。"
        f"请下载模板，把数据粘贴进去；至少要有{names}这几列。{encoding}"
    )


def _missing(sheet: Sheet, grid: Grid, layout: Layout, missing: list[Column]) -> str:
    parts = []
    for column in missing:
        near = difflib.get_close_matches(column.title, layout.unknown, n=1, cutoff=0.3)
        guess = f"（没有认出的“{near[0]}”是不是它？）" if near else ""
        parts.append(f"“{column.title}”{guess}")
    spare = f"没有认出的列：{'、'.join(layout.unknown)}。" if layout.unknown else ""
    return f"第 {layout.row + 1} 行的表头里缺少{'、'.join(parts)}。{spare}请把表头改成模板上的写法，或在上传时指明哪一列是什么。"
