"""Working days: the published vectors, unannounced years, both directions. source: domain.md §4, AMB-18"""

from datetime import date as D
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.workdays.packaged import official_calendar
from foundation.workdays.rules import (
    Calendar,
    SpecialDay,
    add_workdays,
    first_workdays,
    last_workdays,
    workday_before,
    workdays_between,
)
from foundation.workdays.statutory import LUNAR_DAYS, lunar_known, statutory_days

CALENDAR = official_calendar()
EMPTY = Calendar({}, {})
known_days = st.dates(D(2005, 1, 1), D(2026, 6, 30))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (D(2026, 1, 30), 20, D(2026, 3, 5)),
        (D(2026, 2, 14), 20, D(2026, 3, 20)),
        (D(2026, 4, 24), 20, D(2026, 5, 26)),
        (D(2026, 4, 30), 20, D(2026, 6, 1)),
        (D(2026, 6, 18), 20, D(2026, 7, 17)),
        (D(2026, 9, 18), 20, D(2026, 10, 22)),
        (D(2026, 9, 20), 20, D(2026, 10, 23)),
        (D(2025, 1, 24), 20, D(2025, 2, 27)),
        (D(2026, 12, 3), 20, D(2026, 12, 31)),
        (D(2026, 9, 25), 7, D(2026, 10, 12)),
        (D(2026, 2, 13), 7, D(2026, 3, 2)),
        (D(2022, 9, 20), 20, D(2022, 10, 21)),
        (D(2024, 2, 5), 20, D(2024, 3, 8)),
    ],
)
def test_the_published_vectors_come_out_final(start, n, due):
    deadline = add_workdays(CALENDAR, start, n)
    assert (deadline.date, deadline.provisional) == (due, False)


def test_a_deadline_that_needs_the_next_year_is_provisional():
    deadline = add_workdays(CALENDAR, D(2026, 12, 4), 20)
    assert deadline.provisional
    assert deadline.date == D(2027, 1, 4)
    assert deadline.sentence == "2026-12-04 后第 20 个工作日：2027-01-04（暂定）"
    assert "2027年：放假安排尚未公布" in deadline.calendar_source


def test_a_final_deadline_names_its_notice():
    assert add_workdays(CALENDAR, D(2026, 3, 2), 20).calendar_source.startswith(
        "2026年：国务院办公厅2026年放假通知"
    )


@pytest.mark.parametrize(
    ("last", "days"),
    [
        (D(2026, 9, 30), [D(2026, 9, 23), D(2026, 9, 24), D(2026, 9, 28), D(2026, 9, 29), D(2026, 9, 30)]),
        (D(2026, 3, 31), [D(2026, 3, 25), D(2026, 3, 26), D(2026, 3, 27), D(2026, 3, 30), D(2026, 3, 31)]),
        (D(2017, 9, 30), [D(2017, 9, 26), D(2017, 9, 27), D(2017, 9, 28), D(2017, 9, 29), D(2017, 9, 30)]),
    ],
)
def test_the_last_five_working_days_of_a_quarter(last, days):
    assert list(last_workdays(CALENDAR, last, 5)) == days


def test_the_first_five_working_days_of_a_quarter():
    days = [D(2026, 10, 8), D(2026, 10, 9), D(2026, 10, 10), D(2026, 10, 12), D(2026, 10, 13)]
    assert list(first_workdays(CALENDAR, D(2026, 10, 1), 5)) == days


def test_the_2026_make_up_days_are_working_days():
    make_up = [D(2026, 1, 4), D(2026, 2, 14), D(2026, 2, 28), D(2026, 5, 9), D(2026, 9, 20), D(2026, 10, 10)]
    weekend = (D(2026, 1, 1) + timedelta(days=i) for i in range(365))
    assert [day for day in weekend if day.weekday() > 4 and CALENDAR.is_workday(day)] == make_up
    assert CALENDAR.day_name(D(2026, 10, 10)) == "国庆节调休上班"
    assert CALENDAR.day_name(D(2026, 10, 1)) == "国庆节"
    assert CALENDAR.day_name(D(2026, 10, 12)) == ""


@pytest.mark.parametrize(
    ("year", "day"), [(2024, D(2024, 2, 9)), (2017, D(2017, 9, 30)), (2022, D(2022, 10, 8))]
)
def test_days_that_are_easily_taken_for_holidays_are_worked(year, day):
    assert CALENDAR.knows(year)
    assert CALENDAR.is_workday(day)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (D(2026, 9, 30), D(2026, 9, 30), 0),
        (D(2026, 9, 30), D(2026, 10, 9), 2),
        (D(2026, 10, 9), D(2026, 9, 30), -2),
        (D(2026, 10, 1), D(2026, 10, 7), 0),
        (D(2022, 10, 21), D(2022, 10, 24), 1),
    ],
)
def test_remaining_and_overdue_are_counted_in_working_days(start, end, count):
    assert workdays_between(CALENDAR, start, end) == count


def test_the_reminder_is_strictly_before():
    assert workday_before(CALENDAR, D(2025, 4, 5)).date == D(2025, 4, 3)
    assert workday_before(CALENDAR, D(2025, 4, 8)).date == D(2025, 4, 7)


@given(known_days, st.integers(1, 60))
def test_forwards_and_backwards_agree(start, n):
    due = add_workdays(CALENDAR, start, n).date
    assert CALENDAR.is_workday(due)
    assert workdays_between(CALENDAR, start, due) == n
    back = add_workdays(CALENDAR, due, -n).date
    assert back <= start
    assert workdays_between(CALENDAR, back, due) == n


@given(known_days, known_days, st.integers(1, 40))
def test_a_later_start_never_ends_earlier(one, other, n):
    early, late = sorted((one, other))
    assert add_workdays(CALENDAR, early, n).date <= add_workdays(CALENDAR, late, n).date


def test_a_statutory_year_has_thirteen_days():
    assert len(statutory_days(2027)) == 13
    assert [day.isoformat() for day, name in sorted(statutory_days(2027).items()) if name == "春节"] == [
        "2027-02-05",
        "2027-02-06",
        "2027-02-07",
        "2027-02-08",
    ]


def test_moon_and_national_day_may_fall_together():
    assert len(statutory_days(2028)) == 13 - 1
    assert statutory_days(2028)[D(2028, 10, 3)] == "国庆节"


def test_a_year_without_lunar_dates_keeps_its_solar_days_and_stays_provisional():
    assert not lunar_known(2040)
    assert len(statutory_days(2040)) == 6
    assert not EMPTY.is_workday(D(2040, 10, 1))
    assert add_workdays(EMPTY, D(2040, 5, 4), 3).provisional


@pytest.mark.parametrize("year", range(2025, 2027))
def test_the_statutory_days_of_announced_years_are_holidays_there(year):
    """The rule the unannounced years are computed by holds for the solar days of the announced ones."""
    assert all(not CALENDAR.is_workday(day) for day in statutory_days(year))


@pytest.mark.parametrize("year", sorted(LUNAR_DAYS))
def test_the_lunar_dates_fall_where_they_can(year):
    days = statutory_days(year)
    first = sorted(day for day, name in days.items() if name == "春节")[1]
    assert D(year, 1, 21) <= first <= D(year, 2, 21)
    moon = [day for day, name in days.items() if name in ("中秋节",)]
    dragon = next(day for day, name in days.items() if name == "端午节")
    assert (dragon - first).days in range(118, 154)
    assert all((day - first).days in range(217, 252) for day in moon)


def test_a_computed_year_has_no_make_up_days():
    saturday = D(2027, 2, 13)
    assert not CALENDAR.is_workday(saturday)
    assert CALENDAR.is_workday(D(2027, 2, 9))
    assert CALENDAR.day_name(D(2027, 2, 6)) == "春节"
    announced = Calendar({saturday: SpecialDay("work", "春节")}, {2027: "某号通知"})
    assert announced.is_workday(saturday)
    assert not add_workdays(announced, D(2027, 2, 11), 2).provisional
