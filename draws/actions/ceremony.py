"""Digits from the seats, the lock, the seed, the result. Lock, reveal and result follow by themselves."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from draws import policies, secrets
from draws.actions.common import lock, moment
from draws.chain import append, state_of
from draws.errors import SecretLost
from draws.models import Draw, Seat
from draws.queries import drawn_rows
from draws.refusals import act
from draws.rules.mc1.entropy import EntropyLog, check_pub, slip_commit
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import actions as planning


@act("draws.slip")
def slip(*, seat: Seat, commit: str, now: datetime | None = None) -> Draw:
    """A sealed seat hands in its commitment; the last one locks the draw."""
    draw = _locked(seat)
    policies.check_slip(seat)
    log = state_of(draw).log
    append(draw, "slip", {"attempt": log.attempt, "seat": seat.seat, "commit": commit}, now=moment(now))
    _complete(draw, moment(now))
    _note_seat("draws.slip", draw, seat)
    return draw


@act("draws.open_slip")
def open_slip(*, seat: Seat, digits: str, nonce: str, now: datetime | None = None) -> Draw:
    """A sealed seat opens what it sealed; the last open of all draws."""
    draw = _locked(seat)
    policies.check_open_slip(seat)
    state = state_of(draw)
    sealed = state.log.slips.get(seat.seat)
    if (
        sealed
        and slip_commit(state.suite, draw.number, state.log.attempt, seat.seat, digits, nonce) != sealed
    ):
        raise RuleBroken(
            f"席位 {seat.title} 的数字与封签不符。请核对是否用了入席时的那台设备，数字有没有改动。",
            code="slip_differs",
        )
    body = {"attempt": state.log.attempt, "seat": seat.seat, "digits": digits, "nonce": nonce}
    append(draw, "open", body, now=moment(now))
    _complete(draw, moment(now))
    _note_seat("draws.open_slip", draw, seat)
    return draw


@act("draws.speak")
def speak(*, by: User, seat: Seat, digits: str, now: datetime | None = None) -> Seat:
    """Write down digits said aloud; they enter the chain when another person has read them back."""
    draw = _locked(seat)
    policies.check_speak(by, draw, seat)
    if draw.state == Draw.State.FROZEN and not draw.seats.filter(method=Seat.Method.SEALED).exists():
        policies.check_enough_seats(draw)
        append(draw, "lock", {"attempt": state_of(draw).log.attempt}, now=moment(now))
    state = state_of(draw)
    state.check("open", {"attempt": state.log.attempt, "seat": seat.seat, "digits": digits, "nonce": ""})
    policies.check_enough_thrown(draw, seat, digits)
    seat.spoken_digits, seat.spoken_by = digits, by
    seat.save(update_fields=["spoken_digits", "spoken_by"])
    ledger.record(actor=by, act="draws.speak", subject=draw, data={"seat": seat.seat, "digits": digits})
    return seat


@act("draws.confirm_spoken")
def confirm_spoken(
    *,
    seat_spoken: Seat,
    by: User | None = None,
    seat: Seat | None = None,
    digits: str = "",
    now: datetime | None = None,
) -> Draw:
    """Read back: another person confirms the digits, optionally by typing them again; then they are chained."""
    draw = _locked(seat_spoken)
    if seat is not None:
        seat.draw = draw
    policies.check_confirm_spoken(draw, seat_spoken, by=by, seat=seat)
    if digits and digits != seat_spoken.spoken_digits:
        raise RuleBroken(
            "复核的数字与记录的不一致，请当众再看一遍后由主持人重新记录。", code="read_back_differs"
        )
    policies.check_enough_thrown(draw, seat_spoken, seat_spoken.spoken_digits)
    body = {
        "attempt": state_of(draw).log.attempt, "seat": seat_spoken.seat, "digits": seat_spoken.spoken_digits, "nonce": "",
    }  # fmt: skip
    append(draw, "open", body, now=moment(now))
    _complete(draw, moment(now))
    ledger.record(
        actor=by, actor_name=seat.title if seat else "", act="draws.confirm_spoken", subject=draw,
        data={"seat": seat_spoken.seat, "head": draw.head},
    )  # fmt: skip
    return draw


@act("draws.retry")
def retry(*, by: User, draw: Draw, now: datetime | None = None) -> Draw:
    """Start the digits afresh because a sealed seat did not open; names exactly the missing seats. At most 3 attempts."""
    lock(draw)
    policies.check_retry(by, draw)
    log = state_of(draw).log
    missing = log.missing()
    append(draw, "retry", {"attempt": log.attempt, "missing": missing}, now=moment(now))
    draw.seats.update(spoken_digits="", spoken_by=None)
    ledger.record(actor=by, act="draws.retry", subject=draw, data={"missing": missing, "head": draw.head})
    return draw


@act("draws.enter_lottery")
def enter_lottery(*, by: User, draw: Draw, numbers: str, now: datetime | None = None) -> Draw:
    """The winning numbers of the announced issue, e.g. 01.05.12.20.28.33.09; reveals when all seats have opened."""
    lock(draw)
    policies.check_enter_lottery(by, draw)
    check_pub(state_of(draw).manifest["pub"], numbers)
    draw.pub_numbers = numbers
    draw.save(update_fields=["pub_numbers"])
    _complete(draw, moment(now))
    ledger.record(actor=by, act="draws.enter_lottery", subject=draw, data={"numbers": numbers})
    return draw


@act("draws.restore_secret")
def restore_secret(*, by: User, draw: Draw, op_secret: str, now: datetime | None = None) -> Draw:
    """Reveal from the sealed paper copy when the server cannot or will not. source: MC1 §6, §13"""
    lock(draw)
    policies.check_restore_secret(by, draw)
    said = "".join(op_secret.split()).lower()
    _reveal(draw, said, moment(now))
    _result(draw, moment(now))
    ledger.record(actor=by, act="draws.restore_secret", subject=draw, data={"head": draw.head})
    return draw


@act("draws.resume")
def resume(*, draw: Draw, by: User | None = None, now: datetime | None = None) -> Draw:
    """Do what the events already determine and a crash left undone; changes nothing when all is done."""
    lock(draw)
    if by is not None:
        policies.check_operator(by, draw)
    before = draw.head_seq
    if draw.freeze_hash:
        _complete(draw, moment(now))
    if draw.head_seq != before:
        ledger.record(actor=by, act="draws.resume", subject=draw, data={"from": before, "to": draw.head_seq})
    return draw


def complete_before_void(draw: Draw, now: datetime) -> None:
    """§11: from the lock on the result is fixed, so it is computed before the draw may be voided."""
    _complete(draw, now)


def _complete(draw: Draw, now: datetime) -> None:
    """Lock, reveal and result as far as the events determine them; waits for a lottery or a lost secret."""
    log = state_of(draw).log
    if draw.state == Draw.State.FROZEN and _can_lock(log):
        policies.check_enough_seats(draw)
        append(draw, "lock", {"attempt": log.attempt}, now=now)
    if draw.state == Draw.State.LOCKED and state_of(draw).log.complete and _lottery_is_in(draw):
        try:
            secret = secrets.unseal(draw).op_secret
        except SecretLost:
            return  # the opens stay; the paper copy reveals
        _reveal(draw, secret, now)
    _result(draw, now)


def _can_lock(log: EntropyLog) -> bool:
    """All sealed slips are in. Without sealed seats the first throw locks."""
    return not log.locked and bool(log.slips) and not log.unslipped()


def _lottery_is_in(draw: Draw) -> bool:
    return not draw.pub_source or bool(draw.pub_numbers)


def _reveal(draw: Draw, op_secret: str, now: datetime) -> None:
    if not _lottery_is_in(draw):
        raise OutOfOrder("约定的彩票还没有开奖，请先录入开奖号码。", code="lottery_missing")
    body = state_of(draw).reveal_body(op_secret=op_secret, pub=draw.pub_numbers or None)
    append(draw, "reveal", body, now=now)


def _result(draw: Draw, now: datetime) -> None:
    if draw.state != Draw.State.REVEALED:
        return
    append(draw, "result", state_of(draw).result_body(), now=now)
    if draw.kind == Draw.Kind.FORMAL:
        planning.note_drawn(
            organisation=draw.organisation, period=draw.period, rows=drawn_rows(draw), draw_number=draw.number,
            on=timezone.localdate(now), by=draw.operator,
        )  # fmt: skip


def _locked(seat: Seat) -> Draw:
    """The seat's draw under lock, and the seat as it is now."""
    draw = lock(seat.draw)
    seat.refresh_from_db(fields=["joined_at", "spoken_digits", "spoken_by", "method", "signed_at", "opinion"])
    return draw


def _note_seat(name: str, draw: Draw, seat: Seat) -> None:
    data: dict[str, Any] = {"seat": seat.seat, "head": draw.head, "state": draw.state}
    ledger.record(actor=None, actor_name=seat.title, act=name, subject=draw, data=data)
