"""Which row holds the headers, and which column of the file is which column of ours."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.sheets.columns import Column, Sheet, is_empty, written
from foundation.sheets.errors import SheetRefused
from foundation.sheets.guard import letters
from foundation.sheets.reading import Grid

SEARCHED = 30
SKIP = ""


@dataclass(frozen=True)
class Layout:
    """`row`: the last row of the headers; `places`: our column → its position; `unknown`: headers that mean nothing."""

    row: int
    places: Mapping[str, int]
    titles: Mapping[str, str]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """One header of the file as a person is asked about it. `key`: our column as far as it is understood."""

    place: int
    title: str
    sample: str
    key: str

    @property
    def letters(self) -> str:
        return letters(self.place)


@dataclass(frozen=True)
class _Candidate:
    """A row that may hold the headers, or two rows joined by cells merged downwards."""

    row: int
    cells: Sequence[Any]
    stacked: bool


def normal(title: Any) -> str:
    """A header without blanks, line breaks, asterisks, units in brackets."""
    return re.sub(r"[\s*＊：:]|[（(].*?[)）]", "", written(title)).lower()


def find_headers(sheet: Sheet, grid: Grid, mapping: Mapping[str, str] | None = None) -> Layout:
    """The headers among the first rows: where most of them are known.

    mapping: header in the file → our column key ("" = leave it out), for files whose headers differ
    raises: SheetRefused naming the row, the columns and what to do
    """
    known = _known(sheet, mapping or {})
    best = max(_candidates(grid), key=lambda candidate: _score(candidate, known))
    if not _recognised(best, known):
        raise SheetRefused(_nothing_known(sheet, grid), code="no_headers")
    layout = _layout(known, best, grid.sheet)
    _check_merged(grid, best)
    missing = [column for column in sheet.required if column.key not in layout.places]
    if missing:
        raise SheetRefused(_missing(layout, missing, grid.sheet), code="headers_missing")
    return layout


def headers_of(sheet: Sheet, grid: Grid, mapping: Mapping[str, str] | None = None) -> list[Header]:
    """Every header of the file with the first thing written below it; where none is known, of the fullest row."""
    known = _known(sheet, mapping or {})
    best = max(
        _candidates(grid),
        key=lambda c: (*_score(c, known)[:1], sum(not is_empty(cell) for cell in c.cells), -c.row),
    )
    below = grid.head(best.row + 20)[best.row + 1 :]
    found = []
    for place, cell in enumerate(best.cells):
        if is_empty(cell):
            continue
        samples = (row[place] for row in below if place < len(row) and not is_empty(row[place]))
        column = known.get(normal(cell))
        found.append(
            Header(place, written(cell), written(next(samples, None))[:40], column.key if column else "")
        )
    return found


def fitting(grid: Grid, mappings: Iterable[tuple[str, Mapping[str, str]]]) -> str | None:
    """The name of the saved mapping whose headers all stand in this file; of several the one that knows most."""
    titles = {normal(cell) for row in grid.head(SEARCHED) for cell in row if not is_empty(cell)}
    fits = [
        (len(columns), name)
        for name, columns in mappings
        if columns and all(normal(title) in titles for title in columns)
    ]
    return max(fits)[1] if fits else None


def _candidates(grid: Grid) -> Iterator[_Candidate]:
    head = grid.head(SEARCHED)
    for index, cells in enumerate(head):
        yield _Candidate(index, cells, False)
        downwards = any(
            top == index and bottom == index + 1 and left == right for top, left, bottom, right in grid.merged
        )
        if downwards and index + 1 < len(head):
            yield _Candidate(index + 1, _stacked(cells, head[index + 1]), True)


def _stacked(upper: Sequence[Any], lower: Sequence[Any]) -> list[Any]:
    """Titles of two rows: the lower one counts, the upper one where the cell is merged downwards."""
    width = max(len(upper), len(lower))
    padded = [[*row, *[None] * (width - len(row))] for row in (upper, lower)]
    return [below if not is_empty(below) else above for above, below in zip(*padded, strict=True)]


def _recognised(candidate: _Candidate, known: Mapping[str, Column | None]) -> int:
    return sum(1 for cell in candidate.cells if not is_empty(cell) and known.get(normal(cell)))


def _score(candidate: _Candidate, known: Mapping[str, Column | None]) -> tuple[int, bool, int]:
    return _recognised(candidate, known), candidate.stacked, -candidate.row


def _known(sheet: Sheet, mapping: Mapping[str, str]) -> dict[str, Column | None]:
    """Header → column; None = a person said that it is to be left out."""
    known: dict[str, Column | None] = {}
    for column in sheet.columns:
        for title in (column.title, column.key, *column.synonyms):
            known.setdefault(normal(title), column)
    keys = {column.key for column in sheet.columns}
    for title, key in mapping.items():
        if key == SKIP or key in keys:
            known[normal(title)] = sheet.column(key) if key else None
    return known


def _layout(known: Mapping[str, Column | None], candidate: _Candidate, sheet: str) -> Layout:
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    unknown = []
    for index, cell in enumerate(candidate.cells):
        if is_empty(cell):
            continue
        column = known.get(normal(cell))
        if column is None:
            unknown.append(written(cell))
        elif column.key in places:
            raise SheetRefused(
                f"工作表“{sheet}”第 {candidate.row + 1} 行有两列都是“{column.title}”：{letters(places[column.key])} 列和 {letters(index)} 列。"
                "请删去一列，或在对列时把其中一列选为“不导入”。",
                code="headers_repeated",
            )
        else:
            places[column.key], titles[column.key] = index, written(cell)
    return Layout(candidate.row, places, titles, tuple(unknown))


def _check_merged(grid: Grid, candidate: _Candidate) -> None:
    row = candidate.row
    for top, left, bottom, right in grid.merged:
        sideways = top <= row <= bottom and left != right
        downwards = top <= row <= bottom and top != bottom and not (candidate.stacked and top == row - 1)
        if sideways or downwards:
            raise SheetRefused(
                f"工作表“{grid.sheet}”第 {row + 1} 行的表头有合并单元格（{letters(left)}{top + 1}:{letters(right)}{bottom + 1}）。"
                "请取消合并，让每一列只有一个表头，表头占一行。",
                code="headers_merged",
            )


def _nothing_known(sheet: Sheet, grid: Grid) -> str:
    names = "、".join(column.title for column in sheet.required)
    merged = "，而且有合并单元格" if grid.merged else ""
    encoding = "若内容显示为乱码，请先另存为“CSV UTF-8”。" if grid.encoding == "gb18030" else ""
    return (
        f"工作表“{grid.sheet}”前 {min(SEARCHED, grid.height)} 行里没有认出任何表头{merged}。"
        f"请下载模板，把数据粘贴进去；至少要有{names}这几列。{encoding}"
    )


def _missing(layout: Layout, missing: list[Column], sheet: str) -> str:
    parts = []
    for column in missing:
        near = difflib.get_close_matches(column.title, layout.unknown, n=1, cutoff=0.3)
        guess = f"（没有认出的“{near[0]}”是不是它？）" if near else ""
        parts.append(f"“{column.title}”{guess}")
    spare = f"没有认出的列：{'、'.join(layout.unknown)}。" if layout.unknown else ""
    return f"工作表“{sheet}”第 {layout.row + 1} 行的表头里缺少{'、'.join(parts)}。{spare}请把表头改成模板上的写法，或在上传时指明哪一列是什么。"
