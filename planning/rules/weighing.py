"""A group of targets as a planner weighs it: how many, what was found last year, how often the plan would look.

source: NM-14.3, NM-25.2, XY-5.2, WL-7.1
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Past:
    """Checks of one target in a year. problems: those that found something"""

    checks: int
    problems: int


@dataclass(frozen=True)
class Group:
    """planned: visits the plan expects in the year · checked: different targets checked last year"""

    name: str
    targets: int
    checked: int
    checks: int
    problems: int
    planned: float

    @property
    def rate(self) -> int | None:
        """Percent of last year's checks that found a problem; None without a check."""
        return round(100 * self.problems / self.checks) if self.checks else None

    @property
    def frequency(self) -> float:
        """Visits per target and year in the plan."""
        return self.planned / self.targets if self.targets else 0.0


def group(
    name: str, members: Collection[int], past: Mapping[int, Past], planned: Mapping[int, float]
) -> Group:
    known = [past[one] for one in members if one in past]
    return Group(
        name, len(members), len(known), sum(one.checks for one in known), sum(one.problems for one in known),
        sum(planned.get(one, 0.0) for one in members),
    )  # fmt: skip
