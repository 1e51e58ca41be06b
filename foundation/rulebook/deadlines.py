"""Dates the rulebook sets: due days, reminders, draw windows. source: rulebooks.md §5 Dates, AMB-18, AMB-19

Working days come from a calendar passed in. A result that rests on a year whose holiday notice is not out
is marked provisional, never refused.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from .errors import CannotEvaluate
from .model import Rulebook
from .periods import Period
from .tables import Report
from .values import MonthDay, Offset, Origin, add_days, add_months

_DAY = timedelta(days=1)
Day = date


class Calendar(Protocol):
    """Official working days. `knows(year)`: the year's holiday notice is in, so the answer is final."""

    def is_workday(self, day: date) -> bool: ...
    def knows(self, year: int) -> bool: ...


@dataclass(frozen=True)
class Due:
    """A due day, included until 24:00 Beijing time.

    start: day the count starts from, itself not counted; None for a fixed date · provisional: `date` may
    still move · remind_by: last working day strictly before · remind_provisional: the same of the reminder ·
    origin: clause behind the length or the date.
    """

    date: Day
    provisional: bool
    start: Day | None
    rule: str
    remind_by: Day
    remind_provisional: bool
    origin: Origin


@dataclass(frozen=True)
class DrawWindow:
    """First and last day for the draw of a period; open None = from the approval of the plan."""

    period: Period
    anchor: date
    open: date | None
    close: date
    provisional: bool
    origin: Origin

    def contains(self, day: date) -> bool:
        return (self.open is None or self.open <= day) and day <= self.close


@dataclass(frozen=True)
class Shifted:
    date: date
    provisional: bool


def shift(day: date, offset: Offset, calendar: Calendar) -> Shifted:
    """Moves a day. `wd`: day 1 is the next working day after `day`; negative counts strictly before it."""
    if offset.unit == "d":
        return Shifted(add_days(day, offset.n), False)
    if offset.unit == "m":
        return Shifted(add_months(day, offset.n), False)
    step = _DAY if offset.n > 0 else -_DAY
    left, provisional = abs(offset.n), False
    while left:
        day += step
        provisional = provisional or not calendar.knows(day.year)
        left -= calendar.is_workday(day)
    return Shifted(day, provisional)


def workday_before(day: date, calendar: Calendar) -> Shifted:
    """The last working day strictly before."""
    return shift(day, Offset(-1, "wd"), calendar)


def _due(day: Shifted, start: date | None, rule: str, origin: Origin, calendar: Calendar) -> Due:
    reminder = workday_before(day.date, calendar)
    return Due(day.date, day.provisional, start, rule, reminder.date, reminder.provisional, origin)


def _fixed(day: date, rule: str, origin: Origin, calendar: Calendar) -> Due:
    return _due(Shifted(day, False), None, rule, origin, calendar)


def _after(start: date, offset: Offset, origin: Origin, calendar: Calendar) -> Due:
    return _due(shift(start, offset, calendar), start, str(offset), origin, calendar)


def disclosure_due(book: Rulebook, calendar: Calendar, *, start: date) -> Due:
    """Last day to publish. start: from `disclosure_start`."""
    return _after(start, book.disclosure.within, book.disclosure.origin("within"), calendar)


def disclosure_start(book: Rulebook, *, completed_on: date, period: Period) -> date:
    """Day the clock starts: completion of this inspection or end of its period. source: AMB-16, AMB-46"""
    return completed_on if book.disclosure.clock == "inspection_completed" else period.last


def entry_due(book: Rulebook, calendar: Calendar, *, visit_end: date) -> Due | None:
    """Last day to enter the result; None where the rulebook sets none."""
    within = book.inspection.enter_within
    if within is None:
        return None
    return _after(visit_end, within, book.inspection.origin("enter_within"), calendar)


def finish_due(book: Rulebook, calendar: Calendar, *, period: Period) -> Due | None:
    """Last day to finish a task drawn for this period; None where only the plan says. source: AMB-65"""
    if book.inspection.must_finish is None:
        return None
    return _fixed(period.last, "period_end", book.inspection.origin("must_finish"), calendar)


def plan_due(book: Rulebook, calendar: Calendar, *, year: int) -> Due | None:
    """Last day for the plan of this year; None where the text sets no date (see `plan.after`)."""
    if book.plan.due is None:
        return None
    due_year = year - 1 if book.plan.due_year == "previous" else year
    return _fixed(book.plan.due.in_year(due_year), str(book.plan.due), book.plan.origin("due"), calendar)


def plan_publish_due(
    book: Rulebook, calendar: Calendar, *, year: int, issued_on: date | None = None
) -> Due | None:
    """Last day to publish the plan of this year; None where there is no such duty.

    raises: CannotEvaluate if the clock starts at the issue of the plan and it has not been issued.
    """
    plan = book.plan
    if plan.publish_by is not None:
        return _fixed(
            plan.publish_by.in_year(year), str(plan.publish_by), plan.origin("publish_by"), calendar
        )
    if plan.publish_within is None:
        return None
    if issued_on is None:
        raise CannotEvaluate("公布期限自计划印发之日起算，计划尚未印发。请先填写印发日期。")
    return _after(issued_on, plan.publish_within, plan.origin("publish_within"), calendar)


def report_due(
    report: Report, calendar: Calendar, *, period_end: date | None = None, year: int | None = None
) -> Due:
    """Last day for a report. period_end: for offsets; year: for month-days (default: that of period_end).

    raises: CannotEvaluate if the one that is needed is missing. source: AMB-19
    """
    origin = report.origin("by")
    if isinstance(report.by, MonthDay):
        if year is None and period_end is not None:
            year = period_end.year
        if year is None:
            raise CannotEvaluate(f"“{report.zh}”按固定日期报送，缺少年份。请补上年份。")
        return _fixed(report.by.in_year(year), str(report.by), origin, calendar)
    if period_end is None and year is not None and report.every == "year":
        period_end = date(year, 12, 31)
    if period_end is None:
        raise CannotEvaluate(f"“{report.zh}”自期末起算，缺少期末日期。请补上。")
    return _after(period_end, report.by, origin, calendar)


def draw_window(
    book: Rulebook,
    calendar: Calendar,
    *,
    period: Period,
    plan_approved_on: date | None = None,
    shift_by: int | None = None,
) -> DrawWindow:
    """When the draw of this period may take place.

    plan_approved_on: opens the window where the text names no first day · shift_by: another reading of the
    anchor than the one in force (AMB-34). No window in the rulebook: plan approval to the end of the period.
    """
    window, origin = book.draw.window, book.draw.origin("window")
    if window is None:
        return DrawWindow(period, period.first, plan_approved_on, period.last, False, origin)
    anchor = period.shift(window.shift if shift_by is None else shift_by).first
    result = DrawWindow(period, anchor, plan_approved_on, period.last, False, origin)
    if window.open is not None:
        opened = shift(anchor, window.open, calendar)
        result = replace(result, open=opened.date, provisional=opened.provisional)
    if window.close is not None:
        closed = shift(anchor, window.close, calendar)
        result = replace(result, close=closed.date, provisional=result.provisional or closed.provisional)
    return result
