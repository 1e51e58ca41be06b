"""Can the year be done: per line, per quarter, per area, with the options."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.errors import RuleBroken
from planning import exports, feasible
from planning.views.common import plans


@require_safe
def page(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(plans(request), pk=plan_id)
    try:
        found = feasible.feasible(plan, timezone.localdate())
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("planning:plans")
    figures = [
        {"label": "冲突", "value": found.conflicts, "unit": "处", "tone": "bad" if found.conflicts else "", "note": "按计划做不到"},
        {"label": "提醒", "value": found.warnings, "unit": "处", "note": "批准前应知道"},
        {"label": "全年能抽", "value": sum(line.drawn for line in found.lines), "unit": "家次",
         "note": f"应抽 {sum(line.required for line in found.lines)} 家次"},
        {"label": "最忙的一季", "value": max((one.share for one in found.quarters), default=0), "unit": "%",
         "note": "检查占在岗人日"},
    ]  # fmt: skip
    return render(request, "planning/feasibility.html", {"plan": plan, "found": found, "figures": figures})


@require_safe
def xlsx(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(plans(request), pk=plan_id)
    try:
        book = exports.feasibility_workbook(feasible.feasible(plan, timezone.localdate()))
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("planning:plans")
    return FileResponse(book, as_attachment=True, filename=f"{plan.name}可行性.xlsx")
