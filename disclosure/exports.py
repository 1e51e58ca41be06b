"""Open data: the published results as CSV, XLSX and JSON, with stable column names and stable bytes."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone

from disclosure.models import Publication
from foundation.sheets import writing
from foundation.sheets.columns import Column, Sheet

KINDS = {
    "csv": "text/csv; charset=utf-8", "xlsx": writing.XLSX, "json": "application/json; charset=utf-8",
}  # fmt: skip
ALL = "all"
_EPOCH = (2000, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")

# 列名与国家企业信用信息公示系统的双随机抽查结果对应，一经发布不再改名。
SHEET = Sheet(
    "disclosure", "双随机抽查结果",
    (
        Column("number", "公示编号", "code", help="永久编号，不重复使用"),
        Column("version", "版本", "number", help="1 为首次公示，更正和撤回递增"),
        Column("nature", "性质", help="公示、更正、撤回"),
        Column("published_at", "公示时间", help="北京时间"),
        Column("subject", "检查对象名称", help="没有信用代码的自然人只显示姓"),
        Column("uscc", "统一社会信用代码", "code", help="18 位；没有的为空"),
        Column("target_kind", "对象类型"),
        Column("area", "乡镇"),
        Column("tier", "监管对象类别", help="重点、特殊、一般"),
        Column("plan", "抽查计划名称"),
        Column("draw", "抽查任务编号", "code", help="抽取会编号，可在抽取会页面核验"),
        Column("type", "抽查类型", help="定向、不定向"),
        Column("organisation", "抽查机关"),
        Column("checked_on", "检查日期", "date"),
        Column("completed_on", "抽查完成日期", "date"),
        Column("mode", "检查方式"),
        Column("items", "检查事项", help="多项以分号隔开"),
        Column("results", "各事项结果", help="与检查事项同序"),
        Column("outcome", "检查结果"),
        Column("status", "目前状态", help="含整改复查进展"),
        Column("sentence", "结论"),
        Column("due_on", "公示期限", "date"),
        Column("on_time", "是否按期公示", help="是、否"),
        Column("reason", "更正或撤回理由"),
        Column("commitment", "盲号", "code", help="抽取时的承诺值，64 位"),
        Column("sha256", "指纹", "code", help="本版本公示内容的 SHA-256"),
    ),
    unit="条",
)  # fmt: skip


def table_rows(publications: Iterable[Publication]) -> Iterator[dict[str, Any]]:
    """One row per result, never per item, so that counting rows counts inspections."""
    for row in publications:
        record = row.record
        draw, target = record.get("draw", {}), record.get("target", {})
        deadline, items = record.get("deadline", {}), record.get("items", [])
        yield {
            "number": row.number, "version": row.version, "nature": row.get_nature_display(),
            "published_at": timezone.localtime(row.published_at).strftime("%Y-%m-%d %H:%M:%S"),
            "subject": row.subject, "uscc": row.uscc, "target_kind": target.get("kind", ""), "area": row.area,
            "tier": row.tier, "plan": draw.get("plan", ""), "draw": draw.get("number", ""), "type": draw.get("type", ""),
            "organisation": record["organisation"]["name"], "checked_on": record.get("checked_on", ""),
            "completed_on": record.get("completed_on", ""), "mode": record.get("mode", ""),
            "items": "；".join(item["name"] for item in items), "results": "；".join(item["result"] for item in items),
            "outcome": record.get("outcome", {}).get("name", ""), "status": row.status, "sentence": record.get("sentence", ""),
            "due_on": deadline.get("due_on", ""), "on_time": deadline.get("on_time"), "reason": row.reason,
            "commitment": draw.get("commitment", ""), "sha256": row.sha256,
        }  # fmt: skip


def made(rows: Iterable[dict[str, Any]], kind: str) -> bytes:
    """The file of some rows; the same rows give the same bytes."""
    if kind == "csv":
        return "".join(writing.write_csv(SHEET, rows)).encode()
    if kind == "xlsx":
        return stable(writing.write_xlsx(SHEET, rows).read())
    listed = [{column.title: row[column.key] for column in SHEET.columns} for row in rows]
    return (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode()


def stable(workbook: bytes) -> bytes:
    """The workbook without the time of its making, so that its fingerprint depends on its content alone."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(source.namelist()):
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            package.writestr(
                part, _STAMP.sub(b"", source.read(name)) if name == "docProps/core.xml" else source.read(name)
            )
    return target.getvalue()


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


# -- files per quarter ------------------------------------------------------------------------------------


def periods() -> list[str]:
    """Periods with published results, newest first."""
    found = Publication.objects.results().exclude(period="").values_list("period", flat=True).distinct()
    return sorted(found, reverse=True)


def of_period(period: str) -> list[Publication]:
    """Current results of a period (or of all), in the order of their numbers."""
    rows = Publication.objects.results().current().order_by("number")
    return list(rows if period == ALL else rows.filter(period=period))


def of_periods(periods: list[str]) -> list[Publication]:
    """Current results of several periods, in the order of their numbers; tasks and draws come along."""
    rows = Publication.objects.results().current().filter(period__in=periods).order_by("number")
    return list(rows.select_related("task__visit__draw"))


def data_file(period: str, kind: str) -> bytes:
    """One open-data file; made once per publication."""
    key = f"disclosure-data-{period}-{kind}-{_edition(period)}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = made(table_rows(of_period(period)), kind)
        cache.set(key, found, 24 * 3600)
    return found


def fingerprints(period: str) -> dict[str, dict[str, Any]]:
    """Per format: bytes and sha256; remembered until the next publication of the period."""
    key = f"disclosure-hashes-{period}-{_edition(period)}"
    found: dict[str, dict[str, Any]] | None = cache.get(key)
    if found is None:
        files = {kind: data_file(period, kind) for kind in KINDS}
        found = {
            kind: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for kind, data in files.items()
        }
        cache.set(key, found, 24 * 3600)
    return found


def _edition(period: str) -> str:
    rows = Publication.objects.results()
    if period != ALL:
        rows = rows.filter(period=period)
    latest = rows.order_by("-pk").values_list("pk", "sha256").first()
    return f"{latest[0]}-{latest[1][:8]}" if latest else "none"
