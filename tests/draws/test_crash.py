"""kill -9 at every step, and several consoles at once: the same commitments, one chain, a draw that completes."""

from unittest import mock

import pytest

from draws import actions, chain, queries
from draws.models import Draw, DrawEvent, Presence, Seat
from draws.rules.mc1.entropy import slip_commit
from draws.rules.mc1.verification import verify
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from tests.draws import factories as make
from tests.draws.processes import child, die, shared_database, wait_all

pytestmark = pytest.mark.django_db(transaction=True)

NONCE, DICE = "5a" * 16, "40719938215560273948"
HOSTS = 4


def digits_of(seat: Seat) -> str:
    """Every process knows what a seat's device holds."""
    return f"{seat.position:020}"


def walk(house: make.House, number: str) -> None:
    """Do whatever the stored events say comes next, until the draw is signed; the way a second console resumes."""
    for _ in range(60):
        draw = Draw.objects.get(number=number)
        if draw.state == Draw.State.SIGNED:
            return
        if draw.freeze_hash:
            actions.resume(draw=draw, by=house.operator)
        _next(house, draw)


def _next(house: make.House, draw: Draw) -> None:
    seats = list(draw.seats.order_by("position"))
    if draw.state == Draw.State.ANNOUNCED:
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    elif draw.state == Draw.State.FROZEN:
        seat = next(seat for seat in seats if seat.seat in queries.state_of(draw).log.unslipped())
        commit = slip_commit(make.SUITE, draw.number, 1, seat.seat, digits_of(seat), NONCE)
        actions.slip(seat=seat, commit=commit, now=make.HELD)
    elif draw.state == Draw.State.LOCKED:
        _open(house, seats, queries.state_of(draw).log.missing())
    elif draw.state == Draw.State.RESULT:
        _sign(house, draw, seats)


def _open(house: make.House, seats: list[Seat], missing: list[str]) -> None:
    for seat in seats:
        if seat.seat in missing and seat.method == "sealed":
            actions.open_slip(seat=seat, digits=digits_of(seat), nonce=NONCE, now=make.HELD)
            return
    dice = next(seat for seat in seats if seat.seat in missing)
    if not dice.spoken_digits:
        actions.speak(by=house.operator, seat=dice, digits=DICE, now=make.HELD)
    actions.confirm_spoken(by=house.discipline, seat_spoken=dice, digits=DICE, now=make.HELD)


def _sign(house: make.House, draw: Draw, seats: list[Seat]) -> None:
    person = Presence.objects.filter(draw=draw, signed_at=None).select_related("user").first()
    if person:
        actions.sign(by=person.user, draw=draw, opinion="agree", signature="签", now=make.HELD)
        return
    seat = next((seat for seat in seats if seat.joined_at and not seat.signed_at), None)
    if seat:
        actions.sign(seat=seat, opinion="agree", signature="签", now=make.HELD)
        return
    actions.seal(by=house.operator, draw=draw, now=make.HELD)


def announced(house: make.House, kind: str = "R") -> Draw:
    draw = make.prepare(house, kind=kind)
    make.ready(house, draw)
    return Draw.objects.get(pk=draw.pk)


def killing(at: int):
    """Patches that kill the process at the at-th moment: before and after each event, before and after each ledger entry."""
    passed = {"moments": 0}

    def moment() -> None:
        passed["moments"] += 1
        if passed["moments"] == at:
            die()

    def around(act):
        def run(*args, **given):
            moment()
            done = act(*args, **given)
            moment()
            return done

        return run

    return (
        mock.patch.object(DrawEvent.objects, "create", around(DrawEvent.objects.create)),
        mock.patch.object(ledger, "record", around(ledger.record)),
    )


def walk_and_die(house: make.House, number: str, at: int) -> None:
    first, second = killing(at)
    with first, second:
        walk(house, number)


def events_of(number: str) -> list[tuple[int, str, str]]:
    return list(
        DrawEvent.objects.filter(draw__number=number).order_by("seq").values_list("seq", "content", "head")
    )


def test_a_draw_killed_at_any_step_continues_with_the_same_commitments(tmp_path):
    house = make.create_house()
    with shared_database(tmp_path):
        died = 0
        for at in range(1, 61, 4):
            number = announced(house).number
            (code,) = wait_all([child(lambda number=number, at=at: walk_and_die(house, number, at))])
            assert code in (-9, 0)
            died += code == -9
            before = events_of(number)
            kept = Draw.objects.get(number=number)
            secret, fingerprint = bytes(kept.sealed), kept.freeze_hash
            walk(house, number)
            draw = Draw.objects.get(number=number)
            assert draw.state == Draw.State.SIGNED
            assert events_of(number)[: len(before)] == before
            if fingerprint:
                assert (bytes(draw.sealed), draw.freeze_hash) == (secret, fingerprint)
            assert verify(queries.transcript_of(draw)).ok
            assert ledger.verify()[1] is None
        assert died >= 10


def test_several_consoles_at_once_make_one_chain(tmp_path):
    house = make.create_house()
    with shared_database(tmp_path):
        number = announced(house, kind="F").number

        def stubborn() -> None:
            for _ in range(40):
                try:
                    walk(house, number)
                except (RuleBroken, StopIteration):
                    continue
                if Draw.objects.get(number=number).state == Draw.State.SIGNED:
                    return

        assert wait_all([child(stubborn) for _ in range(HOSTS)]) == [0] * HOSTS
        draw = Draw.objects.get(number=number)
        assert draw.state == Draw.State.SIGNED
        assert make.types_of(draw) == [
            "announce", "freeze", "slip", "slip", "lock", "open", "open", "open", "reveal", "result", "sign",
        ]  # fmt: skip
        assert verify(queries.transcript_of(draw)).ok
        assert chain.state_of(draw).head == draw.head
        assert ledger.verify()[1] is None


def test_two_prepared_at_once_get_different_numbers(tmp_path):
    house = make.create_house()
    with shared_database(tmp_path):
        hosts = [
            child(lambda at=at: make.prepare(house, kind="R", place=f"{at}号会议室")) for at in range(HOSTS)
        ]
        assert wait_all(hosts) == [0] * HOSTS
        serials = sorted(Draw.objects.values_list("serial", flat=True))
        assert serials == [f"R{number:02}" for number in range(1, HOSTS + 1)]
        assert Entry.objects.filter(act="draws.prepare").count() == HOSTS
