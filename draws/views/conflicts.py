"""Declared conflicts of interest: the discipline officer sees all, an inspector his own, nobody else any."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from draws import actions
from draws.forms import ConflictForm
from draws.models import ConflictOfInterest
from draws.readiness.conflicts import conflicts_of
from draws.views.common import staff_draw, status_of
from foundation.errors import RuleBroken
from foundation.organisation.policies import can
from foundation.sheets.columns import Column, Sheet
from personnel.models import Inspector
from registry.exports import respond

SHEET = Sheet("conflicts", "利害关系", (
    Column("inspector", "检查人员"), Column("unit", "单位"), Column("subject", "企业或对象"), Column("whole", "全部检查对象", "yes_no"),
    Column("relation", "关系"), Column("since", "起", "date"), Column("until", "止", "date"), Column("evidence", "依据"),
    Column("by", "申报人"), Column("withdrawn", "已撤回", "yes_no"),
))  # fmt: skip


def _people(request: HttpRequest) -> QuerySet[Inspector]:
    """Inspectors for whom this person may declare."""
    own = Inspector.objects.of(request.user.organisation).active().order_by("name")
    if can(request.user, "personnel.conflicts"):
        return own
    if can(request.user, "personnel.own"):
        return own.filter(user=request.user)
    raise PermissionDenied("利害关系由纪检监督员和检查人员本人查看。")


def _scope(request: HttpRequest) -> QuerySet[ConflictOfInterest]:
    rows = ConflictOfInterest.objects.filter(inspector__in=_people(request))
    return rows.select_related("inspector__unit", "target", "entity", "declared_by").order_by(
        "withdrawn_at", "-declared_at"
    )


@never_cache
@require_safe
def conflicts(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, status: int = 200) -> HttpResponse:
    on = timezone.localdate()
    rows = list(_scope(request))
    in_force = set(
        ConflictOfInterest.objects.filter(pk__in=[row.pk for row in rows])
        .in_force(on)
        .values_list("pk", flat=True)
    )
    context = {
        "rows": rows,
        "in_force": in_force,
        "all": can(request.user, "personnel.conflicts"),
        "linked": _people(request).exists(),
    }
    return render(request, "draws/conflicts.html", context, status=status)


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as the page: all for the discipline officer, one's own for an inspector."""
    records = (
        {
            "inspector": row.inspector.name, "unit": row.inspector.unit.name, "subject": row.target.name if row.target else row.entity.name,
            "whole": not row.target, "relation": row.get_relation_display(), "since": row.since, "until": row.until,
            "evidence": row.evidence, "by": row.declared_by.name, "withdrawn": bool(row.withdrawn_at),
        }
        for row in _scope(request)
    )  # fmt: skip
    return respond(SHEET, records, "利害关系", "csv" if request.GET.get("format") == "csv" else "xlsx")


@never_cache
@require_safe
def of_draw(request: HttpRequest, number: str) -> HttpResponse:
    """利害关系 of one draw: the discipline officer sees who with whom, everybody else how many only."""
    draw = staff_draw(request, number)
    on = timezone.localdate()
    sees = can(request.user, "personnel.conflicts")
    found = conflicts_of(draw, on)
    context = {
        "draw": draw, "sees": sees, "rows": found if sees else [], "pairs": sum(row.pairs for row in found),
        "people": len({row.conflict.inspector_id for row in found}), "count": len(found),
        "barred": [row for row in found if row.all_barred] if sees else [],
    }  # fmt: skip
    return render(request, "draws/prep/conflicts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = ConflictForm(request.POST or None, people=_people(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.declare_conflict(by=request.user, **form.given())
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            return render(request, "draws/conflict_new.html", {"form": form}, status=status_of(broken))
        messages.success(request, f"已登记{made.inspector.name}的利害关系，下次冻结名单时生效。")
        return redirect("draws:conflicts")
    return render(request, "draws/conflict_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, conflict: int) -> HttpResponse:
    held = get_object_or_404(_scope(request), pk=conflict)
    if request.method == "POST":
        try:
            actions.withdraw_conflict(by=request.user, conflict=held)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return _page(request, status_of(broken))
        messages.success(request, "已撤回；记录保留。")
    return redirect("draws:conflicts")
