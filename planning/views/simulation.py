"""A year of a plan tried out in the background: progress, charts with their tables, files."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import RuleBroken
from foundation.intake.files import respond
from foundation.organisation.pages import refused
from foundation.sheets.columns import Column, Sheet
from planning import actions, policies
from planning.actions.simulations import fingerprint
from planning.forms import SimulationForm
from planning.models import AnnualPlan, YearSimulation
from planning.rules import report
from planning.views.common import plans

RUNNING = (YearSimulation.State.WAITING, YearSimulation.State.RUNNING)
SHEET = Sheet("year_simulation", "年度模拟", (
    Column("part", "部分"), Column("unit", "单位"), Column("name", "名称"), Column("base", "对象，家", "number"),
    Column("required", "全年应抽，家次", "number"), Column("covered", "查到比例"), Column("least", "最少一年"),
    Column("never", "平均一次也没抽到，家"), Column("repeats", "平均重复，家次"), Column("short", "平均欠，家次"),
    Column("load", "平均每年，次"), Column("range", "九成年份在"),
))  # fmt: skip


@never_cache
@require_safe
def simulation(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(plans(request), pk=plan_id))


def _page(
    request: HttpRequest, plan: AnnualPlan, form: SimulationForm | None = None, status: int = 200
) -> HttpResponse:
    run = plan.simulations.select_related("requested_by").order_by("-pk").first()
    context: dict[str, Any] = {
        "plan": plan, "run": run, "running": bool(run and run.state in RUNNING), "form": form or SimulationForm(),
        "may": policies.can_simulate(request.user, plan), "stale": bool(run and run.inputs != fingerprint(plan)),
        "before": plan.simulations.exclude(pk=run.pk).order_by("-pk")[:5] if run else [],
    }  # fmt: skip
    if run and run.state == YearSimulation.State.DONE:
        context["found"] = report.report(run.result, run.runs)
    return render(request, "planning/simulation.html", context, status=status)


@require_POST
def start(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(plans(request), pk=plan_id)
    form = SimulationForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, form, 422)
    try:
        actions.simulate_year(by=request.user, plan=plan, on=timezone.localdate(), **form.cleaned_data)
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request, plan))
    messages.info(request, "已开始模拟，可以离开本页，稍后再来看。")
    return redirect("planning:simulation", plan.pk)


@never_cache
@require_safe
def progress(request: HttpRequest, plan_id: int, run: int) -> HttpResponse:
    """The progress bar alone, asked for every second."""
    plan = get_object_or_404(plans(request), pk=plan_id)
    return render(
        request,
        "planning/_simulation_progress.html",
        {"plan": plan, "run": get_object_or_404(plan.simulations, pk=run)},
    )


@require_safe
def export(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """The last finished run: everything as JSON, or its tables as a workbook or csv."""
    plan = get_object_or_404(plans(request), pk=plan_id)
    run = get_object_or_404(plan.simulations.filter(state=YearSimulation.State.DONE).order_by("-pk")[:1])
    fmt, name = request.GET.get("format", "xlsx"), f"{plan.name}年度模拟"
    if fmt == "json":
        found = {
            "plan": plan.name, "year": plan.year, "rulebook": plan.rulebook_id, "rulebook_hash": plan.rulebook_hash,
            "on": run.on, "runs": run.runs, "seed": run.seed, **run.result,
        }  # fmt: skip
        answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
        answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.json")
        return answer
    return respond(SHEET, report.rows(run.result), name, "csv" if fmt == "csv" else "xlsx")
