"""From a real draw to visits: merged, repeatable, kept up with replacement rounds."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from draws import queries
from draws.models import Draw, DrawEvent
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from inspections import actions
from inspections.models import Visit, VisitCredit
from planning.models import PlanTask
from tests.draws import factories as ceremony
from tests.factories import create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(db):
    house = ceremony.create_house()
    draw, _ = ceremony.signed(house)
    return house, draw


def test_every_drawn_target_gets_one_visit_with_its_team_and_all_its_items(sealed):
    house, draw = sealed
    visits = actions.create_visits(by=house.operator, draw=draw)
    drawn = queries.visits_of(draw)
    assert [visit.commitment for visit in visits] == [one.commitment for one in drawn]
    assert len({visit.number for visit in visits}) == len(visits) > 5
    for visit, one in zip(visits, drawn, strict=True):
        assert [member.inspector for member in visit.team.order_by("position")] == one.team
        assert visit.items.count() == 1
        assert (visit.target, visit.strata, visit.due_on) == (one.target, one.strata, date(2026, 12, 31))


def test_creating_again_changes_nothing(sealed):
    house, draw = sealed
    first = [visit.pk for visit in actions.create_visits(by=house.operator, draw=draw)]
    rows = (Visit.objects.count(), VisitCredit.objects.count())
    assert [visit.pk for visit in actions.create_visits(by=house.operator, draw=draw)] == first
    assert (Visit.objects.count(), VisitCredit.objects.count()) == rows


def test_only_who_manages_creates_visits_and_only_from_a_sealed_formal_draw(sealed):
    house, draw = sealed
    for user in (house.inspector_user, house.discipline, create_user(None, "operator")):
        with pytest.raises(NotAllowed):
            actions.create_visits(by=user, draw=draw)
    Draw.objects.filter(pk=draw.pk).update(state="result")
    with pytest.raises(OutOfOrder):
        actions.create_visits(by=house.operator, draw=draw)
    Draw.objects.filter(pk=draw.pk).update(state="signed", kind="R")
    with pytest.raises(RuleBroken, match="演练"):
        actions.create_visits(by=house.operator, draw=draw)
    assert not Visit.objects.exists()


def test_a_line_without_items_stops_everything(sealed):
    house, draw = sealed
    PlanTask.objects.get(plan=draw.plan, line=draw.strata.first().line).items.clear()
    with pytest.raises(RuleBroken, match="清单之外"):
        actions.create_visits(by=house.operator, draw=draw)


def test_a_round_changes_teams_and_voids_visits_but_not_begun_ones(sealed):
    house, draw = sealed
    visits = actions.create_visits(by=house.operator, draw=draw)
    gone, kept = visits[0], visits[1]
    person = kept.team.get(position=0).inspector
    row = draw.snapshot_inspectors.get(inspector=person)
    requests = [
        ceremony.ask(house, draw, "void", target=gone.commitment, why="CLOSED"),
        ceremony.ask(house, draw, "recuse", target=kept.commitment, inspector=row.commitment),
    ]
    ceremony.replace(house, draw, requests)
    after = actions.create_visits(by=house.operator, draw=draw, now=ceremony.HELD + timedelta(days=2))
    gone.refresh_from_db()
    assert (gone.state, gone.void_reason) == ("void", "替换轮中退出抽中名单")
    assert not gone.team.filter(left_at=None).exists()
    left = kept.team.get(inspector=person)
    assert left.left_reason == "替换轮中离组"
    present = kept.team.filter(left_at=None)
    assert present.count() == 2
    assert present.filter(round=1).count() == 1
    substitutes = [visit for visit in after if visit.pk not in {v.pk for v in visits}]
    assert {visit.number for visit in substitutes}.isdisjoint({visit.number for visit in visits})
    assert len(after) == len(queries.visits_of(draw))


def test_a_target_hit_by_two_draws_of_the_period_is_visited_once(sealed):
    house, draw = sealed
    drawn = queries.visits_of(draw)[0]
    other_draw = make.create_draw(house.bureau)
    item = make.create_items(house.bureau, 1)[0]
    team = [make.member_user(house.bureau, "别组")[1]]
    waiting = make.create_visit(house.bureau, other_draw, drawn.target, team, [item])
    visits = actions.create_visits(by=house.operator, draw=draw)
    merged = next(visit for visit in visits if visit.target == drawn.target)
    assert merged == waiting
    assert merged.items.count() == 2
    assert merged.credits.count() == 2
    assert list(merged.team.values_list("inspector", flat=True)) == [team[0].pk]
    assert Visit.objects.filter(target=drawn.target).count() == 1


def test_a_begun_visit_is_not_merged_into(sealed):
    house, draw = sealed
    drawn = queries.visits_of(draw)[0]
    begun = make.create_visit(
        house.bureau, make.create_draw(house.bureau), drawn.target, [], make.create_items(house.bureau, 1)
    )
    Visit.objects.filter(pk=begun.pk).update(state="started")
    actions.create_visits(by=house.operator, draw=draw)
    assert Visit.objects.filter(target=drawn.target).count() == 2


def test_the_road_opens_the_name_in_the_chain_when_the_visit_is_done(sealed):
    house, draw = sealed
    visit = actions.create_visits(by=house.operator, draw=draw)[0]
    actions.dispatch(by=house.operator, visit=visit, scheduled_on=make.DAY, now=make.DISPATCHED)
    assert DrawEvent.objects.filter(draw=draw, type="unmask", content__contains=visit.commitment).exists()
    team = [member.inspector for member in visit.team.order_by("position")]
    for at, person in enumerate(team):
        person.user = create_user(house.organisation, "inspector", name=f"检查{at}")
        person.save()
    case = make.Case(
        house.bureau,
        draw,
        visit,
        team[0].user,
        team[1].user,
        house.operator,
        create_user(house.organisation, "reviewer"),
    )
    make.arrive(case)
    make.fill(case)
    make.submit(case)
    assert queries.openings_of(draw)["openings"] == []
    actions.review(by=case.reviewer, visit=visit, passed=True, now=make.REVIEWED)
    opened = {opening["c"]: opening["record"]["k"] for opening in queries.openings_of(draw)["openings"]}
    assert opened.pop(visit.commitment) == "T"
    assert set(opened.values()) == {"I"}


def test_creating_costs_no_query_that_grows_twice_per_visit(sealed):
    """A fixed part and a bounded number per visit."""
    house, draw = sealed
    with CaptureQueriesContext(connection) as seen:
        visits = actions.create_visits(by=house.operator, draw=draw)
    assert len(seen) < 60 + 16 * len(visits)
