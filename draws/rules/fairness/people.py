"""Who went with whom, and who left a team how often: counts over a year's draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

FEW = 10  # below so many assignments a rate says little


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people and how often they were in one team; `share`: of the visits of the one who had fewer."""

    one: int
    other: int
    times: int
    share: float


def pairs_of(teams: Iterable[Sequence[int]], least: int = 2) -> list[Pair]:
    """Pairs that were together at least `least` times, most often first."""
    together: Counter[tuple[int, int]] = Counter()
    visits: Counter[int] = Counter()
    for team in teams:
        visits.update(team)
        together.update(combinations(sorted(team), 2))
    found = [
        Pair(one, other, times, times / min(visits[one], visits[other]))
        for (one, other), times in together.items()
        if times >= least
    ]
    return sorted(found, key=lambda pair: (-pair.times, -pair.share, pair.one, pair.other))


@dataclass(frozen=True, slots=True)
class Leaving:
    """One person's year: visits drawn for, and how many of them were left, by kind of replacement."""

    person: int
    assigned: int
    left: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.left.values())

    @property
    def rate(self) -> float:
        return self.total / self.assigned if self.assigned else 0.0

    @property
    def few(self) -> bool:
        return self.assigned < FEW


def leaving_of(assigned: Counter[int], left: Iterable[tuple[int, str]]) -> list[Leaving]:
    """`assigned`: visits a person was ever drawn for; `left`: (person, kind), once per visit left."""
    kinds: dict[int, dict[str, int]] = {}
    for person, kind in left:
        own = kinds.setdefault(person, {})
        own[kind] = own.get(kind, 0) + 1
    people = [Leaving(person, assigned[person], kinds.get(person, {})) for person in assigned]
    return sorted(people, key=lambda row: (-row.rate, -row.total, row.person))
