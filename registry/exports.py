"""Registers out: the same columns as the import, so that a file exported here changes nothing when it comes back."""

from datetime import date

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse

from foundation.intake.files import respond
from foundation.organisation.models import Organisation
from registry.imports import items as item_import
from registry.imports.target_sheet import lists_of, target_sheet
from registry.models import InspectionItem, Target
from registry.policies import book_of
from registry.records import item_rows, target_records


def export_targets(
    organisation: Organisation, targets: QuerySet[Target], on: date, fmt: str
) -> StreamingHttpResponse | FileResponse:
    book = book_of(organisation, on)
    lists = lists_of(organisation, book)
    return respond(target_sheet(lists, book), target_records(targets, lists.flags), f"检查对象名录_{on}", fmt)


def export_items(items: QuerySet[InspectionItem], on: date, fmt: str) -> StreamingHttpResponse | FileResponse:
    return respond(item_import.SHEET, item_rows(items), f"抽查事项清单_{on}", fmt)
