"""同步监测 and 参加部门 of one visit: arranged, recorded, taken back. On the visit's page, at the desk and on the phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from foundation.documents.serving import send
from foundation.errors import RuleBroken
from foundation.organisation.policies import can
from inspections import actions, policies
from inspections.forms import MonitoringForm, MonitoringResultForm, PartnerForm, first_error
from inspections.models import Monitoring, MonitoringFile, Visit, VisitPartner
from inspections.views.common import attempt


def _visit(request: HttpRequest, visit_id: int) -> Visit:
    """Whoever may see the visit; what he may do is judged by the action."""
    found = get_object_or_404(Visit.objects.select_related("organisation"), pk=visit_id)
    if not policies.can_see(request.user, found):
        raise PermissionDenied("您看不到这次检查。")
    return found


def _home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The desk's page, or, for who has only a phone's, that one."""
    at_desk = can(request.user, "inspections.view") or can(request.user, "inspections.review")
    return redirect("inspections:visit" if at_desk else "phone:visit", visit.pk)


def _done(request: HttpRequest, visit: Visit, form: Any, act: Callable[..., Any], said: str) -> HttpResponse:
    if not form.is_valid():
        messages.error(request, first_error(form))
    else:
        attempt(request, lambda: act(by=request.user, **form.cleaned_data), said)
    return _home(request, visit)


@require_POST
def arrange(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    return _done(
        request, visit, MonitoringForm(request.POST),
        lambda **given: actions.arrange_monitoring(visit=visit, **given), "已安排同步监测，日期和对象就是这次检查的。",
    )  # fmt: skip


@require_POST
def record(request: HttpRequest, visit_id: int, monitoring_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    found = get_object_or_404(Monitoring, pk=monitoring_id, visit=visit)
    form = MonitoringResultForm(request.POST, request.FILES)

    def act(*, file: Any, **given: Any) -> Monitoring:
        return actions.record_monitoring(monitoring=found, files=[file] if file else [], **given)

    return _done(request, visit, form, act, "已登记监测结果，报告已算指纹。")


@require_POST
def cancel(request: HttpRequest, visit_id: int, monitoring_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    found = get_object_or_404(Monitoring, pk=monitoring_id, visit=visit)
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: actions.cancel_monitoring(by=request.user, monitoring=found, reason=reason),
        "已登记不再监测。",
    )
    return _home(request, visit)


@require_GET
def file(request: HttpRequest, visit_id: int, file_id: int) -> HttpResponseBase:
    visit = _visit(request, visit_id)
    if not policies.can_read_name(request.user, visit):
        raise PermissionDenied("检查开始后可见。")
    found = get_object_or_404(MonitoringFile, pk=file_id, monitoring__visit=visit)
    try:
        return send(found)
    except RuleBroken as lost:
        messages.error(request, lost.message)
        return _home(request, visit)


@require_POST
def add_partner(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    return _done(
        request, visit, PartnerForm(request.POST), lambda **given: actions.add_partner(visit=visit, **given), "已登记参加部门。"
    )  # fmt: skip


@require_POST
def remove_partner(request: HttpRequest, visit_id: int, partner_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    found = get_object_or_404(VisitPartner, pk=partner_id, visit=visit)
    attempt(
        request, lambda: actions.remove_partner(by=request.user, partner=found), f"已去掉“{found.name}”。"
    )
    return _home(request, visit)
