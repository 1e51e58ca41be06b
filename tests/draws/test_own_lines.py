"""A task the bureau added in its plan, and a rate it raised, are drawn like the book's own."""

from decimal import Decimal

import pytest

from disclosure.gather.others import draw_record, plan_record
from draws import queries
from draws.naming import strata_names
from draws.scenes.strata import lines_of
from planning import actions as planning
from planning.actions.own_lines import Terms
from planning.models import PlanTask
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db
SOURCE = "青环发〔2026〕2号"


def test_own_line_and_raised_rate_are_drawn_and_published(tmp_path):
    house = make.create_house(quotas=False)
    bureau = house.bureau
    old = planning.quotas.plan_in_force(house.organisation, 2026)
    draft = planning.amend_plan(by=bureau.planner, plan=old, reason="加任务", on=plan.TODAY)
    planning.edit_task(by=bureau.planner, task=draft.tasks.get(line="general"), on=plan.TODAY, rates=["0.2"])
    task = planning.add_own_task(
        by=bureau.planner, plan=draft, on=plan.TODAY,
        terms=Terms(
            name="一般企业加查", source=SOURCE, bodies=["county"], when=[{"tier": ["general"], "kind": ["enterprise"]}],
            rates=[Decimal("0.15")], items=list(draft.tasks.first().items.all()),
        ),
    )  # fmt: skip
    approved = planning.approve_plan(by=bureau.head, plan=planning.submit_plan(by=bureau.planner, plan=draft))
    house.quotas = planning.confirm_quotas(
        organisation=house.organisation, period=make.PERIOD, on=plan.TODAY, by=bureau.planner
    )
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)

    strata = {one["line"]: one for one in queries.state_of(draw).manifest["strata"]}
    assert (strata[task.line]["num"], strata[task.line]["den"]) == (15, 100)
    assert strata["general"]["num"] / strata["general"]["den"] == 0.2
    need = {row["id"]: row["need"] for row in make.body_of(draw, "result")["strata"]}
    assert need[strata[task.line]["id"]] == task.numbers.get(period=make.PERIOD).number
    assert "一般企业加查" in strata_names(draw).values()
    assert "一般企业加查" in [line.label for line in lines_of(draw)]
    assert any("一般企业加查" in one["name"] for one in draw_record(draw)["strata"])
    published = {one["name"]: one for one in plan_record(approved)["tasks"]}
    assert (published["一般企业加查"]["origin"], published["一般企业加查"]["source"]) == ("本局自设", SOURCE)
    assert "origin" not in published[PlanTask.objects.get(plan=approved, line="key").name]
    assert verdicts(draw, tmp_path)["V20"] != "fail"
