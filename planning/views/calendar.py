"""Calendar of duties: a month as a picture, the year as a list, a file for other calendars."""

from calendar import Calendar as Months
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import refused
from foundation.workdays.models import calendar as holidays
from foundation.workdays.rules import workdays_between
from planning import actions, agenda
from planning.forms import DutyForm
from planning.policies import can_note_duty
from planning.rules import ical
from planning.rules.agenda import Duty
from planning.views.common import organisation

WEEK = "一二三四五六日"


def _month(request: HttpRequest, today: date) -> date:
    """?month=2026-11; anything else is this month."""
    try:
        year, month = map(int, request.GET.get("month", "").split("-"))
        return date(year, month, 1) if 2000 <= year <= 2199 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    bureau, today = organisation(request), timezone.localdate()
    month = _month(request, today)
    context: dict[str, Any] = {
        "month": month,
        "today": today,
        "bureau": bureau,
        "week": WEEK,
        **_neighbours(month),
    }
    try:
        duties = agenda.of_year(bureau, month.year, today)
    except RuleBroken as broken:
        return render(request, "planning/calendar.html", context | {"reason": broken.message})
    days = holidays()
    rows = [
        {"duty": duty, "state": duty.state(today), "state_zh": duty.state_zh(today), "left": workdays_between(days, today, duty.due)}
        for duty in duties
    ]  # fmt: skip
    context |= {
        "rows": rows, "weeks": _weeks(month, duties, today, days), "noted": agenda.NOTED,
        "may_note": can_note_duty(request.user, bureau), "overdue": sum(row["state"] == "overdue" for row in rows),
    }  # fmt: skip
    return render(request, "planning/calendar.html", context)


def _neighbours(month: date) -> dict[str, date]:
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    return {"before": before, "after": date(month.year + (month.month == 12), month.month % 12 + 1, 1)}


def _weeks(month: date, duties: list[Duty], today: date, days: Any) -> list[list[dict[str, Any]]]:
    """Rows of seven days: what is due, which draw windows are open, whether one works."""
    return [
        [
            {
                "day": day, "inside": day.month == month.month, "today": day == today, "work": days.is_workday(day),
                "name": days.day_name(day), "due": [duty for duty in duties if duty.due == day],
                "open": [duty for duty in duties if duty.kind == "draw" and duty.opens and duty.opens <= day < duty.due
                         and (duty.due - duty.opens).days <= 31],
            }
            for day in week
        ]
        for week in Months().monthdatescalendar(month.year, month.month)
    ]  # fmt: skip


@require_safe
def ics(request: HttpRequest, year: int) -> HttpResponse:
    bureau, today = organisation(request), timezone.localdate()
    try:
        duties = agenda.of_year(bureau, year, today)
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request))
    name = f"{bureau.name}{year}年双随机日程"
    text = ical.calendar_file(duties, name=name, host=request.get_host(), stamp=timezone.now(), today=today)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.ics")
    return answer


@require_POST
def done(request: HttpRequest) -> HttpResponse:
    form, bureau = DutyForm(request.POST), Organisation.objects.get(pk=request.user.organisation_id)
    organisation(request)
    if not form.is_valid():
        messages.error(request, "请填写办结日期（例如 2026-01-20）和文号或报送去向。")
        return redirect("planning:calendar")
    try:
        actions.note_duty_done(
            by=request.user, organisation=bureau, on=timezone.localdate(), **form.cleaned_data
        )
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request))
    messages.success(request, "已登记办结。")
    return redirect("planning:calendar")
