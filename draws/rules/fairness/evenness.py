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

LEAST_EXPECTED = 5.0  # below it the χ² approximation is not reliable: such areas are put together
REST = "*"
UNUSUAL, RARE = 0.01, 0.001

NO_LOTS, ONE_GROUP, TOO_FEW, WEIGHTED = "no_lots", "one_group", "too_few", "weighted"
USUAL_WORD, UNUSUAL_WORD, RARE_WORD = "usual", "unusual", "rare"


@dataclass(frozen=True, slots=True)
class Cell:
    """One area (or, as `*`, the small ones together) over all lots."""

    group: str
    size: int
    expected: float
    observed: int


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
    places = _places(cells, merged)
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
            group,
            sum(lot.sizes.get(group, 0) for lot in lots),
            sum(lot.sizes.get(group, 0) * lot.taken / lot.size for lot in lots),
            sum(lot.drawn.get(group, 0) for lot in lots),
        )
        for group in groups
    ]


def merge_small(cells: Sequence[Cell]) -> list[Cell]:
    """Areas expected fewer than five times become one cell; if that is still small, the smallest other joins it."""
    big = sorted((cell for cell in cells if cell.expected >= LEAST_EXPECTED), key=lambda cell: -cell.expected)
    small = [cell for cell in cells if cell.expected < LEAST_EXPECTED]
    while big and small and sum(cell.expected for cell in small) < LEAST_EXPECTED:
        small.append(big.pop())
    if not small:
        return sorted(big, key=lambda cell: cell.group)
    rest = Cell(
        REST,
        sum(cell.size for cell in small),
        sum(cell.expected for cell in small),
        sum(cell.observed for cell in small),
    )
    return [*sorted(big, key=lambda cell: cell.group), rest]


def _places(cells: Sequence[Cell], merged: Sequence[Cell]) -> dict[str, int]:
    own = {cell.group: at for at, cell in enumerate(merged)}
    return {cell.group: own.get(cell.group, len(merged) - 1) for cell in cells}


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
