"""Base and pool of one line on counts and facts: the status code of every target. source: rulebooks.md §5, MC1 §3"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import Cause, Standing, causes, exclusions_in_force
from foundation.rulebook.selectors import Facts
from foundation.rulebook.tables import Quota
from foundation.rulebook.tiers import in_line

ELIGIBLE = "E"
_ORDER = ("closed", "drawn_in_period", "drawn_before", "exclusion_limited", "cap_limited")
_CODES = {
    "closed": "C.CLOSED",
    "drawn_in_period": "C.DRAWN",
    "drawn_before": "C.ONCE",
    "cap_limited": "C.CAP",
}
# Causes no cap or exclusion stands behind.
_FOR_GOOD = {"closed", "drawn_in_period", "drawn_before"}
_GONE = {"closed": "X.CLOSED", "cancelled": "X.CLOSED", "moved": "X.MOVED", "removed": "X.CLOSED"}
_SUPERIOR = "superior_clean_this_year"


@dataclass(frozen=True)
class Known:
    """One target as the register has it on the day. `gone`: "" or closed, cancelled, moved, merged.

    visits: those that count for the cap · checked: any check of this bureau this year, also one that does not count
    """

    id: int
    area: int
    unit: int | None
    facts: Facts
    gone: str = ""
    tiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visits: int = 0
    checked: bool = False


@dataclass(frozen=True)
class Jurisdiction:
    """Whose targets an instance draws from.

    areas: None = the whole jurisdiction · unit: the instance · rivals: other instances of the same body, to
    which a target may be assigned by name
    """

    unit: int
    areas: frozenset[int] | None
    rivals: frozenset[int] = frozenset()

    def covers(self, target: Known) -> bool:
        if self.areas is None or target.unit == self.unit:
            return True
        return target.area in self.areas and target.unit not in self.rivals

    def disputes(self, target: Known) -> bool:
        """Inside the areas, but assigned to another instance."""
        return self.areas is not None and target.area in self.areas and target.unit in self.rivals


@dataclass(frozen=True)
class Past:
    """What happened before this draw: ids of targets drawn in this line and period, drawn ever under this line,
    and the overrides approved per target (None = for every target of the line)."""

    drawn: Collection[int] = ()
    ever: Collection[int] = ()
    overrides: Mapping[int | None, frozenset[str]] = field(default_factory=dict)

    def standing(self, target: Known) -> Standing:
        everyone = self.overrides.get(None, frozenset())
        return Standing(
            counted_visits=target.visits,
            drawn_in_period=target.id in self.drawn,
            drawn_before=target.id in self.ever,
            closed=bool(target.gone),
            overrides=everyone | self.overrides.get(target.id, frozenset()),
        )


@dataclass(frozen=True)
class LineMembers:
    """Base and pool of one line, body instance and period.

    base: ids in the denominator · status: MC1 code of each id (X.* ids are listed but not in the base) ·
    visits: counted visits this year · causes: rule ids and sentences behind every C.* code ·
    overrides: ids whose cap or exclusion an approved override sets aside · checked: ids with any check this year
    """

    line: str
    unit: int
    period: Period
    base: list[int]
    status: dict[int, str]
    visits: dict[int, int]
    causes: dict[int, tuple[Cause, ...]] = field(default_factory=dict)
    overrides: dict[int, frozenset[str]] = field(default_factory=dict)
    checked: set[int] = field(default_factory=set)

    @property
    def pool(self) -> list[int]:
        return [target for target in self.base if self.status[target] == ELIGIBLE]

    @property
    def unvisited(self) -> list[int]:
        return [target for target in self.base if not self.visits.get(target) and target not in self.checked]

    def out_of_pool(self, code: str) -> list[int]:
        return [target for target in self.base if self.status[target] == code]

    def pool_without(self) -> dict[str, int]:
        """For each factor present, the size of the pool if that factor alone were lifted.

        A factor is present where it keeps out somebody who could otherwise be drawn: not those drawn already
        or closed, whom lifting it would not bring back.
        """
        sizes = {}
        held = [
            codes for found in self.causes.values() if not (codes := {its.code for its in found}) & _FOR_GOOD
        ]
        for factor in ("cap_limited", "exclusion_limited"):
            if any(factor in codes for codes in held):
                sizes[factor] = len(self.pool) + held.count({factor})
        return sizes


def line_members(
    book: Rulebook,
    line: Quota,
    targets: Collection[Known],
    jurisdiction: Jurisdiction,
    period: Period,
    on: date,
    *,
    body: str,
    past: Past,
    exclusions: Collection[str] = (),
    snapshot: Collection[int] | None = None,
) -> LineMembers:
    """Decide base, pool and status of every target.

    snapshot: ids of the base frozen when the quota was confirmed; None = the register decides now (AMB-03)
    exclusions: ids of optional exclusions chosen for this draw
    """
    found = LineMembers(line.id, jurisdiction.unit, period, [], {}, {})
    in_force = exclusions_in_force(book, chosen=exclusions)
    for target in sorted(targets, key=lambda known: known.id):
        tiers = target.tiers.get(body, ())
        place = _place(book, line, target, tiers, jurisdiction, on, snapshot)
        if place is None:
            continue
        found.visits[target.id] = target.visits
        if target.checked:
            found.checked.add(target.id)
        if place:
            found.status[target.id] = place
            continue
        standing = past.standing(target)
        why = causes(book, line, target.facts, on, tiers=tiers, standing=standing, in_force=in_force)
        found.base.append(target.id)
        found.status[target.id] = code_of(why, book)
        if why:
            found.causes[target.id] = why
        bare = replace(standing, overrides=frozenset())
        set_aside = _set_aside(
            causes(book, line, target.facts, on, tiers=tiers, standing=bare, in_force=in_force), why
        )
        if set_aside and standing.overrides:
            found.overrides[target.id] = set_aside
    return found


def _set_aside(without: tuple[Cause, ...], now: tuple[Cause, ...]) -> frozenset[str]:
    return frozenset(cause.rule for cause in without) - frozenset(cause.rule for cause in now)


def _place(
    book: Rulebook, line: Quota, target: Known, tiers: Collection[str], where: Jurisdiction, on: date, snapshot: Collection[int] | None
) -> str | None:  # fmt: skip
    """ "" = in the base; an X code = listed outside it; None = nothing to do with this line."""
    if snapshot is not None:
        return "" if target.id in snapshot else None
    if where.disputes(target):
        return "X.NOJUR" if not target.gone and in_line(book, line, target.facts, on, tiers) else None
    if not where.covers(target):
        return None
    if not target.gone:
        return "" if in_line(book, line, target.facts, on, tiers) else None
    alive = Facts({**target.facts.attributes, "status": "operating"}, target.facts.flags)
    return _GONE.get(target.gone, "X.DUP") if in_line(book, line, alive, on, tiers) else None


def code_of(why: Collection[Cause], book: Rulebook) -> str:
    """One MC1 code for all the causes: the one that no override could lift comes first."""
    if not why:
        return ELIGIBLE
    first = min(why, key=lambda cause: _ORDER.index(cause.code))
    if first.code != "exclusion_limited":
        return _CODES[first.code]
    rule = next(found for found in book.exclusions if found.id == first.rule)
    about_superior = any(
        condition.name == _SUPERIOR for alternative in rule.when.alternatives for condition in alternative
    )
    return "C.SUPERIOR" if about_superior else "C.OFFPOOL"
