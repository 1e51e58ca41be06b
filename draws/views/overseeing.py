"""What the supervisor's page shows: presence, chain B, spot checks with full names, throws to read back, names seen."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from draws import policies, queries, scenes
from draws.forms import SignForm
from draws.models import Draw, Presence, Seat
from draws.rules.mc1.canonical import canon, read_json
from draws.rules.mc1.patterns import TARGET_STATUSES
from draws.rules.mc1.rows import parse_target_facts
from draws.rules.protocol import CHAIN_LENGTH
from draws.views.common import insider_draw
from draws.views.live import chained, mark_of
from foundation.organisation.models import User
from foundation.organisation.roles import Role
from registry.models import Target

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


def overseen(request: HttpRequest, number: str) -> tuple[Draw, str]:
    draw = insider_draw(request, number)
    role = role_of(request.user, draw)
    if not role and request.user.pk != draw.chain_b_by_id:
        raise PermissionDenied("这一页由本次抽取的纪检监督员、乙方密钥持有人和在场见证人使用。")
    return draw, role


def page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    draw, role = overseen(request, number)
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
