"""Scenarios of the five documents that concern planning, through the actions; each test is named by its id."""

from datetime import date

import pytest

from foundation.errors import RuleBroken
from foundation.rulebook.periods import Period
from planning import account, actions, board, overlaps, plan_page, population
from planning.actions.quotas import PlanMissing
from planning.models import AnnualPlan
from tests.factories import create_inspector, create_target
from tests.planning import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def draft(bureau, **fields):
    return actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY, **fields
    )


def confirm(bureau, period):
    found = actions.confirm_quotas(
        organisation=bureau.organisation, period=period, on=make.TODAY, by=bureau.planner
    )
    return {quota.line: quota for quota in found}


def bureau_of(book_id):
    bureau = make.create_bureau(book_id)
    make.publish_items(bureau)
    return bureau


def test_qs_s01_cap_against_quota():
    bureau = bureau_of("qinshui-2022")
    (only,) = make.create_targets(bureau, 1, permit_class="key")
    make.approved_plan(bureau)
    for period in ("2026Q1", "2026Q2"):
        make.note(bureau, "key", [only], period=period)
    third = confirm(bureau, "2026Q3")["key"]
    assert (third.required, third.pool, third.shortfall, third.reasons) == (1, 0, 1, ["cap_limited"])
    asked = actions.request_override(
        by=bureau.planner, organisation=bureau.organisation, year=2026, rule="twice_a_year", target=only,
        reason="群众反映强烈", evidence="信访件 3 号", no_file_reason="纸质文件在档案室",
    )  # fmt: skip
    assert asked.clause == "QS-10.17"
    actions.approve_override(by=bureau.head, override=asked)
    again = confirm(bureau, "2026Q3")["key"]
    assert (again.pool, again.shortfall) == (1, 0)


def test_qs_s02_late_joiner_and_coverage():
    bureau = bureau_of("qinshui-2022")
    key = make.create_targets(bureau, 132, permit_class="key")
    make.approved_plan(bureau)
    for at in range(3):
        make.note(bureau, "key", key[33 * at : 33 * at + 33], period=f"2026Q{at + 1}")
    make.create_targets(bureau, 3, permit_class="key")
    shown = board.board(bureau.organisation, Period.parse("2026Q4"), make.TODAY)
    row = next(row for row in shown.rows if row.figure.line.id == "key")
    assert (row.figure.base, row.figure.required, row.figure.unvisited) == (135, 34, 36)
    coverage = next(one for one in shown.findings if one.code == "coverage" and one.level != "ok")
    assert "36" in coverage.title + coverage.text
    assert coverage.origin.ref == "QS-10.8"
    assert "132 家、应抽 33 家 → 现在 135 家、应抽 34 家" in row.explain["since"]


def test_qs_s08_first_quarter_before_the_plan():
    bureau = make.fill(make.create_bureau())
    with pytest.raises(PlanMissing, match="暂行计划"):
        confirm(bureau, "2026Q1")
    plan = draft(bureau, provisional=True)
    actions.submit_plan(by=bureau.planner, plan=plan)
    actions.approve_plan(by=bureau.head, plan=plan)
    floors = confirm(bureau, "2026Q1")
    assert {line: quota.explanation["arithmetic"]["rate"] for line, quota in floors.items()} == {
        "key": "0.25", "special": "0.3", "general": "0.1",
    }  # fmt: skip
    yearly = draft(bureau)
    task = yearly.tasks.get(line="key")
    task.rates = ["0.20"]
    task.save()
    actions.submit_plan(by=bureau.planner, plan=yearly)
    with pytest.raises(RuleBroken, match="QS-10.7"):
        actions.approve_plan(by=bureau.head, plan=yearly)
    due = plan_page.duties(yearly, bureau.book)[0]
    assert due.due.date == date(2026, 3, 31)
    assert (due.state(date(2026, 3, 31)), due.state(date(2026, 4, 1))) == ("open", "overdue")


def test_nm_s01_once_a_year():
    bureau = bureau_of("neimenggu-2024")
    key = make.create_targets(bureau, 6, permit_class="key", key_polluter_list=True)
    make.approved_plan(bureau)
    for at in range(3):
        make.note(bureau, "key", key[2 * at : 2 * at + 2], period=f"2026Q{at + 1}")
    fourth = confirm(bureau, "2026Q4")["key"]
    assert (fourth.required, fourth.pool, fourth.shortfall, fourth.reasons) == (2, 0, 2, ["cap_limited"])


def test_xy_s04_yearly_check():
    """Quarterly draws 12, 18, 12, 18 of distinct units fill 60; ten repeats leave 50 and ten missing."""
    bureau = bureau_of("xinyang-2023")
    brigade = bureau.unit("brigades")
    area = brigade.areas.get()
    for _ in range(6):
        create_inspector(bureau.organisation, unit=brigade)
    general = [create_target(bureau.organisation, area=area) for _ in range(60)]
    plan = make.approved_plan(bureau)
    numbers = plan.tasks.get(line="brigades_general").numbers.filter(unit=brigade).order_by("period")
    assert list(numbers.values_list("number", flat=True)) == [12, 18, 12, 18]
    edges = (0, 12, 30, 42, 50)
    for at in range(4):
        drawn = general[edges[at] : edges[at + 1]] + (general[:10] if at == 3 else [])
        make.note(bureau, "brigades_general", drawn, period=f"2026Q{at + 1}", unit=brigade)
    (check,) = account.account_of(bureau.organisation, 2026, make.TODAY).checks
    assert (check.found.required, check.found.distinct, check.found.missing) == (60, 50, 10)


def test_wl_s01_item_15():
    bureau = bureau_of("wulong-2024")
    for count, fields in (
        (18, {"permit_class": "key"}),
        (39, {"permit_class": "simplified"}),
        (20, {"permit_class": "registration"}),
    ):
        make.create_targets(bureau, count, **fields)
    make.create_targets(bureau, 2, permit_class="registration", credit_grade="警示")
    plan = make.approved_plan(bureau)
    first = confirm(bureau, "2026Q1")
    assert [first[line].required for line in ("wl15a", "wl15b", "wl15c", "wl15d")] == [18, 4, 2, 2]
    row = next(one for one in plan_page.comparisons(plan_page.sheet(plan)) if one.printed == "约 100")
    assert (row.computed, row.ok) == (100, True)


def test_wl_s04_deferred_number():
    bureau = bureau_of("wulong-2024")
    plan = draft(bureau)
    with pytest.raises(RuleBroken, match="环评报告质量") as refused:
        actions.submit_plan(by=bureau.planner, plan=plan)
    assert "水源地" not in refused.value.message
    task = plan.tasks.get(line="wl12")
    row = task.numbers.select_related("unit").first()
    with pytest.raises(RuleBroken, match="来源"):
        actions.set_manual(
            by=bureau.planner, task=task, unit=row.unit, period=row.period, number=2, source="", on=make.TODAY
        )
    make.fill_manual(bureau, plan)
    assert actions.submit_plan(by=bureau.planner, plan=plan).status == AnnualPlan.Status.SUBMITTED


def test_wl_s05_half_year():
    bureau = bureau_of("wulong-2024")
    plants = make.create_targets(bureau, 2, categories=["industrial_park_wwtp"])
    plan = make.approved_plan(bureau)
    assert confirm(bureau, "2026Q2")["wl01b"].required == 1
    make.note(bureau, "wl01b", plants[:1], period="2026H1")
    found = population.members(
        bureau.organisation, bureau.book, "wl01b", bureau.unit("district"), make.TODAY, period="2026Q3"
    )
    assert found.unvisited == [plants[1].pk]
    row = next(
        one for one in plan_page.comparisons(plan_page.sheet(plan)) if one.name == "工业聚集区污水处理厂"
    )
    assert (row.printed, row.computed, row.ok) == ("2", 2, True)


# ---- one visit for several lines, offices and plans: the planning side ----


def site_of(bureau, target, period="2026Q2"):
    found = overlaps.find([bureau.organisation], Period.parse(period), make.TODAY)
    return next(row.site for row in found.rows if row.target == target)


def test_nm_s07_one_visit_for_several_items():
    """The department's key line and an internal joint plan on the same line: one visit is proposed, one visit counted."""
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    make.approved_plan(bureau)
    joint = draft(bureau, kind="internal_joint")
    actions.edit_details(by=bureau.planner, plan=joint, name="固体废物内部联合", lead=bureau.units[0])
    actions.add_participant(by=bureau.planner, plan=joint, name="固体废物科")
    (other,) = joint.participants.all()
    actions.record_agreement(by=bureau.planner, participant=other, agreed_on=make.TODAY, agreement="会签单")
    make.fill_manual(bureau, joint)
    actions.approve_plan(by=bureau.head, plan=actions.submit_plan(by=bureau.planner, plan=joint))
    key = make.create_targets(bureau, 1, permit_class="key")[0]
    assert len({claim.plan for claim in site_of(bureau, key).claims}) == 2
    make.note(bureau, "key", [key], period="2026Q2", serial="01")
    make.note(bureau, "special", [key], period="2026Q2", serial="02")
    site = site_of(bureau, key)
    assert (site.state, round(site.merged)) == ("join", 1)
    register = population.read(bureau.organisation, bureau.book, make.TODAY, year=2026)
    assert next(known.visits for known in register.targets if known.id == key.pk) == 1


def test_xy_s05_both_sides_draw_the_same_unit():
    bureau = make.fill(make.create_bureau("xinyang-2023"))
    make.approved_plan(bureau)
    area = bureau.unit("brigades").areas.first()
    key = create_target(bureau.organisation, area=area, key_polluter_list=True)
    make.note(bureau, "divisions_key", [key], period="2026Q1", unit=bureau.unit("divisions"))
    make.note(bureau, "brigades_key", [key], period="2026Q1", unit=bureau.unit("brigades"))
    site = site_of(bureau, key, "2026Q1")
    assert (site.state, site.separate, site.merged) == ("join", 2, 1)
    assert {claim.office for claim in site.claims if claim.draw} == {
        bureau.unit("divisions").name,
        bureau.unit("brigades").name,
    }
    (visits,) = [
        known.visits
        for known in population.read(bureau.organisation, bureau.book, make.TODAY, year=2026).targets
        if known.id == key.pk
    ]
    assert visits == 1


def test_wl_s08_one_visit_for_several_offices():
    bureau = make.fill(make.create_bureau("wulong-2024"))
    plan = make.approved_plan(bureau)
    producer = make.create_targets(bureau, 1, permit_class="key", hw_tonnes_per_year=80)[0]
    for line in ("wl20", "wl15a"):
        make.note(bureau, line, [producer], period="2026Q2")
    site = site_of(bureau, producer)
    assert site.state == "joined"
    assert {claim.chance for claim in site.claims if claim.draw} == {1}
    tasks = {task.line: set(task.offices) for task in plan.tasks.filter(line__in=["wl20", "wl15a"])}
    assert tasks["wl20"] - tasks["wl15a"] == {"土壤科"}
