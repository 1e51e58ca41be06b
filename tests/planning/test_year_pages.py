"""Simulation, feasibility, overlaps, calendar: actions and pages on a small bureau."""

import json
from datetime import date

import pytest
from django.urls import reverse

from config import workbench
from config.simulation import lottery
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from personnel.models import Absence
from planning import actions, agenda, feasible, overlaps
from planning.models import DutyDone, YearSimulation
from tests.factories import create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


@pytest.fixture
def plan(bureau):
    return actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)


def simulated(bureau, plan, **fields) -> YearSimulation:
    run = actions.simulate_year(by=bureau.planner, plan=plan, on=make.TODAY, runs=100, **fields)
    actions.run_simulation(run.pk, lottery.of_seed)
    run.refresh_from_db()
    return run


def test_a_draft_is_simulated_and_the_seed_decides(bureau, plan):
    one, again, other = simulated(bureau, plan), simulated(bureau, plan), simulated(bureau, plan, seed=2)
    assert one.state == "done", one.problem
    assert one.done == 100
    assert one.result == again.result
    assert one.result["people"] != other.result["people"]
    people = one.result["people"]
    seats = sum(person["mean"] for person in people["people"])
    assert seats == pytest.approx(people["team"] * one.result["visits"]["mean"])
    assert Entry.objects.filter(act="planning.simulate_year").count() == 3


def test_times_of_a_line_add_up_to_its_base(bureau, plan):
    result = simulated(bureau, plan).result
    for line in result["lines"]:
        assert sum(line["times"]) == pytest.approx(line["base"])


def test_one_simulation_of_a_plan_at_a_time(bureau, plan):
    actions.simulate_year(by=bureau.planner, plan=plan, on=make.TODAY, runs=100)
    with pytest.raises(OutOfOrder, match="正在进行"):
        actions.simulate_year(by=bureau.planner, plan=plan, on=make.TODAY, runs=100)


def test_a_simulation_is_for_those_who_plan_and_for_offered_numbers_of_years(bureau, plan):
    with pytest.raises(NotAllowed, match="由计划编制员"):
        actions.simulate_year(
            by=create_user(bureau.organisation, "auditor"), plan=plan, on=make.TODAY, runs=100
        )
    with pytest.raises(RuleBroken, match="只能选"):
        actions.simulate_year(by=bureau.planner, plan=plan, on=make.TODAY, runs=7)


def test_a_run_that_breaks_says_why_and_frees_the_way(bureau, plan):
    def broken(seed):
        raise RuleBroken("名录读不出来，请稍后再试。")

    run = actions.simulate_year(by=bureau.planner, plan=plan, on=make.TODAY, runs=100)
    actions.run_simulation(run.pk, broken)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "名录读不出来，请稍后再试。")
    actions.run_simulation(run.pk, lottery.of_seed)
    run.refresh_from_db()
    assert run.state == "failed"
    assert simulated(bureau, plan).state == "done"


def test_the_page_starts_a_run_shows_it_and_gives_the_files(
    client, bureau, plan, today, django_capture_on_commit_callbacks
):
    client.force_login(bureau.planner)
    address = reverse("planning:simulation", args=[plan.pk])
    assert "还没有模拟过" in client.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert (
            client.post(
                reverse("planning:simulation_start", args=[plan.pk]), {"runs": 100, "seed": 5}
            ).status_code
            == 302
        )
    page = client.get(address).content.decode()
    for words in ("一次也没抽到", "逐人", "QS-10.8", "种子 5"):
        assert words in page
    found = json.loads(
        client.get(reverse("planning:simulation_export", args=[plan.pk]) + "?format=json").content
    )
    assert (found["runs"], found["seed"], found["rulebook"]) == (100, 5, "qinshui-2022")
    sheet = b"".join(
        client.get(reverse("planning:simulation_export", args=[plan.pk]) + "?format=csv").streaming_content
    )
    assert sheet.decode().count("任务") >= 3
    wrong = client.post(reverse("planning:simulation_start", args=[plan.pk]), {"runs": 3, "seed": -1})
    assert wrong.status_code == 422
    assert YearSimulation.objects.count() == 1


def test_feasibility_shows_quarters_people_areas_and_files(client, bureau, plan, today):
    client.force_login(bureau.head)
    page = client.get(reverse("planning:feasibility", args=[plan.pk])).content.decode()
    for words in ("各项任务各期", "在岗持证", "城关镇", "年度模拟"):
        assert words in page
    assert client.get(reverse("planning:feasibility_xlsx", args=[plan.pk])).status_code == 200


def test_a_quarter_on_leave_is_a_conflict_with_its_numbers(bureau, plan):
    for person in make.headcount(bureau, bureau.units[0])[1:]:
        Absence.objects.create(
            inspector=person, reason="training", since=date(2026, 4, 1), until=date(2026, 6, 30)
        )
    found = feasible.feasible(plan, make.TODAY)
    assert [one.enough for one in found.quarters] == [True, False, True, True]
    assert found.quarters[1].room.lost_leave > 0
    (conflict,) = [one for one in found.findings if one.code == "quarter"]
    assert conflict.title.startswith("二季度人员不够")
    assert any("分批" in option for option in conflict.options)


def test_the_grid_agrees_with_the_plan(bureau, plan):
    found = feasible.feasible(plan, make.TODAY)
    asked = {(task.line): sum(task.numbers.values_list("number", flat=True)) for task in plan.tasks.all()}
    assert sum(line.required for line in found.lines) == sum(asked.values())
    assert sum(one.visits for one in found.quarters) == sum(line.drawn for line in found.lines)
    assert sum(place.visits for place in found.places) == pytest.approx(
        sum(line.drawn for line in found.lines)
    )


@pytest.mark.parametrize("book", make.BOOKS)
def test_every_rulebook_has_feasibility_overlaps_and_a_calendar(client, book, today):
    bureau = make.fill(make.create_bureau(book))
    plan = make.approved_plan(bureau)
    client.force_login(bureau.planner)
    for address in (
        reverse("planning:feasibility", args=[plan.pk]), reverse("planning:overlaps") + "?period=2026Q4",
        reverse("planning:calendar"), reverse("planning:calendar_ics", args=[2026]), reverse("desk"),
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address


def test_a_special_polluter_that_is_also_key_is_one_visit_in_quzhou(client, today):
    """AMB-10: both lines count it, one visit is made."""
    bureau = make.fill(make.create_bureau("quzhou-2017"))
    both = make.create_targets(bureau, 4, control_level="provincial")
    make.flag(bureau, both, "high_risk")
    make.approved_plan(bureau)
    from foundation.rulebook.periods import Period

    found = overlaps.find([bureau.organisation], Period.parse("2026Q4"), make.TODAY)
    rows = {row.target.pk: row.site for row in found.rows}
    assert {target.pk for target in both} <= set(rows)
    assert all(site.saved > 0 and site.state == "ahead" for site in rows.values())
    lines = {one.task for one in rows[both[0].pk].claims}
    assert len(lines) > 1
    client.force_login(bureau.planner)
    page = client.get(reverse("planning:overlaps")).content.decode()
    assert both[0].name in page
    sheet = b"".join(
        client.get(reverse("planning:overlaps_export") + "?period=2026Q4&format=csv").streaming_content
    )
    assert both[0].uid in sheet.decode()


def test_targets_drawn_in_two_draws_of_a_period_should_be_one_visit(bureau):
    from foundation.rulebook.periods import Period

    make.approved_plan(bureau)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    make.note(bureau, "key", [target], serial="01")
    make.note(bureau, "special", [target], serial="02")
    make.note(bureau, "general", [target], period="2026Q3", serial="01")
    found = overlaps.find([bureau.organisation], Period.parse("2026Q4"), make.TODAY)
    (row,) = [row for row in found.rows if row.target == target]
    assert row.site.state == "join"
    assert row.site.saved >= 1 - 1e-9
    assert {one.draw[-2:] for one in row.site.claims if one.draw} == {"01", "02"}


def test_a_report_is_noted_once_with_its_proof(client, today):
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    key = "report.quarterly_statistics.2026Q3"
    waiting = {duty.key for duty in agenda.near(bureau.organisation, make.TODAY)}
    assert key in waiting
    assert any("统计表" in todo.title for todo in workbench.desk_of(bureau.planner, make.TODAY).todos)
    client.force_login(bureau.planner)
    address = reverse("planning:calendar_done")
    assert (
        client.post(address, {"duty": key, "done_on": "2026-10-08", "note": "盟局发文12号"}).status_code
        == 302
    )
    row = DutyDone.objects.get()
    assert (row.duty, row.note, row.noted_by) == (key, "盟局发文12号", bureau.planner)
    assert key not in {duty.key for duty in agenda.near(bureau.organisation, make.TODAY)}
    again = client.post(address, {"duty": key, "done_on": "2026-10-08", "note": "再来"})
    assert again.status_code == 409
    assert "已经登记办结" in again.content.decode()
    assert "盟局发文12号" in client.get(reverse("planning:calendar") + "?month=2026-10").content.decode()


@pytest.mark.parametrize("fields, said", [
    ({"duty": "report.nothing.2026Q3"}, "不在本局的日程"), ({"duty": "draw.2026Q4"}, "由系统自己判断"),
    ({"done_on": date(2026, 10, 10)}, "还没有到"), ({"note": "  "}, "文号或报送去向"),
])  # fmt: skip
def test_wrong_notes_are_refused_with_the_remedy(fields, said):
    bureau = make.create_bureau("neimenggu-2024")
    given = {
        "duty": "report.quarterly_statistics.2026Q3",
        "done_on": date(2026, 10, 8),
        "note": "发文12号",
    } | fields
    with pytest.raises(RuleBroken, match=said):
        actions.note_duty_done(by=bureau.planner, organisation=bureau.organisation, on=make.TODAY, **given)
    assert not DutyDone.objects.exists()


def test_inspectors_note_nothing(client):
    bureau = make.create_bureau("neimenggu-2024")
    with pytest.raises(NotAllowed):
        actions.note_duty_done(
            by=create_user(bureau.organisation, "inspector"), organisation=bureau.organisation, on=make.TODAY,
            duty="report.quarterly_statistics.2026Q3", done_on=make.TODAY, note="发文12号",
        )  # fmt: skip


def test_the_records_show_plans_and_draws_as_done(bureau):
    make.approved_plan(bureau)
    make.note(bureau, "key", make.create_targets(bureau, 1, permit_class="key"))
    found = {duty.key: duty for duty in agenda.of_year(bureau.organisation, 2026, make.TODAY)}
    assert found["plan.make.2026"].done
    assert found["draw.2026Q4"].word.endswith("-2026Q4-01")
    assert not found["draw.2026Q3"].done
