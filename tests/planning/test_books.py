"""All five rulebooks, the whole road from plan to confirmed quotas, on one small synthetic bureau each."""

import pytest

from planning import actions
from planning.models import AnnualPlan, PlannedNumber, Quota
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(params=make.BOOKS)
def bureau(request):
    return make.fill(make.create_bureau(request.param))


def test_plan_has_one_task_per_drawing_line_and_one_number_per_instance_and_period(bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    lines = [line for line in bureau.book.quotas if line.role == "draw"]
    assert [task.line for task in plan.tasks.order_by("no")] == [line.id for line in lines]
    expected = sum(line.periods * sum(unit.body in line.bodies for unit in bureau.units) for line in lines)
    assert PlannedNumber.objects.filter(task__plan=plan).count() == expected
    assert all(task.items.exists() for task in plan.tasks.all())


def test_quotas_of_a_quarter_can_be_confirmed_and_explain_themselves(bureau):
    make.approved_plan(bureau)
    quotas = actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q4", on=make.TODAY, by=bureau.planner
    )
    assert quotas
    assert all(quota.explanation["sentence"] and quota.explanation["parts"] for quota in quotas)
    assert all(quota.required <= quota.pool + quota.shortfall for quota in quotas)
    assert any(quota.required for quota in quotas)
    assert {quota.period for quota in quotas} <= {"2026Q4", "2026H2", "2026Y"}
    assert Quota.objects.count() == len(quotas)


def test_every_part_of_every_number_opens_to_words(bureau):
    make.approved_plan(bureau)
    quotas = actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q4", on=make.TODAY, by=bureau.planner
    )
    for quota in quotas:
        for part in quota.explanation["parts"]:
            assert part["origin"] in {"law", "interpretation", "default", "other_law"}
            assert part["origin"] not in {"law", "interpretation"} or part["quote"], part


def test_plan_goes_the_whole_way(bureau):
    assert make.approved_plan(bureau).status == AnnualPlan.Status.ISSUED
