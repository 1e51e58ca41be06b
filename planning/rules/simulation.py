"""A year of draws played many times: what the numbers of a rulebook lead to. source: rulebooks.md §5, AMB-05, AMB-07

Every line is drawn once per period of its own, on the first day of that period; lines that begin on the same day
are one draw: all see the same visits, and a target taken by several of them is visited once. The register stays
as it is. Who is taken is not decided here: `choose` comes from outside, so that the drawing rules stay where
they are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import exclusions_in_force
from foundation.rulebook.selectors import matches
from foundation.rulebook.tables import Quota
from planning.rules.standing import ELIGIBLE, Jurisdiction, Known, Past, line_members

Classes = Mapping[int, Sequence[int]]
Choose = Callable[[str, "Slot", Classes, int], Sequence[int]]
"""(name of the draw, slot, visits so far → ids that may be drawn, how many) → ids taken, all different."""


@dataclass(frozen=True)
class Instance:
    """One drawing body: whose targets, under which name."""

    unit: int
    name: str
    body: str
    where: Jurisdiction


@dataclass(frozen=True)
class Slot:
    """One line of one instance in one period.

    eligible: ids of the base that no exclusion takes out · limits: id → visits at which a cap binds, only for
    targets that have one
    """

    line: Quota
    instance: Instance
    period: Period
    required: int
    base: tuple[int, ...]
    eligible: tuple[int, ...]
    limits: Mapping[int, int]

    @property
    def key(self) -> str:
        return f"{self.line.id}/{self.instance.unit}/{self.period.id}"


Required = Callable[[Quota, Instance, Period, int], int]
"""(line, instance, period, targets in the base) → how many must be drawn."""


def slots(
    book: Rulebook, targets: Sequence[Known], instances: Iterable[Instance], year: int, required: Required,
    exclusions: Collection[str] = (),
) -> list[Slot]:  # fmt: skip
    """Everything to be drawn in a year, in the order of the book. The year begins with no visit at all.

    exclusions: ids of optional exclusions chosen
    """
    places = list(instances)
    return [
        _slot(book, targets, line, instance, period, required, exclusions)
        for line in book.quotas
        if line.role == "draw"
        for instance in places
        if instance.body in line.bodies
        for period in Period.of_year(year, line.period)
    ]


def _slot(
    book: Rulebook, targets: Sequence[Known], line: Quota, instance: Instance, period: Period, required: Required,
    exclusions: Collection[str],
) -> Slot:  # fmt: skip
    found = line_members(
        book, line, targets, instance.where, period, period.first, body=instance.body, past=Past(), exclusions=exclusions
    )  # fmt: skip
    base, inside = tuple(found.base), set(found.base)
    limits = {
        known.id: limit
        for known in targets
        if known.id in inside and (limit := _limit(book, known, instance.body, period.first)) is not None
    }
    # A cap of nought would already take somebody out here; whoever is left is held by `limits`.
    eligible = tuple(target for target in base if found.status[target] == ELIGIBLE)
    number = required(line, instance, period, len(base))
    return Slot(line, instance, period, number, base, eligible, limits)


def _limit(book: Rulebook, known: Known, body: str, on: date) -> int | None:
    tiers = known.tiers.get(body, ())
    return min(
        (cap.max for cap in book.caps if not matches(cap.exempt, known.facts, on, tiers=tiers)), default=None
    )


@dataclass
class Year:
    """What happened in one simulated year. taken: slot key → ids · visits: id → visits of the year"""

    taken: dict[str, tuple[int, ...]] = field(default_factory=dict)
    visits: Counter[int] = field(default_factory=Counter)
    pools: dict[str, int] = field(default_factory=dict)


def play(steps: Sequence[Sequence[Slot]], name: str, choose: Choose) -> Year:
    """One year. steps: from `in_steps` · name: tells this year's draws from those of every other"""
    year, once = Year(), defaultdict[str, set[int]](set)
    for at, step in enumerate(steps):
        visited: set[int] = set()
        for slot in step:
            classes = _classes(
                slot, year.visits, once[slot.line.id] if slot.line.lifetime_once else frozenset()
            )
            pool = sum(map(len, classes.values()))
            taken = tuple(choose(f"{name}/{at}", slot, classes, min(slot.required, pool)))
            year.taken[slot.key], year.pools[slot.key] = taken, pool
            visited.update(taken)
            if slot.line.lifetime_once:
                once[slot.line.id].update(taken)
        year.visits.update(visited)
    return year


def in_steps(found: Iterable[Slot]) -> list[list[Slot]]:
    """Slots that are drawn together, in the order of the year."""
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for slot in found:
        by_day[slot.period.first].append(slot)
    return [by_day[day] for day in sorted(by_day)]


def _classes(slot: Slot, visits: Mapping[int, int], gone: Collection[int]) -> dict[int, list[int]]:
    """Who may be drawn, by visits so far; `uniform` knows only one class."""
    by_visits: dict[int, list[int]] = {}
    ordered, limits = slot.line.order == "uninspected_first", slot.limits
    for target in slot.eligible:
        count = visits.get(target, 0)
        limit = limits.get(target)
        if (limit is not None and count >= limit) or target in gone:
            continue
        by_visits.setdefault(count if ordered else 0, []).append(target)
    return by_visits


def optional_exclusions(book: Rulebook) -> tuple[str, ...]:
    """Exclusions that apply without being chosen are in force; these are the others."""
    in_force = {one.id for one in exclusions_in_force(book)}
    return tuple(one.id for one in book.exclusions if one.id not in in_force)
