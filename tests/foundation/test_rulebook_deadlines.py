"""Due days, reminders and draw windows on the official calendars. source: rulebooks.md §5 Dates, AMB-18, AMB-19"""

from datetime import date as D

import pytest

from foundation.rulebook import library
from foundation.rulebook.deadlines import (
    disclosure_due,
    disclosure_start,
    draw_window,
    entry_due,
    finish_due,
    plan_due,
    plan_publish_due,
    report_due,
    shift,
)
from foundation.rulebook.errors import CannotEvaluate
from foundation.rulebook.governing import Validity, governing, own_validity
from foundation.rulebook.periods import Period
from foundation.rulebook.values import Offset
from foundation.workdays.packaged import official_calendar

CALENDAR = official_calendar()
QS, NM, XY, QZ, WL = (
    library.get(i) for i in ("qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024")
)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "zh"),
    [
        ("2026Q4", "quarter", D(2026, 10, 1), D(2026, 12, 31), "2026年第四季度"),
        ("2024H1", "half_year", D(2024, 1, 1), D(2024, 6, 30), "2024年上半年"),
        ("2024H2", "half_year", D(2024, 7, 1), D(2024, 12, 31), "2024年下半年"),
        ("2024M02", "month", D(2024, 2, 1), D(2024, 2, 29), "2024年2月"),
        ("2024Y", "year", D(2024, 1, 1), D(2024, 12, 31), "2024年度"),
    ],
)
def test_a_period_has_an_id_two_days_and_a_name(text, kind, first, last, zh):
    period = Period.parse(text)
    assert (period.id, period.kind, period.first, period.last, period.zh) == (text, kind, first, last, zh)
    assert Period.containing(last, kind) == period
    assert period.shift(1).shift(-1) == period
    assert period.shift(-1).last < first


@pytest.mark.parametrize("text", ["2026Q5", "2026H3", "2026M13", "2026", "26Q1", "2026Q", "2026q1"])
def test_a_wrong_period_id_is_refused(text):
    with pytest.raises(CannotEvaluate):
        Period.parse(text)


@pytest.mark.parametrize(
    ("day", "offset", "moved"),
    [
        (D(2022, 9, 20), "20wd", D(2022, 10, 21)),
        (D(2017, 10, 1), "-5wd", D(2017, 9, 26)),
        (D(2017, 10, 1), "-1d", D(2017, 9, 30)),
        (D(2023, 4, 1), "+9d", D(2023, 4, 10)),
        (D(2023, 1, 31), "1m", D(2023, 2, 28)),
        (D(2024, 3, 31), "-1m", D(2024, 2, 29)),
        (D(2024, 2, 29), "12m", D(2025, 2, 28)),
    ],
)
def test_an_offset_moves_a_day(day, offset, moved):
    assert shift(day, Offset.parse(offset), CALENDAR).date == moved


def test_a_deadline_into_an_unannounced_year_is_provisional_and_exists():
    due = disclosure_due(QS, CALENDAR, start=D(2026, 12, 4))
    assert due.provisional
    assert due.date == D(2027, 1, 4)
    assert not disclosure_due(QS, CALENDAR, start=D(2026, 12, 3)).provisional


def test_a_due_day_names_its_start_length_and_clause():
    due = disclosure_due(QS, CALENDAR, start=D(2022, 9, 20))
    assert (due.start, due.rule, str(due.origin)) == (D(2022, 9, 20), "+20wd", "法规 QS-18.1")


@pytest.mark.parametrize(("book", "start"), [(QS, D(2024, 5, 6)), (QZ, D(2024, 6, 30))])
def test_the_disclosure_clock_starts_as_the_rulebook_says(book, start):
    assert disclosure_start(book, completed_on=D(2024, 5, 6), period=Period.parse("2024Q2")) == start


def test_rules_that_a_rulebook_does_not_have_give_no_date():
    assert entry_due(QS, CALENDAR, visit_end=D(2024, 5, 6)) is None
    assert plan_due(NM, CALENDAR, year=2025) is None
    assert plan_publish_due(XY, CALENDAR, year=2023) is None
    assert finish_due(QS, CALENDAR, period=Period.parse("2024Q2")) is None


def test_a_task_of_xinyang_is_due_at_the_end_of_its_quarter():
    assert finish_due(XY, CALENDAR, period=Period.parse("2023Q2")).date == D(2023, 6, 30)


def test_plan_publication_counts_from_the_issue_or_is_a_fixed_day():
    assert plan_publish_due(QS, CALENDAR, year=2023, issued_on=D(2023, 3, 28)).date == D(2023, 4, 25)
    assert plan_publish_due(WL, CALENDAR, year=2024).date == D(2024, 1, 31)
    with pytest.raises(CannotEvaluate, match="计划尚未印发"):
        plan_publish_due(QS, CALENDAR, year=2023)


@pytest.mark.parametrize(
    ("year", "due", "remind"),
    [(2023, D(2023, 3, 31), D(2023, 3, 30)), (2024, D(2024, 3, 31), D(2024, 3, 29))],
)
def test_a_fixed_date_on_a_weekend_is_not_moved(year, due, remind):
    found = plan_due(QS, CALENDAR, year=year)
    assert (found.date, found.remind_by, found.provisional) == (due, remind, False)


def test_a_report_needs_the_day_it_counts_from():
    with pytest.raises(CannotEvaluate, match="缺少期末日期"):
        report_due(NM.report("quarterly_statistics"), CALENDAR)
    with pytest.raises(CannotEvaluate, match="缺少年份"):
        report_due(NM.report("annual_self_review"), CALENDAR)


def test_a_yearly_report_takes_its_year_from_the_period_end():
    due = report_due(NM.report("annual_self_review"), CALENDAR, period_end=D(2025, 12, 31))
    assert (due.date, due.remind_by) == (D(2025, 11, 5), D(2025, 11, 4))


def test_without_a_window_the_draw_may_take_place_from_approval_to_the_end():
    window = draw_window(QS, CALENDAR, period=Period.parse("2024Q2"), plan_approved_on=D(2024, 3, 25))
    assert (window.open, window.close) == (D(2024, 3, 25), D(2024, 6, 30))
    assert draw_window(NM, CALENDAR, period=Period.parse("2025Q1")).open is None


def test_a_window_without_first_day_opens_with_the_plan():
    window = draw_window(XY, CALENDAR, period=Period.parse("2023Q2"), plan_approved_on=D(2023, 1, 20))
    assert (window.open, window.close) == (D(2023, 1, 20), D(2023, 4, 10))
    assert window.contains(D(2023, 4, 10))
    assert not window.contains(D(2023, 4, 11))


def test_the_first_window_of_a_year_lies_in_the_year_before():
    window = draw_window(QZ, CALENDAR, period=Period.parse("2018Q1"))
    assert (window.open, window.close) == (D(2017, 12, 25), D(2017, 12, 31))


def test_a_period_is_governed_by_the_version_in_force_on_its_first_day():
    newer = Validity(NM, D(2024, 7, 18))
    versions = [own_validity(QS), newer]
    assert governing(versions, Period.parse("2022Q3")) is None
    assert governing(versions, Period.parse("2022Q4")) is QS
    assert governing(versions, Period.parse("2024Q3")) is QS
    assert governing(versions, Period.parse("2024Q4")) is NM
    assert governing([own_validity(XY)], Period.parse("2024Q1")) is None
