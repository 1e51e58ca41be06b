"""Printed numbers beside those worked out, months, the yearly account, and properties of quotas on values."""

from datetime import date
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.workdays.packaged import official_calendar
from planning.rules import account, deadlines, months, stated
from planning.rules.account import LineAccount, PeriodAccount
from planning.rules.figures import Terms, figure
from planning.rules.stated import LineYear
from tests.planning.test_rules import members

pytestmark = pytest.mark.once
QS, XY, QZ, WL = (library.get(i) for i in ("qinshui-2022", "xinyang-2023", "quzhou-2017", "wulong-2024"))
FAST = settings(max_examples=60, deadline=None)


def required(book, line_id, base, at=0, **fields):
    line = book.line(line_id)
    period = Period.of_year(2026, line.period)[at]
    return figure(book, line, line.bodies[0], members(line, base, period=period), Terms(**fields)).required


# ---- stated numbers (AMB-28, AMB-63) ----


def wulong(**bases):
    found = {}
    for line_id, base in bases.items():
        line = WL.line(line_id)
        found[line_id] = LineYear(base, tuple(required(WL, line_id, base, at) for at in range(line.periods)))
    return {(one.kind, one.name): one for one in stated.beside(WL, found)}


def only(found, kind):
    return next(one for (kept, _), one in found.items() if kept == kind)


def test_about_26_stations_give_about_12_because_each_quarter_rounds_up_on_its_own():
    row = only(wulong(wl04=26), "家次")
    assert (row.printed, row.computed, row.difference, row.ok) == ("约 12", 12, 0, True)
    assert "26 家×10%" in row.why
    assert "4 期各 3，共 12" in row.why


def test_difference_says_which_population_the_printed_number_stands_for():
    row = only(wulong(wl01c=40), "家次")
    assert (row.printed, row.computed, row.difference, row.ok) == ("7", 12, 5, False)
    assert "21—23 家" in row.why
    assert "名录现有 40 家" in row.why


def test_line_fifteen_is_about_a_hundred_and_shows_its_four_parts():
    found = wulong(wl15a=18, wl15b=39, wl15c=2, wl15d=20)
    row = next(one for (kind, _), one in found.items() if kind == "家次")
    assert (row.computed, row.printed, row.ok) == (100, "约 100", True)
    assert row.why.count("共") == 4
    assert {one.computed for (kind, _), one in found.items() if kind == "对象数"} >= {18, 39}


def test_register_of_531_general_units_differs_from_536_and_blocks_nothing():
    row = only(
        {(one.kind, one.name): one for one in stated.beside(XY, {"brigades_general": LineYear(531, (12,))})},
        "对象数",
    )
    assert (row.printed, row.computed, row.difference, row.ok) == ("536", 531, -5, False)
    assert "少 5 家" in row.why


@given(
    base=st.integers(0, 300), line=st.sampled_from(["wl01a", "wl01c", "wl03", "wl04", "wl05", "wl13", "wl17"])
)
@FAST
def test_populations_behind_a_printed_number_are_exactly_those_that_agree(base, line):
    printed = next(one for one in WL.stated if tuple(one.quotas) == (line,))
    row = only(wulong(**{line: base}), "家次")
    assert row.ok == (base in stated.populations(WL.line(line), printed))


# ---- months (WL-7.3) ----


@given(number=st.integers(0, 500), count=st.sampled_from([1, 3, 6, 12]))
@FAST
def test_even_months_add_up_and_differ_by_one_at_most(number, count):
    parts = months.spread(number, count)
    assert sum(parts) == number
    assert max(parts) - min(parts) <= 1


@given(chosen=st.lists(st.integers(0, 9), min_size=3, max_size=3), number=st.integers(0, 27))
@FAST
def test_chosen_months_hold_only_while_they_add_up(chosen, number):
    found = months.by_month(number, Period.parse("2026Q2"), chosen)
    assert list(found) == [4, 5, 6]
    assert sum(found.values()) == number
    assert (list(found.values()) == chosen) or sum(chosen) != number


# ---- quotas (rulebooks.md §5) ----

LINES = [
    (book, line.id)
    for book in (QS, XY, QZ, WL)
    for line in book.quotas
    if line.role == "draw" and line.basis != "manual"
]


@given(line=st.sampled_from(LINES), base=st.integers(0, 800), more=st.integers(0, 60), officers=st.integers(0, 30),
       floor=st.none() | st.integers(0, 200), at=st.integers(0, 3))  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_any_line_of_any_book_grows_with_the_population_and_keeps_the_floor(
    line, base, more, officers, floor, at
):
    book, line_id = line
    at %= book.line(line_id).periods
    small = required(book, line_id, base, at, officers=officers, floor=floor)
    assert small <= required(book, line_id, base + more, at, officers=officers, floor=floor)
    assert small <= required(book, line_id, base, at, officers=officers + 1, floor=floor)
    assert small >= (floor or 0)
    if base and floor is None and book.line(line_id).basis == "population":
        rate = book.line(line_id).rate(at + 1)
        assert small == ceil(rate * base)


# ---- the account (AMB-15) ----


def period(required, drawn, made_up=0, given=0):
    return PeriodAccount("2026Q1", "一季度", required, drawn, (), made_up, given)


def test_each_period_stands_alone_and_a_surplus_helps_only_where_it_is_credited():
    line = LineAccount("key", "重点", "key", "县局", (period(10, 7, made_up=2), period(10, 14, given=2)))
    assert [one.short for one in line.periods] == [3, 0]
    assert [one.open for one in line.periods] == [1, 0]
    assert [one.spare for one in line.periods] == [0, 2]
    assert (line.required, line.drawn, line.open) == (20, 21, 1)


@given(rows=st.lists(st.tuples(st.none() | st.integers(0, 40), st.integers(0, 60)), max_size=6))
@FAST
def test_what_is_open_never_depends_on_the_order_of_the_periods(rows):
    periods = tuple(period(*row) for row in rows)
    line = LineAccount("key", "重点", "key", "县局", periods)
    turned = LineAccount("key", "重点", "key", "县局", periods[::-1])
    assert (line.open, line.required, line.drawn) == (turned.open, turned.required, turned.drawn)
    assert line.open >= line.required - line.drawn
    assert all(one.spare == 0 for one in periods if one.required is None)


def test_xy_s04_yearly_check():
    """6 officers: 60 units a year; 10 repeats leave 50 distinct ones and 10 missing."""
    full = account.checks(XY, {"brigades": [6]}, {"brigades_general_year": 60})
    short = account.checks(XY, {"brigades": [6]}, {"brigades_general_year": 50})
    assert [(one.found.required, one.found.missing) for one in full] == [(60, 0)]
    assert [(one.found.distinct, one.found.missing) for one in short] == [(50, 10)]


# ---- deadlines ----


def test_plan_that_waits_for_the_superior_counts_the_days_since():
    book, today = library.get("neimenggu-2024"), date(2026, 3, 1)
    found = deadlines.deadlines(
        book, official_calendar(), year=2026, superior_on=date(2026, 2, 1), today=today
    )
    assert found[0].due is None
    assert "已过 28 天" in found[0].words


def test_late_plan_with_an_approved_exception_is_not_called_late():
    at = {"year": 2026, "approved_on": date(2026, 3, 9)}
    late, excused = (
        deadlines.deadlines(WL, official_calendar(), excused=excused, **at)[0] for excused in (False, True)
    )
    assert (late.state(date(2026, 4, 1)), excused.state(date(2026, 4, 1))) == ("late", "done")
