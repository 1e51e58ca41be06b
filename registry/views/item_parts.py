"""检查单、对象范围、新版本、沿革: the parts of one item and its history."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.sheets.columns import Column, Sheet
from registry import actions, exports, item_history, policies
from registry.actions.item_parts import POINT_FIELDS, SCOPE_FIELDS
from registry.item_forms import PointSet, RevisionForm, ScopeSet
from registry.models import InspectionItem
from registry.views.common import put_errors, require, today
from registry.views.items import one_item

HISTORY = Sheet("item-history", "事项沿革", (
    Column("version", "版本"), Column("day", "公布日期"), Column("field", "字段"), Column("old", "原为", "lines"),
    Column("new", "改为", "lines"), Column("why", "事由"), Column("by", "编制人"),
))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def points(request: HttpRequest, item_id: int) -> HttpResponse:
    row = one_item(request, item_id)
    rows = PointSet(
        request.POST or None, prefix="row", initial=list(row.checkpoints.order_by("no").values(*POINT_FIELDS))
    )
    text = "一行一个检查项；清空检查项就是删去这一行。检查时每项选：未发现问题、发现问题、不涉及。"
    return _rows(
        request,
        row,
        rows,
        "检查单",
        text,
        lambda new: actions.edit_parts(item=row, points=new, by=request.user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def scopes(request: HttpRequest, item_id: int) -> HttpResponse:
    row = one_item(request, item_id)
    rows = ScopeSet(
        request.POST or None, prefix="row", initial=list(row.scopes.order_by("no").values(*SCOPE_FIELDS))
    )
    text = "同一事项对不同对象的频次、比例、数量不一样时，一类对象一行；清空检查对象就是删去这一行。抽取时用的比例以规则书和计划为准。"
    return _rows(
        request,
        row,
        rows,
        "对象范围",
        text,
        lambda new: actions.edit_parts(item=row, scopes=new, by=request.user),
    )


def _rows(
    request: HttpRequest, row: InspectionItem, rows: Any, title: str, text: str,
    save: Callable[[list[dict[str, Any]]], Any],
) -> HttpResponse:  # fmt: skip
    require(policies.can_edit(request.user, row.organisation), "抽查事项由本局计划编制员编制。")
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if rows.is_valid():
            try:
                save(rows.rows())
                messages.success(request, f"{title}已保存。")
                return redirect("registry:item", row.pk)
            except RuleBroken as broken:
                problem, status = broken.message, status_of(broken)
    context = {"item": row, "rows": rows, "title": title, "text": text, "problem": problem}
    return render(request, "registry/item_rows.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, item_id: int) -> HttpResponse:
    row = one_item(request, item_id)
    require(policies.can_edit(request.user, row.organisation), "抽查事项由本局计划编制员编制。")
    form = RevisionForm(request.POST or None, book=exports.book_of(row.organisation, today()))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            made = actions.revise_item(item=row, on=today(), by=request.user, **form.cleaned_data)
        except RuleBroken as broken:
            put_errors(form, broken)
            status = 409
        else:
            messages.success(request, "已建立新版本（草稿），请修改后送批。")
            return redirect("registry:item", made.pk)
    return render(request, "registry/item_revise.html", {"form": form, "item": row}, status=status)


@require_safe
def history(request: HttpRequest, item_id: int) -> HttpResponse:
    row = one_item(request, item_id)
    return render(
        request, "registry/item_history.html", {"item": row, "versions": item_history.versions(row)}
    )


@require_safe
def export_history(request: HttpRequest, item_id: int) -> HttpResponseBase:
    row = one_item(request, item_id)
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(HISTORY, item_history.records(row), f"事项沿革_{row.code}_{today()}", fmt)
