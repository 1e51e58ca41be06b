"""The page everybody watches, and the feed it asks for what is new."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import queries, scenes
from draws.models import Draw, Seat
from draws.rules.mc1.canonical import read_json
from draws.views.common import audience_of, live_draw, seat_of

MAX_EVENTS = 500


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest, number: str) -> HttpResponse:
    """?mode=screen: the big screen; ?at=&scene=: one frame of the past."""
    draw = live_draw(request, number)
    audience = audience_of(request, draw)
    events = chained(draw)
    frames = scenes.frames_of(events)
    frame = scenes.choose(frames, _whole(request.GET.get("at")), request.GET.get("scene", ""))
    screen = request.GET.get("mode") == "screen"
    context = {
        "draw": draw, "stage": scenes.stage_of(draw, events, frame, audience), "screen": screen, "audience": audience,
        "present": frame == frames[-1], "frames": frames, "seat": seat_of(request, draw), "rehearsal": draw.kind == Draw.Kind.REHEARSAL,
        "page_url": request.build_absolute_uri(f"/draw/{draw.number}/"), "steps": scenes.rail(frame, frames),
        "mark": mark_of(draw), "server_now": timezone.localtime(), "why_not_public": queries.why_not_public(draw),
    }  # fmt: skip
    return render(request, "draws/screen.html" if screen else "draws/live.html", context)


@login_not_required
@never_cache
@require_safe
def events(request: HttpRequest, number: str) -> JsonResponse:
    """{"now", "seq", "head", "mark", "state", "scene", "events"}; `mark` changes with what is not in the chain yet."""
    draw = live_draw(request, number)
    after = _whole(request.GET.get("after")) or 0
    audience = audience_of(request, draw)
    new = queries.public_events(draw, audience, after)[:MAX_EVENTS] if after < draw.head_seq else []
    return JsonResponse({
        "now": timezone.localtime().isoformat(timespec="seconds"), "seq": draw.head_seq, "head": draw.head,
        "mark": mark_of(draw), "state": draw.state, "version": draw.version, "events": [_fed(event, draw) for event in new],
    }, json_dumps_params={"ensure_ascii": False})  # fmt: skip


def chained(draw: Draw) -> list[dict[str, Any]]:
    """All events, each with the head after it."""
    rows = draw.events.order_by("seq").values_list("content", "head")
    return [{**read_json(content), "head": head} for content, head in rows]


def mark_of(draw: Draw) -> str:
    """Changes whenever somebody joins, signs, or a throw is written down; nobody can read anything from it."""
    seats = list(
        draw.seats.order_by("position").values_list("seat", "joined_at", "signed_at", "spoken_digits")
    )
    people = list(draw.presences.order_by("pk").values_list("role", "signed_at"))
    said = json.dumps([draw.state, draw.chain_b, seats, people], default=_plain)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _plain(value: datetime) -> str:
    return value.isoformat()


def _fed(event: dict[str, Any], draw: Draw) -> dict[str, Any]:
    """An event for the browser: the bytes it hashes, and one sentence for the announcer."""
    titles = _titles(draw)
    sentence = ""
    if event["body"] is not None:
        sentence = scenes.log.sentence_of(event, titles)
    return {
        "seq": event["seq"], "type": event["type"], "at": event["at"], "head": event["head"], "content": event["content"],
        "say": sentence or event["name"], "scenes": list(scenes.frames.SCENES_OF.get(event["type"], ())),
    }  # fmt: skip


def _titles(draw: Draw) -> dict[str, str]:
    if not hasattr(draw, "_titles"):
        draw._titles = dict(Seat.objects.filter(draw=draw).values_list("seat", "title"))
    return draw._titles


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 7 else None
