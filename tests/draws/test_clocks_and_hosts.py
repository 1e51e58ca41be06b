"""The server's clock may jump and two consoles may press at once: the chain has one order, and each step once."""

import os
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import Barrier

import pytest

from draws import actions, queries
from draws.models import Draw, DrawEvent
from draws.rules.mc1.entropy import seed_of, slip_commit
from draws.rules.mc1.verification import verify
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.draws.processes import child, shared_database, wait_all

DONE, REFUSED = 0, 3
BACK, FORTH = timedelta(hours=-7), timedelta(days=1)
NONCE = "5a" * 16


def events(draw: Draw) -> list[DrawEvent]:
    return list(DrawEvent.objects.filter(draw=draw).order_by("seq"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "jumps", [[BACK, FORTH, BACK], [FORTH, FORTH, BACK]], ids=["back first", "forth first"]
)
def test_a_clock_that_jumps_changes_no_order_and_breaks_no_chain(monkeypatch, tmp_path, jumps):
    house = make.create_house()
    draw, devices = make.frozen(house)
    for device in devices[:2]:
        device.seal(draw)
    monkeypatch.setattr(make, "HELD", make.HELD + jumps[0])
    for device in devices[:2]:
        device.open()
    monkeypatch.setattr(make, "HELD", make.HELD + jumps[1])
    make.throw(house, draw, devices)
    monkeypatch.setattr(make, "HELD", make.HELD + jumps[2])
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw, now=make.HELD)
    said = [event.at for event in events(draw)]
    assert said != sorted(said)
    assert [event.seq for event in events(draw)] == list(range(1, len(said) + 1))
    assert set(verdicts(draw, tmp_path).values()) <= {"pass", "na"}
    assert ledger.verify()[1] is None


@pytest.mark.django_db
def test_the_same_digits_at_another_hour_give_the_same_seed():
    """`at` is for the record only: it enters no seed (§5)."""
    house = make.create_house()
    draw, devices = make.frozen(house)
    state = queries.state_of(draw)
    make.give_digits(house, draw, devices)
    body = make.body_of(draw, "reveal")
    opens = {
        event["body"]["seat"]: event["body"]["digits"]
        for event in make.events_of(draw)
        if event["type"] == "open"
    }
    digits = [opens[seat["id"]] for seat in state.manifest["seats"]]
    assert seed_of(make.SUITE, draw.freeze_hash, body["op_secret"], 1, digits, None) == body["seed"]


# ---------------------------------------------------------------- two consoles, real processes


def pressed(*works: Callable[[], object]) -> list[int]:
    """Each in a process of its own, all at the same moment; who got through and who was refused."""
    gate = Barrier(len(works))

    def press(work: Callable[[], object]) -> None:
        gate.wait(30)
        try:
            work()
        except RuleBroken:
            os._exit(REFUSED)

    return sorted(wait_all([child(lambda work=work: press(work)) for work in works]))


def slip_of(draw: Draw, seat, digits: str = "1" * 20) -> Callable[[], object]:
    commit = slip_commit(make.SUITE, draw.number, 1, seat.seat, digits, NONCE)
    return lambda: actions.slip(seat=seat, commit=commit, now=make.HELD)


def open_of(seat) -> Callable[[], object]:
    return lambda: actions.open_slip(seat=seat, digits="1" * 20, nonce=NONCE, now=make.HELD)


@pytest.mark.django_db(transaction=True)
def test_two_consoles_that_press_the_same_or_the_next_button_make_each_event_once(tmp_path):
    house = make.create_house()
    draw = make.prepare(house)
    make.ready(house, draw)
    with shared_database(tmp_path):
        first, second, dice = draw.seats.order_by("position")

        def freeze() -> object:
            return actions.freeze(
                by=house.operator, draw=Draw.objects.get(pk=draw.pk), on=make.ON, now=make.HELD
            )

        def seal() -> object:
            return actions.seal(by=house.operator, draw=Draw.objects.get(pk=draw.pk), now=make.HELD)

        def confirm() -> object:
            return actions.confirm_spoken(
                by=house.discipline, seat_spoken=dice, digits="2" * 20, now=make.HELD
            )

        assert pressed(freeze, freeze) == [DONE, REFUSED]  # the same button
        # a seat twice with different digits, and another seat
        assert pressed(slip_of(draw, first), slip_of(draw, first, "9" * 20), slip_of(draw, second)) == [
            DONE,
            DONE,
            REFUSED,
        ]
        slips = {
            event["body"]["seat"]: event["body"]["commit"]
            for event in make.events_of(draw)
            if event["type"] == "slip"
        }
        other = slips[first.seat] != slip_commit(make.SUITE, draw.number, 1, first.seat, "1" * 20, NONCE)
        opened = (
            (lambda: actions.open_slip(seat=first, digits="9" * 20, nonce=NONCE, now=make.HELD))
            if other
            else open_of(first)
        )
        assert pressed(opened, opened, open_of(second)) == [DONE, DONE, REFUSED]
        actions.speak(by=house.operator, seat=dice, digits="2" * 20, now=make.HELD)
        assert pressed(confirm, confirm) == [
            DONE,
            REFUSED,
        ]  # the last digits: reveal and result follow by themselves
        for person in Draw.objects.get(pk=draw.pk).presences.all():
            actions.sign(by=person.user, draw=draw, opinion="agree", signature="签", now=make.HELD)
        for seat in (first, second):
            actions.sign(seat=seat, opinion="agree", signature="签", now=make.HELD)
        assert pressed(seal, seal) == [DONE, REFUSED]
        assert make.types_of(draw) == [
            "announce", "freeze", "slip", "slip", "lock", "open", "open", "open", "reveal", "result", "sign",
        ]  # fmt: skip
        assert verify(queries.transcript_of(Draw.objects.get(pk=draw.pk))).ok
        assert ledger.verify()[1] is None
