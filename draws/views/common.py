"""What the pages of a draw share: finding it, refusing in words, doing one thing once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from draws import policies, queries
from draws.models import Draw, Seat
from foundation.asked import whole
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can

WITH = ("organisation", "operator", "discipline", "chain_b_by", "retries", "previous")
STALE = "这一页打开之后，抽取会又往前走了一步，您刚才的操作没有执行。页面已更新，请看清现在的状态再办。"


def staff_draw(request: HttpRequest, number: str) -> Draw:
    """A draw of one's own organisation or below; 404 for another bureau's, 403 without a role for draws."""
    if not can(request.user, "draws.view"):
        raise PermissionDenied("抽取会由抽取组织员、纪检监督员、计划编制员、分管领导和审计员查看。")
    return get_object_or_404(Draw.objects.visible_to(request.user).select_related(*WITH), number=number)


def insider_draw(request: HttpRequest, number: str) -> Draw:
    """A draw of the person's own organisation, whatever the role; the page decides what is shown."""
    return get_object_or_404(Draw.objects.visible_to(request.user).select_related(*WITH), number=number)


def live_draw(request: HttpRequest, number: str) -> Draw:
    """A draw as anybody may watch it: from the announcement on; before that only those inside or seated."""
    draw = get_object_or_404(Draw.objects.select_related(*WITH), number=number)
    if not draw.head_seq and audience_of(request, draw) == "public":
        raise Http404("这次抽取会还没有公告")
    return draw


def seat_of(request: HttpRequest, draw: Draw) -> Seat | None:
    """The seat that this device took by its code, or the one a signed-in person took with his account."""
    token = request.get_signed_cookie(cookie_name(draw), default="", salt=draw.number)
    seat = queries.seat_of_device(draw, token) if token else None
    if seat is None and request.user.is_authenticated:
        seat = draw.seats.filter(user=request.user).exclude(joined_at=None).first()
    if seat is not None:
        seat.draw = draw
    return seat


def cookie_name(draw: Draw) -> str:
    return f"seat-{draw.number}"


def audience_of(request: HttpRequest, draw: Draw) -> str:
    """observer: seats and staff of the bureau or above it; public: everybody else."""
    if not hasattr(request, "_audience"):
        user = request.user
        inside = user.is_authenticated and not policies.why_not(policies.check_reader, user, draw)
        request._audience = "observer" if inside or seat_of(request, draw) else "public"
    return request._audience


def is_stale(request: HttpRequest, draw: Draw) -> bool:
    """The form was made for an earlier state: a second tab, the back button, or a second click."""
    seen = whole(request.POST.get("head_seq"))
    return seen is not None and seen != draw.head_seq


def verb(home: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """POST only; whoever arrives by GET (after a login, by the back button) is sent to the page `home`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @require_http_methods(["GET", "HEAD", "POST"])
        def run(request: HttpRequest, number: str, **rest: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(home, number)
            return view(request, number, **rest)

        return run

    return decorate


def attempt(
    request: HttpRequest,
    draw: Draw,
    act: Callable[[], Any],
    *,
    page: Callable[..., HttpResponse],
    home: str,
    said: str,
) -> HttpResponse:
    """Do one thing and go to `home`; a refusal shows the same page again with the sentence, 403 or 409."""
    if is_stale(request, draw):
        messages.warning(request, STALE)
        return page(request, draw.number, status=409)
    try:
        act()
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return page(request, draw.number, status=status_of(broken))
    if said:
        messages.success(request, said)
    return redirect(home, draw.number)
