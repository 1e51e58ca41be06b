"""Every act of a draw, in every state, by everybody: only what stands in the table is done, all else is refused and recorded.

One draw is walked from the preparation to the end; at each station every act is tried by every person and taken back.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from draws import actions
from draws.models import Draw, RefusedAct
from foundation.errors import RuleBroken
from foundation.ledger.models import Entry
from registry.models import Target
from tests.draws import factories as make
from tests.factories import create_organisation, create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
P, A, F, L, R, S, C, V = "preparing", "announced", "frozen", "locked", "result", "signed", "closed", "void"
# 主持人、同局另一位组织员、本次纪检、另一位纪检、分管领导、计划编制员、检查人员、审计员、邻局组织员
PEOPLE = ("host", "second", "discipline", "other", "head", "planner", "inspector", "auditor", "neighbour")
OPERATE, SUPERVISE = ("host", "second"), ("discipline",)

OVERSEERS = ("host", "second", "discipline", "other", "head")
RUNNING = (A, F, L, R)

# act: by whom, in which states. What is not here is refused. Once every digit is open, a draw is no longer stopped before its
# result; a preparation that did not change is confirmed once.
MAY: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "announce": [(OPERATE, (P,))], "revise": [(OPERATE, (P,))], "add_seat": [(OPERATE, (P, A))], "remove_seat": [(OPERATE, (P, A))],
    "reissue_code": [(OPERATE, (P, A)), (SUPERVISE, (F, L, R, S))], "print_codes": [(OPERATE, (P, A))],
    "confirm_presence": [(SUPERVISE, (P, A, F, L))], "deposit_chain_b": [(SUPERVISE, (P, A))],
    "confirm_preparation": [(SUPERVISE, (P,))],
    "rehearse_seeds": [((*OPERATE, "discipline", "other", "planner"), (P, A))],
    "ask_pool_change": [((*OPERATE, "planner"), (P, A))],
    "withdraw": [(OPERATE, (P, A))], "freeze": [(OPERATE, (A,))],
    "print_sealed_copy": [(SUPERVISE, (F, L))], "spotcheck": [(SUPERVISE, (F,))],
    "pause": [(OPERATE, RUNNING)], "limit": [(OPERATE, RUNNING)], "go_on": [(OPERATE, RUNNING)],
    "speak": [(OPERATE, (L,))], "retry": [(SUPERVISE, (F, L))],
    "enter_lottery": [(OPERATE, (F, L))], "restore_secret": [(SUPERVISE, (L,))],
    "sign": [(("host", "discipline"), (R,))], "note_unsigned": [(SUPERVISE, (R,))], "seal": [(OPERATE, (R,))],
    "void": [(OPERATE, (F, R, S))], "close": [(OPERATE, (S, V))],
    "start_round": [(OPERATE, (S,))], "release_b": [(SUPERVISE, (S,))],
    "unmask": [(OVERSEERS, (S, V))], "open_names": [(OVERSEERS, (S, V))],
}  # fmt: skip
# In the right state and by the right person, and still not done on this walk: no lottery, no replacement, no loss, nobody left
# to sign before the sealing, codes that are not handed out any more.
NOT_HERE = {"enter_lottery", "print_codes", "release_b", "restore_secret", "retry", "seal", "start_round"}
# Where nobody may, these are tried; where somebody may, everybody.
FEW = ("host", "discipline", "planner", "neighbour")


class Walk:
    def __init__(self) -> None:
        house = make.create_house()
        self.house, bureau = house, house.organisation
        self.people = {
            "host": house.operator, "second": house.second_operator, "discipline": house.discipline, "head": house.head,
            "other": create_user(bureau, "discipline"), "planner": house.bureau.planner, "inspector": house.inspector_user,
            "auditor": create_user(bureau, "auditor"), "neighbour": create_user(create_organisation(), "operator"),
        }  # fmt: skip
        self.target = Target.objects.of(bureau).first()
        self.draw, self.devices = make.prepare(house), []

    def acts(self) -> dict[str, Callable[[Any], object]]:
        """Each with what a person would send, fresh from the database."""
        draw, house = Draw.objects.get(pk=self.draw.pk), self.house
        given: dict[str, dict[str, Any]] = {
            "announce": {"short_notice": "急"}, "revise": {"place": "别处"}, "confirm_presence": {"role": "discipline"},
            "add_seat": {"seat": "S9", "role": "media", "title": "迟到", "method": "sealed"}, "print_codes": {},
            "deposit_chain_b": {"tip": "ab" * 32}, "confirm_preparation": {"note": "又看了一遍"},
            "freeze": {"on": make.ON, "now": make.HELD}, "print_sealed_copy": {}, "retry": {"now": make.HELD},
            "sign": {"opinion": "agree", "signature": "签", "now": make.HELD}, "seal": {"now": make.HELD},
            "void": {"why": "OTHER", "text": "停电", "second": house.discipline, "now": make.HELD}, "close": {"now": make.HELD},
            "withdraw": {"reason": "改期", "second": house.discipline, "on": make.ON, "now": make.HELD},
            "pause": {"reason": "休息", "now": make.HELD}, "limit": {"now": make.HELD}, "go_on": {"now": make.HELD},
            "start_round": {"requests": []}, "restore_secret": {"op_secret": "ab" * 32},
            "rehearse_seeds": {"on": make.ON, "seeds": 1},
            "ask_pool_change": {"kind": "exclude", "target": self.target, "reason": "停产", "evidence": "函"},
            "release_b": {"xb": "ab" * 32}, "enter_lottery": {"numbers": "01.02.03"},
        }  # fmt: skip
        made = {
            name: lambda by, name=name, more=more: getattr(actions, name)(
                by=by, draw=Draw.objects.get(pk=draw.pk), **more
            )
            for name, more in given.items()
        }
        codes = list(draw.snapshot_targets.values_list("commitment", flat=True)[:1]) or ["0" * 64]
        for name, more in (
            ("unmask", {"why": "DISPATCH"}),
            ("open_names", {"to": "public"}),
            ("spotcheck", {}),
        ):
            made[name] = lambda by, name=name, more=more: getattr(actions, name)(
                by=by, draw=Draw.objects.get(pk=draw.pk), commitments=codes, now=make.HELD, **more
            )
        if self.devices:
            seat, dice = self.devices[1].seat, self.devices[-1].seat
            made["reissue_code"] = lambda by: actions.reissue_code(
                by=by, draw=fresh(seat).draw, seat=fresh(seat)
            )
            made["remove_seat"] = lambda by: actions.remove_seat(
                by=by, draw=fresh(seat).draw, seat=fresh(seat)
            )
            made["note_unsigned"] = lambda by: actions.note_unsigned(
                by=by, draw=fresh(seat).draw, seat=fresh(seat), why="离席", now=make.HELD
            )
            made["speak"] = lambda by: actions.speak(by=by, seat=fresh(dice), digits="40719938215560273948")
        return made


def fresh(seat):
    return type(seat).objects.select_related("draw").get(pk=seat.pk)


def stations(walk: Walk):
    """The states one after another; the way between them is the ordinary one."""
    house, draw = walk.house, walk.draw
    yield P
    walk.devices = make.ready(house, draw)
    yield A
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    yield F
    sealed = [device for device in walk.devices if device.seat.method == "sealed"]
    for device in sealed:
        device.seal(draw)
    for device in sealed:
        device.open()
    yield L
    make.throw(house, draw, walk.devices)
    yield R
    make.sign_all(house, draw, walk.devices)
    actions.seal(by=house.operator, draw=draw, now=make.HELD)
    yield S
    with transaction.atomic():
        actions.void(
            by=house.operator, draw=draw, why="OTHER", text="停电", second=house.discipline, now=make.HELD
        )
        yield V
        transaction.set_rollback(True)
    draw.refresh_from_db()
    visits = make.queries.visits_of(draw)
    actions.open_names(
        by=house.operator, draw=draw, to="public", commitments=[one.commitment for one in visits]
    )
    actions.close(by=house.operator, draw=draw)
    yield C


def tried(walk: Walk, name: str, act: Callable[[Any], object], person: str) -> str:
    """done, or the sentence of the refusal; everything as before. Fails where a refusal left no trace or changed something."""
    before, head = RefusedAct.objects.count(), Draw.objects.get(pk=walk.draw.pk).head
    with transaction.atomic():
        try:
            act(walk.people[person])
            said = ""
        except RuleBroken as broken:
            said = broken.message
            assert RefusedAct.objects.count() == before + 1, name
            assert Draw.objects.get(pk=walk.draw.pk).head == head, name
            assert Entry.objects.in_order().last().act == f"draws.{name}.refused"
        transaction.set_rollback(True)
    return said


def may(name: str, state: str) -> set[str]:
    return {person for people, states in MAY[name] if state in states for person in people}


def test_only_what_stands_in_the_table_is_done():
    walk, done, wrong = Walk(), set(), []
    for state in stations(walk):
        assert Draw.objects.get(pk=walk.draw.pk).state == state
        for name, act in walk.acts().items():
            allowed = may(name, state)
            for person in PEOPLE if allowed else FEW:
                said = tried(walk, name, act, person)
                if not said:
                    done.add(name)
                if not said and person not in allowed:
                    wrong.append((name, state, person))
                if said and person in allowed and name not in NOT_HERE:
                    wrong.append((name, state, person, said))
    assert wrong == []
    assert set(MAY) - done == NOT_HERE
