"""Pause and time limit: everybody sees them, nothing of them reaches the chain, and they stall nobody's digits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from draws import actions
from draws.actions.freeze import missing_before_freeze
from draws.models import Pace
from draws.remedies import guard_of
from draws.rules import pace as rules
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from tests.draws import factories as make
from tests.draws.pages import signed_in, words

pytestmark = pytest.mark.django_db
NOW = make.HELD


@pytest.fixture
def house():
    return make.create_house()


@pytest.mark.once
def test_the_first_limit_is_three_minutes_and_each_further_click_adds_two():
    first = rules.due(NOW, None)
    assert first == NOW + timedelta(minutes=3)
    assert rules.due(NOW + timedelta(minutes=1), first) == NOW + timedelta(minutes=5)
    late = NOW + timedelta(minutes=10)
    assert rules.due(late, first) == late + timedelta(minutes=2)
    assert rules.due(NOW, NOW + timedelta(minutes=29)) == NOW + timedelta(minutes=30)


def test_a_pause_is_shown_on_every_face_and_leaves_the_chain_alone(house, client):
    draw, _ = make.frozen(house)
    staff = signed_in(house.operator)
    before = client.get(f"/draw/{draw.number}/events").json()
    answer = staff.post(f"/desk/draws/{draw.number}/console/pause/", {"reason": "等人大代表入座"})
    assert answer.status_code == 302
    after = client.get(f"/draw/{draw.number}/events").json()
    assert after["mark"] != before["mark"]
    assert (after["seq"], after["head"]) == (before["seq"], before["head"])
    for path in (
        f"/draw/{draw.number}/",
        f"/draw/{draw.number}/?mode=screen",
        f"/desk/draws/{draw.number}/console/",
    ):
        assert 'data-paused="1"' in words(staff.get(path))
        assert "等人大代表入座" in words(staff.get(path))
    staff.post(f"/desk/draws/{draw.number}/console/go-on/")
    assert 'data-paused="1"' not in words(staff.get(f"/draw/{draw.number}/"))


def test_pausing_twice_keeps_the_first_and_going_on_twice_changes_nothing(house):
    draw, _ = make.frozen(house)
    actions.pause(by=house.operator, draw=draw, reason="断电", now=NOW)
    actions.pause(by=house.operator, draw=draw, reason="又点了一次", now=NOW + timedelta(seconds=2))
    assert Pace.objects.get(draw=draw).reason == "断电"
    actions.go_on(by=house.operator, draw=draw, now=NOW + timedelta(minutes=1))
    actions.go_on(by=house.operator, draw=draw, now=NOW + timedelta(minutes=1))
    assert Entry.objects.filter(act__in=["draws.pause", "draws.go_on"]).count() == 2


def test_slips_are_taken_and_opened_during_a_pause(house):
    draw, devices = make.frozen(house)
    actions.pause(by=house.operator, draw=draw, reason="投影断开")
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    assert draw.state == "result"


def test_a_pause_gives_the_limit_its_time_back(house):
    draw, _ = make.frozen(house)
    actions.limit(by=house.operator, draw=draw, now=NOW)
    actions.pause(by=house.operator, draw=draw, reason="投影断开", now=NOW + timedelta(minutes=1))
    pace = actions.go_on(by=house.operator, draw=draw, now=NOW + timedelta(minutes=5))
    assert pace.runs_until == NOW + timedelta(minutes=7)


def test_a_limit_holds_only_for_the_step_it_was_set_in(house):
    draw, devices = make.frozen(house)
    actions.limit(by=house.operator, draw=draw)
    assert "等待封签" in words(signed_in(house.operator).get(f"/draw/{draw.number}/"))
    for device in devices[:2]:
        device.seal(draw)
    draw.refresh_from_db()
    assert Pace.objects.get(draw=draw).runs_until is None
    assert actions.limit(by=house.operator, draw=draw).runs_until is not None


@pytest.mark.parametrize("reason", ["", "  ", "长" * 61])
def test_a_pause_without_a_short_reason_is_refused(house, reason):
    draw, _ = make.frozen(house)
    with pytest.raises(RuleBroken, match="原因"):
        actions.pause(by=house.operator, draw=draw, reason=reason)


def test_only_the_host_paces_the_room_and_only_while_it_runs(house):
    draw, _ = make.signed(house)
    with pytest.raises(OutOfOrder):
        actions.pause(by=house.operator, draw=draw, reason="晚了")
    with pytest.raises(NotAllowed):
        actions.limit(by=house.discipline, draw=draw)


def test_everything_that_keeps_the_freeze_shut_comes_with_a_remedy(house):
    draw = make.prepare(house, scheduled_at=timezone.now() + timedelta(days=9))
    seats = [("S1", "discipline", "纪检监督员", "sealed")]
    missing = missing_before_freeze(draw, make.ON)
    for seat, role, title, method in seats:
        actions.add_seat(by=house.operator, draw=draw, seat=seat, role=role, title=title, method=method)
    missing += missing_before_freeze(draw, make.ON)
    assert len({guard_of(text).remedy for text in missing}) >= 5
    assert [text for text in missing if not guard_of(text).remedy and "请" not in text] == []
