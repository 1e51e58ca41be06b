"""The files that anybody can verify: transcript.json and openings.json; tables to download."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from draws import queries
from draws.models import Draw
from foundation.sheets import writing
from foundation.sheets.columns import Sheet


def transcript_json(draw: Draw, audience: str = "public") -> bytes:
    """raises: NotYetPublic with the sentence when this audience may not have it yet"""
    return _bytes(queries.transcript_of(draw, audience))


def openings_json(draw: Draw, audience: str = "public") -> bytes:
    """Names that were opened to this audience; an empty list is a file too."""
    return _bytes(queries.openings_of(draw, audience))


def file_name(draw: Draw, what: str) -> str:
    """`what`: transcript or openings."""
    return f"{draw.number}-{what}.json"


def _bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def workbook(tables: Iterable[tuple[Sheet, list[dict[str, Any]]]], name: str) -> HttpResponse:
    """Several tables as one workbook to download."""
    with writing.write_workbook(tables) as made:
        response = HttpResponse(made.read(), content_type=writing.XLSX)
    response["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}.xlsx"
    return response


def table(sheet: Sheet, records: list[dict[str, Any]], name: str, fmt: str) -> HttpResponse:
    """One table to download. fmt: csv, anything else is xlsx"""
    if fmt != "csv":
        return workbook([(sheet, records)], name)
    response = HttpResponse(
        "".join(writing.write_csv(sheet, records)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}.csv"
    return response
