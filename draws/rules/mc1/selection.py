"""Tickets and selection of targets (§7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import FormatBroken
from .hashing import HashSuite
from .quota import Stratum, need_of, shortfall_of
from .rows import TargetFacts, parse_target_facts

_C = 64  # hex digits of a commitment; a row is `c|facts`


class Population:
    """The frozen target rows, grouped by equal facts so that no object is built per row."""

    def __init__(self, rows: Iterable[str]) -> None:
        texts: dict[str, list[str]] = {}
        for row in rows:
            facts = row[_C + 1 :]
            group = texts.get(facts)
            if group is None:
                texts[facts] = [row[:_C]]
            else:
                group.append(row[:_C])
        self.groups: list[tuple[TargetFacts, list[str]]] = [
            (parse_target_facts(text), members) for text, members in texts.items()
        ]
        self._index: dict[str, TargetFacts] | None = None

    def facts(self, c: str) -> TargetFacts:
        return self.index[c]

    @property
    def index(self) -> dict[str, TargetFacts]:
        """Facts by commitment, built at the first question."""
        if self._index is None:
            self._index = {c: facts for facts, members in self.groups for c in members}
        return self._index

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Base and pool per stratum id (§4)."""
        base: dict[str, int] = {}
        pool: dict[str, int] = {}
        for facts, members in self.groups:
            for stratum in facts.counted_in():
                base[stratum] = base.get(stratum, 0) + len(members)
            for stratum in facts.eligible_in():
                pool[stratum] = pool.get(stratum, 0) + len(members)
        return base, pool

    def strata(self) -> set[str]:
        return {stratum for facts, _ in self.groups for stratum, _ in facts.memberships}


@dataclass(frozen=True, slots=True)
class StratumResult:
    """One entry of `result.strata` (§9); `sel` in rank order."""

    id: str
    base: int
    pool: int
    need: int
    shortfall: int
    sel: tuple[str, ...]

    def as_body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "base": self.base,
            "pool": self.pool,
            "need": self.need,
            "shortfall": self.shortfall,
            "sel": list(self.sel),
        }


def ticket(suite: HashSuite, seed: str, stratum: str, c: str, weight: int = 1) -> str:
    """The lowest of the target's `weight` tickets in a stratum, hex."""
    return min(suite.h("ticket", seed, stratum, c, j) for j in range(weight))


def rank(
    suite: HashSuite,
    stratum: Stratum,
    population: Population,
    seed: str,
    *,
    take: int,
    without: Collection[str] = (),
) -> list[str]:
    """The first `take` commitments of a stratum's pool in rank order, leaving out `without`."""
    if not take:
        return []
    start = suite.prefix("ticket", seed, stratum.id)
    ranked: list[bytes] = []
    for groups in _classes(stratum, population):
        keys: list[bytes] = []
        for facts, members in groups:
            left = [c for c in members if c not in without] if without else members
            keys += _keys(start, left, facts.weight)
        ranked += _lowest(keys, take - len(ranked))
        if len(ranked) >= take:
            break
    return [key[-_C:].decode() for key in ranked]


def _classes(stratum: Stratum, population: Population) -> list[list[tuple[TargetFacts, list[str]]]]:
    """Eligible groups, class by class: `uninspected_first` ranks by p before any ticket is compared."""
    classes: dict[int, list[tuple[TargetFacts, list[str]]]] = {}
    for facts, members in population.groups:
        if stratum.id in facts.eligible_in():
            rank_class = facts.visits_this_year if stratum.order == "uninspected_first" else 0
            classes.setdefault(rank_class, []).append((facts, members))
    return [classes[rank_class] for rank_class in sorted(classes)]


def _lowest(keys: list[bytes], take: int) -> list[bytes]:
    """The `take` lowest keys, sorted. A sampled bound spares sorting what cannot be among them."""
    if len(keys) > 10_000 and take * 2 < len(keys):
        sample = sorted(keys[:: len(keys) // 1000])
        bound = sample[min(len(sample) - 1, take * len(sample) // len(keys) + 80)]
        below = [key for key in keys if key < bound]
        if len(below) >= take:
            keys = below
    return sorted(keys)[:take]


def _keys(start: Any, members: Sequence[str], weight: int) -> list[bytes]:
    # One bytes key `ticket c` sorts like the tuple (ticket, c): both parts have a fixed length.
    copy, keys = start.copy, []
    if weight == 1:
        for c in members:
            text = c.encode()
            hasher = copy()
            hasher.update(text + b"|0")
            keys.append(hasher.digest() + text)
        return keys
    tails = [b"|%d" % j for j in range(weight)]
    for c in members:
        text = c.encode()
        tickets = []
        for tail in tails:
            hasher = copy()
            hasher.update(text + tail)
            tickets.append(hasher.digest())
        keys.append(min(tickets) + text)
    return keys


def select(
    suite: HashSuite, strata: Sequence[Stratum], population: Population, seed: str
) -> list[StratumResult]:
    """The selection of the main draw, one result per stratum in manifest order (§7, §9)."""
    base, pool = population.counts()
    unknown = population.strata() - {stratum.id for stratum in strata}
    if unknown:
        raise FormatBroken(f"检查对象行里有冻结单没有的层：{'、'.join(sorted(unknown))}")
    return [
        StratumResult(
            stratum.id,
            base.get(stratum.id, 0),
            pool.get(stratum.id, 0),
            need_of(stratum, base.get(stratum.id, 0)),
            shortfall_of(stratum, base.get(stratum.id, 0)),
            tuple(rank(suite, stratum, population, seed, take=stratum.draw)),
        )
        for stratum in strata
    ]


def credits_of(results: Iterable[StratumResult]) -> dict[str, tuple[str, ...]]:
    """Selected commitment -> ids of the strata that selected it, in manifest order: one visit each."""
    credits: dict[str, tuple[str, ...]] = {}
    for result in results:
        for c in result.sel:
            credits[c] = (*credits.get(c, ()), result.id)
    return credits
