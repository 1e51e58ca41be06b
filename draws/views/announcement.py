"""公告: exactly what becomes public, what is still missing, and the act."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.models import Draw
from draws.queries import previous_formal, unfinished_formal
from draws.readiness import missing
from draws.rules.lotteries import LOTTERIES
from draws.rules.protocol import ANNOUNCE_WORKDAYS
from draws.scenes.strata import lines_of
from draws.sources import verifier_hashes
from draws.views.common import attempt, staff_draw, verb
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from planning.trial import book_of

HOME = "draws:announcement"


@require_safe
def announcement(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    draw = staff_draw(request, number)
    now = timezone.now()
    context = {
        "draw": draw, "book": book_of(draw.plan), "lines": lines_of(draw), "previous": _previous(draw), "verifiers": verifier_hashes(),
        "lottery": LOTTERIES.get(draw.pub_source, ""), "waiting": _waiting(draw),
        "gaps": [] if draw.announced_at else missing.before_announcement(draw, now), "short": _is_short(draw),
        "why": policies.why_not(policies.check_announce, request.user, draw),
        "live_url": request.build_absolute_uri(f"/draw/{draw.number}/"), "short_notice": request.POST.get("short_notice", ""),
    }  # fmt: skip
    return render(request, "draws/prep/announcement.html", context, status=status)


def _previous(draw: Draw) -> dict[str, Any] | None:
    """Number, event and head the next freeze will link to; a rehearsal links too, but nothing ever links to it."""
    other = draw.previous or previous_formal(draw)
    return {"number": other.number, "seq": other.head_seq, "head": other.head} if other else None


def _waiting(draw: Draw) -> list[str]:
    """Formal draws that must end before this one can be frozen; the head shown may still grow by them."""
    return (
        [other.number for other in unfinished_formal(draw)]
        if draw.kind == Draw.Kind.FORMAL and not draw.freeze_hash
        else []
    )


def _is_short(draw: Draw) -> bool:
    if draw.kind != Draw.Kind.FORMAL or draw.announced_at:
        return False
    days = workdays_between(calendar(), timezone.localdate(), timezone.localdate(draw.scheduled_at))
    return days < ANNOUNCE_WORKDAYS


@verb(HOME)
def announce(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    why = request.POST.get("short_notice", "")
    return attempt(
        request, held, lambda: actions.announce(by=request.user, draw=held, short_notice=why), page=_page, home=HOME,
        said="已公告。观看网址和核验程序指纹已经公开。",
    )  # fmt: skip
