"""A seat on its own device: joining by a one-time code, sealing digits, opening, reading back, signing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from draws import actions, policies, queries, scenes
from draws.forms import JoinForm, SignForm
from draws.models import Draw, Seat
from draws.rules.mc1.entropy import ENOUGH_BITS
from draws.views.common import WITH, attempt, cookie_name, seat_of, verb
from draws.views.live import chained, mark_of
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of

COOKIE_AGE = 60 * 60 * 24 * 30
S = Draw.State


def _draw(number: str) -> Draw:
    return get_object_or_404(Draw.objects.select_related(*WITH), number=number)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, number: str, code: str = "") -> HttpResponse:
    """GET only shows the form, with the code of the QR filled in: opening a link must not use up the code."""
    draw = _draw(number)
    if request.method != "POST":
        if seat_of(request, draw) and not code:
            return redirect("live:seat", number)
        return render(
            request, "draws/join.html", {"draw": draw, "form": JoinForm(initial={"code": code.upper()})}
        )
    form = JoinForm(request.POST)
    if form.is_valid():
        try:
            _, token = actions.join(number=number, code=form.cleaned_data["code"])
        except RuleBroken as broken:
            form.add_error("code", broken.message)
            return render(request, "draws/join.html", {"draw": draw, "form": form}, status=status_of(broken))
        return _seated(request, draw, token)
    return render(request, "draws/join.html", {"draw": draw, "form": form}, status=422)


def _seated(request: HttpRequest, draw: Draw, token: str) -> HttpResponse:
    response = redirect("live:seat", draw.number)
    response.set_signed_cookie(
        cookie_name(draw), token, salt=draw.number, max_age=COOKIE_AGE, path=f"/draw/{draw.number}/",
        httponly=True, samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip
    return response


@login_not_required
@never_cache
@require_safe
def seat(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    """The phone of a seat: one thing to do at a time."""
    draw = _draw(number)
    held = seat_of(request, draw)
    if held is None:
        return redirect("live:join", number)
    return render(request, "draws/seat.html", _face(request, draw, held), status=status)


def _page(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    """The same page after a refused POST."""
    draw = _draw(number)
    held = seat_of(request, draw)
    if held is None:
        return redirect("live:join", number)
    return render(request, "draws/seat.html", _face(request, draw, held), status=status)


def _face(request: HttpRequest, draw: Draw, held: Seat) -> dict[str, Any]:
    events = chained(draw)
    frames = scenes.frames_of(events)
    stage = scenes.stage_of(draw, events, frames[-1], "observer")
    own = _own(draw, held)
    return {
        "draw": draw, "seat": held, "stage": stage, "steps": stage.steps, "own": own, "mark": mark_of(draw),
        "face": _face_of(draw, held, own), "mark_word": "演练" if draw.kind == Draw.Kind.REHEARSAL else "正式",
        "spoken": _to_read_back(draw, held), "waiting": _waiting(draw, own), "enough": ENOUGH_BITS,
        "page_url": request.build_absolute_uri(f"/draw/{draw.number}/"), "why_no_sign": policies.why_not(policies.check_sign, draw, seat=held),
        "result": scenes.strata.in_show_order(scenes.stages.picks_of(draw)) if draw.events.filter(type="result").exists() else [],
    }  # fmt: skip


def _own(draw: Draw, held: Seat) -> dict[str, Any]:
    """What the chain says of this seat in the running attempt."""
    if not draw.freeze_hash:
        return {"attempt": 1, "slip": "", "digits": ""}
    log = queries.state_of(draw).log
    return {
        "attempt": log.attempt, "slip": log.slips.get(held.seat, ""), "digits": log.opens.get(held.seat, ""), "shown": scenes.stages.grouped(log.opens.get(held.seat, "")),
        "locked": log.locked,
    }  # fmt: skip


def _face_of(draw: Draw, held: Seat, own: dict[str, Any]) -> str:
    """Which of the seat's faces the page shows."""
    if draw.state in (S.PREPARING, S.ANNOUNCED):
        return "wait"
    if draw.state == S.VOID:
        return "void"
    if draw.state in (S.RESULT, S.SIGNED, S.CLOSED):
        return "signed" if held.signed_at else ("sign" if draw.state == S.RESULT else "done")
    if held.method == Seat.Method.SPOKEN or own["digits"]:
        return "watch"
    if draw.state == S.FROZEN:
        return "sealed" if own["slip"] else "digits"
    return "open"


def _to_read_back(draw: Draw, held: Seat) -> list[Seat]:
    """Throws that are written down and wait for another pair of eyes."""
    if draw.state != S.LOCKED:
        return []
    opened = queries.state_of(draw).log.opens
    found = [
        seat
        for seat in draw.seats.exclude(spoken_digits="").order_by("position")
        if seat.seat not in opened
        and not policies.why_not(policies.check_confirm_spoken, draw, seat, seat=held)
    ]
    for seat in found:
        seat.shown = scenes.stages.grouped(seat.spoken_digits)
    return found


def _waiting(draw: Draw, own: dict[str, Any]) -> list[str]:
    """Titles of the seats everybody waits for."""
    if draw.state not in (S.FROZEN, S.LOCKED):
        return []
    log = queries.state_of(draw).log
    missing = log.missing() if log.locked else log.unslipped()
    titles = dict(draw.seats.values_list("seat", "title"))
    return [titles[name] for name in missing]


def _held(request: HttpRequest, number: str) -> tuple[Draw, Seat | None]:
    draw = _draw(number)
    held = seat_of(request, draw)
    if held is None:
        messages.error(request, "这台设备没有入席，或席位码已换发。请重新输入席位码。")
    return draw, held


@login_not_required
@verb("live:seat")
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """Only the commitment arrives here; digits and nonce stay on the device."""
    draw, held = _held(request, number)
    if held is None:
        return redirect("live:join", number)
    commit = request.POST.get("commit", "")
    return attempt(
        request, draw, lambda: actions.slip(seat=held, commit=commit), page=_page, home="live:seat",
        said="已封签。请把回执留好：数字存在这台设备里，封签收齐后自动公开。",
    )  # fmt: skip


@login_not_required
@verb("live:seat")
def open_slip(request: HttpRequest, number: str) -> HttpResponse:
    draw, held = _held(request, number)
    if held is None:
        return redirect("live:join", number)
    digits = "".join(request.POST.get("digits", "").split())
    nonce = "".join(request.POST.get("nonce", "").split()).lower()
    return attempt(
        request, draw, lambda: actions.open_slip(seat=held, digits=digits, nonce=nonce), page=_page, home="live:seat",
        said="您的数字已公开，与封签一致。",
    )  # fmt: skip


@login_not_required
@verb("live:seat")
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Read back a throw that the operator typed."""
    draw, held = _held(request, number)
    if held is None:
        return redirect("live:join", number)
    spoken = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    spoken.draw = draw
    digits = request.POST.get("digits", "")
    return attempt(
        request, draw, lambda: actions.confirm_spoken(seat_spoken=spoken, seat=held, digits=digits), page=_page, home="live:seat",
        said="复诵一致，已记入。",
    )  # fmt: skip


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, number: str) -> HttpResponse:
    draw, held = _held(request, number)
    if held is None:
        return redirect("live:join", number)
    reason = policies.why_not(policies.check_sign, draw, seat=held)
    if reason and request.method != "POST":
        messages.info(request, reason)
        return redirect("live:seat", number)
    form = SignForm(request.POST or None, initial={"opinion": request.GET.get("opinion", "agree")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign(seat=held, **form.words())
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            return _signing(request, draw, held, form, status_of(broken))
        messages.success(request, "签字已记入，谢谢。")
        return redirect("live:seat", number)
    return _signing(request, draw, held, form, 422 if form.is_bound else 200)


def _signing(request: HttpRequest, draw: Draw, held: Seat, form: SignForm, status: int) -> HttpResponse:
    context = {"draw": draw, "seat": held, "form": form, "back": reverse("live:seat", args=[draw.number])}
    return render(request, "draws/seat_sign.html", context, status=status)
