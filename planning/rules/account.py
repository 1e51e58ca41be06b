"""The account of a year: each period stands alone, a shortfall stays until the year ends, make-ups are set against it.

source: AMB-15, AMB-31, AMB-67, XY-S04
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundation.rulebook.model import Rulebook
from foundation.rulebook.shortfall import REASON_LABELS
from foundation.rulebook.tables import Quota
from foundation.rulebook.yearly import YearCheck, counted_lines, year_check
from planning.rules import naming


@dataclass(frozen=True)
class PeriodAccount:
    """One period of a line: required None = not confirmed yet · made_up: surplus of later periods credited here ·
    given: own surplus credited to an earlier period"""

    period: str
    label: str
    required: int | None
    drawn: int
    reasons: tuple[str, ...] = ()
    made_up: int = 0
    given: int = 0
    quota: int | None = None

    @property
    def short(self) -> int:
        """当期欠: stays missed in the quarterly view whatever is made up later."""
        return max((self.required or 0) - self.drawn, 0)

    @property
    def words(self) -> str:
        return "、".join(REASON_LABELS[reason] for reason in self.reasons)

    @property
    def open(self) -> int:
        """仍欠 in the yearly view."""
        return max(self.short - self.made_up, 0)

    @property
    def spare(self) -> int:
        """Drawn beyond the quota and not yet credited to an earlier period."""
        return max(self.drawn - self.required - self.given, 0) if self.required is not None else 0


@dataclass(frozen=True)
class LineAccount:
    line: str
    name: str
    tier: str
    unit: str
    periods: tuple[PeriodAccount, ...]
    distinct: int = 0

    @property
    def rows(self) -> list[tuple[PeriodAccount, bool]]:
        """Each period, and whether a later one has something to spare for it."""
        return [
            (one, bool(one.open) and any(later.spare for later in self.periods[at + 1 :]))
            for at, one in enumerate(self.periods)
        ]

    @property
    def required(self) -> int:
        return sum(one.required or 0 for one in self.periods)

    @property
    def drawn(self) -> int:
        return sum(one.drawn for one in self.periods)

    @property
    def open(self) -> int:
        return sum(one.open for one in self.periods)


@dataclass(frozen=True)
class Check:
    """A yearly line that is compared and never drawn."""

    name: str
    found: YearCheck
    ref: str


def checks(book: Rulebook, bodies: Mapping[str, Sequence[int]], distinct: Mapping[str, int]) -> list[Check]:
    """The yearly check lines of the bodies that draw.

    bodies: plan headcount per instance, by body id · distinct: different targets drawn this year per check line id
    """
    rows = []
    for line in book.quotas:
        if line.role != "check" or not any(body in bodies for body in line.bodies):
            continue
        officers = [count for body in line.bodies for count in bodies.get(body, ())]
        if line.basis == "officers":
            found = year_check(line, distinct=distinct.get(line.id, 0), officers=officers)
            rows.append(Check(naming.line_name(book, line), found, line.origin("rates").ref))
    return rows


def lines_behind(book: Rulebook, check: Quota) -> set[str]:
    return {line.id for line in counted_lines(book, check)}
