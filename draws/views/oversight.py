"""The discipline officer's own page and its buttons: present, chain B, spot checks, reading back, retry, keys, signature."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, documents, queries
from draws.forms import SignForm
from draws.models import Draw
from draws.views.common import attempt, verb
from draws.views.overseeing import overseen, page
from foundation.asked import wholes
from registry.models import Target

HOME = "live:oversight"
S = Draw.State


@never_cache
@require_safe
def oversight(request: HttpRequest, number: str) -> HttpResponse:
    return page(request, number)


def _do(request: HttpRequest, draw: Draw, act: Callable[[], Any], said: str) -> HttpResponse:
    return attempt(request, draw, act, page=page, home=HOME, said=said)


@verb(HOME)
def presence(request: HttpRequest, number: str) -> HttpResponse:
    draw, role = overseen(request, number)
    return _do(
        request, draw, lambda: actions.confirm_presence(by=request.user, draw=draw, role=role), "已确认在场。"
    )


@verb(HOME)
def take_seat(request: HttpRequest, number: str) -> HttpResponse:
    """The seat that is registered for one's own account."""
    draw, _ = overseen(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    return _do(
        request,
        draw,
        lambda: actions.join_own(by=request.user, draw=draw, seat=seat),
        f"已入席：{seat.title}。",
    )


@verb(HOME)
def chain_b(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    tip = request.POST.get("tip", "")
    return _do(
        request, draw, lambda: actions.deposit_chain_b(by=request.user, draw=draw, tip=tip),
        "乙方密钥链末端已交存。密钥只在您手里，请收好打印件。",
    )  # fmt: skip


@verb(HOME)
def sealed_copy(request: HttpRequest, number: str) -> HttpResponse:
    """Shows the printable paper once per request; nothing of it is stored or cached."""
    draw, _ = overseen(request, number)
    printed: list[str] = []
    refused = _do(
        request, draw, lambda: printed.append(actions.print_sealed_copy(by=request.user, draw=draw)), ""
    )
    if not printed:
        return refused
    paper = documents.sealed_copy(draw, printed[0])
    return never_cache(lambda _: render(request, paper.template, paper.context))(request)


@verb(HOME)
def spotcheck(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    chosen = wholes(request.POST.getlist("selected"))
    rows = dict(draw.snapshot_targets.filter(target__in=chosen).values_list("target_id", "commitment"))
    absent = (
        Target.objects.of(draw.organisation)
        .filter(pk__in=set(chosen) - set(rows))
        .values_list("name", flat=True)
    )
    for name in absent:
        messages.warning(request, f"{name}不在冻结的名单里。请主持人当场说明原因；说明不了的，可以提出异议。")
    if not rows:
        if not absent:
            messages.error(request, "没有选择要抽验的对象，请先查找并勾选。")
        return page(request, number, status=409)
    return _do(
        request, draw, lambda: actions.spotcheck(by=request.user, draw=draw, commitments=list(rows.values())),
        f"{len(rows)} 家在冻结的名单里，盲号和状态见下。",
    )  # fmt: skip


@verb(HOME)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Read back a throw: the digits are typed again from what lies on the table."""
    draw, _ = overseen(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    digits = "".join(request.POST.get("digits", "").split())
    if not digits:
        messages.error(request, "请照桌上的骰子再输入一遍，与主持人记下的一致才会写入。")
        return page(request, number, status=409)
    return _do(
        request, draw, lambda: actions.confirm_spoken(seat_spoken=seat, by=request.user, digits=digits), "复诵一致，已记入。",
    )  # fmt: skip


@verb(HOME)
def retry(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    return _do(
        request, draw, lambda: actions.retry(by=request.user, draw=draw), "这一次作废，请各席重新封签。"
    )


@verb(HOME)
def restore(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    secret = request.POST.get("op_secret", "")
    return _do(
        request, draw, lambda: actions.restore_secret(by=request.user, draw=draw, op_secret=secret), "已用纸质副本揭示种子。",
    )  # fmt: skip


@verb(HOME)
def reissue(request: HttpRequest, number: str) -> HttpResponse:
    """A new code after the freeze: the supervisor hands it over in person."""
    draw, _ = overseen(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    made: list[str] = []
    refused = _do(
        request, draw, lambda: made.append(actions.reissue_code(by=request.user, draw=draw, seat=seat)), ""
    )
    if not made:
        return refused
    return page(
        request,
        number,
        new_code={
            "title": seat.title,
            "code": made[0],
            "url": request.build_absolute_uri(f"/draw/{number}/join/{made[0]}/"),
        },
    )


@verb(HOME)
def note_unsigned(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    why = request.POST.get("reason", "")
    return _do(
        request, draw, lambda: actions.note_unsigned(by=request.user, draw=draw, seat=seat, why=why), f"已注明{seat.title}未签。",
    )  # fmt: skip


@verb(HOME)
def sign(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    form = SignForm(request.POST)
    if not form.is_valid():
        return page(request, number, status=422, form=form)
    return _do(
        request, draw, lambda: actions.sign(by=request.user, draw=draw, **form.words()), "签字已记入。"
    )


@verb(HOME)
def release_b(request: HttpRequest, number: str) -> HttpResponse:
    """Only this round's key arrives here; the secret it comes from stays in the holder's browser."""
    draw, _ = overseen(request, number)
    key = request.POST.get("xb", "")
    return _do(
        request, draw, lambda: actions.release_b(by=request.user, draw=draw, xb=key), "本轮密钥已交出，替换结果已算出。",
    )  # fmt: skip


@verb(HOME)
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = overseen(request, number)
    codes = [visit.commitment for visit in queries.visits_of(draw)]
    return _do(
        request, draw, lambda: actions.unmask(by=request.user, draw=draw, commitments=codes, why="OVERSIGHT"),
        f"已查看 {len(codes)} 家名称，并记入事件链。",
    )  # fmt: skip
