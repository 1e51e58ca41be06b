"""Files that the pages of an import hand out: the template, the refused rows, all changes."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, StreamingHttpResponse

from foundation.intake.models import Batch
from foundation.intake.pages import shown
from foundation.sheets import writing
from foundation.sheets.changes import ADD, KIND_LABELS
from foundation.sheets.columns import Column, Sheet

_CHANGES = Sheet(
    "changes",
    "变化",
    (
        Column("row", "行"), Column("kind", "类型"), Column("name", "名称"), Column("uid", "编号"),
        Column("label", "字段"), Column("old", "原来"), Column("new", "改为"), Column("effect", "生效"),
    ),
)  # fmt: skip


def respond(
    sheet: Sheet, records: Iterable[dict[str, Any]], name: str, fmt: str
) -> StreamingHttpResponse | FileResponse:
    """fmt: csv (streamed) or xlsx (written to a temporary file row by row, then streamed)"""
    if fmt == "csv":
        response = StreamingHttpResponse(
            writing.write_csv(sheet, records), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}.csv"
        return response
    return _xlsx(writing.write_xlsx(sheet, records), name)


def workbook(tables: Iterable[tuple[Sheet, Iterable[dict[str, Any]]]], name: str) -> FileResponse:
    """Several tables, a worksheet each."""
    return _xlsx(writing.write_workbook(tables), name)


def template(sheet: Sheet) -> FileResponse:
    return _xlsx(writing.template(sheet), f"{sheet.title}导入模板")


def errors(batch: Batch, sheet: Sheet) -> FileResponse:
    """Only the refused rows, each fault as a comment on its cell; corrected in place it can be uploaded as it is."""
    return _xlsx(writing.error_workbook(sheet, batch.rejected, batch.errors), f"错误行_{batch.pk}")


def changes(batch: Batch, sheet: Sheet) -> StreamingHttpResponse | FileResponse:
    """Every field that the batch changes or adds, one line each."""
    return respond(_CHANGES, _lines(batch, sheet), f"导入变化_{batch.pk}", "csv")


def _lines(batch: Batch, sheet: Sheet) -> Iterator[dict[str, Any]]:
    for part in batch.each_part():
        for change in part:
            head = {"row": str(change["row"]), "kind": KIND_LABELS[change["kind"]]}
            head |= {"name": change["name"], "uid": change["uid"]}
            if change["kind"] != ADD:
                yield from (
                    head
                    | {key: f[key] for key in ("label", "old", "new")}
                    | {"effect": _effect(sheet, f["key"])}
                    for f in change["fields"]
                )
                continue
            for key, value in change["values"].items():
                yield head | {
                    "label": sheet.column(key).title, "old": "", "new": shown(sheet, key, value), "effect": "导入即生效",
                }  # fmt: skip


def _effect(sheet: Sheet, key: str) -> str:
    return "另一人批准后生效" if sheet.column(key).second else "导入即生效"


def _xlsx(file: Any, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=writing.XLSX)
