"""When something has to be public: the rulebook's clock on the calendar of working days. source: AMB-16, AMB-46"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from foundation.rulebook.deadlines import Due, disclosure_due, disclosure_start, plan_publish_due
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.rules import Calendar, Deadline, add_workdays, workdays_between

CLOCKS = {"inspection_completed": "检查完成之日", "period_end": "本期结束之日"}
# 规则书没有规定异议几日答复；这是产品默认，显示时标“默认”。source: DEFAULT
ANSWER_WITHIN = 5


@dataclass(frozen=True)
class Clock:
    """Start, last day (None = no duty to publish by a day) and whether the last day may still move."""

    start: date
    due_on: date | None = None
    provisional: bool = False


def result_clock(
    book: Rulebook, calendar: Calendar, *, completed_on: date, periods: Iterable[Period]
) -> Clock:
    """Clock of one inspection; `periods`: those it counts for, the earliest end decides."""
    period = min(periods, key=lambda period: period.last)
    start = disclosure_start(book, completed_on=completed_on, period=period)
    return _clock(start, disclosure_due(book, calendar, start=start))


def plan_clock(book: Rulebook, calendar: Calendar, *, year: int, issued_on: date) -> Clock | None:
    """Clock of an issued plan; None where the rulebook does not ask for its publication."""
    due = plan_publish_due(book, calendar, year=year, issued_on=issued_on)
    return None if due is None else _clock(issued_on, due)


def answer_deadline(calendar: Calendar, received_on: date) -> Deadline:
    """Last day to answer an objection."""
    return add_workdays(calendar, received_on, ANSWER_WITHIN)


def days_used(calendar: Calendar, start: date, published_on: date) -> int:
    """Working days from the start of the clock to the publication; 0 when it came first."""
    return max(0, workdays_between(calendar, start, published_on))


def sentence(clock: Clock, book: Rulebook, source: str) -> str:
    """How the deadline came about, for the line under it. `source`: calendar notices in use."""
    if clock.due_on is None:
        return "规则书没有规定这一项的公示期限。"
    mark = "（暂定）" if clock.provisional else ""
    return (
        f"自{CLOCKS[book.disclosure.clock]} {clock.start} {book.disclosure.within.zh}，"
        f"即 {clock.due_on}{mark}。日历：{source}。"
    )


def _clock(start: date, due: Due) -> Clock:
    return Clock(start, due.date, due.provisional)
