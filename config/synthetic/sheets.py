"""Rows of a world as an Excel workbook, the way a bureau would hand it in."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook


def workbook(title: str, rows: Iterable[dict[str, Any]]) -> bytes:
    """One sheet; the columns are all titles that occur, in order of first use."""
    rows = list(rows)
    titles = list(dict.fromkeys(title for row in rows for title in row))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(titles)
    for row in rows:
        sheet.append([row.get(name) for name in titles])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
