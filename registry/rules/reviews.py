"""The compulsory review of the register: which period must be reviewed, and who is missing. source: QZ-13.1, XY-2.5, NM-13.2

A quarterly review that is overdue blocks the next draw; a yearly one only raises an alert. source: rulebooks.md §3 `register.review_every`
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from foundation.rulebook.periods import Period

QUARTER, YEAR, NONE = "quarter", "year", "none"
EVERY_ZH = {QUARTER: "每季度末", YEAR: "每年", NONE: "不要求"}


@dataclass(frozen=True)
class Reviewed:
    """One recorded review. unit: None = the whole register."""

    period: str
    reviewed_on: date
    unit: int | None = None


@dataclass(frozen=True)
class ReviewNeed:
    """period: the one that must be reviewed by the day · missing: units without a review of it, (id, name)"""

    every: str
    period: str
    missing: tuple[tuple[int, str], ...] = ()
    whole: bool = False

    @property
    def overdue(self) -> bool:
        return self.whole or bool(self.missing)

    @property
    def blocks(self) -> bool:
        """Whether the next draw has to wait."""
        return self.overdue and self.every == QUARTER


def period_due(every: str, on: date) -> str:
    """The period whose review must be there on a day: the last quarter that ended; for a year, the running one."""
    if every == NONE:
        return ""
    if every == QUARTER:
        return Period.containing(on, "quarter").shift(-1).id
    return Period(on.year, "year", 1).id


def counts_for(every: str, row: Reviewed, on: date) -> bool:
    """Quarter: a review of the due quarter or a later one. Year: not older than twelve months."""
    if every == YEAR:
        return row.reviewed_on > _a_year_before(on)
    found = Period.parse(row.period)
    return found.last >= Period.parse(period_due(QUARTER, on)).last


def need_on(every: str, on: date, units: Collection[tuple[int, str]], rows: Iterable[Reviewed]) -> ReviewNeed:
    """units: (id, name) of the units that draw; each hands in its own review, or one covers the whole register"""
    due = period_due(every, on)
    if every == NONE:
        return ReviewNeed(every, due)
    done = {row.unit for row in rows if counts_for(every, row, on)}
    if None in done:
        return ReviewNeed(every, due)
    missing = tuple((pk, name) for pk, name in units if pk not in done)
    return ReviewNeed(every, due, missing, whole=not done and not units)


def _a_year_before(on: date) -> date:
    return on.replace(year=on.year - 1, day=min(on.day, 28) if on.month == 2 else on.day)
