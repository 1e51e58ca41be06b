"""A table whose cells have slipped sideways: told by the share of rows that fail, before anything is written."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from foundation.sheets.columns import Column, Sheet, is_empty, written
from foundation.sheets.errors import CellWrong, SheetRefused
from foundation.sheets.guard import letters
from foundation.sheets.heads import Layout
from foundation.sheets.reading import Grid

SAMPLE = 400
FAILING, FITTING = 0.5, 0.1
_SIDES = {1: ("右", "左"), -1: ("左", "右")}


def check_not_shifted(sheet: Sheet, grid: Grid, layout: Layout) -> None:
    """Columns with a recognisable content are looked at in their own place and one place aside.

    raises: SheetRefused when at least two of them fail in most rows where they stand and fit one column further
    """
    rows = [row for row in islice(grid.rows(layout.row + 1), SAMPLE) if not all(map(is_empty, row))]
    telling = [sheet.column(key) for key in layout.places if _telling(sheet.column(key))]
    for side in _SIDES:
        moved = [
            column
            for column in telling
            if _failing(column, rows, layout.places[column.key]) >= FAILING
            and _failing(column, rows, layout.places[column.key] + side, absent=1.0) <= FITTING
        ]
        if len(moved) >= 2:
            raise SheetRefused(
                _message(grid, layout, moved, side, layout.places, rows), code="columns_shifted"
            )


def _telling(column: Column) -> bool:
    return bool(column.shape) or column.kind in ("choice", "date", "yes_no", "number")


def _failing(column: Column, rows: Sequence[Sequence[Any]], place: int, *, absent: float = 0.0) -> float:
    """Share of the filled cells at a place that are not such a thing. absent: what a column without content counts."""
    if place < 0:
        return absent
    cells = [row[place] for row in rows if place < len(row) and not is_empty(row[place])]
    if not cells or len(cells) * 4 < len(rows):
        return absent
    return sum(not _fits(column, cell) for cell in cells) / len(cells)


def _fits(column: Column, cell: Any) -> bool:
    try:
        value = column.parse(cell)
    except CellWrong:
        return False
    return not column.shape or column.has_shape(str(value))


def _message(
    grid: Grid, layout: Layout, moved: list[Column], side: int, places: Mapping[str, int],
    rows: Sequence[Sequence[Any]],
) -> str:  # fmt: skip
    first = min(moved, key=lambda column: places[column.key])
    place = places[first.key]
    seen = next((written(row[place]) for row in rows if place < len(row) and not is_empty(row[place])), "")
    share = _failing(first, rows, place)
    there, back = _SIDES[side]
    names = "、".join(f"“{column.title}”" for column in moved[:4])
    return (
        f"工作表“{grid.sheet}”的内容比表头整体{there}移了一列：从第 {layout.row + 2} 行起，{letters(place)} 列“{first.title}”下面"
        f"写的是“{seen[:20]}”这样的内容，抽看的行里 {share:.0%} 对不上，{there}边一列却都对得上（{names}都是这样）。"
        f"名录没有改动。请在表格软件里把这几列的内容向{back}移一列，与表头对齐后再上传。"
    )
