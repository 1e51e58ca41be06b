"""履职情况 per inspector and year, with its sources; one's own page on the phone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from draws import conflict_queries
from draws.models import ConflictOfInterest
from foundation.asked import calendar_year
from foundation.errors import NotAllowed
from foundation.intake.files import workbook
from foundation.organisation.policies import can
from inspections import people
from inspections.actions.counting import recount_all
from inspections.views.common import need
from personnel import pages, queries, rules
from personnel.models import Inspector


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year") or request.POST.get("year")
    return calendar_year(asked, timezone.localdate().year)


@require_GET
def performance(request: HttpRequest) -> HttpResponseBase:
    need(request, "personnel.view")
    year = _year(request)
    found = people.year_of(request.user.organisation, year)
    if request.GET.get("format"):
        tables = [
            (people.FIGURES, people.figure_records(found)),
            (people.SOURCES, people.source_records(found)),
        ]
        return workbook(tables, f"检查人员履职情况_{year}")
    asked = request.GET.get("who", "")
    context = {
        "year": year, "people": found, "heads": list(people.LABELS.values()), "today": timezone.localdate(),
        "chosen": next((one for one in found if str(one.row.pk) == asked), None), "may_count": can(request.user, "personnel.edit"),
        "total": sum(one.visits for one in found),
    }  # fmt: skip
    return render(request, "inspections/people.html", context)


@require_POST
def recount(request: HttpRequest) -> HttpResponse:
    year = _year(request)
    try:
        changed = recount_all(by=request.user, organisation=request.user.organisation, year=year)
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    messages.success(request, f"{year} 年已重新点数，名录里 {changed} 人的次数有变。")
    return redirect(f"{reverse('inspections:people')}?year={year}")


@never_cache
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """My certificate, my days away, my year, what I have to confirm."""
    need(request, "inspections.own", "personnel.own")
    today = timezone.localdate()
    own = Inspector.objects.filter(user=request.user).select_related("organisation", "unit").first()
    context: dict[str, object] = {"own": own, "today": today}
    if own is not None:
        past = queries.past_of([own])
        year = people.year_of(own.organisation, today.year, [own.pk])[0]
        context |= {
            "papers": pages.papers_of(own, today), "standing": pages.standing(past.status(own.pk, today)),
            "badge": rules.certificate_badge(past.covered(own.pk, today), today), "year": year,
            "absences": own.absences.touching(today, today.replace(year=today.year + 1, day=1)).order_by("since"),
            "figures": [(people.LABELS[kind], year.count(kind)) for kind in people.LABELS],
            "confirmed": conflict_queries.confirmation_of(own, today.year),
            "conflicts": ConflictOfInterest.objects.filter(inspector=own).in_force(today).count(),
        }  # fmt: skip
    return render(request, "phone/me.html", context)
