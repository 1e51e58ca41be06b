"""Why one target was drawn or not, stratum by stratum, with everything needed to recompute it. source: MC1 §7, §10"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from draws.rules.mc1.selection import rank, ticket
from draws.rules.mc1.standing import Frozen

NOT_IN_BASE, NOT_ELIGIBLE, DRAWN, NOT_DRAWN, SUBSTITUTE = (
    "not_in_base",
    "not_eligible",
    "drawn",
    "not_drawn",
    "substitute",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A target's place in one stratum.

    rank: 1 is the first of the `pool` · cut: ticket of the last one drawn · round: of a substitute, else 0
    visits_first: whether those visited less often this year go before the ticket is compared
    """

    stratum: str
    status: str
    outcome: str
    pool: int = 0
    draw: int = 0
    ticket: str = ""
    rank: int = 0
    cut: str = ""
    weight: int = 1
    round: int = 0
    visits_first: bool = False


def places_of(frozen: Frozen, seed: str, c: str, rounds: Iterable[Mapping[str, Any]] = ()) -> list[Place]:
    """One place per membership of the target's frozen row, in the order of the row.

    rounds: bodies of the `round_result` events, in order
    """
    facts = frozen.population.facts(c)
    substituted = {row["id"]: body["r"] for body in rounds for row in body["strata"] if c in row["sel"]}
    return [_place(frozen, seed, c, name, status, substituted) for name, status in facts.memberships]


def _place(
    frozen: Frozen, seed: str, c: str, name: str, status: str, substituted: Mapping[str, int]
) -> Place:
    if status.startswith("X"):
        return Place(name, status, NOT_IN_BASE)
    if status != "E":
        return Place(name, status, NOT_ELIGIBLE)
    stratum = next(one for one in frozen.strata if one.id == name)
    pool = sum(len(members) for facts, members in frozen.population.groups if name in facts.eligible_in())
    order = rank(frozen.suite, stratum, frozen.population, seed, take=pool)
    weight, at = frozen.population.facts(c).weight, order.index(c)
    last = order[stratum.draw - 1] if stratum.draw else ""
    cut = ticket(frozen.suite, seed, name, last, frozen.population.facts(last).weight) if last else ""
    outcome = DRAWN if at < stratum.draw else SUBSTITUTE if name in substituted else NOT_DRAWN
    return Place(
        name, status, outcome, pool, stratum.draw, ticket(frozen.suite, seed, name, c, weight), at + 1, cut, weight,
        substituted.get(name, 0) if outcome == SUBSTITUTE else 0, stratum.order == "uninspected_first",
    )  # fmt: skip
