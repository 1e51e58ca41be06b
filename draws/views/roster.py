"""检查人员与证件: who may be drawn on the day, what keeps the others out, whether they are enough."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws.readiness.roster import needs_of, roster_of
from draws.views.common import staff_draw
from foundation.sheets.columns import Column, Sheet
from planning.trial import book_of
from registry.exports import respond

SHEET = Sheet("roster", "检查人员", (
    Column("name", "姓名"), Column("unit", "单位"), Column("areas", "片区"), Column("specialities", "专业"), Column("number", "执法证号"),
    Column("until", "有效期至", "date"), Column("certificate_words", "证件"), Column("status_words", "当天"), Column("away", "请假、外出"),
))  # fmt: skip


@require_safe
def roster(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    on = timezone.localdate(draw.scheduled_at)
    rows = roster_of(draw, on)
    book = book_of(draw.plan)
    context = {
        "draw": draw, "on": on, "rows": rows, "needs": needs_of(draw, rows), "clause": book.team.origin("min").ref,
        "out": sum(not row.available for row in rows), "alarms": sum(row.alarming for row in rows),
    }  # fmt: skip
    return render(request, "draws/prep/roster.html", context)


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    draw = staff_draw(request, number)
    records = (vars(row) for row in roster_of(draw, timezone.localdate(draw.scheduled_at)))
    return respond(
        SHEET, records, f"{draw.number}检查人员", "csv" if request.GET.get("format") == "csv" else "xlsx"
    )
