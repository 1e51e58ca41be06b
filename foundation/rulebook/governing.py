"""Which version of the rules governs a period. source: AMB-59"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .model import Rulebook
from .periods import Period


@dataclass(frozen=True)
class Validity:
    """Days on which a version is adopted; `until` None = open."""

    book: Rulebook
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def own_validity(book: Rulebook) -> Validity:
    """The dates printed in the document itself."""
    return Validity(book, book.about.effective_from, book.about.effective_to)


def governing(versions: Iterable[Validity], period: Period) -> Rulebook | None:
    """The version in force on the first day of the period, the latest of several; None if there is none.

    So the first quotas are those of the first full period after a version takes effect.
    """
    in_force = [version for version in versions if version.covers(period.first)]
    return max(in_force, key=lambda version: version.since).book if in_force else None
