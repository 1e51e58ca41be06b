"""The register of inspectors out: the same columns as the import."""

from datetime import date
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse

from foundation.organisation.models import Organisation
from foundation.sheets import writing
from personnel import rules
from personnel.actions.batches import register_of
from personnel.imports import inspector_records
from personnel.models import Inspector, PersonnelImport


def export_inspectors(
    organisation: Organisation, inspectors: QuerySet[Inspector], on: date, fmt: str, *, phones: bool
) -> StreamingHttpResponse | FileResponse:
    """fmt: csv (streamed) or xlsx. phones: in full, for whoever keeps the register; otherwise masked"""
    sheet, name = register_of(organisation, on).sheet, f"检查人员名录_{on}"
    records = inspector_records(inspectors) if phones else map(_masked, inspector_records(inspectors))
    if fmt == "csv":
        lines = writing.write_csv(sheet, records)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}.csv"
        return response
    file = writing.write_xlsx(sheet, records)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=writing.XLSX)


def _masked(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"phone": rules.masked_phone(record["phone"])}


def export_template(organisation: Organisation, on: date) -> FileResponse:
    file = writing.template(register_of(organisation, on).sheet)
    return FileResponse(file, as_attachment=True, filename="检查人员导入模板.xlsx", content_type=writing.XLSX)


def export_errors(batch: PersonnelImport, on: date) -> FileResponse:
    """The refused rows as written, each fault as a comment; corrected in place it can be uploaded as it is."""
    sheet = register_of(batch.organisation, on).sheet
    file = writing.error_workbook(sheet, batch.rejected, batch.errors)
    return FileResponse(
        file, as_attachment=True, filename=f"错误行_{batch.pk}.xlsx", content_type=writing.XLSX
    )
