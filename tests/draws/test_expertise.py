"""What the items of a line ask for is frozen into its stratum and holds for every team (QS-12.2, draw-protocol.md §8)."""

import pytest

from draws.freezing import expertise
from draws.freezing.trial import trial
from draws.queries import state_of, visits_of
from draws.readiness.roster import needs_of, roster_of
from personnel.models import Inspector
from planning.models import PlanTask
from registry.models import InspectionItem
from tests.draws import factories as make
from tests.draws.checking import verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    """Everybody knows every area, half of them hazardous waste."""
    house = make.create_house()
    for at, person in enumerate(Inspector.objects.filter(organisation=house.organisation).order_by("pk")):
        person.specialities = ["危险废物"] if at % 2 else []
        person.save()
        person.areas.set(house.organisation.areas.all())
    return house


def ask(house, line: str, word: str, code: str = "") -> InspectionItem:
    """Give a line an item of its own that asks for an expertise."""
    item = InspectionItem.objects.create(
        organisation=house.organisation, code=code or f"z-{line}", name="危废贮存", status="published",
        effective_from="2026-01-01", expertise=word,
    )  # fmt: skip
    PlanTask.objects.get(plan=house.quotas[0].plan, line=line).items.add(item)
    return item


def test_every_team_of_the_line_has_a_holder_and_both_verifiers_agree(house, tmp_path):
    ask(house, "key", "危险废物")
    draw, devices = make.frozen(house)
    strata = {one["line"]: one["skill"] for one in state_of(draw).manifest["strata"]}
    assert draw.legend["skills"][strata["key"]] == "危险废物"
    assert strata["general"] == ""
    make.give_digits(house, draw, devices)
    result = make.body_of(draw, "result")
    assert result["level"] == 0
    drawn = [one for one in visits_of(draw) if "key" in one.strata]
    assert drawn
    assert all(any("危险废物" in person.specialities for person in one.team) for one in drawn)
    assert "fail" not in verdicts(draw, tmp_path).values()


def test_nobody_with_it_is_said_before_the_draw_and_the_ladder_gives_way(house):
    ask(house, "key", "测绘")
    draw = make.prepare(house)
    make.ready(house, draw)
    on = make.ON
    needs = needs_of(draw, roster_of(draw, on))
    (text,) = needs.lacking
    assert "“测绘”专长，可派的人里没有人具备" in text
    found = trial(draw, on)
    assert text in found.warnings
    assert found.feasible
    assert found.level > 0
    assert "专业对口" not in found.rung
    assert any("测绘" in gap for gap in found.gaps)


def test_several_words_on_one_line_bind_none_and_say_how_to_part_them(house):
    ask(house, "key", "危险废物")
    ask(house, "key", "辐射", code="z-2")
    draw = make.prepare(house)
    assert expertise.wanted_by_line(draw, ["key", "general"]) == {"key": ["危险废物", "辐射"]}
    assert expertise.of_line(["危险废物", "辐射"]) == ""
    (text,) = needs_of(draw, roster_of(draw, make.ON)).lacking
    assert "分成几项任务" in text


def test_without_a_word_the_frozen_strata_ask_for_nothing(house):
    draw, _ = make.frozen(house)
    assert {one["skill"] for one in state_of(draw).manifest["strata"]} == {""}


def test_the_roster_page_names_what_the_items_ask_for(house, client):
    ask(house, "key", "测绘")
    draw = make.prepare(house)
    client.force_login(house.operator)
    page = client.get(f"/desk/draws/{draw.number}/roster/").content.decode()
    assert "事项要求的专长" in page
    assert "没有人具备" in page
    assert "按监管类别与人员专长同名匹配" in page
