"""Old .xls workbooks made by hand, byte by byte: cells anywhere, any used range claimed."""

import struct

SECTOR, SMALL, CUTOFF = 512, 64, 4096
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
BEGIN_BOOK, BEGIN_SHEET = 5, 0x10


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def begin(what: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, what, 0x0DBB, 0x07CC, 0, 6))


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def records(cells, said: tuple[int, int, int, int] | None = None) -> bytes:
    """One worksheet. cells: (row, column, text) · said: first row, row after the last, the same of columns"""
    name = b"Sheet1"

    def head(at: int) -> bytes:
        sheet = record(0x85, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name)
        return begin(BEGIN_BOOK) + record(0x0042, b"\xb0\x04") + sheet + record(0x000A)

    used = record(0x0200, struct.pack("<IIHHH", *said, 0)) if said else b""
    page = begin(BEGIN_SHEET) + used + b"".join(label(*cell) for cell in cells) + record(0x000A)
    return head(len(head(0))) + page


def padded(data: bytes, size: int = SECTOR, by: bytes = b"\0") -> bytes:
    return data + by * (-len(data) % size)


def numbers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def entry(name: str, kind: int, first: int, length: int, child: int = FREE) -> bytes:
    letters = name.encode("utf-16-le")
    head = (
        letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters) + 2, kind, 1) + numbers(FREE, FREE, child)
    )
    return head + b"\0" * 36 + struct.pack("<IQ", first, length)


def compound(stream: bytes, *, small: bool = False) -> bytes:
    """The stream in a file of its own: sectors 0 table, 1 directory, then the stream; small: through the small sectors."""
    if not small:
        stream = stream.ljust(CUTOFF, b"\0")
    first, count = (3 if small else 2), len(padded(stream)) // SECTOR
    chain = [*range(first + 1, first + count), END]
    table = numbers(TABLE, END, *([END] if small else []), *chain)
    if small:
        pieces = len(padded(stream, SMALL)) // SMALL
        rest = padded(numbers(*range(1, pieces), END), by=b"\xff") + padded(stream)
        entries = entry("Root Entry", 5, 3, pieces * SMALL, 1) + entry("Workbook", 2, 0, len(stream))
    else:
        rest, entries = (
            padded(stream),
            entry("Root Entry", 5, END, 0, 1) + entry("Workbook", 2, 2, len(stream)),
        )
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    head += numbers(0, 1, 1, 0, CUTOFF, 2 if small else END, 1 if small else 0, END, 0, 0) + b"\xff" * 432
    return head + padded(table, by=b"\xff") + padded(entries) + rest


def old_book(cells, said: tuple[int, int, int, int] | None = None, *, small: bool = False) -> bytes:
    return compound(records(cells, said), small=small)
