"""The register as a whole: head-count of a day, availability of a quarter, certificates that end."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from foundation.asked import whole
from foundation.intake.files import respond, workbook
from foundation.organisation.models import Organisation, Unit
from personnel import availability, expiry, headcount, pages, queries, rules
from personnel.adoption import book_of
from personnel.forms import ViewForm
from personnel.models import Inspector
from personnel.views.common import organisation


def _context(request: HttpRequest, bureau: Organisation, here: str, form: ViewForm) -> dict[str, Any]:
    views = pages.view_tabs(request.user, here, request.GET.get("org", ""))
    return {"bureau": bureau, "views": views, "today": timezone.localdate(), "form": form}


@require_GET
def certificates(request: HttpRequest) -> HttpResponseBase:
    """证件到期日历。"""
    bureau, today = organisation(request), timezone.localdate()
    everything = expiry.rows_of(bureau, today)
    form = ViewForm(
        request.GET, organisation=bureau, names=("unit", "kind"), kind=expiry.kinds_of(everything)
    )
    unit, kind = form.value("unit"), form.value("kind")
    rows = [
        row
        for row in everything
        if row.person.unit == (unit or row.person.unit) and row.kind == (kind or row.kind)
    ]
    found = expiry.calendar_of(rows, today)
    if request.GET.get("format"):
        return respond(expiry.SHEET, expiry.records(found), f"证件到期_{today}", _format(request))
    context = _context(request, bureau, "certificates", form) | {
        "calendar": found, "labels": [f"{month.first:%y-%m}" for month in found.months],
        "values": [len(month.rows) for month in found.months], "figures": _buckets(found),
    }  # fmt: skip
    return render(request, "personnel/certificates.html", context)


def _buckets(found: expiry.Calendar) -> list[dict[str, Any]]:
    alarms = [(rules.CERTIFICATE_LABELS[state], found.count(state)) for state in expiry.BUCKETS]
    figures: list[dict[str, Any]] = [
        {"label": label, "value": count, "unit": "本", "tone": "warn" if count else ""}
        for label, count in alarms
    ]
    later = {"label": "更晚到期", "value": found.later, "unit": "本", "note": f"{expiry.MONTHS} 个月以后"}
    return [*figures, later]


@require_GET
def heads(request: HttpRequest) -> HttpResponseBase:
    """各单位某日人数。"""
    bureau = organisation(request)
    form = ViewForm(request.GET, organisation=bureau, names=("on",))
    on = form.value("on") or timezone.localdate()
    found = headcount.count_of(bureau, on)
    names = {one.pk: one.name for one in Unit.objects.filter(organisation=bureau)}
    if request.GET.get("format"):
        sums, people = headcount.sum_records(found), headcount.people_records(found.rows, names)
        return workbook([(headcount.SUMS, sums), (headcount.PEOPLE, people)], f"在编在岗人数_{on}")
    show = request.GET.get("show", "")
    show = show if show in headcount.LABELS else headcount.OFFICERS
    asked = whole(request.GET.get("unit"))
    unit = asked if asked in names else None
    labels, values = headcount.year_of(bureau, on)
    context = _context(request, bureau, "heads", form) | {
        "on": on, "count": found, "heads": headcount.LABELS, "show": show, "show_label": headcount.LABELS[show],
        "unit": unit, "unit_name": names.get(unit or 0, ""), "labels": labels, "values": values,
        "people": [(row, names[row.unit]) for row in found.people(show, unit)],
        "left_out": [(row, names[row.unit]) for row in found.rows if row.why],
    }  # fmt: skip
    return render(request, "personnel/headcount.html", context)


@require_GET
def available(request: HttpRequest) -> HttpResponseBase:
    """谁在哪些日子可派。"""
    bureau = organisation(request)
    names = ("start", "by", "unit", "area", "speciality")
    form = ViewForm(request.GET, organisation=bureau, names=names, speciality=queries.specialities(bureau))
    first, by_day = form.value("start") or timezone.localdate(), form.value("by") == "day"
    spans = availability.days_from(first) if by_day else availability.weeks_from(first)
    picture = availability.picture_of(_people(bureau, form), spans)
    if request.GET.get("format"):
        sheet = availability.sheet_of(picture)
        return respond(sheet, availability.records(picture), f"可派情况_{spans[0].first}", _format(request))
    book = book_of(bureau, timezone.localdate())
    step = timedelta(availability.DAYS if by_day else 7 * availability.WEEKS)
    context = _context(request, bureau, "available", form) | {
        "picture": picture, "by_day": by_day, "first": first, "legend": availability.LEGEND, "before": first - step,
        "after": first + step, "least": book.team.min if book else 0,
    }  # fmt: skip
    return render(request, "personnel/availability.html", context)


def _people(bureau: Organisation, form: ViewForm) -> Any:
    people: QuerySet[Inspector] = Inspector.objects.of(bureau)
    unit, area, word = form.value("unit"), form.value("area"), form.value("speciality")
    people = people.filter(unit=unit) if unit else people
    people = people.filter(areas=area) if area else people
    people = queries.with_speciality(people, word) if word else people
    return people.select_related("unit").prefetch_related("areas").order_by("unit__code", "name", "id")


def _format(request: HttpRequest) -> str:
    return "csv" if request.GET.get("format") == "csv" else "xlsx"
