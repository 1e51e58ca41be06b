"""Weights of the plan are frozen into the rows, shown before the draw and recomputed by every verifier (QS-10.3, AMB-52)."""

import pytest

from disclosure.gather.others import draw_record, plan_record
from draws.models import SnapshotTarget
from draws.queries import state_of
from draws.scenes.strata import lines_of
from foundation.errors import RuleBroken
from planning import actions as planning
from planning.models import PlanTask
from registry.models import Target
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db
RULE = {"when": [{"permit_class": ["simplified"]}], "weight": 5, "reason": "信访多"}


@pytest.fixture
def house():
    """The general line gives five tickets to simplified permits; approved with an amendment of the plan."""
    house = make.create_house(quotas=False)
    bureau = house.bureau
    old = planning.quotas.plan_in_force(house.organisation, 2026)
    draft = planning.amend_plan(by=bureau.planner, plan=old, reason="设权重", on=plan.TODAY)
    planning.set_weights(by=bureau.planner, task=draft.tasks.get(line="general"), rows=[RULE])
    planning.submit_plan(by=bureau.planner, plan=draft)
    planning.approve_plan(by=bureau.head, plan=draft)
    house.quotas = planning.confirm_quotas(
        organisation=house.organisation, period=make.PERIOD, on=plan.TODAY, by=bureau.planner
    )
    return house


def of_line(house, line):
    return [quota for quota in house.quotas if quota.line == line]


def test_a_weighted_line_is_not_drawn_with_lines_that_give_other_weights(house):
    with pytest.raises(RuleBroken, match="单独开一场") as refused:
        make.prepare(house)
    assert refused.value.clause == "QS-10.3"
    others = [quota for quota in house.quotas if quota.line != "general"]
    assert make.prepare(house, quotas=others).strata.count() == len(others)


def test_frozen_rows_carry_the_weights_and_both_verifiers_agree(house, tmp_path):
    draw, devices = make.frozen(house, quotas=of_line(house, "general"))
    simple = set(Target.objects.filter(permit_class="simplified").values_list("pk", flat=True))
    weights = {row.target_id: int(row.row.split("|")[2]) for row in SnapshotTarget.objects.filter(draw=draw)}
    assert set(weights.values()) == {1, 5}
    assert {pk for pk, weight in weights.items() if weight == 5} == simple & set(weights)
    make.give_digits(house, draw, devices)
    assert "fail" not in verdicts(draw, tmp_path).values()
    assert state_of(draw).standing is not None


def test_screens_announcement_and_record_name_them_before_the_draw(house, client):
    draw = make.prepare(house, quotas=of_line(house, "general"))
    make.ready(house, draw)
    words = "的权重 5（信访多）"
    (line,) = lines_of(draw)
    assert line.weights[0].endswith(words)
    live = client.get(f"/draw/{draw.number}/").content.decode()
    assert words in live
    client.force_login(house.operator)
    assert words in client.get(f"/desk/draws/{draw.number}/announcement/").content.decode()
    assert words in draw_record(draw)["strata"][0]["weights"][0]
    published = {task["name"]: task for task in plan_record(draw.plan)["tasks"]}
    task = PlanTask.objects.get(plan=draw.plan, line="general")
    assert published[task.name]["weights"] == list(line.weights)


def test_a_condition_on_labels_and_areas_reads_them(house):
    area = house.organisation.areas.order_by("code").first()
    task = PlanTask.objects.get(plan=house.quotas[0].plan, line="general")
    task.weights = [{"when": [{"area": [area.code]}], "weight": 3, "reason": "水源地"}]
    task.save()
    draw, _ = make.frozen(house, quotas=of_line(house, "general"))
    rows = SnapshotTarget.objects.filter(draw=draw).select_related("target")
    assert {(row.target.area_id == area.pk, row.row.split("|")[2]) for row in rows} == {
        (True, "3"),
        (False, "1"),
    }


def test_without_weights_every_row_has_one_ticket():
    house = make.create_house()
    draw, _ = make.frozen(house)
    assert {
        row.split("|")[2] for row in SnapshotTarget.objects.filter(draw=draw).values_list("row", flat=True)
    } == {"1"}
    assert "weights" not in draw_record(draw)["strata"][0]
