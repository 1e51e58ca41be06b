"""The same target wanted several times in one period: one visit instead of several. source: AMB-10, WL-10.5, NM-19.1"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True)
class Claim:
    """One task's wish for one target. chance: 1 once drawn, otherwise how likely the task will draw it · draw: number
    of the draw, "" before · office: who goes"""

    target: str
    task: str
    office: str
    plan: str
    chance: float
    draw: str = ""


@dataclass(frozen=True)
class Site:
    """A target with at least two claims."""

    target: str
    claims: tuple[Claim, ...]

    @property
    def separate(self) -> float:
        """Visits if every task goes on its own."""
        return sum(claim.chance for claim in self.claims)

    @property
    def merged(self) -> float:
        """Visits if whoever goes does everything: the chance that anybody goes."""
        return 1 - prod(1 - claim.chance for claim in self.claims)

    @property
    def saved(self) -> float:
        return self.separate - self.merged

    @property
    def certain(self) -> bool:
        """Two tasks have it in hand already."""
        return sum(bool(claim.draw) for claim in self.claims) > 1

    @property
    def state(self) -> str:
        """What is to be done: joined (one draw made it one visit), join (drawn apart), ahead (not drawn yet)."""
        draws = {claim.draw for claim in self.claims if claim.draw}
        if not self.certain:
            return "ahead"
        offices = {claim.office for claim in self.claims if claim.draw}
        return "joined" if len(draws) == 1 and len(offices) == 1 else "join"


@dataclass(frozen=True)
class Total:
    sites: int
    separate: float
    merged: float

    @property
    def saved(self) -> float:
        return self.separate - self.merged


def sites(claims: Iterable[Claim]) -> list[Site]:
    """Targets that two different tasks, offices or plans claim; the one that saves most comes first."""
    found: dict[str, dict[tuple[str, str, str], Claim]] = defaultdict(dict)
    for claim in claims:
        if claim.chance <= 0:
            continue
        key = (claim.plan, claim.task, claim.office)
        known = found[claim.target].get(key)
        if known is None or claim.chance > known.chance:
            found[claim.target][key] = claim
    several = [Site(target, tuple(rows.values())) for target, rows in found.items() if len(rows) > 1]
    return sorted(several, key=lambda site: (-site.saved, site.target))


def total(found: Iterable[Site]) -> Total:
    rows = list(found)
    return Total(len(rows), sum(site.separate for site in rows), sum(site.merged for site in rows))
