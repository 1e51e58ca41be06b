"""The grounds of a plan side by side: areas, tiers, labels, last year's results, how often the plan looks."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import NotAllowed, RuleBroken
from foundation.rulebook import library
from planning import actions, factors, feasible
from planning.models import AreaProfile
from planning.rules import principles
from planning.rules.weighing import Past, group
from registry.models import PriorInspection, Target, TargetTag
from tests.factories import create_user
from tests.planning import factories as make


@given(
    st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=20),
    st.lists(st.integers(0, 30), unique=True),
)
def test_parts_of_a_group_add_up_to_the_group(checked, members):
    past = {one: Past(checks, min(checks, problems)) for one, (checks, problems) in checked.items()}
    planned = dict.fromkeys(range(31), 0.5)
    whole, left, right = (group("", part, past, planned) for part in (members, members[:7], members[7:]))
    for name in ("targets", "checked", "checks", "problems"):
        assert getattr(whole, name) == getattr(left, name) + getattr(right, name)
    assert whole.rate is None or 0 <= whole.rate <= 100


@pytest.mark.parametrize(
    ("book", "clause"),
    [
        ("neimenggu-2024", "NM-25.5"),
        ("wulong-2024", "WL-7.5"),
        ("qinshui-2022", ""),
        ("xinyang-2023", ""),
        ("quzhou-2017", ""),
    ],
)
def test_only_the_texts_that_speak_of_lowering_have_the_note(book, clause):
    found = principles.may_lower(library.get(book))
    assert (found.ref if found else "") == clause


@pytest.fixture
def bureau(db, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    return make.fill(make.create_bureau("neimenggu-2024"))


@pytest.fixture
def plan(bureau):
    return make.approved_plan(bureau)


def test_problem_rates_stand_beside_the_frequency_of_the_plan(bureau, plan):
    marked = list(Target.objects.of(bureau.organisation).order_by("pk")[:4])
    for at, target in enumerate(marked):
        TargetTag.objects.create(target=target, group="行业", value="炼焦")
        PriorInspection.objects.create(
            target=target, level="own", on=date(2025, 5, 1), problem_found=at == 0, source=f"台账{at}"
        )
    found = factors.weighing(plan, make.TODAY)
    (coking,) = found.labels
    assert (coking.name, coking.targets, coking.checks, coking.rate) == ("行业：炼焦", 4, 4, 25)
    assert sum(one.found.targets for one in found.areas) == found.all.targets
    year = feasible.feasible(plan, make.TODAY)
    assert found.all.planned == pytest.approx(sum(line.drawn for line in year.lines))
    assert sum(one.found.planned for one in found.areas) == pytest.approx(found.all.planned)


def test_area_is_described_with_its_source_and_the_road_reaches_the_feasibility(bureau, plan, client):
    area = bureau.organisation.areas.order_by("code").first()
    client.force_login(bureau.planner)
    address = reverse("planning:area_profile", args=[plan.pk, area.pk])
    assert (
        client.post(address, {"quality": "断面Ⅳ类", "visits_per_day": 1, "trip_days": 0}).status_code == 422
    )
    given_ = {
        "quality": "断面Ⅳ类",
        "quality_source": "2025年报",
        "square_km": "120.5",
        "visits_per_day": 2,
        "trip_days": "0.5",
    }
    assert client.post(address, given_).status_code == 302
    page = client.get(reverse("planning:factors", args=[plan.pk])).content.decode()
    assert all(word in page for word in ("断面Ⅳ类", "120.5", "NM-25.5"))
    place = next(one for one in feasible.feasible(plan, make.TODAY).places if one.name == area.name)
    assert (place.way.visits, place.way.road) == (2, 0.5)
    busy = place.load.quarters[0]
    assert busy.needed == pytest.approx(busy.visits / 2 * 1.5 * bureau.book.team.min)
    assert client.get(reverse("planning:factors_export", args=[plan.pk])).status_code == 200
    assert "一天 2 家" in client.get(reverse("planning:feasibility", args=[plan.pk])).content.decode()


def test_only_a_planner_of_the_bureau_describes_its_areas(bureau, plan, client):
    area = bureau.organisation.areas.first()
    for user in (bureau.head, create_user(None, "planner")):
        with pytest.raises(NotAllowed):
            actions.set_area_profile(by=user, area=area)
    with pytest.raises(RuleBroken, match="来源"):
        actions.set_area_profile(by=bureau.planner, area=area, quality="良好")
    with pytest.raises(RuleBroken, match="不小于 0"):
        actions.set_area_profile(by=bureau.planner, area=area, trip_days=Decimal("-1"))
    client.force_login(bureau.head)
    assert client.get(reverse("planning:area_profile", args=[plan.pk, area.pk])).status_code == 403


def test_database_refuses_a_quality_without_its_source(bureau):
    area = bureau.organisation.areas.first()
    with pytest.raises(IntegrityError, match="area_quality_names_its_source"), transaction.atomic():
        AreaProfile.objects.create(area=area, quality="良好")
