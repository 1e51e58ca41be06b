"""A whole formal draw through the actions stands up to both verifiers."""

from datetime import timedelta

import pytest

from draws import actions, queries
from draws.models import Draw, DrawEvent
from planning.models import Drawn
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db


def test_a_formal_draw_passes_both_verifiers(tmp_path):
    house = make.create_house()
    draw, _ = make.signed(house)
    visits = queries.visits_of(draw)
    opened = [visit.commitment for visit in visits]
    actions.open_names(by=house.operator, draw=draw, commitments=opened, to="public")
    actions.close(by=house.operator, draw=draw)
    steps = verdicts(draw, tmp_path)
    assert [steps[step] for step in ("V12", "V13", "V19", "V20", "V21")] == ["pass"] * 5
    assert draw.state == Draw.State.CLOSED
    assert sum(quota.required for quota in house.quotas) >= len(visits) > 0
    assert all(len(visit.team) == 2 and not visit.lacking for visit in visits)


def test_a_result_draws_what_the_confirmed_quotas_require():
    house = make.create_house()
    draw, _ = make.signed(house)
    drawn = {stratum["id"]: len(stratum["sel"]) for stratum in make.body_of(draw, "result")["strata"]}
    assert drawn == {
        stratum.stratum: stratum.quota.required for stratum in draw.strata.select_related("quota")
    }
    assert Drawn.objects.filter(draw_number=draw.number).count() == sum(drawn.values())


@pytest.mark.parametrize("book", [book for book in plan.BOOKS if book != "qinshui-2022"])
def test_a_draw_of_every_other_rulebook_passes_both_verifiers(book, tmp_path):
    house = make.create_house(book)
    draw, _ = make.signed(house, kind="R")
    assert "fail" not in verdicts(draw, tmp_path).values()
    assert len(draw.strata.all()) == len(house.quotas)
    assert DrawEvent.objects.filter(draw=draw).count() == draw.head_seq


def test_a_draw_by_sealed_slips_alone_and_one_by_dice_alone_both_verify(tmp_path):
    house = make.create_house()
    for seats in ({"spoken": False}, {"sealed": 0}):
        draw, _ = make.signed(house, kind="R", seats=seats)
        assert verdicts(draw, tmp_path)["V11"] == "pass"


def test_a_lottery_draw_waits_for_the_numbers_and_then_reveals(tmp_path):
    house = make.create_house()
    draw, devices = make.frozen(
        house, pub=("cn.3d", "2026280"), pub_expected_at=make.HELD + timedelta(hours=12)
    )
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    assert draw.state == Draw.State.LOCKED
    actions.enter_lottery(by=house.operator, draw=draw, numbers="7.0.7")
    assert draw.state == Draw.State.RESULT
    assert make.body_of(draw, "reveal")["pub"] == "7.0.7"
    assert verdicts(draw, tmp_path)["V11"] == "pass"
