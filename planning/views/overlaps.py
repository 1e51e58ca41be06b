"""Overlap finder: one visit instead of several (综合查一次)."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.intake.files import respond
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period
from foundation.sheets.columns import Column, Sheet
from planning import overlaps
from planning.overlaps import Overlaps
from planning.rules.terms import long_zh, neighbours
from planning.views.common import check_view, period_or_404

PER_PAGE = 20
SHEET = Sheet("overlaps", "重叠的检查", (
    Column("uid", "编号"), Column("name", "检查对象"), Column("area", "片区"), Column("tasks", "重叠的任务", "lines"),
    Column("separate", "分别去，次"), Column("merged", "合并去，次"), Column("saved", "少去，次"), Column("state", "办法"),
))  # fmt: skip


def _found(request: HttpRequest) -> Overlaps:
    check_view(request)
    today = timezone.localdate()
    period = period_or_404(request.GET.get("period") or Period.containing(today, "quarter").id)
    return overlaps.find(list(Organisation.objects.visible_to(request.user).order_by("code")), period, today)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = _found(request)
    before, after = neighbours(found.period)
    total = found.total
    context = {
        "found": found, "before": before, "after": after,
        "page_obj": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "figures": [
            {"label": "重叠的对象", "value": total.sites, "unit": "家", "note": "两项以上任务都要去"},
            {"label": "分别去", "value": f"{total.separate:.1f}", "unit": "次", "note": "没抽的按抽中机会折算"},
            {"label": "合并去", "value": f"{total.merged:.1f}", "unit": "次", "note": "一次查完各项"},
            {"label": "少去", "value": f"{total.saved:.1f}", "unit": "次", "note": f"少用 {total.saved * found.team:.1f} 人次"},
        ],
    }  # fmt: skip
    return render(request, "planning/overlaps.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    found = _found(request)
    name = f"{long_zh(found.period)}重叠的检查"
    return respond(SHEET, _records(found), name, "csv" if request.GET.get("format") == "csv" else "xlsx")


def _records(found: Overlaps) -> Iterable[dict[str, Any]]:
    for row in found.rows:
        site = row.site
        yield {
            "uid": row.target.uid, "name": row.target.name, "area": row.target.area.name,
            "tasks": [f"{one.task}（{one.office}）{one.draw or f'抽中机会 {one.chance:.0%}'}" for one in site.claims],
            "separate": f"{site.separate:.2f}", "merged": f"{site.merged:.2f}", "saved": f"{site.saved:.2f}", "state": row.state_zh,
        }  # fmt: skip
