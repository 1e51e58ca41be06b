"""How far the cells of an old .xls reach, found out before it is opened.

Whatever opens such a file takes room for every cell between the first and the last one of every worksheet at once,
so two cells in opposite corners are enough to use up the memory of the server. Here only the heads of the records are
walked through: [MS-CFB] for the file, [MS-XLS] for the records.
"""

import struct
from collections.abc import Iterator

from foundation.sheets.errors import SheetRefused
from foundation.sheets.guard import MAX_CELLS

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA  # what follows are marks, not sectors
_STREAMS = ("workbook", "book")
_ENTRY = 128
_STREAM, _ROOT = 2, 5

_BEGINS = (0x0809, 0x0409, 0x0209, 0x0009)
_DIMENSIONS, _SEVERAL = 0x0200, 0x00BD
# What holds something: formula, number, RK, label, label by number, rich text, truth value or error. Formatted blanks do not.
_CELLS = (0x0006, 0x0203, 0x027E, 0x0204, 0x00FD, 0x00D6, 0x0205, _SEVERAL)
# The largest sheet the format knows; room for as much is asked for, not used.
_LARGEST = 65536 * 256
_SPOILT = "文件打不开，可能已损坏或设了密码。请在表格软件里打开，另存为“Excel 工作簿（.xlsx）”再上传。"


def check_extent(data: bytes) -> None:
    """raises: SheetRefused for cells too far apart, or a file whose records cannot be walked through"""
    try:
        area = sum(_areas(_Compound(data).workbook()))
    except (struct.error, IndexError, ValueError):
        raise SheetRefused(_SPOILT) from None
    if area > MAX_CELLS:
        raise SheetRefused(
            "工作表的范围太大：有单元格落在表格外面很远的地方。请删去散落的内容，或另存为 .xlsx、分成几个文件。",
            code="sheet_too_large",
        )


def _areas(stream: bytes) -> Iterator[int]:
    """Cells between the corners of every worksheet. raises: ValueError for a range no sheet of this kind can have"""
    rows: list[int] = []
    columns: list[int] = []
    for kind, body in _records(stream):
        if kind in _BEGINS:
            yield _area(rows, columns)
            rows, columns = [], []
        elif kind == _DIMENSIONS:
            if _said(body) > _LARGEST:
                raise ValueError("dimensions")
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _SEVERAL else column
            rows, columns = _widened(rows, row, row), _widened(columns, column, last)
    yield _area(rows, columns)


def _widened(held: list[int], low: int, high: int) -> list[int]:
    return [min(held[0], low), max(held[1], high)] if held else [low, high]


def _area(rows: list[int], columns: list[int]) -> int:
    return (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1) if rows else 0


def _said(body: bytes) -> int:
    """What the record of the used range says: a reader believes it and takes the room at once."""
    if len(body) >= 14:
        top, bottom, left, right = struct.unpack_from("<IIHH", body)
    else:
        top, bottom, left, right = struct.unpack_from("<HHHH", body)
    return max(0, bottom - top) * max(0, right - left)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class _Compound:
    """A file of files: sectors chained through a table, short streams inside a stream of their own."""

    def __init__(self, data: bytes) -> None:
        if data[:8] != _MAGIC:
            raise ValueError("not a compound file")
        self.data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise ValueError("sector size")
        self.size, self.small = 1 << shift, 1 << small_shift
        (self.first_entry,) = struct.unpack_from("<I", data, 48)
        self.cutoff, small_table = struct.unpack_from("<II", data, 56)
        self.next = self._table()
        self.small_next = _numbers(self._chain(small_table))

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _table(self) -> list[int]:
        """Where every sector goes on; the list of its own sectors begins in the head of the file."""
        parts = list(struct.unpack_from("<109I", self.data, 76))
        (more,) = struct.unpack_from("<I", self.data, 68)
        for _ in range(len(self.data) // self.size):
            if more >= _LAST_SECTOR:
                break
            *found, more = _numbers(self._sector(more))
            parts += found
        return _numbers(b"".join(self._sector(part) for part in parts if part < _LAST_SECTOR))

    def _chain(self, first: int) -> bytes:
        return b"".join(self._sector(number) for number in _walk(first, self.next))

    def workbook(self) -> bytes:
        """raises: ValueError without a workbook inside"""
        entries = self._chain(self.first_entry)
        inside = b""
        found: tuple[int, int] | None = None
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            name, kind, first, length = _entry(entries[at : at + _ENTRY])
            if kind == _ROOT:
                inside = self._chain(first)
            elif kind == _STREAM and name in _STREAMS and (found is None or name == _STREAMS[0]):
                found = first, length
        if found is None:
            raise ValueError("no workbook")
        first, length = found
        if length >= self.cutoff:
            return self._chain(first)[:length]
        parts = (inside[n * self.small : (n + 1) * self.small] for n in _walk(first, self.small_next))
        return b"".join(parts)[:length]


def _entry(raw: bytes) -> tuple[str, int, int, int]:
    """Name in lower case, kind, first sector, length."""
    letters = max(0, struct.unpack_from("<H", raw, 64)[0] - 2)
    first, length = struct.unpack_from("<II", raw, 116)
    return raw[: min(letters, 64)].decode("utf-16-le", "replace").lower(), raw[66], first, length


def _numbers(raw: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))


def _walk(first: int, following: list[int]) -> Iterator[int]:
    """Sectors of a chain; one that runs in a circle is spoilt. raises: ValueError, IndexError"""
    at, steps = first, 0
    while at < _LAST_SECTOR:
        yield at
        at, steps = following[at], steps + 1
        if steps > len(following):
            raise ValueError("a chain without an end")
