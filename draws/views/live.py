"""The page everybody watches, and the feed it asks for what is new when there is no stream."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import queries, scenes
from draws.live import mark_of
from draws.models import Draw
from draws.rules.mc1.canonical import read_json
from draws.scenes.frames import Frame
from draws.stream.feed import fed_events
from draws.views.common import audience_of, live_draw, seat_of

__all__ = ["chained", "events", "frame", "live", "mark_of", "stream"]
MAX_EVENTS = 500


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest, number: str) -> HttpResponse:
    """?mode=screen: the big screen; ?at=&scene=: one frame of the past."""
    return _picture(request, number, personal=True)


@login_not_required
@never_cache
@require_safe
def frame(request: HttpRequest, number: str) -> HttpResponse:
    """The same without anything personal, for pages that swap it in; usually answered from memory before Django."""
    return _picture(request, number, personal=False)


@login_not_required
@never_cache
@require_safe
def stream(request: HttpRequest, number: str) -> HttpResponse:
    """Reached only where the server cannot stream (WSGI): 204 tells the browser to stay with the feed."""
    live_draw(request, number)
    return HttpResponse(status=204)


@login_not_required
@never_cache
@require_safe
def events(request: HttpRequest, number: str) -> JsonResponse:
    """{"now", "seq", "head", "mark", "state", "version", "events"}; `mark` changes with what is not in the chain yet."""
    draw = live_draw(request, number)
    after = whole_number(request.GET.get("after")) or 0
    return JsonResponse({
        "now": timezone.localtime().isoformat(timespec="seconds"), "seq": draw.head_seq, "head": draw.head,
        "mark": mark_of(draw), "state": draw.state, "version": draw.version,
        "events": fed_events(draw, audience_of(request, draw), after)[:MAX_EVENTS],
    }, json_dumps_params={"ensure_ascii": False})  # fmt: skip


def _picture(request: HttpRequest, number: str, *, personal: bool) -> HttpResponse:
    draw = live_draw(request, number)
    chain, asked = chained(draw), request.GET
    wanted = scenes.choose(scenes.frames_of(chain), whole_number(asked.get("at")), asked.get("scene", ""))
    screen, base = asked.get("mode") == "screen", f"{request.scheme}://{request.get_host()}"
    context = page_context(draw, audience_of(request, draw), chain, wanted, screen=screen, base=base)
    if personal:
        context["seat"] = seat_of(request, draw)
    return render(request, template_of(screen), context)


def template_of(screen: bool) -> str:
    return "draws/screen.html" if screen else "draws/live.html"


def page_context(
    draw: Draw, audience: str, events: list[dict[str, Any]], frame: Frame, *, screen: bool, base: str
) -> dict[str, Any]:
    """What both faces of the page show at one frame. events: as `chained` gives them; base: scheme and host"""
    frames = scenes.frames_of(events)
    return {
        "draw": draw, "stage": scenes.stage_of(draw, events, frame, audience), "screen": screen, "audience": audience,
        "present": frame == frames[-1], "frames": frames, "seat": None, "rehearsal": draw.kind == Draw.Kind.REHEARSAL,
        "page_url": f"{base}/draw/{draw.number}/", "steps": scenes.rail(frame, frames),
        "mark": mark_of(draw), "server_now": timezone.localtime(), "why_not_public": queries.why_not_public(draw),
    }  # fmt: skip


def chained(draw: Draw) -> list[dict[str, Any]]:
    """All events, each with the head after it."""
    rows = draw.events.order_by("seq").values_list("content", "head")
    return [{**read_json(content), "head": head} for content, head in rows]


def whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
