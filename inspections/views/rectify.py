"""整改复查: what is still open, by deadline, until it is closed with a note."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.workdays.models import calendar
from foundation.workdays.rules import add_workdays
from inspections import actions, exports, policies, queries
from inspections.filters import FollowUpFilter
from inspections.forms import CloseForm, TermsForm
from inspections.models import FollowUp
from inspections.views.common import attempt, need, posted
from inspections.views.tasks import XLSX

PER_PAGE = 50
SOON = 5
BUCKETS = (
    ("late", "已逾期"),
    ("soon", f"{SOON} 个工作日内"),
    ("later", "更晚"),
    ("none", "没有定期限"),
    ("done", "已办结"),
)


def scope(request: HttpRequest):
    need(request, "inspections.view", "inspections.review", "inspections.own")
    rows = queries.followups_of(request.user).select_related(
        "visit__target", "visit__organisation", "visit_item__item"
    )
    return rows.order_by("due_on", "id")


def _bucket(followups: Any, name: str, today: date, soon: date) -> Any:
    openly = followups.open()
    return {
        "late": openly.filter(due_on__lt=today), "soon": openly.filter(due_on__range=(today, soon)),
        "later": openly.filter(due_on__gt=soon), "none": openly.filter(due_on=None),
        "done": followups.filter(state=FollowUp.State.DONE).order_by("-closed_on", "-id"),
    }[name]  # fmt: skip


@require_GET
def followups(request: HttpRequest) -> HttpResponse:
    found = FollowUpFilter(request.GET, queryset=scope(request))
    today, days = timezone.localdate(), calendar()
    soon = add_workdays(days, today, SOON).date
    counts = {name: _bucket(found.qs, name, today, soon).count() for name, _ in BUCKETS}
    chosen = request.GET.get("bucket", "")
    if chosen not in counts:
        chosen = next((name for name in ("late", "soon", "later", "none") if counts[name]), "late")
    page = Paginator(_bucket(found.qs, chosen, today, soon), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"followup": row, "left": queries.left(row.due_on, today, days)} for row in page.object_list]
    tabs = [
        {"label": label, "url": f"?bucket={name}", "count": counts[name], "current": name == chosen}
        for name, label in BUCKETS
    ]
    return render(
        request,
        "inspections/followups.html",
        {"filter": found, "page_obj": page, "rows": rows, "tabs": tabs, "today": today},
    )


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    rows: Iterable[FollowUp] = FollowUpFilter(request.GET, queryset=scope(request)).qs
    name = f"整改与后续-{timezone.localdate()}.xlsx"
    return FileResponse(exports.followups_file(rows), as_attachment=True, filename=name, content_type=XLSX)


@require_http_methods(["GET", "POST"])
def followup(request: HttpRequest, followup_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=followup_id)
    form = TermsForm(posted(request), instance=FollowUp.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        attempt(
            request,
            lambda: actions.set_terms(by=request.user, followup=found, **form.cleaned_data),
            "已保存。",
        )
        return redirect("inspections:followup", found.pk)
    return _page(
        request, found, form, CloseForm(initial={"on": timezone.localdate()}), 422 if form.is_bound else 200
    )


@require_POST
def close(request: HttpRequest, followup_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=followup_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, TermsForm(instance=found), form, 422)
    attempt(
        request,
        lambda: actions.close_followup(by=request.user, followup=found, **form.cleaned_data),
        "已办结。",
    )
    return redirect("inspections:followup", found.pk)


def _page(
    request: HttpRequest, found: FollowUp, terms: TermsForm, closing: CloseForm, status: int
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "followup": found, "form": terms, "closing": closing, "today": today,
        "left": queries.left(found.due_on, today, calendar()),
        "why_not": policies.why_not(policies.check_change_followup, request.user, found),
        "name": found.visit.target.name,
        "handovers": found.handovers.order_by("-year", "-serial"),
    }  # fmt: skip
    return render(request, "inspections/followup.html", context, status=status)
