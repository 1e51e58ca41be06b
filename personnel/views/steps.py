"""One act on one person: leave and return, leaving the post, the account. Each a POST, then back to his page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from foundation.errors import RuleBroken
from foundation.organisation.pages import refused
from personnel import actions
from personnel.forms import AbsenceForm, AccountForm, ReturnForm
from personnel.models import Inspector
from personnel.views.common import editable_or_404
from personnel.views.people import page_of


def step(
    request: HttpRequest, inspector_id: int, act: Callable[[Inspector], object], done: str
) -> HttpResponse:
    """One action on one person, then back to his page."""
    found = editable_or_404(request, inspector_id)
    try:
        act(found)
    except RuleBroken as broken:
        return refused(request, broken, lambda: page_of(request, found))
    messages.success(request, done.format(name=found.name))
    return redirect("personnel:inspector", found.pk)


@require_POST
def deactivate(request: HttpRequest, inspector_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return step(
        request,
        inspector_id,
        lambda found: actions.deactivate(inspector=found, reason=reason, by=request.user),
        "{name}已离开执法岗位，不再参加抽取。档案和历史保留。",
    )


@require_POST
def reactivate(request: HttpRequest, inspector_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return step(
        request,
        inspector_id,
        lambda found: actions.reactivate(inspector=found, reason=reason, by=request.user),
        "{name}已恢复执法岗位。",
    )


@require_POST
def link(request: HttpRequest, inspector_id: int) -> HttpResponse:
    found = editable_or_404(request, inspector_id)
    form = AccountForm(request.POST, inspector=found)
    if not form.is_valid():
        response = page_of(request, found, account_form=form)
        response.status_code = 422
        return response
    user = form.cleaned_data["user"]
    return step(
        request,
        inspector_id,
        lambda person: actions.link_user(inspector=person, user=user, by=request.user),
        "{name}的登录账号已更新。",
    )


@require_POST
def absence(request: HttpRequest, inspector_id: int) -> HttpResponse:
    found = editable_or_404(request, inspector_id)
    form = AbsenceForm(request.POST)
    if form.is_valid():
        try:
            actions.register_absence(inspector=found, by=request.user, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, f"已登记{found.name}离岗。")
            return redirect("personnel:inspector", found.pk)
    response = page_of(request, found, absence_form=form)
    response.status_code = 422
    return response


@require_POST
def end_absence(request: HttpRequest, inspector_id: int, absence_id: int) -> HttpResponse:
    found = editable_or_404(request, inspector_id)
    row = found.absences.filter(pk=absence_id).first()
    if row is None:
        raise Http404("没有这条离岗记录")
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填结束日期，例如 2026-03-01。")
        return redirect("personnel:inspector", found.pk)
    until = form.cleaned_data["until"]
    return step(
        request,
        inspector_id,
        lambda _: actions.end_absence(absence=row, until=until, by=request.user),
        f"{{name}}的离岗止于 {until}。",
    )
