"""What an enterprise sees when it scans the notice: that the visit is genuine; afterwards it may say how it went."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from foundation.errors import RuleBroken
from inspections import actions, books, policies, tokens
from inspections.forms import FeedbackForm
from inspections.models import Feedback, Visit
from inspections.rules import modes

PER_HOUR = 20


@login_not_required
@require_GET
@never_cache
def notice(request: HttpRequest, token: str) -> HttpResponse:
    return _page(request, token, _visit(token), FeedbackForm())


# 扫码的人没有登录身份可冒用，令牌在网址里，因此不设 CSRF 令牌，也不产生 cookie。
@csrf_exempt
@login_not_required
@require_POST
@never_cache
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    found, form, status = _visit(token), FeedbackForm(request.POST), 422
    if form.is_valid():
        try:
            _check_rate(request)
            actions.receive_feedback(visit=found, **form.given())
            return redirect("enterprise:notice", token)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = 429 if broken.code == "too_many" else 422
    return _page(request, token, found, form, status)


def _visit(token: str) -> Visit:
    found = tokens.visit_of(token)
    if found is None:
        raise Http404("没有这次检查")
    return found


def _page(
    request: HttpRequest, token: str, found: Visit, form: FeedbackForm, status: int = 200
) -> HttpResponse:
    context = {
        "visit": found, "organisation": found.organisation, "team": books.team_of(found), "helpers": books.helpers_of(found),
        "mode": modes.MODES[found.mode],
        "items": [row.item.name for row in found.items.select_related("item").order_by("id")],
        "token": token, "cancelled": found.state in (Visit.State.VOID, Visit.State.WAIVED), "form": form,
        "said": Feedback.objects.filter(visit=found).first(), "may_rate": policies.can(policies.check_feedback, found),
    }  # fmt: skip
    return render(request, "phone/enterprise.html", context, status=status)


def _check_rate(request: HttpRequest) -> None:
    """raises: RuleBroken when one address sends too much within the hour"""
    key = f"feedback-from-{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > PER_HOUR:
        raise RuleBroken("这个网络地址一小时内提交得太多，请过一小时再试，或拨打监督电话。", code="too_many")
