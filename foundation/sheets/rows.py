"""Rows of a grid become values and problems; nothing is looked up here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.sheets.columns import CLEAR, Sheet, is_empty, written
from foundation.sheets.errors import CellWrong, Problem
from foundation.sheets.guard import letters
from foundation.sheets.heads import Layout
from foundation.sheets.reading import Grid


@dataclass
class Row:
    """One row of the file.

    number: as Excel counts. values: parsed cells that say something; None = 清空. raw: every filled cell as written.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, sheet: Sheet, key: str, message: str) -> None:
        """Note a fault of one column (or of the whole row when the column is not ours)."""
        title = next((column.title for column in sheet.columns if column.key == key), key)
        self.problems.append(Problem(self.number, title, self.raw.get(key, ""), message, key))


def parse_rows(sheet: Sheet, grid: Grid, layout: Layout) -> Iterator[Row]:
    """Every non-empty row below the headers, one at a time."""
    merged = _merged_rows(grid, layout.row)
    places = list(layout.places.items())
    for index, cells in enumerate(grid.rows(layout.row + 1), layout.row + 1):
        width = len(cells)
        filled = {key: cells[at] for key, at in places if at < width and not is_empty(cells[at])}
        formulas = {key for key, at in places if (index, at) in grid.formulas} if grid.formulas else ()
        if not filled and not formulas:
            continue
        row = parse_row(sheet, index + 1, filled, formulas)
        if index in merged:
            row.wrong(
                sheet, "", f"有合并单元格（{merged[index]}），合并后只有左上角有内容。请取消合并，逐行填写"
            )
        yield row


def parse_row(sheet: Sheet, number: int, filled: Mapping[str, Any], formulas: Collection[str] = ()) -> Row:
    """A missing required cell may be kept from the register, so only the caller can tell if it is a fault."""
    row = Row(number, raw={key: _raw(cell) for key, cell in filled.items()})
    for key in formulas:
        row.raw.setdefault(key, "")
        row.wrong(sheet, key, "是公式。请改成文字或数字（复制后“选择性粘贴为数值”）")
    for key, cell in filled.items():
        if key not in formulas:
            _parse_cell(sheet, row, key, cell)
    return row


def _parse_cell(sheet: Sheet, row: Row, key: str, cell: Any) -> None:
    column = sheet.column(key)
    if isinstance(cell, str) and written(cell) == CLEAR:
        if column.required:
            row.wrong(sheet, key, "是必填项，不能清空。请填写内容")
        else:
            row.values[key] = None
        return
    try:
        row.values[key] = column.parse(cell)
    except CellWrong as error:
        row.wrong(sheet, key, error.message)


def _raw(cell: Any) -> str:
    return (cell if isinstance(cell, str) else written(cell))[:500]


def _merged_rows(grid: Grid, header: int) -> dict[int, str]:
    """Rows below the headers that lose content to a merged cell, with its range."""
    found: dict[int, str] = {}
    for top, left, bottom, right in grid.merged:
        if top > header and (top, left) != (bottom, right):
            for index in range(top, bottom + 1):
                found.setdefault(index, f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}")
    return found


def flag_repeated(
    sheet: Sheet,
    rows: Iterable[Row],
    key: str,
    name: Callable[[Row], Any],
    what: str,
    first: dict[Any, int] | None = None,
) -> None:
    """Mark every row whose `name` already occurred further up in the file.

    first: where each was met first; kept by the caller when a long file is looked at in parts
    """
    first = {} if first is None else first
    for row in rows:
        value = name(row)
        if value in (None, ""):
            continue
        if value in first:
            row.wrong(sheet, key, f"与第 {first[value]} 行重复，{what}相同。请删去一行，或改正其中一个")
        else:
            first[value] = row.number
