"""The discipline officer's own page: present, chain B, spot checks with full names, reading back, retry, keys, signature."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, documents, policies, queries, scenes
from draws.forms import SignForm
from draws.models import Draw, Presence, Seat
from draws.rules.mc1.canonical import canon, read_json
from draws.rules.mc1.patterns import TARGET_STATUSES
from draws.rules.mc1.rows import parse_target_facts
from draws.rules.protocol import CHAIN_LENGTH
from draws.views.common import attempt, insider_draw, verb
from draws.views.live import chained, mark_of
from foundation.organisation.models import User
from foundation.organisation.roles import Role
from registry.models import Target

HOME = "live:oversight"
FOUND = 20
S = Draw.State


def role_of(user: User, draw: Draw) -> str:
    """In which capacity this person may be present at this draw; empty for none."""
    held = user.role_codes()
    if user.pk == draw.operator_id:
        return Presence.Role.OPERATOR
    if draw.discipline_id == user.pk:
        return Presence.Role.DISCIPLINE
    if user.organisation_id == draw.organisation_id and Role.SYSADMIN in held:
        return Presence.Role.SYSADMIN
    if not draw.discipline_id and not policies.why_not(policies.check_supervisor, user, draw):
        return Presence.Role.APPROVER
    return ""


def _draw(request: HttpRequest, number: str) -> tuple[Draw, str]:
    draw = insider_draw(request, number)
    role = role_of(request.user, draw)
    if not role and request.user.pk != draw.chain_b_by_id:
        raise PermissionDenied("这一页由本次抽取的纪检监督员、乙方密钥持有人和在场见证人使用。")
    return draw, role


@never_cache
@require_safe
def oversight(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    draw, role = _draw(request, number)
    events = chained(draw)
    frames = scenes.frames_of(events)
    user = request.user
    supervises = not policies.why_not(policies.check_supervisor, user, draw)
    context = {
        "draw": draw, "role": role, "role_word": Presence.Role(role).label if role else "乙方密钥持有人", "supervises": supervises,
        "stage": scenes.stage_of(draw, events, frames[-1], "observer"), "steps": scenes.rail(frames[-1], frames),
        "mark": mark_of(draw), "presence": draw.presences.filter(user=user).first(), "form": SignForm(),
        "chain": _chain(user, draw), "spoken": _spoken(draw, user), "retry": _retry(draw, user),
        "spot": _spot(request, draw) if supervises else None, "own_seats": _own_seats(draw, user),
        "unsigned": draw.seats.filter(signed_at=None).exclude(joined_at=None).order_by("position") if draw.state == S.RESULT else [],
        "why": _reasons(user, draw, role), "names": _names(request, draw), "seats": draw.seats.order_by("position"),
        **more,
    }  # fmt: skip
    return render(request, "draws/oversight.html", context, status=status)


def _reasons(user: User, draw: Draw, role: str) -> dict[str, str]:
    """Why a button is not there, by verb; empty when it is."""
    check = policies.why_not
    presence = draw.presences.filter(user=user).first()
    return {
        "presence": check(policies.check_confirm_presence, user, draw, role) if role else "这一页没有您的在场身份。",
        "chain": check(policies.check_deposit_chain_b, user, draw), "copy": check(policies.check_sealed_copy, user, draw),
        "spot": check(policies.check_spotcheck, user, draw), "retry": check(policies.check_retry, user, draw),
        "restore": check(policies.check_restore_secret, user, draw), "unmask": check(policies.check_unmask, user, draw),
        "sign": check(policies.check_sign, draw, presence=presence),
    }  # fmt: skip


def _chain(user: User, draw: Draw) -> dict[str, Any]:
    """Chain B: not there, deposited, or a round that waits for its next key."""
    chain: dict[str, Any] = {
        "tip": draw.chain_b,
        "length": CHAIN_LENGTH,
        "mine": user.pk == draw.chain_b_by_id,
        "round": None,
    }
    if draw.freeze_hash:
        state = queries.state_of(draw)
        chain["length"] = state.manifest["chains"]["len"]
        chain["used"] = state.rounds_done
        if state.opened is not None:
            chain |= {"round": state.round, "before": state.keys[1]}
    return chain


def _spoken(draw: Draw, user: User) -> list[Seat]:
    if draw.state != S.LOCKED:
        return []
    opened = queries.state_of(draw).log.opens
    return [
        seat
        for seat in draw.seats.exclude(spoken_digits="").order_by("position")
        if seat.seat not in opened
        and not policies.why_not(policies.check_confirm_spoken, draw, seat, by=user)
    ]


def _retry(draw: Draw, user: User) -> list[str]:
    """Titles of the sealed seats that have not opened; empty when a retry is not possible."""
    if policies.why_not(policies.check_retry, user, draw):
        return []
    log = queries.state_of(draw).log
    titles = dict(draw.seats.values_list("seat", "title"))
    return [titles[name] for name in log.missing() if log.methods[name] == Seat.Method.SEALED]


def _own_seats(draw: Draw, user: User) -> list[Seat]:
    return list(draw.seats.filter(user=user, joined_at=None).order_by("position"))


def _spot(request: HttpRequest, draw: Draw) -> dict[str, Any]:
    """Search in the register by name (in private), and what was opened on the spot so far."""
    words = request.GET.get("q", "").strip()
    found = Target.objects.of(draw.organisation).matching(words).order_by("name")[:FOUND] if words else []
    opened = sorted({c for event in draw.events.filter(type="spotcheck") for c in _cs(event.content)})
    openings = queries.openings_for(draw, opened) if opened else []
    codes = scenes.people.target_codes(draw, opened)
    labels = {line.id: line.label for line in scenes.strata.lines_of(draw)}
    return {
        "words": words, "found": list(found),
        "openings": [
            {
                **opening, "code": codes.get(opening["c"], ""), "json": canon(opening["record"]),
                "says": row_words(opening["record"]["row"], labels, draw.legend),
            }
            for opening in openings
        ],
    }  # fmt: skip


def row_words(row: str, labels: dict[str, str], legend: dict[str, Any]) -> str:
    """A frozen row in words: 端河镇，今年已查 0 次；重点 可以抽取"""
    facts = parse_target_facts(row)
    area = legend.get("areas", {}).get(facts.area, facts.area)
    strata = "，".join(
        f"{labels.get(name, name)}{TARGET_STATUSES[status]}" for name, status in facts.memberships
    )
    return f"{area}，今年已查 {facts.visits_this_year} 次；{strata}"


def _cs(content: str) -> list[str]:
    return read_json(content)["body"]["cs"]


def _names(request: HttpRequest, draw: Draw) -> list[dict[str, str]]:
    """Names that this person has unmasked before; the chain says so."""
    who = f"user.{request.user.pk}"
    seen = {
        c
        for event in chained(draw)
        if event["type"] == "unmask" and event["body"]["who"] == who
        for c in event["body"]["cs"]
    }
    if not seen:
        return []
    rows = draw.snapshot_targets.filter(commitment__in=seen).order_by("code")
    return [{"code": row.code, "name": row.name} for row in rows]


# -- verbs ------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, draw: Draw, act: Callable[[], Any], said: str) -> HttpResponse:
    return attempt(request, draw, act, page=_page, home=HOME, said=said)


@verb(HOME)
def presence(request: HttpRequest, number: str) -> HttpResponse:
    draw, role = _draw(request, number)
    return _do(
        request, draw, lambda: actions.confirm_presence(by=request.user, draw=draw, role=role), "已确认在场。"
    )


@verb(HOME)
def take_seat(request: HttpRequest, number: str) -> HttpResponse:
    """The seat that is registered for one's own account."""
    draw, _ = _draw(request, number)
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
    draw, _ = _draw(request, number)
    tip = request.POST.get("tip", "")
    return _do(
        request, draw, lambda: actions.deposit_chain_b(by=request.user, draw=draw, tip=tip),
        "乙方密钥链末端已交存。密钥只在您手里，请收好打印件。",
    )  # fmt: skip


@verb(HOME)
def sealed_copy(request: HttpRequest, number: str) -> HttpResponse:
    """Shows the printable paper once per request; nothing of it is stored or cached."""
    draw, _ = _draw(request, number)
    printed: list[str] = []
    refused = _do(
        request, draw, lambda: printed.append(actions.print_sealed_copy(by=request.user, draw=draw)), ""
    )
    if not printed:
        return refused
    page = documents.sealed_copy(draw, printed[0])
    return never_cache(lambda _: render(request, page.template, page.context))(request)


@verb(HOME)
def spotcheck(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = _draw(request, number)
    chosen = [int(pk) for pk in request.POST.getlist("selected") if pk.isdigit()]
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
        return _page(request, number, status=409)
    return _do(
        request, draw, lambda: actions.spotcheck(by=request.user, draw=draw, commitments=list(rows.values())),
        f"{len(rows)} 家在冻结的名单里，盲号和状态见下。",
    )  # fmt: skip


@verb(HOME)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Read back a throw: the digits are typed again from what lies on the table."""
    draw, _ = _draw(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    digits = "".join(request.POST.get("digits", "").split())
    if not digits:
        messages.error(request, "请照桌上的骰子再输入一遍，与主持人记下的一致才会写入。")
        return _page(request, number, status=409)
    return _do(
        request, draw, lambda: actions.confirm_spoken(seat_spoken=seat, by=request.user, digits=digits), "复诵一致，已记入。",
    )  # fmt: skip


@verb(HOME)
def retry(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = _draw(request, number)
    return _do(
        request, draw, lambda: actions.retry(by=request.user, draw=draw), "这一次作废，请各席重新封签。"
    )


@verb(HOME)
def restore(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = _draw(request, number)
    secret = request.POST.get("op_secret", "")
    return _do(
        request, draw, lambda: actions.restore_secret(by=request.user, draw=draw, op_secret=secret), "已用纸质副本揭示种子。",
    )  # fmt: skip


@verb(HOME)
def reissue(request: HttpRequest, number: str) -> HttpResponse:
    """A new code after the freeze: the supervisor hands it over in person."""
    draw, _ = _draw(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    made: list[str] = []
    refused = _do(
        request, draw, lambda: made.append(actions.reissue_code(by=request.user, draw=draw, seat=seat)), ""
    )
    if not made:
        return refused
    return _page(
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
    draw, _ = _draw(request, number)
    seat = get_object_or_404(draw.seats, seat=request.POST.get("seat", ""))
    seat.draw = draw
    why = request.POST.get("reason", "")
    return _do(
        request, draw, lambda: actions.note_unsigned(by=request.user, draw=draw, seat=seat, why=why), f"已注明{seat.title}未签。",
    )  # fmt: skip


@verb(HOME)
def sign(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = _draw(request, number)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    return _do(
        request, draw, lambda: actions.sign(by=request.user, draw=draw, **form.words()), "签字已记入。"
    )


@verb(HOME)
def release_b(request: HttpRequest, number: str) -> HttpResponse:
    """Only this round's key arrives here; the secret it comes from stays in the holder's browser."""
    draw, _ = _draw(request, number)
    key = request.POST.get("xb", "")
    return _do(
        request, draw, lambda: actions.release_b(by=request.user, draw=draw, xb=key), "本轮密钥已交出，替换结果已算出。",
    )  # fmt: skip


@verb(HOME)
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    draw, _ = _draw(request, number)
    codes = [visit.commitment for visit in queries.visits_of(draw)]
    return _do(
        request, draw, lambda: actions.unmask(by=request.user, draw=draw, commitments=codes, why="OVERSIGHT"),
        f"已查看 {len(codes)} 家名称，并记入事件链。",
    )  # fmt: skip
