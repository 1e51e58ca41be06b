"""Targets, tiers and inspections, one action at a time; what the database refuses."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from foundation.errors import EditedMeanwhile, NotAllowed, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from registry import actions, facts, history
from registry.models import (
    Entity,
    Permit,
    PriorInspection,
    StatusPeriod,
    Target,
    TargetFlag,
    TargetTag,
    TierAssignment,
)
from tests.factories import create_target
from tests.registry.factories import TODAY, adopt, create_bureau, create_head, create_planner, uscc

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def open_tier(target, body="county"):
    return TierAssignment.objects.get(target=target, body=body, overlay=False, until=None)


def test_recomputing_twice_writes_no_new_row(bureau, planner):
    target = create_target(bureau, permit_class="key")
    first = actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    second = actions.recompute_tiers(organisation=bureau, on=date(2026, 12, 1), by=planner)
    assert (first.changed, second.changed, TierAssignment.objects.filter(target=target).count()) == (1, 0, 1)


def test_a_changed_fact_ends_the_tier_on_the_day_before(bureau, planner):
    target = create_target(bureau, permit_class="key")
    actions.recompute_tiers(organisation=bureau, on=date(2026, 1, 5), by=planner)
    Target.objects.filter(pk=target.pk).update(permit_class="registration")
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    old, new = TierAssignment.objects.filter(target=target).order_by("since")
    assert (old.tier, old.until, new.tier, new.since) == ("key", date(2026, 11, 19), "general", TODAY)


def test_an_override_survives_and_shows_what_the_rules_say(bureau, planner):
    target = create_target(bureau)
    actions.recompute_tiers(organisation=bureau, on=date(2026, 1, 5), by=planner)
    head = create_head(bureau)
    actions.override_tier(
        target=target,
        body="county",
        tier="special",
        reason="纪要",
        on=date(2026, 2, 1),
        by=head,
        requested_by=planner,
    )
    Target.objects.filter(pk=target.pk).update(permit_class="key")
    summary = actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    row = open_tier(target)
    assert (row.tier, row.computed_tier, row.override_reason, summary.overridden) == (
        "special",
        "key",
        "纪要",
        1,
    )


@pytest.mark.parametrize(("tier", "reason"), [("special", " "), ("unheard", "纪要"), ("general", "纪要")])
def test_an_override_needs_a_reason_a_tier_and_a_difference(bureau, planner, tier, reason):
    target = create_target(bureau)
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    with pytest.raises(RuleBroken):
        actions.override_tier(
            target=target, body="county", tier=tier, reason=reason, on=TODAY, by=create_head(bureau), requested_by=planner
        )  # fmt: skip
    with pytest.raises(RuleBroken):
        actions.request_tier(target=target, body="county", tier=tier, reason=reason, on=TODAY, by=planner)


def test_who_keeps_the_facts_does_not_decide_the_tier(bureau, planner):
    head = create_head(bureau)
    for by, requested_by in ((planner, head), (head, head)):
        with pytest.raises(NotAllowed):
            actions.override_tier(
                target=create_target(bureau), body="county", tier="special", reason="x", on=TODAY, by=by, requested_by=requested_by
            )  # fmt: skip


def test_an_overlay_is_a_row_of_its_own():
    bureau = create_bureau("quzhou-2017")
    target = create_target(bureau, control_level="county")
    TargetFlag.objects.create(
        target=target, flag="many_complaints", happened_on=date(2026, 9, 1), evidence="x"
    )
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=create_planner(bureau))
    rows = set(
        TierAssignment.objects.filter(target=target, until=None).values_list("body", "tier", "overlay")
    )
    assert rows >= {("county", "general", False), ("county", "special", True), ("city", "unlisted", False)}
    assert Target.objects.in_tier("county", "special").get() == target
    Target.objects.filter(pk=target.pk).update(control_level="municipal")
    later = date(2027, 10, 1)
    actions.recompute_tiers(organisation=bureau, on=later, by=None)
    rows = set(
        TierAssignment.objects.filter(target=target, until=None).values_list("body", "tier", "overlay")
    )
    assert ("county", "special", True) not in rows
    assert ("county", "key", False) in rows


def test_facts_cost_the_same_for_any_number_of_targets(bureau, django_assert_num_queries):
    for _ in range(30):
        create_target(bureau)
    with django_assert_num_queries(4):
        found = facts.facts_of(Target.objects.of(bureau), TODAY)
    assert len(found) == 30


def test_facts_know_what_a_superior_and_a_subordinate_found(bureau):
    clean, dirty, below, moved = (create_target(bureau) for _ in range(4))
    for target, level, problem in (
        (clean, "superior", False),
        (dirty, "superior", False),
        (dirty, "superior", True),
        (below, "subordinate", False),
    ):
        actions.record_prior_inspection(
            target=target,
            level=level,
            on=date(2026, 3, 1 + problem),
            problem_found=problem,
            source="台账",
            by=None,
        )
    TargetTag.objects.create(target=below, group="overlapping_activity", value="campaign")
    Target.objects.filter(pk=moved.pk).update(status="moved")
    found = facts.facts_of(Target.objects.of(bureau), TODAY)
    assert [found[t.pk].get("superior_clean_this_year") for t in (clean, dirty, below)] == [
        True,
        False,
        False,
    ]
    assert found[below.pk].get("inspected_by_subordinate")
    assert found[below.pk].get("overlapping_activity") == ("campaign",)
    assert found[moved.pk].get("status") == "cancelled"
    assert history.superior_clean([clean.pk, dirty.pk], 2026) == {clean.pk}
    next_year = facts.facts_of(Target.objects.of(bureau), date(2027, 1, 2))
    assert not next_year[clean.pk].get("superior_clean_this_year")


def test_only_counted_visits_of_this_bureau_count(bureau):
    target = create_target(bureau)
    for level, day, counted in (("own", 1, True), ("own", 2, False), ("superior", 3, True)):
        actions.record_prior_inspection(
            target=target,
            level=level,
            on=date(2026, 5, day),
            problem_found=False,
            source="台账",
            counted=counted,
            by=None,
        )
    assert history.visits_this_year([target.pk], 2026, TODAY) == {target.pk: 1}
    assert history.visits_this_year([target.pk], 2026, date(2026, 4, 30)) == {}


def test_the_same_inspection_recorded_again_is_one_row(bureau):
    target = create_target(bureau)
    for problem in (False, True):
        actions.record_prior_inspection(
            target=target, level="own", on=TODAY, problem_found=problem, source="2026Q4-01", by=None
        )
    assert PriorInspection.objects.get().problem_found


def test_a_renamed_target_keeps_its_former_name(bureau, planner):
    target = create_target(bureau, name="旧名厂")
    actions.edit_target(target=target, version=1, values={"name": "新名厂"}, on=TODAY, by=planner)
    target.refresh_from_db()
    assert (target.name, target.former_names) == ("新名厂", ["旧名厂"])
    assert Target.objects.matching("旧名").get() == target
    assert Target.objects.matching("xmc").get() == target


def test_the_second_editor_is_told_what_the_first_one_wrote(bureau, planner):
    target = create_target(bureau, phone="0")
    actions.edit_target(target=target, version=1, values={"phone": "1"}, on=TODAY, by=planner)
    with pytest.raises(EditedMeanwhile) as error:
        actions.edit_target(
            target=target, version=1, values={"phone": "2", "name": target.name}, on=TODAY, by=planner
        )
    assert error.value.differences == [("phone", "联系电话", "1", "2")]
    assert Target.objects.get().phone == "1"


def test_a_status_has_a_day_and_a_reason_and_the_past_stays(bureau, planner):
    target = create_target(bureau, status_since=date(2024, 1, 1))
    StatusPeriod.objects.create(target=target, status="operating", since=date(2024, 1, 1), reason="建档")
    head = create_head(bureau)
    actions.change_status(
        target=target, status="suspended", since=date(2026, 10, 8), reason="停产报告", on=TODAY, by=head, requested_by=planner
    )  # fmt: skip
    old, new = StatusPeriod.objects.order_by("since")
    assert (old.until, new.status, new.until) == (date(2026, 10, 7), "suspended", None)
    with pytest.raises(RuleBroken):
        actions.change_status(
            target=target, status="closed", since=TODAY, reason="", on=TODAY, by=head, requested_by=planner
        )


def test_labels_follow_the_rulebook(bureau, planner):
    target = create_target(bureau)
    actions.set_tags(target=target, group="生产规模", values=["大型"], on=TODAY, by=planner)
    assert TargetTag.objects.get().value == "大型"
    with pytest.raises(RuleBroken, match="不允许增设"):
        actions.set_tags(target=target, group="随便", values=["x"], on=TODAY, by=planner)


def test_shipping_items_twice_ships_them_once(bureau, planner):
    head = create_head(bureau)
    for book, count in (("wulong-2024", 20), ("qinshui-2022", 10)):
        made = actions.ship_items(
            organisation=bureau, rulebook=library.get(book), by=planner, approved_by=head
        )
        assert len(made) == count
        assert all(item.checkpoints.exists() for item in made)
    assert (
        actions.ship_items(
            organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=head
        )
        == []
    )


def test_every_action_leaves_one_entry_on_the_ledger(bureau, planner):
    before = Entry.objects.count()
    target = actions.create_target(
        organisation=bureau, values={"name": "甲厂", "area": bureau.areas.first(), "kind": "enterprise"},
        entity={"uscc": uscc(1)}, on=TODAY, by=planner,
    )  # fmt: skip
    actions.record_flag(
        target=target, flag="penalised", happened_on=TODAY, evidence="x", on=TODAY, by=planner
    )
    assert Entry.objects.count() == before + 2
    assert (target.uid, target.entity.uscc) == (f"{uscc(1)}-01", uscc(1))


def test_a_bureau_without_a_rulebook_keeps_a_register_all_the_same(bureau):
    from tests.factories import create_area, create_organisation

    other = create_organisation()
    area = create_area(other)
    actions.create_target(
        organisation=other,
        values={"name": "甲", "uid": "T1", "area": area, "kind": "facility"},
        on=TODAY,
        by=create_planner(other),
    )
    assert not TierAssignment.objects.exists()
    adopt(other, "qinshui-2022")
    assert actions.recompute_tiers(organisation=other, on=TODAY, by=None).changed == 1


BROKEN = [
    ("uscc_has_18_characters", lambda t: Entity.objects.create(organisation=t.organisation, name="x", uscc="123")),
    ("target_has_a_name", lambda t: create_target(t.organisation, name="")),
    ("hazardous_waste_is_not_negative", lambda t: create_target(t.organisation, hw_tonnes_per_year=-1)),
    ("target_kind_is_known", lambda t: create_target(t.organisation, kind="x")),
    ("target_status_is_known", lambda t: create_target(t.organisation, status="x")),
    ("target_permit_class_is_known", lambda t: create_target(t.organisation, permit_class="x")),
    ("target_control_level_is_known", lambda t: create_target(t.organisation, control_level="x")),
    ("target_approval_level_is_known", lambda t: create_target(t.organisation, approval_level="x")),
    ("target_uid_is_unique", lambda t: create_target(t.organisation, uid=t.uid)),
    ("permit_ends_after_it_starts", lambda t: Permit.objects.create(
        target=t, number="1", category="key", valid_from=TODAY, valid_until=date(2020, 1, 1))),
    ("permit_is_recorded_once", lambda t: [Permit.objects.create(target=t, number="1", category="key") for _ in range(2)]),
    ("flag_is_recorded_once", lambda t: [
        TargetFlag.objects.create(target=t, flag="x", happened_on=TODAY, evidence="x") for _ in range(2)]),
    ("flag_is_revoked_after", lambda t: TargetFlag.objects.create(
        target=t, flag="x", happened_on=TODAY, revoked_on=date(2020, 1, 1), evidence="x")),
    ("tag_is_given_once", lambda t: [TargetTag.objects.create(target=t, group="g", value="v") for _ in range(2)]),
    ("target_has_one_current_status", lambda t: [
        StatusPeriod.objects.create(target=t, status="operating", since=TODAY, reason="x") for _ in range(2)]),
    ("status_ends_after_it_starts", lambda t: StatusPeriod.objects.create(
        target=t, status="operating", since=TODAY, until=date(2020, 1, 1), reason="x")),
    ("tier_is_assigned_once", lambda t: [TierAssignment.objects.create(
        target=t, body="b", tier="key", computed_tier="key", since=TODAY, reason="r", clause="c") for _ in range(2)]),
    ("overridden_tier_has_a_reason", lambda t: TierAssignment.objects.create(
        target=t, body="b", tier="key", computed_tier="general", since=TODAY, reason="r", clause="c")),
    ("prior_inspection_is_recorded_once", lambda t: [PriorInspection.objects.create(
        target=t, level="own", on=TODAY, source="s") for _ in range(2)]),
    ("prior_inspection_level_is_known", lambda t: PriorInspection.objects.create(target=t, level="x", on=TODAY, source="s")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "breaks"), BROKEN, ids=[name for name, _ in BROKEN])
def test_the_database_refuses(bureau, name, breaks):
    target = create_target(bureau, uid="T0")
    with pytest.raises(IntegrityError), transaction.atomic():
        breaks(target)


def test_the_author_of_an_item_does_not_approve_it(bureau, planner):
    item = actions.create_item(
        organisation=bureau, code="x1", values={"name": "甲", "contents": ["一"]}, by=planner
    )
    item.approved_by = planner
    with pytest.raises(ValidationError):
        item.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()
