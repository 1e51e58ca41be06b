"""Registers out: the same columns as the import, so that a file exported here changes nothing when it comes back."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse

from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.sheets import writing
from foundation.sheets.columns import Sheet
from registry.imports import items as item_import
from registry.imports.target_sheet import lists_of, target_sheet
from registry.models import ImportBatch, InspectionItem, Target
from registry.records import item_records, target_records


def export_targets(
    organisation: Organisation, targets: QuerySet[Target], on: date, fmt: str
) -> StreamingHttpResponse | FileResponse:
    book = book_of(organisation, on)
    lists = lists_of(organisation, book)
    return respond(target_sheet(lists, book), target_records(targets, lists.flags), f"检查对象名录_{on}", fmt)


def export_items(items: QuerySet[InspectionItem], on: date, fmt: str) -> StreamingHttpResponse | FileResponse:
    return respond(item_import.SHEET, item_records(items), f"抽查事项清单_{on}", fmt)


def respond(
    sheet: Sheet, records: Iterable[dict[str, Any]], name: str, fmt: str
) -> StreamingHttpResponse | FileResponse:
    """fmt: csv (streamed) or xlsx (written to a temporary file, then streamed)"""
    if fmt == "csv":
        response = StreamingHttpResponse(
            writing.write_csv(sheet, records), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = disposition(f"{name}.csv")
        return response
    return FileResponse(
        writing.write_xlsx(sheet, records),
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=writing.XLSX,
    )


def disposition(name: str) -> str:
    return f"attachment; filename*=utf-8''{quote(name)}"


def export_template(organisation: Organisation, kind: str, on: date) -> FileResponse:
    sheet = sheet_of(organisation, kind, on)
    return FileResponse(
        writing.template(sheet),
        as_attachment=True,
        filename=f"{sheet.title}导入模板.xlsx",
        content_type=writing.XLSX,
    )


def export_errors(batch: ImportBatch, on: date) -> FileResponse:
    """Only the refused rows, each fault as a comment on its cell."""
    sheet = sheet_of(batch.organisation, batch.kind, on)
    file = writing.error_workbook(sheet, batch.rejected, batch.errors)
    return FileResponse(
        file, as_attachment=True, filename=f"错误行_{batch.pk}.xlsx", content_type=writing.XLSX
    )


def sheet_of(organisation: Organisation, kind: str, on: date) -> Sheet:
    if kind == "items":
        return item_import.SHEET
    book = book_of(organisation, on)
    return target_sheet(lists_of(organisation, book), book)


def book_of(organisation: Organisation, on: date) -> Rulebook | None:
    """None before a rulebook is adopted: the register can be kept all the same."""
    try:
        return rulebook_of(organisation, on)
    except RulebookMissing:
        return None
