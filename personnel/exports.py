"""The register of inspectors out: the same columns as the import."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse

from foundation.intake.files import respond
from foundation.organisation.models import Organisation
from personnel import rules
from personnel.actions.batches import register_of
from personnel.imports import inspector_records
from personnel.models import Inspector


def export_inspectors(
    organisation: Organisation, inspectors: QuerySet[Inspector], on: date, fmt: str, *, phones: bool
) -> StreamingHttpResponse | FileResponse:
    """fmt: csv (streamed) or xlsx. phones: in full, for whoever keeps the register; otherwise masked"""
    sheet, name = register_of(organisation, on).sheet, f"检查人员名录_{on}"
    records = inspector_records(inspectors) if phones else map(_masked, inspector_records(inspectors))
    return respond(sheet, records, name, fmt)


def _masked(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"phone": rules.masked_phone(record["phone"])}
