"""On which days the walk does what: inside the rulebook's validity, its draw window and the working days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from foundation.rulebook import deadlines
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Schedule:
    """plan_on ≤ frozen register day ≤ announced < held < first visit ≤ last visit."""

    period: Period
    plan_on: date
    announced_at: datetime
    held_at: datetime
    visit_days: tuple[date, ...]

    @property
    def held_on(self) -> date:
        return self.held_at.date()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)


def default_period(book: Rulebook, today: date) -> Period:
    """The quarter of today where the rulebook is in force, else the last quarter it governed."""
    rule = book.about
    last = rule.effective_to or today
    day = min(max(today, rule.effective_from), last)
    return Period.containing(day, "quarter")


def schedule_for(book: Rulebook, calendar: deadlines.Calendar, period: Period) -> Schedule:
    """raises: ValueError when the window has no working day (a rulebook that cannot be followed)."""
    plan_on = next_workday(calendar, date(period.year - 1, 12, 1))
    window = deadlines.draw_window(book, calendar, period=period)
    first = window.open or period.first
    days = [day for day in span(first, window.close) if calendar.is_workday(day)]
    if not days:
        raise ValueError(f"{book.id} 在 {period.id} 的抽取时间段里没有工作日")
    held_on = days[min(4, len(days) - 1)]
    announced_on = workday_before(calendar, workday_before(calendar, held_on))
    visits = [
        day
        for day in span(max(held_on + timedelta(days=1), period.first), period.last)
        if calendar.is_workday(day)
    ]
    return Schedule(
        period, plan_on, at(announced_on, 9), at(held_on, 14, 30), tuple(visits[:15]) or (period.last,)
    )


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def next_workday(calendar: deadlines.Calendar, day: date) -> date:
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def workday_before(calendar: deadlines.Calendar, day: date) -> date:
    day -= timedelta(days=1)
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day
