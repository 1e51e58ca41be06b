"""Did every area get its share? A χ² test over all lots of a stratum in a year.

Within a lot the drawn numbers per area are multivariate hypergeometric (drawing without putting back). Expected
numbers and covariances of the lots add up; the statistic is the quadratic form of what was drawn against what was
expected. For a single lot it is (N−1)/(N−n) · Σ (O−E)²/E with k−1 degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from draws.rules.fairness.chisquare import quadratic, tail
from draws.rules.fairness.lots import Lot

LEAST_EXPECTED = 5.0  # below it the χ² approximation is not reliable: small areas are put together
UNUSUAL, RARE = 0.01, 0.001

NO_LOTS, ONE_GROUP, TOO_FEW, WEIGHTED = "no_lots", "one_group", "too_few", "weighted"
USUAL_WORD, UNUSUAL_WORD, RARE_WORD = "usual", "unusual", "rare"


@dataclass(frozen=True, slots=True)
class Cell:
    """One area, or several small ones together, over all lots."""

    groups: tuple[str, ...]
    size: int
    expected: float
    observed: int

    def with_(self, other: Cell) -> Cell:
        """Both as one, areas in the order of their codes."""
        groups = tuple(sorted((*self.groups, *other.groups)))
        return Cell(
            groups, self.size + other.size, self.expected + other.expected, self.observed + other.observed
        )


@dataclass(frozen=True, slots=True)
class Evenness:
    """The outcome of a test; `untested` names why there is none. `p`: how often chance alone is off as far."""

    cells: tuple[Cell, ...]
    statistic: float = 0.0
    df: int = 0
    p: float = 1.0
    untested: str = ""

    @property
    def grade(self) -> str:
        if self.untested:
            return ""
        return RARE_WORD if self.p < RARE else UNUSUAL_WORD if self.p < UNUSUAL else USUAL_WORD


def evenness(lots: Sequence[Lot]) -> Evenness:
    """Test the lots of one stratum over a year."""
    decided = [lot for lot in lots if lot.decided]
    cells = _cells(decided)
    if not decided:
        return Evenness((), untested=NO_LOTS)
    if len(cells) < 2:
        return Evenness(tuple(cells), untested=ONE_GROUP)
    merged = merge_small(cells)
    if len(merged) < 2:
        return Evenness(tuple(cells), untested=TOO_FEW)
    places = _places(merged)
    covariance = [[0.0] * len(merged) for _ in merged]
    for lot in decided:
        _add_covariance(covariance, lot, places)
    statistic, df = quadratic(covariance, [cell.observed - cell.expected for cell in merged])
    if not df:
        return Evenness(tuple(merged), untested=TOO_FEW)
    return Evenness(tuple(merged), statistic, df, tail(statistic, df))


def _cells(lots: Sequence[Lot]) -> list[Cell]:
    groups = sorted({group for lot in lots for group in lot.sizes})
    return [
        Cell(
            (group,),
            sum(lot.sizes.get(group, 0) for lot in lots),
            sum(lot.sizes.get(group, 0) * lot.taken / lot.size for lot in lots),
            sum(lot.drawn.get(group, 0) for lot in lots),
        )
        for group in groups
    ]


def merge_small(cells: Sequence[Cell]) -> list[Cell]:
    """The two with the lowest expectation join until every cell is expected often enough, or one is left.

    Only expectations decide, never what was drawn, so the test stays honest.
    """
    left = list(cells)
    while len(left) > 1:
        left.sort(key=lambda cell: (cell.expected, cell.groups))
        if left[0].expected >= LEAST_EXPECTED:
            break
        left = [left[0].with_(left[1]), *left[2:]]
    return sorted(left, key=lambda cell: cell.groups)


def _places(merged: Sequence[Cell]) -> dict[str, int]:
    return {group: at for at, cell in enumerate(merged) for group in cell.groups}


def _add_covariance(covariance: list[list[float]], lot: Lot, places: dict[str, int]) -> None:
    """n·(N−n)/(N−1)·(diag(p) − p·p'), p: share of each cell in the lot."""
    size, taken = lot.size, lot.taken
    factor = taken * (size - taken) / (size - 1)
    shares = [0.0] * len(covariance)
    for group, count in lot.sizes.items():
        shares[places[group]] += count / size
    for i, one in enumerate(shares):
        for j, other in enumerate(shares):
            covariance[i][j] += factor * ((one if i == j else 0.0) - one * other)
