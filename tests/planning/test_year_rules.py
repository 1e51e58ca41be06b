"""Workload, spread, overlaps, duties: the rules behind feasibility, simulation, overlap finder and calendar."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.workdays.rules import Calendar
from planning.rules import agenda, ical, overlap, workload
from planning.rules.overlap import Claim
from planning.rules.simulation import Instance, Slot, Year, in_steps
from planning.rules.spread import Loads, Times
from planning.rules.standing import Jurisdiction, Known
from planning.rules.workload import Worker

QINSHUI = library.get("qinshui-2022")
HERE = Instance(1, "执法队", "county", Jurisdiction(1, None))
DAYS = Calendar({}, {})
ALWAYS = (None, date(2030, 1, 1))


def worker(number: int, *, areas=(), unit: int = 1, valid=ALWAYS, away=()) -> Worker:
    return Worker(number, f"甲{number}", unit, "一队", frozenset(areas), valid, tuple(away))


def slot(ids, quarter: int, line: str = "general") -> Slot:
    ids = tuple(ids)
    return Slot(QINSHUI.line(line), HERE, Period(2026, "quarter", quarter), len(ids), ids, ids, {})


def test_leave_and_certificates_take_their_own_person_days():
    week = [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]
    crew = [
        worker(1), worker(2, away=[(date(2026, 3, 4), None)]), worker(3, valid=(date(2026, 3, 3), date(2026, 3, 5))),
        worker(4, valid=(None, None)),
    ]  # fmt: skip
    found = workload.room(crew, week)
    assert (found.people, found.days, found.lost_leave, found.lost_certificate) == (3, 5 + 2 + 3, 3, 2 + 5)


def test_an_area_nobody_looks_after_still_shows_its_visits():
    targets = [Known(1, 10, None, None), Known(2, 20, None, None), Known(3, 20, None, None)]
    loads = workload.area_loads(
        targets, {1: [0.5], 2: [1.0], 3: [1.0]}, [worker(1, areas=[10])], team=2, ways={}, workdays=[[]]
    )
    assert [(one.area, one.targets, one.visits, one.people) for one in loads] == [
        (20, 2, 2.0, 0),
        (10, 1, 0.5, 1),
    ]


def test_days_on_the_road_are_set_against_the_people_of_the_area():
    """4 visits by teams of 2, two a day, half a day on the road each day out: 4/2 × 1.5 × 2 = 6 person-days against 5."""
    week = [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]
    targets = [Known(at, 10, None, None) for at in range(4)]
    (load,) = workload.area_loads(
        targets, {at: [1.0, 0.0] for at in range(4)}, [worker(1, areas=[10]), worker(2, areas=[20])], team=2,
        ways={10: workload.Way(2, 0.5)}, workdays=[week, week],
    )  # fmt: skip
    assert [(one.visits, one.needed, one.days, one.short) for one in load.quarters] == [
        (4, 6, 5, True),
        (0, 0, 5, False),
    ]
    assert (load.people, load.short, load.needed) == (1, True, 6)


def played(*taken) -> tuple[list[Slot], Year]:
    slots = [slot(ids, at + 1) for at, ids in enumerate(taken)]
    year = Year({one.key: one.base for one in slots})
    for one in slots:
        year.visits.update(one.base)
    return slots, year


def test_every_visit_has_a_team_of_different_people_and_nobody_exceeds_the_capacity_of_a_draw():
    slots, year = played(range(20))
    steps, crew = in_steps(slots), [worker(at) for at in range(8)]
    loads = Loads(steps, crew, [Known(at, 1, None, None) for at in range(20)], team=2)
    loads.add(steps, year, Random(4).sample)
    result = loads.result()
    counts = [person["most"] for person in result["people"]]
    assert sum(counts) == 40
    assert max(counts) <= 40 // 8 + 1
    assert result["unstaffed_mean"] == 0
    assert sum(share for _, share in result["person_years"]) == pytest.approx(1)


def test_equal_people_get_equal_shares_though_capacity_binds():
    """Six visits by three people in pairs: capacity 5, and a sixth only when nobody else is left for the last visit."""
    slots, year = played(range(6))
    steps, crew = in_steps(slots), [worker(at) for at in range(3)]
    loads = Loads(steps, crew, [Known(at, 1, None, None) for at in range(6)], team=2)
    sample = Random(11).sample
    for _ in range(400):
        loads.add(steps, year, sample)
    people = loads.result()["people"]
    assert sum(person["mean"] for person in people) == pytest.approx(12)
    assert [round(person["mean"], 1) for person in people] == pytest.approx([4, 4, 4], abs=0.2)
    assert max(person["most"] for person in people) <= 6


def test_the_people_of_the_area_go_first():
    slots, year = played([1])
    steps, crew = in_steps(slots), [worker(1, areas=[7]), worker(2, areas=[7]), worker(3), worker(4)]
    loads = Loads(steps, crew, [Known(1, 7, None, None)], team=2)
    loads.add(steps, year, Random(1).sample)
    assert [person["most"] for person in loads.result()["people"]] == [1, 1, 0, 0]


def test_a_quarter_with_too_few_people_is_counted_as_unstaffed():
    slots, year = played([1, 2], [1])
    steps = in_steps(slots)
    crew = [worker(1), worker(2, away=[(date(2026, 1, 1), date(2026, 3, 31))])]
    loads = Loads(steps, crew, [Known(1, 1, None, None), Known(2, 1, None, None)], team=2)
    loads.add(steps, year, Random(1).sample)
    result = loads.result()
    assert result["unstaffed_mean"] == 2
    assert [step["people"] for step in result["steps"]] == [1, 2]
    assert [person["most"] for person in result["people"]] == [1, 1]


def test_times_count_everybody_once_whatever_the_number_of_visits():
    slots = [slot(range(10), quarter) for quarter in (1, 2, 3, 4)]
    year = Year({one.key: () for one in slots})
    year.visits.update({0: 1, 1: 2, 2: 7})
    times = Times(slots)
    times.add(year)
    assert times.of(("general", 1)) == [7, 1, 1, 0, 1]
    assert times.result()["never_share"] == pytest.approx(0.7)


def claim(target: str, task: str, chance: float = 1.0, draw: str = "", office: str = "一队") -> Claim:
    return Claim(target, task, office, "计划", chance, draw)


def test_two_certain_visits_are_one_visit_saved():
    (site,) = overlap.sites(
        [claim("1", "水", draw="D1"), claim("1", "气", draw="D2"), claim("2", "水", draw="D1")]
    )
    assert (site.separate, site.merged, site.saved, site.state) == (2, 1, 1, "join")


def test_chances_are_saved_only_as_far_as_both_happen():
    (site,) = overlap.sites([claim("1", "水", 0.3), claim("1", "气", 0.5)])
    assert site.saved == pytest.approx(0.3 * 0.5)
    assert site.state == "ahead"


def test_one_draw_by_one_office_is_already_one_visit_and_two_offices_are_not():
    same = [claim("1", "水", draw="D1"), claim("1", "气", draw="D1")]
    apart = [claim("1", "水", draw="D1"), claim("1", "气", draw="D1", office="二队")]
    assert [overlap.sites(rows)[0].state for rows in (same, apart)] == ["joined", "join"]


def test_the_same_task_twice_is_no_overlap():
    assert overlap.sites([claim("1", "水", 0.2), claim("1", "水", draw="D1")]) == []
    assert overlap.sites([claim("1", "水", 0.2), claim("1", "气", 0.0)]) == []


def test_totals_add_up():
    found = overlap.total(
        overlap.sites(
            [claim("1", "水"), claim("1", "气"), claim("1", "声"), claim("2", "水"), claim("2", "气")]
        )
    )
    assert (found.sites, found.separate, found.merged, found.saved) == (2, 5, 2, 3)


def duties(book: str, year: int = 2026) -> dict[str, agenda.Duty]:
    return {duty.key: duty for duty in agenda.agenda(library.get(book), DAYS, year)}


def test_quzhou_draws_in_the_last_five_working_days_before_the_quarter():
    """QZ-5.3; March 2026 ends on a Tuesday."""
    duty = duties("quzhou-2017")["draw.2026Q2"]
    assert (duty.opens, duty.due) == (date(2026, 3, 25), date(2026, 3, 31))
    assert str(duty.origin.ref) == "QZ-5.3"


def test_quzhou_draws_the_first_quarter_of_the_next_year_in_december():
    assert duties("quzhou-2017")["draw.2027Q1"].due == date(2026, 12, 31)


def test_xinyang_draws_by_the_tenth():
    found = duties("xinyang-2023", 2023)
    assert [found[f"draw.2023Q{quarter}"].due.day for quarter in (1, 2, 3, 4)] == [10, 10, 10, 10]
    assert found["draw.2023Q3"].opens == date(2023, 7, 1)


def test_plans_are_due_by_their_own_clause():
    assert duties("qinshui-2022")["plan.make.2026"].due == date(2026, 3, 31)
    assert duties("xinyang-2023", 2023)["plan.file.2023"].due == date(2023, 1, 25)
    assert duties("quzhou-2017")["plan.make.2027"].due.year == 2026
    assert "plan.make.2026" not in duties("neimenggu-2024")


def test_statistics_and_self_review_are_in_the_calendar_of_inner_mongolia():
    """NM-43: five days after the quarter; 5 November."""
    found = duties("neimenggu-2024")
    assert found["report.quarterly_statistics.2025Q4"].due == date(2026, 1, 5)
    assert found["report.quarterly_statistics.2026Q3"].due == date(2026, 10, 5)
    assert found["report.annual_self_review.2026Y"].due == date(2026, 11, 5)


def test_registers_are_reviewed_as_often_as_the_book_says():
    assert {"review.2026Q1", "review.2026Q4"} <= set(duties("xinyang-2023"))
    assert "review.2026Y" in duties("quzhou-2017")
    assert not any(key.startswith("review.") for key in duties("wulong-2024"))


@pytest.mark.parametrize(
    "today, state", [(date(2026, 3, 20), "ahead"), (date(2026, 3, 31), "open"), (date(2026, 4, 1), "overdue")]
)
def test_a_duty_is_ahead_open_or_overdue(today, state):
    duty = agenda.Duty(
        "draw.2026Q2", "draw", "抽取", date(2026, 3, 31), QINSHUI.plan.origin("due"), opens=date(2026, 3, 25)
    )
    assert duty.state(today) == state


def test_a_provisional_day_is_never_overdue():
    duty = agenda.Duty(
        "report.x.2026Q2", "report", "报送", date(2026, 3, 31), QINSHUI.plan.origin("due"), provisional=True
    )
    assert duty.state(date(2026, 5, 1)) == "open"


def test_the_calendar_file_folds_lines_and_escapes_text():
    duty = agenda.Duty(
        "report.x.2026Q1", "report", "报送，统计表;甲,乙" * 6, date(2026, 4, 5), QINSHUI.plan.origin("due")
    )
    text = ical.calendar_file(
        [duty], name="日程", host="h", stamp=datetime(2026, 1, 1, tzinfo=UTC), today=date(2026, 3, 1)
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:" + "报送，统计表\\;甲\\,乙" * 6 in whole
    assert "DTSTART;VALUE=DATE:20260405" in whole
    assert whole.count("BEGIN:VALARM") == 1


@pytest.mark.parametrize(
    ("book", "wanted"),
    [
        ("qinshui-2022", {"plan.make", "plan.publish", "draw"}), ("neimenggu-2024", {"draw", "report.quarterly_statistics", "report.annual_self_review"}),
        ("xinyang-2023", {"plan.make", "plan.file", "draw", "review"}), ("quzhou-2017", {"plan.make", "plan.file", "draw", "review"}),
        ("wulong-2024", {"plan.make", "plan.file", "plan.publish", "draw"}),
    ],
)  # fmt: skip
def test_every_kind_of_deadline_of_a_book_is_in_its_calendar(book, wanted):
    found = agenda.agenda(library.get(book), DAYS, 2026, {2026: date(2026, 3, 2)})
    kinds = {duty.key.rsplit(".", 1)[0] for duty in found}
    assert wanted <= kinds
    assert all(duty.origin.ref or duty.origin.kind == "default" for duty in found)


def test_publication_counts_its_working_days_from_the_issue():
    duty = next(
        one
        for one in agenda.agenda(library.get("qinshui-2022"), DAYS, 2026, {2026: date(2026, 3, 2)})
        if one.key == "plan.publish.2026"
    )
    assert (duty.due, duty.origin.ref) == (date(2026, 3, 30), "QS-9.8")
