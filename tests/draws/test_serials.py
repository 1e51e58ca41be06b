"""Numbers without gaps, one chain of formal draws, strata that only one draw may hold, rehearsals apart."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from draws import actions, queries
from draws.models import Draw, DrawStratum
from foundation.errors import OutOfOrder, RuleBroken
from planning import actions as planning
from planning.models import Drawn
from registry.models import InspectionItem
from tests.draws import factories as make
from tests.draws.checking import verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def test_formal_serials_have_no_gaps_and_rehearsals_count_apart(house):
    made = [
        make.prepare(house, kind=kind, quotas=house.quotas[at // 2 : at // 2 + 1], place=f"{at}号会议室")
        for at, kind in enumerate("RFRFR")
    ]
    numbers = [draw.number.rsplit("-", 1)[1] for draw in made]
    assert numbers == ["R01", "01", "R02", "02", "R03"]


def test_a_rehearsal_claims_nothing_and_is_nobodys_predecessor(house, tmp_path):
    rehearsal, _ = make.signed(house, kind="R")
    assert not DrawStratum.objects.filter(active=True).exists()
    assert not Drawn.objects.exists()
    formal, _ = make.signed(house)
    assert formal.number.endswith("-01")
    assert make.body_of(formal, "freeze")["prev"]["draw_id"] == ""
    assert formal.previous is None
    assert DrawStratum.objects.filter(draw=formal, active=True).count() == len(house.quotas)
    assert verdicts(rehearsal, tmp_path)["V12"] == "pass"


def test_batches_take_what_earlier_ones_left_and_link_to_them(house, tmp_path):
    quota = max(house.quotas, key=lambda quota: quota.required)
    assert quota.required >= 2
    first, _ = make.signed(house, quotas=[quota])
    assert first.strata.get().batch == 1
    actions.void(by=house.operator, draw=first, why="REGISTER", text="名录有误", second=house.discipline)
    part = [(quota, 1, False)]
    second = actions.prepare(
        by=house.operator, organisation=house.organisation, period=make.PERIOD, kind="F", quotas=part,
        scheduled_at=make.HELD, place="二楼", discipline=house.discipline, retries=first,
    )  # fmt: skip
    finish(house, second)
    third, _ = make.signed(house, quotas=[quota])
    assert [draw.number[-2:] for draw in (first, second, third)] == ["01", "02", "03"]
    assert second.strata.get().batch == 1
    assert third.strata.get().batch == 2
    assert third.strata.get().before == 1
    result = make.body_of(third, "result")["strata"][0]
    assert len(result["sel"]) == quota.required - 1
    drawn = set(Drawn.objects.filter(voided_on=None).values_list("target", flat=True))
    assert len(drawn) == quota.required
    assert verdicts(third, tmp_path, prev=second)["V21"] == "pass"


def finish(house, draw):
    devices = make.ready(house, draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    make.give_digits(house, draw, devices)
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw)


def test_the_next_formal_draw_waits_until_the_last_is_signed_or_void(house):
    first, _ = make.frozen(house, quotas=house.quotas[:1])
    second = make.prepare(house, quotas=house.quotas[1:2])
    make.ready(house, second)
    with pytest.raises(OutOfOrder, match=f"{first.number} 还没有签字封存或中止"):
        actions.freeze(by=house.operator, draw=second, on=make.ON, now=make.HELD)
    actions.void(by=house.operator, draw=first, why="ERROR", text="投影故障", second=house.discipline)
    actions.freeze(by=house.operator, draw=second, on=make.ON, now=make.HELD)
    first.refresh_from_db()
    assert second.previous == first
    assert make.body_of(second, "freeze")["prev"] == {
        "draw_id": first.number,
        "seq": first.head_seq,
        "head": first.head,
    }


def test_a_later_serial_does_not_overtake_an_earlier_one(house):
    first = make.prepare(house, quotas=house.quotas[:1])
    second = make.prepare(house, quotas=house.quotas[1:2])
    make.ready(house, second)
    with pytest.raises(OutOfOrder, match=first.number):
        actions.freeze(by=house.operator, draw=second, on=make.ON, now=make.HELD)


def test_the_database_lets_only_one_draw_hold_a_batch_of_a_stratum(house):
    first, _ = make.frozen(house)
    twin = make.prepare(house, kind="R")
    stratum, held = twin.strata.order_by("pk").first(), first.strata.order_by("pk").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawStratum.objects.filter(pk=stratum.pk).update(active=True, batch=held.batch)


def test_two_prepared_draws_of_the_same_batch_cannot_both_be_frozen(house, monkeypatch):
    """Prepared before it was refused to prepare a quota twice."""
    monkeypatch.setattr("draws.actions.preparation._check_not_held", lambda *args, **given: None)
    first, second = make.prepare(house), make.prepare(house)
    make.ready(house, first)
    make.ready(house, second)
    actions.freeze(by=house.operator, draw=first, on=make.ON, now=make.HELD)
    actions_until_signed(house, first)
    with pytest.raises(OutOfOrder, match="已由另一次抽取占用"):
        actions.freeze(by=house.operator, draw=second, on=make.ON, now=make.HELD)
    assert Draw.objects.get(pk=second.pk).state == Draw.State.ANNOUNCED
    assert not second.snapshot_targets.exists()


def actions_until_signed(house, draw):
    actions.void(by=house.operator, draw=draw, why="ERROR", text="演示", second=house.discipline)
    draw.strata.update(active=True)


def test_formal_draws_cannot_fork_the_chain_in_the_database(house):
    first, _ = make.signed(house, quotas=house.quotas[:1])
    second, _ = make.signed(house, quotas=house.quotas[1:2])
    third = make.prepare(house, quotas=house.quotas[2:3])
    assert second.previous == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=third.pk).update(previous=first)


def test_a_formal_draw_outside_the_rulebooks_window_needs_an_approved_exception():
    house = make.create_house("quzhou-2017")
    with pytest.raises(RuleBroken, match="不在 2026Q4 的抽取时间"):
        make.prepare(house)
    assert make.prepare(house, kind="R").kind == "R"
    asked = planning.request_override(
        by=house.bureau.planner, organisation=house.organisation, year=2026, rule="draw.window",
        reason="系统切换推迟", evidence="局长办公会纪要", no_file_reason="纸质文件在档案室",
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="不在 2026Q4 的抽取时间"):
        make.prepare(house)
    planning.approve_override(by=house.head, override=asked)
    assert make.prepare(house).number.endswith("-01")


def test_an_item_that_is_not_published_may_not_be_drawn(house):
    InspectionItem.objects.filter(organisation=house.organisation).update(status="repealed")
    task = house.quotas[0].plan.tasks.filter(line=house.quotas[0].line).first()
    task.items.set(InspectionItem.objects.filter(organisation=house.organisation))
    with pytest.raises(RuleBroken, match="没有公布"):
        make.prepare(house)


def test_a_preparation_can_be_revised_until_it_is_announced(house):
    draw = make.prepare(house)
    actions.revise(by=house.operator, draw=draw, place="三楼", quotas=[(house.quotas[0], None, True)])
    assert Draw.objects.get(pk=draw.pk).place == "三楼"
    assert draw.strata.count() == 1
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    with pytest.raises(OutOfOrder):
        actions.revise(by=house.operator, draw=draw, place="四楼", scheduled_at=make.HELD + timedelta(days=1))


def test_a_year_in_numbers_counts_formal_draws(house):
    make.signed(house, kind="R")
    draw, _ = make.signed(house)
    actions.void(by=house.operator, draw=draw, why="ORDER", text="上级决定", second=house.discipline)
    numbers = queries.statistics(house.organisation, 2026)
    assert (numbers["formal"], numbers["rehearsals"], numbers["void"]) == (1, 1, 1)
    assert queries.statistics(house.organisation, 2025)["formal"] == 0
