"""Seats that do not open, draws that end before time, secrets that cannot be read."""

import pytest

from draws import actions, documents, queries
from draws.models import Draw, RefusedAct
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from planning.models import Drawn
from tests.draws import factories as make
from tests.draws.checking import verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def fail_once(house, draw, devices) -> None:
    """All seal, only the first opens."""
    for device in devices[:2]:
        device.seal(draw)
    devices[0].open()
    draw.refresh_from_db()


def test_a_seat_that_does_not_open_is_named_and_everybody_seals_afresh(house, tmp_path):
    draw, devices = make.frozen(house)
    fail_once(house, draw, devices)
    first_digits = devices[0].digits
    with pytest.raises(NotAllowed, match="纪检监督员"):
        actions.retry(by=house.operator, draw=draw)
    actions.retry(by=house.discipline, draw=draw)
    assert make.body_of(draw, "retry") == {"attempt": 1, "missing": ["S2", "D1"]}
    assert draw.state == Draw.State.FROZEN
    make.give_digits(house, draw, devices)
    reveal = make.body_of(draw, "reveal")
    assert reveal["attempt"] == 2
    assert first_digits != devices[0].digits
    assert verdicts(draw, tmp_path)["V09"] == "pass"


def test_nothing_is_retried_before_the_lock_or_after_the_dice(house):
    draw, devices = make.frozen(house)
    with pytest.raises(OutOfOrder):
        actions.retry(by=house.discipline, draw=draw)
    for device in devices[:2]:
        device.seal(draw)
    for device in devices[:2]:
        device.open()
    draw.refresh_from_db()
    with pytest.raises(RuleBroken, match="骰子落地不算时当场重掷"):
        actions.retry(by=house.discipline, draw=draw)


def test_after_three_attempts_only_void_is_left_and_the_file_verifies(house, tmp_path):
    draw, devices = make.frozen(house)
    for _ in range(2):
        fail_once(house, draw, devices)
        with pytest.raises(RuleBroken, match="第 3 次锁定之前"):
            void(house, draw, "SEATS")
        actions.retry(by=house.discipline, draw=draw)
    fail_once(house, draw, devices)
    with pytest.raises(RuleBroken, match="最多 3 次"):
        actions.retry(by=house.discipline, draw=draw)
    void(house, draw, "SEATS")
    assert draw.state == Draw.State.VOID
    assert verdicts(draw, tmp_path)["V18"] == "pass"


def void(house, draw, why: str) -> None:
    actions.void(
        by=house.operator, draw=draw, why=why, text="席位未公开数字", second=house.discipline, now=make.HELD
    )


def test_from_the_lock_on_a_draw_cannot_be_dropped_without_a_result(house):
    draw, devices = make.frozen(house)
    fail_once(house, draw, devices)
    with pytest.raises(RuleBroken, match="要先揭示并算出结果"):
        void(house, draw, "ERROR")
    assert RefusedAct.objects.filter(draw=draw, act="draws.void").count() == 1
    assert Draw.objects.get(pk=draw.pk).state == Draw.State.LOCKED


def test_a_result_that_is_voided_stays_in_the_file_and_frees_strata_and_targets(house, tmp_path):
    draw, _ = make.signed(house)
    assert Drawn.objects.filter(voided_on=None).exists()
    void(house, draw, "REGISTER")
    assert not Drawn.objects.filter(voided_on=None).exists()
    assert not draw.strata.filter(active=True).exists()
    assert make.types_of(draw)[-2:] == ["sign", "void"]
    assert [one["role"] for one in make.body_of(draw, "void")["by"]] == ["operator", "discipline"]
    assert verdicts(draw, tmp_path)["V12"] == "pass"
    again, _ = make.signed(house, retries=draw)
    assert again.retries == draw
    assert make.body_of(again, "freeze")["prev"]["draw_id"] == draw.number
    assert verdicts(again, tmp_path, prev=draw)["V21"] == "pass"


def test_nothing_but_names_and_the_end_follows_a_void(house):
    draw, _ = make.signed(house)
    commitments = [visit.commitment for visit in queries.visits_of(draw)][:2]
    void(house, draw, "OTHER")
    with pytest.raises(OutOfOrder):
        void(house, draw, "OTHER")
    with pytest.raises(OutOfOrder):
        make.ask(house, draw, "void", target=commitments[0])
    actions.unmask(by=house.operator, draw=draw, commitments=commitments, why="REVIEW")
    actions.close(by=house.operator, draw=draw)
    assert draw.state == Draw.State.VOID
    with pytest.raises(RuleBroken, match="已经关闭"):
        actions.close(by=house.operator, draw=draw)


def test_a_lost_key_keeps_every_digit_and_the_paper_copy_reveals(house, settings, tmp_path):
    draw, devices = make.frozen(house)
    paper = actions.print_sealed_copy(by=house.discipline, draw=draw)
    with pytest.raises(NotAllowed):
        actions.print_sealed_copy(by=house.operator, draw=draw)
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-after-a-bad-restore-of-the-server"
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    assert draw.state == Draw.State.LOCKED
    assert queries.state_of(draw).log.complete
    actions.resume(draw=draw, by=house.operator)
    assert make.types_of(draw)[-1] == "open"
    with pytest.raises(RuleBroken, match="与冻结单里封存的不同"):
        actions.restore_secret(by=house.discipline, draw=draw, op_secret="0" * 64)
    actions.restore_secret(by=house.discipline, draw=draw, op_secret=paper.upper(), now=make.HELD)
    assert draw.state == Draw.State.RESULT
    settings.SECRET_KEY = key
    assert verdicts(draw, tmp_path)["V10"] == "pass"
    assert "".join(documents.sealed_copy(draw, paper).context["groups"]) == paper


def test_a_changed_event_in_the_database_stops_the_draw(house):
    from django.db import connection

    from foundation.ledger import append_only

    draw, devices = make.frozen(house)
    devices[0].seal(draw)
    draw.refresh_from_db()
    with append_only.suspended(connection):
        event = draw.events.get(seq=3)
        draw.events.filter(seq=3).update(
            content=event.content.replace(make.body_of(draw, "slip")["commit"], "e" * 64)
        )
    fresh = Draw.objects.get(pk=draw.pk)
    from draws import chain

    chain._folded.cache_clear()
    with pytest.raises(OutOfOrder, match="对不上"):
        actions.resume(draw=fresh, by=house.operator)


def test_what_is_opened_to_whom_is_in_the_chain_once(house):
    draw, _ = make.signed(house)
    commitments = [visit.commitment for visit in queries.visits_of(draw)]
    person = draw.snapshot_inspectors.first().commitment
    seen = actions.unmask(by=house.discipline, draw=draw, commitments=commitments[:2], why="DISPATCH")
    assert {one["commitment"] for one in seen} == set(commitments[:2])
    assert all(one["name"] and one["code"] for one in seen)
    head = draw.head
    actions.unmask(by=house.discipline, draw=draw, commitments=commitments[:2], why="DISPATCH")
    assert draw.head == head
    actions.open_names(by=house.operator, draw=draw, commitments=[commitments[0], person], to="public")
    actions.open_names(
        by=house.operator, draw=draw, commitments=[commitments[0], commitments[1]], to="public"
    )
    assert make.body_of(draw, "opening")["cs"] == [commitments[1]]
    assert len(queries.openings_of(draw)["openings"]) == 3
    with pytest.raises(RuleBroken, match="不在本次抽取"):
        actions.open_names(by=house.operator, draw=draw, commitments=["0" * 64], to="public")


def test_a_draw_with_many_openings_is_not_folded_from_the_start_each_time(house, monkeypatch):
    from draws import chain

    draw, _ = make.signed(house)
    commitments = [visit.commitment for visit in queries.visits_of(draw)]
    chain.state_of(draw)
    applied = []
    apply = chain.StoredState.apply
    monkeypatch.setattr(
        chain.StoredState, "apply", lambda self, event: (applied.append(event["seq"]), apply(self, event))[1]
    )
    for commitment in commitments:
        actions.open_names(by=house.operator, draw=draw, commitments=[commitment], to="public")
        chain.state_of(draw)
    assert len(applied) == len(set(applied)) == len(commitments)
    kept = chain.state_of(draw)
    chain._folded.cache_clear()
    chain._settled.clear()
    again = chain.state_of(draw)
    assert (again.head, again.seq, again.place) == (kept.head, kept.seq, kept.place)
