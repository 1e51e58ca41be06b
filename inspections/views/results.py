"""结果审核: the queue, and one record beside its evidence."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from foundation.workdays.models import calendar
from inspections import actions, policies, queries, showing
from inspections.models import Visit
from inspections.views.common import attempt, need

PER_PAGE = 30


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    need(request, "inspections.review")
    waiting = queries.listed(queries.waiting_review(request.user)).order_by("completed_on", "id")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = queries.rows(page.object_list, request.user, today, calendar())
    return render(request, "inspections/reviews.html", {"page_obj": page, "rows": rows, "today": today})


def _found(request: HttpRequest, visit_id: int) -> Visit:
    need(request, "inspections.review")
    with_record = Visit.objects.visible_to(request.user).filter(records__isnull=False).distinct()
    return get_object_or_404(with_record, pk=visit_id)


@require_GET
def review(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = _found(request, visit_id)
    context = showing.whole_visit(found, request.user, timezone.localdate(), calendar())
    context["why_not"] = policies.why_not(policies.check_review, request.user, found)
    return render(request, "inspections/review.html", context)


@require_POST
def passed(request: HttpRequest, visit_id: int) -> HttpResponse:
    return _decide(request, visit_id, passed=True, done="已通过，等待公示。")


@require_POST
def returned(request: HttpRequest, visit_id: int) -> HttpResponse:
    return _decide(request, visit_id, passed=False, done="已退回检查组更正。")


def _decide(request: HttpRequest, visit_id: int, *, passed: bool, done: str) -> HttpResponse:
    found = _found(request, visit_id)
    opinion = request.POST.get("opinion", "")
    fine = attempt(
        request,
        lambda: actions.review(by=request.user, visit=found, passed=passed, opinion=opinion),
        f"{found.number} {done}",
    )
    return redirect("inspections:reviews") if fine else redirect("inspections:review", found.pk)
