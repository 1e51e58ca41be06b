"""One number of the quota page: what must be drawn, what can be, what is missing and why. source: rulebooks.md §5"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.quotas import QuotaNumber, quota_number
from foundation.rulebook.shortfall import Shortfall, drawable, shortfall
from foundation.rulebook.tables import Quota
from planning.rules import explaining, naming
from planning.rules.standing import LineMembers
from planning.rules.terms import rate_text


@dataclass(frozen=True)
class Terms:
    """What the plan and the day bring to a line: own rates, manual number, floor, head-count.

    rates: () = those of the rulebook · officers: certified, established and in post on the day (INV-09) ·
    confirmed, kept: number and explanation of a confirmed quota, which stand whatever changed since
    """

    rates: tuple[Decimal, ...] = ()
    manual: int | None = None
    manual_source: str = ""
    floor: int | None = None
    officers: int = 0
    drawn: int = 0
    confirmed: int | None = None
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A quota with everything that led to it; `drawn` and `pool` are as of the day."""

    line: Quota
    body: str
    unit: int
    period: Period
    number: QuotaNumber
    pool: int
    drawn: int
    unvisited: int
    short: Shortfall
    members: LineMembers
    explanation: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> int:
        return self.number.base or 0

    @property
    def required(self) -> int:
        return self.number.number

    @property
    def floor(self) -> int:
        return self.number.floor or 0

    @property
    def remaining(self) -> int:
        """尚缺: what is still to be drawn in this period."""
        return max(self.required - self.drawn, 0)

    @property
    def possible(self) -> int:
        """拟抽: what the next batch can take at most without a surplus."""
        return drawable(self.required, self.drawn, self.pool)

    @property
    def rate_text(self) -> str:
        return rate_text(self.line, self.number.rate)


def stricter_line(line: Quota, rates: Sequence[Decimal]) -> Quota:
    """The line with the plan's own rates; () keeps those of the rulebook."""
    return replace(line, rates=tuple(rates)) if rates else line


def figure(book: Rulebook, line: Quota, body: str, members: LineMembers, terms: Terms) -> Figure:
    """The quota of one line, instance and period, explained.

    raises: CannotEvaluate when a manual line has no number
    """
    effective = stricter_line(line, terms.rates)
    number = quota_number(
        effective, members.period.index, base=len(members.base), officers=terms.officers, manual=terms.manual,
        plan_floor=terms.floor,
    )  # fmt: skip
    if terms.confirmed is not None:
        number = replace(number, number=terms.confirmed)
    pool = len(members.pool)
    drawn_after = terms.drawn + drawable(number.number, terms.drawn, pool)
    short = shortfall(
        number.number, drawn_after, base=len(members.base), pool=pool, already_drawn=terms.drawn,
        pool_without=members.pool_without(),
    )  # fmt: skip
    found = Figure(
        effective,
        body,
        members.unit,
        members.period,
        number,
        pool,
        terms.drawn,
        len(members.unvisited),
        short,
        members,
    )
    return replace(found, explanation=terms.kept or explaining.explain(book, line, found, terms))


@dataclass(frozen=True)
class Batch:
    """One draw inside a period: its number and how many it took."""

    number: int
    draw_number: str
    count: int


def batches(drawn: Sequence[tuple[str, int]]) -> tuple[Batch, ...]:
    """Draws of a period in the order of their numbers, numbered from 1."""
    return tuple(Batch(at, number, count) for at, (number, count) in enumerate(sorted(drawn), 1))


def planned_batch(figure: Figure, planned: int | None, *, last: bool) -> int:
    """How many the next batch takes: all that remains in the last one, otherwise what was asked, within the limit."""
    return figure.possible if last or planned is None else min(max(planned, 0), figure.possible)


def row(book: Rulebook, found: Figure, unit_code: str, unit_name: str) -> dict[str, Any]:
    """The figure as `quotas --json` and the API give it."""
    arithmetic = found.explanation["arithmetic"]
    return {
        "line": found.line.id,
        "name": naming.line_name(book, found.line),
        "body": found.body,
        "unit": unit_code,
        "unit_name": unit_name,
        "period": found.period.id,
        "base": found.base,
        "officers": arithmetic["officers"],
        "rate": arithmetic["rate"],
        "raw": arithmetic["raw"],
        "required": found.required,
        "floor": found.floor,
        "pool": found.pool,
        "drawn": found.drawn,
        "remaining": found.remaining,
        "shortfall": found.short.count,
        "reasons": list(found.short.reasons),
        "sentence": found.explanation["sentence"],
        "clause": found.explanation["clause"],
    }
