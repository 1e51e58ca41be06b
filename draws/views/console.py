"""The host's console: what to say, what is missing, the one thing that may come next."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from draws import actions, policies, queries, scenes
from draws.actions.closing import unsigned
from draws.actions.freeze import missing_before_freeze
from draws.forms import SignForm, VoidForm
from draws.models import Draw, Seat
from draws.remedies import guard_of
from draws.rules.mc1.entropy import ENOUGH_BITS, entropy_bits
from draws.rules.pace import WAITS
from draws.views.common import attempt, staff_draw, verb
from draws.views.live import chained, mark_of
from foundation.errors import RuleBroken

HOME = "draws:console"
S = Draw.State


@never_cache
@require_safe
def console(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    draw = staff_draw(request, number)
    events = chained(draw)
    frames = scenes.frames_of(events)
    user, check = request.user, policies.why_not
    context = {
        "draw": draw, "stage": scenes.stage_of(draw, events, frames[-1], "observer"), "steps": scenes.rail(frames[-1], frames),
        "mark": mark_of(draw), "operates": not check(policies.check_operator, user, draw), "missing": [guard_of(text) for text in _missing(draw)],
        "seats": _seats(draw), "entropy": _entropy(draw), "presence": draw.presences.filter(user=user).first(),
        "unsigned": unsigned(draw) if draw.state == S.RESULT else [], "form": SignForm(), "void_form": VoidForm(request=request),
        "why": {
            "freeze": check(policies.check_freeze, user, draw), "seal": check(policies.check_seal, user, draw),
            "void": "" if draw.state in policies.VOIDABLE else "冻结名单之后才有“中止”。现在没公告的可直接改安排；不再举行的，在准备页撤下。",
            "sign": check(policies.check_sign, draw, presence=draw.presences.filter(user=user).first()),
            "operate": check(policies.check_operator, user, draw), "pace": check(policies.check_pace, user, draw, "暂停"),
        },
        "page_url": request.build_absolute_uri(f"/draw/{draw.number}/"), "waits": WAITS.get(draw.state, ""), **more,
    }  # fmt: skip
    return render(request, "draws/console.html", context, status=status)


def _missing(draw: Draw) -> list[str]:
    if draw.state != S.ANNOUNCED:
        return []
    try:
        return missing_before_freeze(draw, timezone.localdate())
    except RuleBroken as broken:
        return [broken.message]


def _seats(draw: Draw) -> list[dict[str, Any]]:
    """Each seat with its place in the running attempt."""
    log = queries.state_of(draw).log if draw.freeze_hash else None
    rows = []
    for seat in draw.seats.order_by("position"):
        slip = log.slips.get(seat.seat, "") if log else ""
        digits = log.opens.get(seat.seat, "") if log else ""
        rows.append(
            {
                "seat": seat,
                "slip": slip,
                "digits": scenes.stages.grouped(digits),
                "state": _state_word(draw, seat, slip, digits),
            }
        )
    return rows


def _state_word(draw: Draw, seat: Seat, slip: str, digits: str) -> str:
    if draw.state in (S.PREPARING, S.ANNOUNCED):
        return "已入席" if seat.joined_at or seat.method == Seat.Method.SPOKEN else "未入席"
    if digits:
        return "已公开"
    if seat.method == Seat.Method.SPOKEN:
        return "已记下，待复诵" if seat.spoken_digits else "待报数"
    if draw.state == S.FROZEN:
        return "已封签" if slip else "等待封签"
    return "等待开签" if draw.state == S.LOCKED else ""


def _entropy(draw: Draw) -> dict[str, Any] | None:
    """The meter of §6, and which spoken seats may be typed now."""
    if draw.state not in (S.FROZEN, S.LOCKED):
        return None
    log = queries.state_of(draw).log
    sealed = [name for name, method in log.methods.items() if method == Seat.Method.SEALED]
    spoken = [
        seat
        for seat in draw.seats.filter(method=Seat.Method.SPOKEN).order_by("position")
        if seat.seat not in log.opens
    ]
    for seat in spoken:
        seat.shown = scenes.stages.grouped(seat.spoken_digits)
    waiting = [name for name in sealed if name not in log.opens]
    titles = dict(draw.seats.values_list("seat", "title"))
    bits = entropy_bits(log.seats, {**{seat.seat: seat.spoken_digits for seat in spoken}, **log.opens})
    return {
        "attempt": log.attempt, "locked": log.locked, "spoken": spoken, "unslipped": [titles[name] for name in log.unslipped()],
        "unopened": [titles[name] for name in waiting] if log.locked else [], "bits": round(bits), "enough": ENOUGH_BITS,
        "may_speak": bool(spoken) and not waiting and (log.locked or not sealed),
    }  # fmt: skip


# -- verbs ------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, draw: Draw, act: Callable[[], Any], said: str) -> HttpResponse:
    return attempt(request, draw, act, page=_page, home=HOME, said=said)


@verb(HOME)
def freeze(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    return _do(
        request,
        draw,
        lambda: actions.freeze(by=request.user, draw=draw, on=timezone.localdate()),
        "名单已冻结。请宣读指纹前八位，请各位拍照。",
    )


@verb(HOME)
def speak(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a throw; it enters the chain only when another person has read it back."""
    draw = staff_draw(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    digits = "".join(request.POST.get("digits", "").split())
    return _do(
        request,
        draw,
        lambda: actions.speak(by=request.user, seat=seat, digits=digits),
        "已记下。请纪检监督员或一位观察员复诵核对。",
    )


@verb(HOME)
def lottery(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    numbers = request.POST.get("numbers", "").strip()
    return _do(
        request,
        draw,
        lambda: actions.enter_lottery(by=request.user, draw=draw, numbers=numbers),
        "开奖号码已录入。",
    )


@verb(HOME)
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """After a crash: do what the events already determine."""
    draw = staff_draw(request, number)
    return _do(request, draw, lambda: actions.resume(by=request.user, draw=draw), "已接着算完。")


@verb(HOME)
def sign(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    return _do(
        request, draw, lambda: actions.sign(by=request.user, draw=draw, **form.words()), "签字已记入。"
    )


@verb(HOME)
def seal(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    return _do(request, draw, lambda: actions.seal(by=request.user, draw=draw), "记录已封存。")


@verb(HOME)
def pause(request: HttpRequest, number: str) -> HttpResponse:
    """No check of the head: to pause or go on is right whatever has happened meanwhile."""
    draw = staff_draw(request, number)
    reason = request.POST.get("reason", "")
    return _do(
        request,
        draw,
        lambda: actions.pause(by=request.user, draw=draw, reason=reason),
        "已暂停，大屏和每个人的手机都看得到原因。",
    )


@verb(HOME)
def go_on(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    return _do(request, draw, lambda: actions.go_on(by=request.user, draw=draw), "继续。")


@verb(HOME)
def limit(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    return _do(
        request,
        draw,
        lambda: actions.limit(by=request.user, draw=draw),
        "限时已定，到时前 20 秒会提醒所有人。",
    )


@sensitive_post_parameters("password")
@verb(HOME)
def void(request: HttpRequest, number: str) -> HttpResponse:
    """Both signatures: the operator is signed in, the second person enters his own password here."""
    draw = staff_draw(request, number)
    form = VoidForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, number, status=422, void_form=form, void_open=True)
    said = form.cleaned_data
    return _do(
        request,
        draw,
        lambda: actions.void(
            by=request.user, draw=draw, why=said["why"], text=said["text"], second=said["second"]
        ),
        "抽取已中止，全部记录保留并公开。",
    )
