"""Where chance decided: the classes of a stratum that were neither taken whole nor left whole. source: MC1 §7"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from draws.rules.mc1.quota import Stratum
from draws.rules.mc1.selection import Population

ONE = 1.0


@dataclass(frozen=True, slots=True)
class Lot:
    """One sample of `taken` out of targets with equal chances: how many there were per group, how many were drawn."""

    sizes: Mapping[str, int]
    drawn: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.sizes.values())

    @property
    def taken(self) -> int:
        return sum(self.drawn.values())

    @property
    def decided(self) -> bool:
        """Whether anything was left to chance."""
        return 0 < self.taken < self.size


@dataclass(frozen=True, slots=True)
class Chance:
    """The same chance for some targets of one stratum in one draw."""

    members: tuple[str, ...]
    probability: float


def chances_of(stratum: Stratum, population: Population) -> list[Chance]:
    """Probability of being drawn, class by class; exact for equal weights.

    Under `uninspected_first` whole classes come first, chance decides in one class, later ones have none.
    """
    left, found = stratum.draw, []
    for members in _classes(stratum, population):
        took = min(left, len(members))
        found.append(Chance(tuple(members), took / len(members)))
        left -= took
    return found


def _classes(stratum: Stratum, population: Population) -> list[list[str]]:
    classes: dict[int, list[str]] = {}
    for facts, members in population.groups:
        if stratum.id in facts.eligible_in():
            rank = facts.visits_this_year if stratum.order == "uninspected_first" else 0
            classes.setdefault(rank, []).extend(members)
    return [classes[rank] for rank in sorted(classes)]


def is_weighted(stratum: Stratum, population: Population) -> bool:
    """Whether some targets of the stratum held several tickets: then chances are not equal and not tested."""
    return any(facts.weight != 1 and stratum.id in facts.eligible_in() for facts, _ in population.groups)


def lots_of(stratum: Stratum, population: Population, selected: Iterable[str]) -> list[Lot]:
    """The lots of one stratum in one draw, grouped by area."""
    chosen, found = set(selected), []
    for chance in chances_of(stratum, population):
        if not 0 < chance.probability < ONE:
            continue
        sizes: dict[str, int] = {}
        drawn: dict[str, int] = {}
        for c in chance.members:
            area = population.facts(c).area
            sizes[area] = sizes.get(area, 0) + 1
            drawn[area] = drawn.get(area, 0) + (c in chosen)
        found.append(Lot(sizes, drawn))
    return found
