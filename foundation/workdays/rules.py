"""Working days of China: weekends, official holidays and make-up days; deadlines counted in them.

A year whose State Council notice is not in the calendar is computed from weekends and statutory days and
everything that rests on it is marked 暂定.  source: AMB-18, INV-13
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from foundation.errors import RuleBroken

from .statutory import statutory_days

DayKind = Literal["rest", "work"]
_DAY = timedelta(days=1)
_SATURDAY = 5
Day = date
# A slip of the keyboard, not a rule: no paper of a bureau is older, no term runs longer.
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def check_plausible(day: date | None, what: str) -> None:
    """raises: RuleBroken for a day like 0001-01-01 or 9999-12-31; an empty one is fine"""
    if day is not None and not EARLIEST <= day <= LATEST:
        raise RuleBroken(
            f"{what} {day.isoformat()} 不像真的日期，请填 {EARLIEST.year} 至 {LATEST.year} 年之间的日期。",
            code="day_implausible",
        )


@dataclass(frozen=True)
class SpecialDay:
    """A day that does not follow its weekday: a holiday (rest) or a make-up working day (work)."""

    kind: DayKind
    name: str


@dataclass(frozen=True)
class Calendar:
    """Special days of the announced years. `sources`: year → number of its notice; only these years are final."""

    special: Mapping[date, SpecialDay]
    sources: Mapping[int, str]
    _computed: dict[int, dict[date, str]] = field(default_factory=dict, compare=False, repr=False)

    def knows(self, year: int) -> bool:
        """The year's notice is in the calendar."""
        return year in self.sources

    def is_workday(self, day: date) -> bool:
        if not self.knows(day.year):
            return day.weekday() < _SATURDAY and day not in self._statutory(day.year)
        special = self.special.get(day)
        return special.kind == "work" if special else day.weekday() < _SATURDAY

    def day_name(self, day: date) -> str:
        """Name of the holiday or make-up day, empty for an ordinary day."""
        if not self.knows(day.year):
            return self._statutory(day.year).get(day, "")
        special = self.special.get(day)
        if special is None:
            return ""
        return f"{special.name}调休上班" if special.kind == "work" else special.name

    def source(self, first: date, last: date) -> str:
        """What the days from `first` to `last` rest on, for the line under a deadline."""
        years = range(min(first, last).year, max(first, last).year + 1)
        return "；".join(
            f"{year}年：{self.sources.get(year) or '放假安排尚未公布，按周末和法定节假日暂定'}"
            for year in years
        )

    def _statutory(self, year: int) -> dict[date, str]:
        if year not in self._computed:
            self._computed[year] = statutory_days(year)
        return self._computed[year]


@dataclass(frozen=True)
class Deadline:
    """The n-th working day counted from `start`, which itself is not counted; due until 24:00 Beijing time.

    provisional: a day on the way belongs to a year whose notice is not in the calendar
    """

    date: Day
    provisional: bool
    start: Day
    n: int
    calendar_source: str

    @property
    def sentence(self) -> str:
        side = "后" if self.n > 0 else "前"
        mark = "（暂定）" if self.provisional else ""
        return f"{self.start} {side}第 {abs(self.n)} 个工作日：{self.date}{mark}"


def add_workdays(calendar: Calendar, start: date, n: int) -> Deadline:
    """Day 1 is the next working day after `start`; a negative n counts strictly before it; 0 is `start`."""
    step = _DAY if n > 0 else -_DAY
    day, left, provisional = start, abs(n), False
    while left:
        day += step
        provisional = provisional or not calendar.knows(day.year)
        left -= calendar.is_workday(day)
    return Deadline(day, provisional, start, n, calendar.source(start, day))


def workday_before(calendar: Calendar, day: date) -> Deadline:
    """The last working day strictly before."""
    return add_workdays(calendar, day, -1)


def workdays_between(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative if `end` is earlier.

    With today and a due day: > 0 remaining, 0 due now, < 0 overdue by that many working days.
    """
    if end < start:
        return -workdays_between(calendar, end, start)
    days = ((start + _DAY * offset) for offset in range(1, (end - start).days + 1))
    return sum(calendar.is_workday(day) for day in days)


def first_workdays(calendar: Calendar, first: date, n: int) -> tuple[date, ...]:
    """The first n working days from `first` on, `first` included if it is one."""
    before = first - _DAY
    return tuple(add_workdays(calendar, before, number).date for number in range(1, n + 1))


def last_workdays(calendar: Calendar, last: date, n: int) -> tuple[date, ...]:
    """The last n working days up to and including `last`, in calendar order."""
    after = last + _DAY
    return tuple(add_workdays(calendar, after, -number).date for number in range(n, 0, -1))
