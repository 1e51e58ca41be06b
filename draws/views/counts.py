"""冻结数与上期: what a freeze today would count, and every target that came or went since the last period."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws.errors import StepRefused
from draws.models import Draw
from draws.readiness.counts import StratumCount, counts_of
from draws.rules.mc1.errors import Mc1Error
from draws.views.common import staff_draw
from foundation.errors import RuleBroken
from foundation.sheets.columns import Column, Sheet
from registry.exports import respond

PER_PAGE = 50
SHEET = Sheet("counts", "与上期比", (
    Column("stratum", "层"), Column("what", "变化"), Column("uid", "对象编号"), Column("name", "名称"), Column("area", "片区"),
    Column("status", "现在"),
))  # fmt: skip


@require_safe
def counts(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    on = timezone.localdate()
    try:
        found, problem = _counts(draw), ""
    except RuleBroken as broken:
        found, problem = [], broken.message
    chosen = request.GET.get("stratum", "")
    moved = [row for one in found if chosen in ("", one.id) for row in one.moved]
    context = {
        "draw": draw, "on": on, "counts": found, "problem": problem, "chosen": chosen, "moved": len(moved),
        "page_obj": Paginator(moved, PER_PAGE).get_page(request.GET.get("page")), "frozen": bool(draw.freeze_hash),
        "compared": any(one.before is not None for one in found),
        "base": sum(one.base for one in found), "pool": sum(one.pool for one in found),
    }  # fmt: skip
    return render(request, "draws/prep/counts.html", context, status=409 if problem else 200)


def _counts(draw: Draw) -> list[StratumCount]:
    try:
        return counts_of(draw, timezone.localdate())
    except Mc1Error as broken:
        raise StepRefused(broken.message) from broken


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """?format=csv; one row per target that came or went"""
    draw = staff_draw(request, number)
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    records = (vars(row) for one in _counts(draw) for row in one.moved)
    return respond(SHEET, records, f"{draw.number}与上期比", fmt)
