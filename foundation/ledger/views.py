"""The ledger for those who check: list, one entry, verification, export."""

import csv
import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from foundation.ledger import actions
from foundation.ledger.filters import EntryFilter
from foundation.ledger.models import Entry, Head
from foundation.organisation import policies

PER_PAGE = 50


def _scope(request: HttpRequest) -> QuerySet[Entry]:
    if not policies.can(request.user, "ledger.view"):
        raise PermissionDenied("操作记录由审计员、安全管理员和纪检监督员查看。")
    return Entry.objects.visible_to(request.user).order_by("-seq")


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    found = EntryFilter(request.GET, queryset=_scope(request))
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    head = Head.objects.filter(pk=1).first()
    return render(request, "ledger/entries.html", {"filter": found, "page_obj": page, "head": head})


@require_GET
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    found = get_object_or_404(_scope(request), seq=seq)
    shown = json.dumps(json.loads(found.content), ensure_ascii=False, indent=2, sort_keys=True)
    return render(request, "ledger/entry.html", {"entry": found, "shown": shown})


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    _scope(request)
    count, broken = actions.verify()
    if broken:
        messages.error(request, f"记录链断裂：{broken[1]}。请保留数据库原样并报告纪检。")
    else:
        messages.success(request, f"记录链完好：{count} 条逐条核对一致。")
    return redirect("ledger:entries")


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    rows = EntryFilter(request.GET, queryset=_scope(request)).qs
    response = StreamingHttpResponse(_csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ledger-{timezone.localdate()}.csv"'
    return response


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv_lines(rows: QuerySet[Entry]):
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        ["序号", "时间", "操作人", "操作", "操作代码", "对象", "内容", "前一条指纹", "指纹"]
    )
    for row in rows.iterator(chunk_size=1000):
        at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")
        cells = [
            row.seq,
            at,
            row.actor_name,
            row.word,
            row.act,
            row.subject_name,
            row.content,
            row.previous_hash,
            row.hash,
        ]
        yield writer.writerow([_harmless(cell) for cell in cells])


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
