"""The grounds of a plan side by side, and what a bureau writes of its areas."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import RuleBroken
from foundation.intake.files import respond
from foundation.organisation.models import Area
from foundation.organisation.policies import can
from foundation.sheets.columns import Column, Sheet
from planning import actions, factors, trial
from planning.forms import AreaForm
from planning.models import AreaProfile
from planning.rules import principles
from planning.views.common import plans

SHEET = Sheet("plan_factors", "统筹依据", (
    Column("kind", "分组"), Column("name", "名称"), Column("quality", "环境质量"), Column("size", "面积，平方公里"), Column("people", "检查人员，人"),
    Column("targets", "污染源，家", "number"), Column("checks", "去年检查，次", "number"), Column("problems", "发现问题，次", "number"),
    Column("rate", "问题率"), Column("planned", "本计划预计，家次"), Column("frequency", "每家每年，次"),
))  # fmt: skip


@require_safe
def page(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(plans(request), pk=plan_id)
    try:
        found = factors.weighing(plan, timezone.localdate())
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("planning:plans")
    mine = request.user.organisation_id == plan.organisation_id and can(request.user, "planning.edit")
    context = {
        "plan": plan,
        "found": found,
        "may_edit": mine,
        "lower": principles.may_lower(trial.book_of(plan)),
    }
    return render(request, "planning/factors.html", context)


@require_safe
def export(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(plans(request), pk=plan_id)
    found = factors.weighing(plan, timezone.localdate())
    rows = [_row("片区", one.found, one.profile, one.people) for one in found.areas]
    rows += [_row("类别", one) for one in found.tiers] + [_row("标识", one) for one in found.labels]
    return respond(
        SHEET, rows, f"{plan.name}统筹依据", "csv" if request.GET.get("format") == "csv" else "xlsx"
    )


def _row(
    kind: str, one: factors.Group, profile: AreaProfile | None = None, people: int | str = ""
) -> dict[str, object]:
    return {
        "kind": kind, "name": one.name, "quality": profile.quality if profile else "", "size": profile.square_km or "" if profile else "",
        "people": people, "targets": one.targets, "checks": one.checks, "problems": one.problems,
        "rate": "" if one.rate is None else f"{one.rate}%", "planned": f"{one.planned:.1f}", "frequency": f"{one.frequency:.2f}",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def area(request: HttpRequest, plan_id: int, area_id: int) -> HttpResponse:
    """Quality, size and road of one area of the bureau."""
    plan = get_object_or_404(plans(request), pk=plan_id)
    found = get_object_or_404(Area, pk=area_id, organisation=plan.organisation)
    if request.user.organisation_id != plan.organisation_id or not can(request.user, "planning.edit"):
        raise PermissionDenied("片区情况由本局的计划编制员填写。")
    form = AreaForm(request.POST or None, profile=AreaProfile.objects.filter(area=found).first())
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_area_profile(by=request.user, area=found, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error("quality_source" if broken.code == "source_missing" else None, broken.message)
        else:
            messages.success(request, f"已保存{found.name}的情况。")
            return redirect("planning:factors", plan.pk)
    context = {"plan": plan, "area": found, "form": form}
    return render(request, "planning/area.html", context, status=422 if form.is_bound else 200)
