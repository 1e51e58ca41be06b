"""Signatures, the end, and the visible end before time."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from draws import policies
from draws.actions.ceremony import complete_before_void
from draws.actions.common import lock, moment
from draws.chain import append, state_of
from draws.models import Draw, Presence, Seat
from draws.refusals import act
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.voids import WITHOUT_RESULT
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import actions as planning

OPINIONS = ("agree", "object")
NOTED = "noted"


@act("draws.sign")
def sign(
    *, opinion: str, signature: str, statement: str = "", seat: Seat | None = None, by: User | None = None,
    draw: Draw | None = None, now: datetime | None = None,
) -> Seat | Presence:  # fmt: skip
    """Sign the result: a seat on its own device (`seat`), or somebody present with a login (`by` and `draw`).

    opinion: "agree" or "object"; an objection needs its words (`statement`), is kept verbatim and stops nothing
    """
    signer = _signer(seat, by, draw)
    held = lock(signer.draw)
    signer.refresh_from_db()
    signer.draw = held
    as_seat = {"seat": signer} if isinstance(signer, Seat) else {"presence": signer}
    policies.check_sign(held, **as_seat)
    _check_words(opinion, statement, signature)
    signer.opinion, signer.statement, signer.signature = opinion, statement.strip(), signature
    signer.signed_at = moment(now)
    signer.save(update_fields=["opinion", "statement", "signature", "signed_at"])
    name = signer.title if isinstance(signer, Seat) else ""
    data = {"opinion": opinion, "statement": signer.statement, "role": signer.role, "head": held.head}
    ledger.record(actor=by, actor_name=name, act="draws.sign", subject=held, data=data)
    return signer


@act("draws.note_unsigned")
def note_unsigned(*, by: User, draw: Draw, seat: Seat, why: str, now: datetime | None = None) -> Seat:
    """A seat left or declined to sign: the supervisor notes it, so that the draw can be sealed."""
    lock(draw)
    seat.refresh_from_db()
    policies.check_note_unsigned(by, draw, seat)
    if not why.strip():
        raise RuleBroken("请写明该席未签的原因。", code="reason_missing")
    seat.opinion, seat.statement, seat.signed_at = NOTED, why.strip(), moment(now)
    seat.save(update_fields=["opinion", "statement", "signed_at"])
    ledger.record(
        actor=by, act="draws.note_unsigned", subject=draw, data={"seat": seat.seat, "why": seat.statement}
    )
    return seat


@act("draws.seal")
def seal(*, by: User, draw: Draw, now: datetime | None = None) -> Draw:
    """Chain the signatures when everybody present has signed or is noted."""
    lock(draw)
    policies.check_seal(by, draw)
    waiting = unsigned(draw)
    if waiting:
        raise OutOfOrder(
            f"还没有签字：{'、'.join(waiting)}。请其签字，或由纪检监督员注明未签原因。", code="unsigned"
        )
    append(draw, "sign", {"by": signatures_of(draw)}, now=moment(now))
    ledger.record(actor=by, act="draws.seal", subject=draw, data={"head": draw.head})
    return draw


@act("draws.void")
def void(
    *, by: User, draw: Draw, why: str, text: str, second: User | None, now: datetime | None = None
) -> Draw:
    """End a draw visibly, with both signatures. From the lock on it is completed first; the serial stays used.

    why: SECRET_LOST, SEATS, PUB, ERROR, REGISTER, ORDER or OTHER
    """
    lock(draw)
    policies.check_void(by, draw, second)
    if not text.strip():
        raise RuleBroken("中止要写明原因，会向所有人显示。", code="reason_missing")
    at = moment(now)
    if why not in WITHOUT_RESULT:
        complete_before_void(draw, at)
    by_two = [_two_signature(draw, who, why, text, at) for who in (by, second) if who is not None]
    append(draw, "void", {"why": why, "text": text.strip(), "by": by_two}, now=at)
    draw.strata.update(active=False)
    if draw.kind == Draw.Kind.FORMAL:
        planning.note_voided(
            organisation=draw.organisation,
            draw_number=draw.number,
            on=timezone.localdate(at),
            by=by,
            rows=None,
        )
    ledger.record(actor=by, act="draws.void", subject=draw, data={
        "why": why, "text": text.strip(), "second": second.username if second else "", "head": draw.head,
    })  # fmt: skip
    return draw


@act("draws.close")
def close(*, by: User, draw: Draw, now: datetime | None = None) -> Draw:
    """The last event: numbers of rounds, visits and lacking teams."""
    lock(draw)
    policies.check_close(by, draw)
    append(draw, "close", state_of(draw).close_body(), now=moment(now))
    ledger.record(actor=by, act="draws.close", subject=draw, data={"head": draw.head})
    return draw


def unsigned(draw: Draw) -> list[str]:
    """Who still has to sign: everybody present with a login, and every seat that joined."""
    people = [
        presence.get_role_display() for presence in draw.presences.filter(signed_at=None).order_by("pk")
    ]
    return people + [seat.title for seat in draw.seats.filter(signed_at=None).exclude(joined_at=None)]


def signatures_of(draw: Draw) -> list[dict[str, str]]:
    """The body of `sign`: role and digest of each signature; present people first, then seats in order."""
    signers: list[Seat | Presence] = [
        *draw.presences.order_by("pk"),
        *draw.seats.exclude(signed_at=None).order_by("position"),
    ]
    return [
        {"role": signer.role, "ref": signature_digest(draw, signer)} for signer in signers if signer.signed_at
    ]


def signature_digest(draw: Draw, signer: Seat | Presence) -> str:
    """What `ref` stands for: the canonical text of who signed what under which head."""
    name = signer.holder if isinstance(signer, Seat) else signer.user.name
    text = canon({
        "draw_id": draw.number, "name": name, "opinion": signer.opinion, "role": signer.role,
        "signature": signer.signature, "statement": signer.statement,
        "at": timezone.localtime(signer.signed_at).isoformat(timespec="seconds") if signer.signed_at else "",
    })  # fmt: skip
    return suite_of(draw.version).digest(text.encode()).hex()


def _signer(seat: Seat | None, by: User | None, draw: Draw | None) -> Seat | Presence:
    if seat is not None:
        return seat
    presence = None
    if by is not None and draw is not None:
        presence = Presence.objects.filter(draw=draw, user=by).first()
    if presence is None:
        raise RuleBroken("您没有在本次抽取中确认在场，不能签字。", code="not_present")
    return presence


def _check_words(opinion: str, statement: str, signature: str) -> None:
    if opinion not in OPINIONS:
        raise RuleBroken("请选择“无异议”或“有异议”。", code="opinion_missing")
    if opinion == "object" and not statement.strip():
        raise RuleBroken("有异议的，请写明异议内容，原话会写进记录单。", code="statement_missing")
    if not signature.strip():
        raise RuleBroken("请签名后再提交。", code="signature_missing")


def _two_signature(draw: Draw, who: User, why: str, text: str, at: datetime) -> dict[str, str]:
    role = (
        "operator" if not _is_supervisor(draw, who) else ("discipline" if draw.discipline_id else "unit_head")
    )
    said: dict[str, Any] = {
        "draw_id": draw.number, "head": draw.head, "name": who.name, "role": role, "text": text.strip(), "why": why,
        "at": timezone.localtime(at).isoformat(timespec="seconds"),
    }  # fmt: skip
    return {"role": role, "ref": suite_of(draw.version).digest(canon(said).encode()).hex()}


def _is_supervisor(draw: Draw, who: User) -> bool:
    return not policies.why_not(policies.check_supervisor, who, draw)
