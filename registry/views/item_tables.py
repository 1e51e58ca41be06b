"""The list as the documents print it, and the view by content category."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.documents import actions as documents
from foundation.documents.rendering import unavailable_reason
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.writing import XLSX
from registry import exports, item_table
from registry.item_groups import content_groups
from registry.views.common import today, visible_items

GROUPS = Sheet("item-groups", "按检查内容", (
    Column("content", "检查内容"), Column("published", "已公布"), Column("open", "未公布"), Column("items", "事项", "lines"),
))  # fmt: skip


def _kind(request: HttpRequest, given: str) -> str:
    visible_items(request)
    if given not in item_table.LISTS:
        raise Http404("没有这份清单")
    return given


@require_safe
def table(request: HttpRequest, kind: str) -> HttpResponse:
    _kind(request, kind)
    organisation = request.user.organisation
    context = {
        "table": item_table.table_of(organisation, today(), kind), "kind": kind, "pdf_reason": unavailable_reason(),
        "document": documents.latest("item_list", f"{organisation.pk}-{kind}"),
        "book": exports.book_of(organisation, today()),
    }  # fmt: skip
    return render(request, "registry/item_table.html", context)


@require_safe
def xlsx(request: HttpRequest, kind: str) -> FileResponse:
    made = item_table.table_of(request.user.organisation, today(), _kind(request, kind))
    return FileResponse(
        item_table.workbook(made),
        as_attachment=True,
        filename=f"{made.title}_{today()}.xlsx",
        content_type=XLSX,
    )


@require_POST
def pdf(request: HttpRequest, kind: str) -> HttpResponse:
    organisation = request.user.organisation
    _kind(request, kind)
    documents.request(
        kind="item_list", subject_id=f"{organisation.pk}-{kind}", title=f"{organisation.name}{item_table.LISTS[kind]}",
        organisation=organisation, by=request.user,
    )  # fmt: skip
    messages.info(request, "清单正在生成，完成后在本页下载。")
    return redirect("registry:item-table", kind)


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    visible_items(request)
    organisation = request.user.organisation
    book = exports.book_of(organisation, today())
    context = {
        "rows": content_groups(organisation, book), "book": book,
        "groups_clause": book.item_rules.origin("contents").ref if book else "",
    }  # fmt: skip
    return render(request, "registry/item_groups.html", context)


@require_safe
def export_groups(request: HttpRequest) -> HttpResponseBase:
    visible_items(request)
    organisation = request.user.organisation
    rows = content_groups(organisation, exports.book_of(organisation, today()))
    records: list[dict[str, Any]] = [
        {"content": row.content, "published": str(row.published), "open": str(row.open), "items": [item.name for item in row.items]}
        for row in rows
    ]  # fmt: skip
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(GROUPS, records, f"事项按检查内容_{today()}", fmt)
