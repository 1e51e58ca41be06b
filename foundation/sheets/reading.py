"""A file becomes a grid of cells, or is refused with a sentence."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import python_calamine

from foundation.sheets import guard, old
from foundation.sheets.columns import is_empty
from foundation.sheets.errors import SheetRefused

MAX_ROWS = 200_000
KINDS = ".xlsx、.xls 或 .csv"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Grid:
    """Cells by absolute position (zero-based), what is merged (first row, column, last row, column), what is a formula.

    height: rows down to the last one that holds something. Rows of a workbook become Python values only while
    they are walked through, so that a hundred thousand of them take little memory.
    """

    sheet: str
    source: python_calamine.CalamineSheet | Sequence[list[Any]]
    height: int
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    encoding: str = ""

    def rows(self, start: int = 0) -> Iterator[list[Any]]:
        """From a zero-based row down."""
        if isinstance(self.source, Sequence):
            yield from islice(self.source, start, self.height)
            return
        left = [None] * (self.source.start or (0, 0))[1]
        for cells in islice(self.source.iter_rows(), start, self.height):
            yield [*left, *cells] if left else cells

    def head(self, count: int) -> list[list[Any]]:
        return list(islice(self.rows(), count))


def read(name: str, data: bytes, *, prefer: str = "") -> Grid:
    """The first visible worksheet (or the one called `prefer`) of an .xlsx, .xls or .csv file.

    raises: SheetRefused for anything that is not such a file, is empty, too large or booby-trapped
    """
    guard.check_size(data)
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix in (".xlsx", ".xlsm") or data[:4] == b"PK\x03\x04":
        grid = _workbook(data, suffix, prefer)
    elif suffix == ".xls" or data[:8] == _OLE:
        grid = _old_workbook(data, suffix, prefer)
    elif suffix in (".csv", ".txt"):
        grid = _csv(data)
    else:
        raise SheetRefused(
            f"“{name}”不是表格文件。只收 {KINDS}，请另存为其中一种再上传。", code="wrong_file_type"
        )
    if not grid.height:
        raise SheetRefused(
            f"工作表“{grid.sheet}”里没有内容。请检查数据是不是在别的工作表里。", code="sheet_is_empty"
        )
    if grid.height > MAX_ROWS:
        raise SheetRefused(
            f"工作表“{grid.sheet}”有 {grid.height} 行，一次最多 {MAX_ROWS} 行。请分成几个文件。",
            code="too_many_rows",
        )
    return grid


def _workbook(data: bytes, suffix: str, prefer: str) -> Grid:
    if suffix not in (".xlsx", ".xlsm"):
        raise SheetRefused(
            f"文件名的后缀是“{suffix or '空'}”，内容却是压缩包或 .xlsx。请改成真正的 {KINDS} 再上传。",
            code="wrong_file_type",
        )
    with guard.check_zip(data) as package:
        book = _open(data)
        name = _choose(book, prefer)
        scan = guard.scan_sheet(package, name)
    return _grid(book, name, scan.formulas)


def _old_workbook(data: bytes, suffix: str, prefer: str) -> Grid:
    if data[:8] != _OLE:
        raise SheetRefused(
            "文件名是 .xls，内容却不是（常见于网站导出的网页）。请在表格软件里打开，另存为 .xlsx 再上传。",
            code="wrong_file_type",
        )
    if suffix != ".xls":
        raise SheetRefused(
            f"内容是旧版 Office 文件，后缀却是“{suffix or '空'}”。请另存为 .xlsx 再上传。",
            code="wrong_file_type",
        )
    old.check_extent(data)
    book = _open(data)
    return _grid(book, _choose(book, prefer), frozenset())


def _open(data: bytes) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (python_calamine.CalamineError, ValueError, OSError):
        raise SheetRefused(
            "文件打不开，可能已损坏或设了密码。请在表格软件里打开，另存为“Excel 工作簿（.xlsx）”再上传。"
        ) from None


def _choose(book: python_calamine.CalamineWorkbook, prefer: str) -> str:
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if not visible:
        raise SheetRefused("工作簿里没有可见的工作表。请取消隐藏后再上传。")
    return prefer if prefer in visible else visible[0]


def _grid(book: python_calamine.CalamineWorkbook, name: str, formulas: frozenset[tuple[int, int]]) -> Grid:
    try:
        sheet = book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, ValueError):
        raise SheetRefused(f"工作表“{name}”读不出来，文件可能已损坏。请另存一次再上传。") from None
    if sheet.total_height * max(1, sheet.total_width) > guard.MAX_CELLS:
        raise SheetRefused(
            f"工作表“{name}”的范围太大。请删去表格外面散落的内容，或分成几个文件。", code="sheet_too_large"
        )
    height = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if not all(is_empty(cell) for cell in cells):
            height = number
    merged = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())
    return Grid(name, sheet, height, merged, formulas)


def _csv(data: bytes) -> Grid:
    text, encoding = decode(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    rows: list[list[Any]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            rows.append(list(cells))
            if len(rows) > MAX_ROWS + 10:
                break
    except csv.Error:
        raise SheetRefused(
            f"第 {reader.line_num} 行的引号或分隔不对，读不下去。请用表格软件打开，另存为 .xlsx 再上传。"
        ) from None
    while rows and all(is_empty(cell) for cell in rows[-1]):
        rows.pop()
    return Grid("CSV", rows, len(rows), encoding=encoding)


def decode(data: bytes) -> tuple[str, str]:
    """Text of a CSV file in UTF-8 or GBK (GB 18030). raises: SheetRefused for any other encoding"""
    refused = SheetRefused(
        "文件的编码既不是 UTF-8 也不是 GBK。请用表格软件打开，另存为“CSV UTF-8”或 .xlsx 再上传。",
        code="unknown_encoding",
    )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data:
        raise refused
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(0xE000 <= ord(char) <= 0xF8FF or ord(char) < 9 for char in text[:20000]):
            continue
        return text, encoding
    raise refused
