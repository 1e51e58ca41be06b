"""Weights of a task: who gets several tickets in its draw, by published conditions. source: QS-10.3, AMB-52, draw-protocol.md §3, §7

A target's weight is the number of its tickets; the first condition it meets decides, everybody else has one. The order of
coverage (uninspected first) goes before any weight.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import Facts, Selector, matches, parse_selector
from planning.rules.own_lines import names_of

ONE = 1
MOST = 20  # draw-protocol.md §3: integer weight 1…20

Raw = Mapping[str, Any]
"""A rule as the plan keeps it: when (one alternative of conditions), weight, reason."""


@dataclass(frozen=True)
class Weight:
    when: Selector
    weight: int
    reason: str

    @property
    def names(self) -> frozenset[str]:
        """Attributes its conditions look at."""
        return frozenset(one.name for conditions in self.when.alternatives for one in conditions)


def read(book: Rulebook, rows: Sequence[Raw]) -> tuple[Weight, ...]:
    """raises: ValueError naming a condition the book does not know"""
    found = []
    for raw in rows:
        selector, faults = parse_selector(raw["when"], names_of(book))
        if faults:
            raise ValueError("；".join(str(fault) for fault in faults))
        found.append(Weight(selector, int(raw["weight"]), str(raw["reason"])))
    return tuple(found)


def weight_of(rules: Sequence[Weight], facts: Facts, on: date, tiers: Collection[str]) -> int:
    """source: AMB-52"""
    return next((one.weight for one in rules if matches(one.when, facts, on, tiers=tiers)), ONE)


def alike(several: Sequence[Sequence[Raw]]) -> bool:
    """Whether lines may stand in one draw: a frozen row has one weight, so all of them give the same."""
    return all(list(rows) == list(several[0]) for rows in several)
