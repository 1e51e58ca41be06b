"""Steps of a plan and of the quotas: who, in which order, once."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from planning import actions, plan_page, trial
from planning.models import AnnualPlan, Override, PlannedNumber, PlanTask, Quota
from registry.models import InspectionItem
from tests.factories import create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
PERIOD = "2026Q4"


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


@pytest.fixture
def draft(bureau):
    return actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)


def confirm(bureau, **fields):
    return actions.confirm_quotas(
        organisation=bureau.organisation,
        period=PERIOD,
        on=make.TODAY,
        by=fields.pop("by", bureau.planner),
        **fields,
    )


def acts():
    return list(Entry.objects.order_by("seq").values_list("act", flat=True))


# ---- making and changing ----


def test_plan_and_every_step_are_on_the_ledger(bureau):
    make.approved_plan(bureau)
    assert [act for act in acts() if act.startswith("planning.")] == [
        "planning.create_plan", "planning.submit_plan", "planning.approve_plan", "planning.issue_plan",
    ]  # fmt: skip


def test_plan_needs_a_planner_of_the_same_bureau(bureau):
    for user in (bureau.head, create_user(None, "planner")):
        with pytest.raises(NotAllowed):
            actions.create_plan(by=user, organisation=bureau.organisation, year=2026, on=make.TODAY)


def test_second_draft_of_the_year_is_out_of_order(bureau, draft):
    with pytest.raises(OutOfOrder, match="第 1 版"):
        actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    assert AnnualPlan.objects.count() == 1


def test_bureau_without_a_drawing_instance_is_told_which_code_to_register(bureau):
    bureau.units[0].body = ""
    bureau.units[0].save()
    with pytest.raises(RuleBroken, match="county（县生态环境部门）"):
        actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    assert not AnnualPlan.objects.exists()


def test_plan_kind_must_be_one_of_the_rulebook(bureau):
    with pytest.raises(RuleBroken, match="没有这种计划"):
        actions.create_plan(
            by=bureau.planner,
            organisation=bureau.organisation,
            year=2026,
            on=make.TODAY,
            kind="internal_joint",
        )


def test_stricter_rates_are_free_and_laxer_ones_name_the_clause(bureau, draft):
    task = draft.tasks.get(line="key")
    with pytest.raises(RuleBroken) as refused:
        actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=["0.20"])
    assert refused.value.facts.get("clause", refused.value.clause) == "QS-10.7"
    actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=["0.30", "0.30", "0.25", "0.25"])
    assert list(task.numbers.order_by("period").values_list("number", flat=True)) == [4, 4, 3, 3]
    actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=[])
    assert list(task.numbers.values_list("number", flat=True)) == [3, 3, 3, 3]


@pytest.mark.parametrize("rates", [["0.3", "0.3"], ["abc"]])
def test_rates_of_the_wrong_shape_are_refused(bureau, draft, rates):
    with pytest.raises(RuleBroken):
        actions.edit_task(by=bureau.planner, task=draft.tasks.get(line="key"), on=make.TODAY, rates=rates)


def test_more_than_a_planned_number_needs_a_reason():
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    draft = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    task = draft.tasks.get(line="general")
    with pytest.raises(RuleBroken, match="理由"):
        actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=["0.20"])
    actions.edit_task(
        by=bureau.planner, task=task, on=make.TODAY, rates=["0.20"], rates_reason="群众反映强烈"
    )
    assert task.rates == ["0.20"]


def test_unpublished_item_cannot_join_a_task(bureau, draft):
    item = InspectionItem.objects.create(organisation=bureau.organisation, code="new", name="新事项")
    with pytest.raises(RuleBroken, match="新事项"):
        actions.edit_task(by=bureau.planner, task=draft.tasks.first(), on=make.TODAY, items=[item])


def test_directed_draw_is_refused_where_the_book_forbids_it():
    bureau = make.fill(make.create_bureau("xinyang-2023"))
    draft = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(RuleBroken, match="XY-A2.1"):
        actions.edit_task(by=bureau.planner, task=draft.tasks.first(), on=make.TODAY, directed=True)


# ---- manual numbers ----


def test_plan_with_an_open_manual_number_cannot_be_submitted():
    bureau = make.fill(make.create_bureau("wulong-2024"))
    draft = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(RuleBroken, match="环评报告质量"):
        actions.submit_plan(by=bureau.planner, plan=draft)
    task = draft.tasks.get(line="wl12")
    with pytest.raises(RuleBroken, match="来源"):
        actions.set_manual(
            by=bureau.planner,
            task=task,
            unit=bureau.units[0],
            period="2026Q1",
            number=3,
            source=" ",
            on=make.TODAY,
        )
    make.fill_manual(bureau, draft)
    assert actions.submit_plan(by=bureau.planner, plan=draft).status == AnnualPlan.Status.SUBMITTED


def test_computed_number_cannot_be_typed_over(bureau, draft):
    with pytest.raises(RuleBroken, match="QS-10.7"):
        actions.set_manual(
            by=bureau.planner,
            task=draft.tasks.get(line="key"),
            unit=bureau.units[0],
            period=PERIOD,
            number=1,
            source="x",
            on=make.TODAY,
        )


# ---- approval ----


def test_task_without_a_published_item_stops_the_plan(bureau, draft):
    draft.tasks.first().items.clear()
    with pytest.raises(RuleBroken, match="抽查事项"):
        actions.submit_plan(by=bureau.planner, plan=draft)


def test_author_never_approves_or_returns_the_own_plan(bureau):
    both = create_user(bureau.organisation, "planner", "unit_head")
    plan = actions.create_plan(by=both, organisation=bureau.organisation, year=2026, on=make.TODAY)
    actions.submit_plan(by=both, plan=plan)
    with pytest.raises(NotAllowed, match="另一人"):
        actions.approve_plan(by=both, plan=plan)
    with pytest.raises(NotAllowed, match="另一人"):
        actions.return_plan(by=both, plan=plan, reason="改")


def test_database_refuses_an_author_as_approver(bureau, draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualPlan.objects.filter(pk=draft.pk).update(approver=bureau.planner)


@pytest.mark.parametrize("step", ["approve_plan", "return_plan", "issue_plan", "amend_plan"])
def test_steps_out_of_order_say_where_the_plan_stands(bureau, draft, step):
    fields = {
        "return_plan": {"reason": "x"},
        "issue_plan": {"number": "1", "issued_on": make.TODAY},
        "amend_plan": {"reason": "x", "on": make.TODAY},
    }
    by = bureau.head if step in ("approve_plan", "return_plan") else bureau.planner
    with pytest.raises(OutOfOrder, match="编制中"):
        getattr(actions, step)(by=by, plan=draft, **fields.get(step, {}))


def test_submitted_plan_is_closed_to_its_author_until_it_comes_back(bureau, draft):
    actions.submit_plan(by=bureau.planner, plan=draft)
    with pytest.raises(OutOfOrder):
        actions.edit_task(by=bureau.planner, task=draft.tasks.first(), on=make.TODAY, note="改")
    with pytest.raises(RuleBroken, match="理由"):
        actions.return_plan(by=bureau.head, plan=draft, reason="")
    assert (
        actions.return_plan(by=bureau.head, plan=draft, reason="补充联合抽查").status
        == AnnualPlan.Status.RETURNED
    )
    actions.edit_task(by=bureau.planner, task=draft.tasks.first(), on=make.TODAY, note="已补充")


def test_submitting_and_approving_twice_is_refused(bureau, draft):
    actions.submit_plan(by=bureau.planner, plan=draft)
    with pytest.raises(OutOfOrder):
        actions.submit_plan(by=bureau.planner, plan=draft)
    actions.approve_plan(by=bureau.head, plan=draft)
    with pytest.raises(OutOfOrder):
        actions.approve_plan(by=bureau.head, plan=draft)
    assert acts().count("planning.approve_plan") == 1


def test_laxer_rate_slipped_past_the_form_is_stopped_at_approval(bureau, draft):
    actions.submit_plan(by=bureau.planner, plan=draft)
    PlanTask.objects.filter(plan=draft, line="key").update(rates=["0.20"])
    with pytest.raises(RuleBroken, match="QS-10.7"):
        actions.approve_plan(by=bureau.head, plan=draft)


def test_issued_plan_cannot_be_changed_in_place(bureau):
    plan = make.approved_plan(bureau)
    task = plan.tasks.first()
    for act in (
        lambda: actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, note="改"),
        lambda: actions.recalculate(by=bureau.planner, plan=plan, on=make.TODAY),
        lambda: actions.submit_plan(by=bureau.planner, plan=plan),
        lambda: actions.return_plan(by=bureau.head, plan=plan, reason="x"),
    ):
        with pytest.raises(OutOfOrder):
            act()


def test_plan_cannot_be_issued_before_its_approval(bureau):
    plan = make.approved_plan(bureau, issue=False)
    with pytest.raises(RuleBroken, match="早于批准日期"):
        actions.issue_plan(by=bureau.planner, plan=plan, number="1号", issued_on=date(2020, 1, 1))
    with pytest.raises(RuleBroken, match="文号"):
        actions.issue_plan(by=bureau.planner, plan=plan, number=" ", issued_on=timezone.localdate())


# ---- amendment ----


def test_amendment_is_a_new_version_that_replaces_the_old_one_when_issued(bureau):
    plan = make.approved_plan(bureau)
    make.create_targets(bureau, 8, permit_class="key")
    with pytest.raises(RuleBroken, match="理由"):
        actions.amend_plan(by=bureau.planner, plan=plan, reason="", on=make.TODAY)
    draft = actions.amend_plan(by=bureau.planner, plan=plan, reason="新增重点单位", on=make.TODAY)
    assert (draft.version, draft.amends) == (2, plan)
    assert trial.AnnualPlan.objects.in_force(bureau.organisation, 2026).first() == plan
    assert {row["label"] for row in plan_page.changes(plan, draft)} >= {"一季度基数", "一季度应抽"}
    with pytest.raises(OutOfOrder):
        actions.amend_plan(by=bureau.planner, plan=plan, reason="再来", on=make.TODAY)
    actions.submit_plan(by=bureau.planner, plan=draft)
    actions.approve_plan(by=bureau.head, plan=draft)
    actions.issue_plan(by=bureau.planner, plan=draft, number="2号", issued_on=date(2030, 2, 1))
    plan.refresh_from_db()
    assert plan.status == AnnualPlan.Status.SUPERSEDED
    assert AnnualPlan.objects.in_force(bureau.organisation, 2026).get() == draft


def test_yearly_plan_takes_over_from_the_provisional_one(bureau):
    first = actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY, provisional=True
    )
    actions.submit_plan(by=bureau.planner, plan=first)
    actions.approve_plan(by=bureau.head, plan=first)
    quotas = confirm(bureau)
    second = make.approved_plan(bureau)
    assert second.version == 2
    assert second.amends == first
    first.refresh_from_db()
    assert first.status == AnnualPlan.Status.SUPERSEDED
    assert [quota.required for quota in confirm(bureau)] == [quota.required for quota in quotas]


# ---- quotas ----


def test_quotas_need_an_approved_plan_and_a_planner(bureau, draft):
    with pytest.raises(RuleBroken, match="暂行计划"):
        confirm(bureau)
    actions.submit_plan(by=bureau.planner, plan=draft)
    actions.approve_plan(by=bureau.head, plan=draft)
    with pytest.raises(NotAllowed):
        confirm(bureau, by=bureau.head)
    assert len(confirm(bureau)) == 3


def test_confirming_again_follows_the_register_until_a_draw_used_the_quota(bureau):
    make.approved_plan(bureau)
    key = next(quota for quota in confirm(bureau) if quota.line == "key")
    assert (key.base, key.required) == (12, 3)
    make.create_targets(bureau, 5, permit_class="key")
    again = next(quota for quota in confirm(bureau) if quota.line == "key")
    assert (again.pk, again.base, again.required) == (key.pk, 17, 5)
    make.note(bureau, "key", list(make.Target.objects.filter(pk=again.snapshot[0])))
    make.create_targets(bureau, 40, permit_class="key")
    locked = next(quota for quota in confirm(bureau) if quota.line == "key")
    assert (locked.base, locked.required, locked.snapshot_hash) == (17, 5, again.snapshot_hash)
    assert next(quota for quota in confirm(bureau) if quota.line == "special").base == 6
    assert Quota.objects.count() == 3


def test_officer_quota_never_falls_below_the_frozen_plan():
    bureau = make.fill(make.create_bureau("quzhou-2017"))
    make.approved_plan(bureau)
    unit = bureau.unit("county")
    planned = PlannedNumber.objects.get(task__line="county_general", unit=unit, period=PERIOD)
    assert planned.number == 15
    for inspector in make.headcount(bureau, unit)[:4]:
        inspector.in_post = False
        inspector.save()
    quota = next(quota for quota in confirm(bureau) if quota.line == "county_general" and quota.unit == unit)
    assert (quota.officers, quota.floor, quota.required) == (2, 15, 15)
    assert "计划" in quota.explanation["sentence"]


def test_people_seconded_or_away_for_the_whole_period_do_not_count_as_officers():
    from personnel.models import Absence
    from tests.factories import create_inspector

    bureau = make.fill(make.create_bureau("quzhou-2017"))
    unit = bureau.unit("city")
    away, brief, gone = make.headcount(bureau, unit)[:3]
    Absence.objects.create(inspector=away, reason="leave", since=date(2026, 9, 1), until=date(2026, 12, 31))
    Absence.objects.create(inspector=brief, reason="leave", since=date(2026, 10, 1), until=date(2026, 10, 20))
    Absence.objects.create(inspector=gone, reason="seconded", since=date(2026, 10, 1))
    create_inspector(
        bureau.organisation, unit=unit, certificate_no="", certificate_valid_until=None, uid="NOCERT"
    )
    from foundation.rulebook.periods import Period
    from planning import headcount

    assert (
        headcount.officers(bureau.organisation, bureau.units, make.TODAY, Period.parse(PERIOD))[unit.pk] == 4
    )


def test_only_optional_exclusions_of_the_book_can_be_chosen(bureau):
    make.approved_plan(bureau)
    with pytest.raises(RuleBroken, match="nothing"):
        confirm(bureau, exclusions=["nothing"])
    assert confirm(bureau, exclusions=["superior_clean"])[0].exclusions == ["superior_clean"]


def test_plan_of_a_changed_rulebook_is_not_used(bureau):
    make.approved_plan(bureau)
    AnnualPlan.objects.update(rulebook_hash="0" * 64)
    with pytest.raises(RuleBroken, match="已变"):
        confirm(bureau)


@pytest.mark.parametrize("field, value", [("pool", 999), ("required", 0)])
def test_database_refuses_impossible_quotas(bureau, field, value):
    make.approved_plan(bureau)
    quota = confirm(bureau)[0]
    Quota.objects.filter(pk=quota.pk).update(floor=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.filter(pk=quota.pk).update(**{field: value})


# ---- exceptions ----


def ask(bureau, **fields):
    fields = {
        "rule": "twice_a_year",
        "line": "key",
        "reason": "举报集中",
        "evidence": "信访件",
        "no_file_reason": "纸质文件在档案室",
    } | fields
    return actions.request_override(
        by=fields.pop("by", bureau.planner), organisation=bureau.organisation, year=2026, **fields
    )


def test_exception_needs_rule_reason_evidence_and_object(bureau):
    make.approved_plan(bureau)
    for wrong in (
        {"rule": "nothing"},
        {"reason": ""},
        {"evidence": ""},
        {"line": ""},
        {"no_file_reason": " "},
    ):
        with pytest.raises(RuleBroken):
            ask(bureau, **wrong)
    with pytest.raises(NotAllowed):
        ask(bureau, by=bureau.head)
    assert not Override.objects.exists()


def test_hard_rule_has_no_exception():
    from dataclasses import replace

    from planning import policies

    book = make.create_bureau().book
    strict = replace(book, caps=tuple(replace(cap, strength="must") for cap in book.caps))
    with pytest.raises(RuleBroken, match="没有例外"):
        policies.check_overridable(strict, "twice_a_year")


def test_requester_does_not_decide_and_nothing_is_decided_twice(bureau):
    make.approved_plan(bureau)
    both = create_user(bureau.organisation, "planner", "unit_head")
    override = ask(bureau, by=both)
    with pytest.raises(NotAllowed, match="另一人"):
        actions.approve_override(by=both, override=override)
    actions.refuse_override(by=bureau.head, override=override, reason="证据不足")
    with pytest.raises(OutOfOrder):
        actions.approve_override(by=bureau.head, override=override)


# ---- at the same time ----


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time")
def test_two_planners_at_once_make_one_draft():
    bureau = make.fill(make.create_bureau())
    results = []

    def create():
        try:
            actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
            results.append("made")
        except RuleBroken:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["made", "refused"]
    assert AnnualPlan.objects.count() == 1


def test_rates_are_kept_as_written(bureau, draft):
    task = draft.tasks.get(line="key")
    actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=[Decimal("0.30")])
    task.refresh_from_db()
    assert task.rates == ["0.30"]
