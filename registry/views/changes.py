"""待审变更: what waits for a second person, what was decided."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet
from registry import actions, exports, policies
from registry.models import ImportBatch, PendingChange
from registry.views.common import PAGE, number, refused, today, visible_targets

SHEET = Sheet("changes", "待审变更", (
    Column("target", "检查对象"), Column("uid", "对象编号"), Column("kind", "事项"), Column("change", "改前改后"), Column("reason", "原因和依据"),
    Column("by", "申请人"), Column("at", "申请日期", "date"), Column("state", "状态"), Column("decided_by", "审批人"),
    Column("decided_on", "审批日期", "date"), Column("opinion", "审批意见"),
))  # fmt: skip
SHOWN = 20
TABS = (("waiting", "待审批"), ("approved", "已批准"), ("returned", "已退回"), ("withdrawn", "已撤回"))


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _rows(request: HttpRequest) -> tuple[QuerySet[PendingChange], str]:
    visible_targets(request)
    asked = request.GET.get("state", "waiting")
    state = asked if asked in dict(TABS) else "waiting"
    rows = PendingChange.objects.visible_to(request.user).filter(state=state)
    if (batch := number(request.GET.get("batch", ""))) is not None:
        rows = rows.filter(batch=batch)
    rows = rows.select_related("target", "requested_by", "decided_by", "organisation")
    return rows.order_by("requested_at" if state == "waiting" else "-decided_at", "id"), state


def _batches(request: HttpRequest) -> list[dict[str, Any]]:
    """Files that wait for a second person, each decided as a whole; the first changes as a sample."""
    waiting = PendingChange.objects.visible_to(request.user).waiting().exclude(batch=None).order_by()
    counts = dict(waiting.values("batch").annotate(n=Count("id")).values_list("batch", "n"))
    heavy = ("errors", "rejected", "unknown", "upload")
    found = []
    for row in (
        ImportBatch.objects.filter(pk__in=counts).select_related("organisation").defer(*heavy).order_by("id")
    ):
        first = list(
            waiting.filter(batch=row).select_related("target", "requested_by").order_by("id")[:SHOWN]
        )
        found.append(
            {
                "batch": row, "count": counts[row.pk], "rows": first, "more": counts[row.pk] - len(first),
                "by": first[0].requested_by, "at": first[0].requested_at, "may_decide": policies.can_decide(first[0], request.user),
            }
        )  # fmt: skip
    return found


def _page(request: HttpRequest, status: int = 200) -> HttpResponse:
    rows, state = _rows(request)
    whole = state == "waiting" and number(request.GET.get("batch", "")) is None
    batches = _batches(request) if whole else []
    if whole:
        rows = rows.filter(batch=None)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    waiting = PendingChange.objects.visible_to(request.user).waiting().count()
    lines = [
        {"change": row, "may_decide": policies.can_decide(row, request.user), "own": row.requested_by_id == request.user.pk}
        for row in page
    ]  # fmt: skip
    context = {
        "page": page, "lines": lines, "state": state, "waiting": waiting, "batches": batches,
        "one_batch": not whole and "batch" in request.GET,
        "tabs": [
            {"label": label, "url": f"?state={name}", "current": name == state, "count": waiting if name == "waiting" else None}
            for name, label in TABS
        ],
    }  # fmt: skip
    return render(request, "registry/changes.html", context, status=status)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    rows, state = _rows(request)
    records = (
        {
            "target": row.target.name, "uid": row.target.uid, "kind": row.get_kind_display(),
            "change": "；".join(f"{f['label']}：{f['old'] or '空'}→{f['new'] or '空'}" for f in row.fields), "reason": row.reason,
            "by": row.requested_by.name, "at": row.requested_at.date(), "state": row.get_state_display(),
            "decided_by": row.decided_by.name if row.decided_by else "",
            "decided_on": row.decided_at.date() if row.decided_at else None, "opinion": row.opinion,
        }
        for row in rows
    )  # fmt: skip
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(SHEET, records, f"{dict(TABS)[state]}变更_{today()}", fmt)


def _change(request: HttpRequest, change_id: int) -> PendingChange:
    visible_targets(request)
    rows = PendingChange.objects.visible_to(request.user).select_related(
        "target", "organisation", "requested_by"
    )
    return get_object_or_404(rows, pk=change_id)


def _batch(request: HttpRequest, batch_id: int) -> ImportBatch:
    visible_targets(request)
    organisations = Organisation.objects.visible_to(request.user)
    rows = ImportBatch.objects.filter(organisation__in=organisations, kind="targets").select_related(
        "organisation"
    )
    return get_object_or_404(rows, pk=batch_id)


@require_POST
def approve_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        done = actions.approve_batch(batch=batch, on=today(), by=request.user)
    except RuleBroken as broken:
        return _page(request, refused(request, broken))
    messages.success(request, f"已批准“{batch.file_name}”的 {done.done} 项状态变更，已生效。")
    if done.moved:
        names = "、".join(done.moved[:5]) + ("等" if len(done.moved) > 5 else "")
        messages.warning(request, f"{len(done.moved)} 家申请之后又变过，没有批准，请逐项看：{names}。")
    if done.left:
        messages.warning(request, f"还有 {done.left} 项没有办，请再批一次。")
    return redirect("registry:changes")


@require_POST
def return_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        done = actions.return_batch(batch=batch, opinion=request.POST.get("reason", ""), by=request.user)
    except RuleBroken as broken:
        return _page(request, refused(request, broken))
    messages.success(request, f"已退回“{batch.file_name}”的 {done.done} 项状态变更；已写入的其他各栏不变。")
    return redirect("registry:changes")


def _back(request: HttpRequest, change: PendingChange) -> HttpResponse:
    return (
        redirect("registry:target", change.target_id)
        if request.POST.get("back") == "target"
        else redirect("registry:changes")
    )


@require_POST
def approve(request: HttpRequest, change_id: int) -> HttpResponse:
    change = _change(request, change_id)
    try:
        actions.approve_change(change=change, on=today(), by=request.user)
    except RuleBroken as broken:
        return _page(request, refused(request, broken))
    messages.success(request, f"已批准“{change.target.name}”的{change.get_kind_display()}，已生效。")
    return _back(request, change)


@require_POST
def send_back(request: HttpRequest, change_id: int) -> HttpResponse:
    change = _change(request, change_id)
    try:
        actions.return_change(change=change, opinion=request.POST.get("reason", ""), by=request.user)
    except RuleBroken as broken:
        return _page(request, refused(request, broken))
    messages.success(request, f"已退回“{change.target.name}”的{change.get_kind_display()}。")
    return _back(request, change)


@require_POST
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    change = _change(request, change_id)
    try:
        actions.withdraw_change(change=change, by=request.user)
    except RuleBroken as broken:
        return _page(request, refused(request, broken))
    messages.success(request, f"已撤回“{change.target.name}”的{change.get_kind_display()}申请。")
    return _back(request, change)
