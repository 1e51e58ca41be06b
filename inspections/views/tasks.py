"""检查任务: the list, one visit, what is done to it at the desk."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from draws.models import Draw
from foundation.documents.serving import send
from foundation.workdays.models import calendar
from inspections import actions, exports, policies, queries, showing
from inspections.filters import VisitFilter
from inspections.forms import DispatchForm, WaiveForm, first_error
from inspections.models import Evidence, Visit
from inspections.views.common import attempt, need, number_in

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def scope(request: HttpRequest) -> QuerySet[Visit]:
    need(request, "inspections.view", "inspections.review")
    return Visit.objects.visible_to(request.user)


def _filtered(request: HttpRequest) -> VisitFilter:
    return VisitFilter(
        request.GET, queryset=queries.in_order(queries.listed(scope(request))), today=timezone.localdate()
    )


@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    found = _filtered(request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    managing = policies.may_manage(request.user, request.user.organisation_id)
    context = {
        "filter": found, "page_obj": page, "rows": queries.rows(page.object_list, request.user, today, calendar()),
        "today": today, "managing": managing, "draws": list(queries.draws_to_send(request.user)[:20]) if managing else [],
    }  # fmt: skip
    return render(request, "inspections/visits.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = queries.rows(_filtered(request).qs, request.user, today, calendar())
    return FileResponse(
        exports.visits_file(rows), as_attachment=True, filename=f"检查任务-{today}.xlsx", content_type=XLSX
    )


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    need(request, *policies.MANAGERS)
    draw = get_object_or_404(Draw.objects.visible_to(request.user), pk=number_in(request.POST.get("draw")))
    attempt(
        request,
        lambda: actions.create_visits(by=request.user, draw=draw),
        f"{draw.number} 的检查任务已按抽取结果更新。",
    )
    return redirect("inspections:visits")


@require_GET
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request).select_related("draw__plan", "target__entity"), pk=visit_id)
    return render(request, "inspections/visit.html", _context(request, found))


def _context(request: HttpRequest, found: Visit, **forms: Any) -> dict[str, Any]:
    today = timezone.localdate()
    context = showing.whole_visit(found, request.user, today, calendar())
    return context | showing.desk_forms(found, request.user, today) | forms


@require_POST
def dispatch(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    form = DispatchForm(request.POST, choices=showing.mode_choices(found, timezone.localdate()))
    if not form.is_valid():
        return render(
            request, "inspections/visit.html", _context(request, found, dispatch_form=form), status=422
        )
    site = request.build_absolute_uri("/")
    attempt(
        request,
        lambda: actions.dispatch(by=request.user, visit=found, site=site, **form.cleaned_data),
        "通知书已编号派发，检查组现在能看到对象名称。",
    )
    return redirect("inspections:visit", found.pk)


@require_POST
def add_assistant(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    form = showing.helper_form(found, request.POST)
    if form is None or not form.is_valid():
        messages.error(request, first_error(form) if form else "规则书没有规定可以挑选辅助人员。")
    else:
        attempt(
            request, lambda: actions.add_assistant(by=request.user, visit=found, **form.cleaned_data),
            "已加辅助人员，写进通知书和检查记录；不计入检查组人数，不签字。",
        )  # fmt: skip
    return redirect("inspections:visit", found.pk)


@require_POST
def remove_assistant(request: HttpRequest, visit_id: int, helper_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    helper = get_object_or_404(found.helpers.all(), pk=helper_id)
    reason = request.POST.get("reason", "")
    attempt(
        request, lambda: actions.remove_assistant(by=request.user, visit=found, helper=helper, reason=reason),
        "已减去这名辅助人员，记录保留。",
    )  # fmt: skip
    return redirect("inspections:visit", found.pk)


@require_POST
def waive(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    form = WaiveForm(request.POST, **showing.waive_choices(found))
    if not form.is_valid():
        messages.error(request, first_error(form))
    else:
        attempt(
            request,
            lambda: actions.waive(by=request.user, visit=found, **form.cleaned_data),
            "已记为免予检查。",
        )
    return redirect("inspections:visit", found.pk)


@require_POST
def reopen(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: actions.reopen(by=request.user, visit=found, reason=reason),
        "已退回检查组更正，更正后重新签字、重新审核。",
    )
    return redirect("inspections:visit", found.pk)


@require_POST
def papers(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Make once more the PDFs that failed."""
    found = get_object_or_404(scope(request), pk=visit_id)
    attempt(
        request, lambda: actions.renew_papers(by=request.user, visit=found), "已重新申请生成，稍后刷新本页。"
    )
    return redirect("inspections:visit", found.pk)


@require_GET
def evidence(request: HttpRequest, visit_id: int, evidence_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    return send(get_object_or_404(Evidence.objects.filter(visit=found), pk=evidence_id))
