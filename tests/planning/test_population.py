"""Base and pool from the database."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planning import actions, population
from planning.models import Drawn, Override
from registry.models import PriorInspection, TierAssignment
from tests.factories import create_inspector
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
PERIOD = "2026Q4"


@pytest.fixture
def bureau():
    bureau = make.create_bureau()
    make.publish_items(bureau)
    create_inspector(bureau.organisation, unit=bureau.units[0])
    return bureau


def members(bureau, line="key", **fields):
    unit = fields.pop("unit", bureau.units[0])
    return population.members(
        bureau.organisation,
        bureau.book,
        line,
        unit,
        make.TODAY,
        period=fields.pop("period", PERIOD),
        **fields,
    )


def inspect(target, day, *, level="own", counted=True, problem=False, source="台账"):
    PriorInspection.objects.create(
        target=target, on=day, level=level, counted=counted, problem_found=problem, source=source
    )


def test_members_follow_the_register_of_the_day(bureau):
    key = make.create_targets(bureau, 3, permit_class="key")
    make.create_targets(bureau, 2)
    make.create_targets(bureau, 1, permit_class="key", status="closed", status_since=date(2026, 5, 1))
    make.create_targets(bureau, 1, permit_class="key", status="closed", status_since=date(2024, 5, 1))
    found = members(bureau)
    assert found.base == [target.pk for target in key]
    assert sorted(found.status.values()) == ["E", "E", "E", "X.CLOSED"]


def test_tier_set_by_hand_counts_before_the_criteria(bureau):
    target = make.create_targets(bureau, 1)[0]
    TierAssignment.objects.create(
        target=target, body="county", tier="key", since=date(2026, 1, 5), computed_tier="general", reason="人工", clause="QS-10.6",
        override_reason="拟纳入名录",
    )  # fmt: skip
    assert members(bureau).base == [target.pk]
    assert members(bureau, "general").base == []


def test_drawn_tasks_and_recorded_visits_of_the_year_count_once_each(bureau):
    make.approved_plan(bureau)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    make.note(bureau, "key", [target], period="2026Q1")
    inspect(target, date(2026, 2, 1), source=f"{bureau.organisation.code}-2026Q1-01-003")
    assert members(bureau).visits == {target.pk: 1}
    inspect(target, date(2026, 6, 1), source="旧台账")
    inspect(target, date(2026, 6, 2), counted=False, source="信访")
    inspect(target, date(2026, 6, 3), level="superior", source="市局")
    inspect(target, date(2025, 6, 3), source="去年")
    found = members(bureau)
    assert found.visits == {target.pk: 2}
    assert found.status[target.pk] == "C.CAP"


def test_two_draws_of_one_period_count_as_one_merged_visit(bureau):
    make.approved_plan(bureau)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    make.note(bureau, "key", [target], serial="01")
    make.note(bureau, "general", [target], serial="02")
    assert members(bureau).visits == {target.pk: 1}


def test_list_drawn_in_december_for_the_new_year_counts_in_the_new_year(bureau):
    make.approved_plan(bureau)
    make.approved_plan(bureau, year=2027)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    make.note(bureau, "key", [target], period="2027Q1")
    assert members(bureau).visits == {target.pk: 0}
    assert members(bureau, period="2027Q2").visits == {target.pk: 1}


def test_approved_override_lifts_the_cap_and_a_requested_one_does_not(bureau):
    make.approved_plan(bureau)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    for month in (2, 5):
        inspect(target, date(2026, month, 1), source=f"第{month}次")
    override = actions.request_override(
        by=bureau.planner, organisation=bureau.organisation, year=2026, rule="twice_a_year", target=target, reason="举报", evidence="信访件",
        no_file_reason="纸质文件在档案室",
    )  # fmt: skip
    assert members(bureau).status[target.pk] == "C.CAP"
    actions.approve_override(by=bureau.head, override=override)
    found = members(bureau)
    assert found.status[target.pk] == "E"
    assert found.overrides == {target.pk: frozenset({"twice_a_year"})}


def test_override_of_a_whole_line_reaches_only_that_line(bureau):
    make.approved_plan(bureau)
    key, general = make.create_targets(bureau, 1, permit_class="key")[0], make.create_targets(bureau, 1)[0]
    for target in (key, general):
        for month in (2, 5):
            inspect(target, date(2026, month, 1), source=f"第{month}次")
    Override.objects.create(
        organisation=bureau.organisation, year=2026, rule="twice_a_year", line="key", reason="r", evidence="e",
        requested_by=bureau.planner, approved_by=bureau.head, approved_at="2026-10-01T00:00Z",
    )  # fmt: skip
    assert members(bureau).status[key.pk] == "E"
    assert members(bureau, "general").status[general.pk] == "C.CAP"


def test_superior_inspection_counts_only_if_clean_and_only_when_chosen(bureau):
    clean, dirty = make.create_targets(bureau, 2, permit_class="key")
    inspect(clean, date(2026, 3, 1), level="superior", source="市局")
    inspect(dirty, date(2026, 3, 1), level="superior", problem=True, source="市局")
    assert set(members(bureau).status.values()) == {"E"}
    found = members(bureau, exclusions=["superior_clean"])
    assert (found.status[clean.pk], found.status[dirty.pk]) == ("C.SUPERIOR", "E")


def test_confirmed_snapshot_serves_all_batches_of_the_period(bureau):
    first = make.create_targets(bureau, 8, permit_class="key")
    make.approved_plan(bureau)
    actions.confirm_quotas(organisation=bureau.organisation, period=PERIOD, on=make.TODAY, by=bureau.planner)
    make.create_targets(bureau, 4, permit_class="key")
    first[0].status = "closed"
    first[0].status_since = date(2026, 10, 20)
    first[0].save()
    found = members(bureau)
    assert found.base == [target.pk for target in first]
    assert found.status[first[0].pk] == "C.CLOSED"
    assert len(members(bureau, fresh=True).base) == 11


def test_each_brigade_draws_from_its_own_area():
    bureau = make.fill(make.create_bureau("xinyang-2023"))
    brigades = [unit for unit in bureau.units if unit.body == "brigades"]
    own = [set(members(bureau, "brigades_key", unit=unit).base) for unit in brigades]
    whole = set(members(bureau, "divisions_key", unit=bureau.unit("divisions")).base)
    assert own[0]
    assert own[1]
    assert not own[0] & own[1]
    assert own[0] | own[1] == whole


def test_unit_that_does_not_draw_under_the_line_is_refused(bureau):
    from foundation.errors import RuleBroken
    from tests.factories import create_unit

    with pytest.raises(RuleBroken, match="不是配额“key”的抽取主体"):
        members(bureau, unit=create_unit(bureau.organisation, body=""))


def test_half_year_line_is_read_in_its_own_period():
    bureau = make.fill(make.create_bureau("wulong-2024"))
    assert members(bureau, "wl01b", period=PERIOD).period.id == "2026H2"


def test_queries_do_not_grow_with_the_register(bureau):
    make.create_targets(bureau, 3, permit_class="key")
    few = count_queries(bureau)
    make.create_targets(bureau, 60, permit_class="key")
    assert count_queries(bureau) == few
    assert few <= 16


def count_queries(bureau):
    with CaptureQueriesContext(connection) as found:
        members(bureau)
    return len(found)


def test_drawn_in_this_line_and_period_leaves_the_pool_until_it_is_taken_back(bureau):
    make.approved_plan(bureau)
    targets = make.create_targets(bureau, 4, permit_class="key")
    assert make.note(bureau, "key", targets[:2]) == 2
    assert make.note(bureau, "key", targets[:2]) == 0
    assert [members(bureau).status[target.pk] for target in targets] == ["C.DRAWN", "C.DRAWN", "E", "E"]
    number = f"{bureau.organisation.code}-{PERIOD}-01"
    rows = [("key", bureau.units[0], targets[0])]
    assert (
        actions.note_voided(
            organisation=bureau.organisation, draw_number=number, on=make.TODAY, by=None, rows=rows
        )
        == 1
    )
    assert (
        actions.note_voided(
            organisation=bureau.organisation, draw_number=number, on=make.TODAY, by=None, rows=rows
        )
        == 0
    )
    assert members(bureau).status[targets[0].pk] == "E"
    assert (
        actions.note_voided(organisation=bureau.organisation, draw_number=number, on=make.TODAY, by=None) == 1
    )
    assert not Drawn.objects.standing().exists()


def test_targets_in_no_tier_are_reported():
    bureau = make.create_bureau("quzhou-2017")
    make.create_targets(bureau, 2, control_level="none")
    make.create_targets(bureau, 1, control_level="municipal")
    register = population.read(bureau.organisation, bureau.book, make.TODAY, year=2026)
    assert len(population.unlisted(register, "county")) == 2


def test_a_name_behind_a_number_does_not_tell_who_was_drawn_before_the_visit(bureau):
    """source: QZ-9.3"""
    from foundation.rulebook.periods import Period
    from planning.roll import roll
    from registry.models import PriorInspection

    make.approved_plan(bureau)
    targets = make.create_targets(bureau, 4, permit_class="key")
    make.note(bureau, "key", targets[:2])

    def words(status=""):
        found = roll(
            bureau.organisation, Period.parse(PERIOD), "key", bureau.units[0].pk, make.TODAY, status=status
        )
        return found, [entry.status_zh for entry in found.entries if entry.target in targets]

    found, said = words()
    assert found.veiled == 2
    assert len(set(said)) == 1
    assert words("C.DRAWN")[1] == words("E")[1] == said
    for target in targets[:2]:
        PriorInspection.objects.create(
            target=target, level="own", on=make.TODAY, counted=True, source="检查任务"
        )
    found, said = words()
    assert found.veiled == 0
    assert len(set(said)) > 1
