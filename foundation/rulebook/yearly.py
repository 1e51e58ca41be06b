"""Looking at a whole year: stated numbers, the officers' yearly line, coverage. source: rulebooks.md §5"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .errors import CannotEvaluate
from .model import Rulebook
from .quotas import quota_sum
from .tables import Expected, Quota, Stated

_ABOUT = Fraction(1, 10)


@dataclass(frozen=True)
class Comparison:
    """A computed number beside the one printed in the document; never changes the draw. source: AMB-28"""

    computed: int
    stated: int
    tolerance: Fraction

    @property
    def ok(self) -> bool:
        return abs(self.computed - self.stated) <= self.tolerance

    @property
    def sentence(self) -> str:
        about = "约" if self.tolerance else ""
        verdict = "相符" if self.ok else f"相差 {abs(self.computed - self.stated)}"
        return f"计算为 {self.computed}，文件载明{about} {self.stated}，{verdict}"


def compare(computed: int, printed: Stated | Expected) -> Comparison:
    """Exact numbers must match; 约 allows max(1, 10%) of the printed number."""
    tolerance = max(Fraction(1), _ABOUT * printed.count) if printed.about else Fraction(0)
    return Comparison(computed, printed.count, tolerance)


def stated_for(book: Rulebook, quotas: Collection[str]) -> Stated:
    """The printed yearly number of exactly these lines."""
    for stated in book.stated:
        if set(stated.quotas) == set(quotas):
            return stated
    raise CannotEvaluate(f"文件没有载明“{'、'.join(quotas)}”的年度数量。请核对配额行标识。")


@dataclass(frozen=True)
class YearCheck:
    """The yearly line of `role = "check"`: distinct targets completed against the yearly number."""

    required: int
    distinct: int
    population_limited: bool

    @property
    def missing(self) -> int:
        return max(self.required - self.distinct, 0)

    @property
    def ok(self) -> bool:
        return not self.missing

    @property
    def reasons(self) -> tuple[str, ...]:
        return ("population_limited",) if self.missing and self.population_limited else ()


def year_check(
    line: Quota,
    *,
    distinct: int,
    officers: Sequence[int] | None = None,
    base: Sequence[int] | None = None,
) -> YearCheck:
    """Distinct targets completed this year under lines with the same `when` and bodies (see `counted_lines`).

    officers: plan headcount per body instance · base: population per instance; either may be None when the
    line does not multiply it. source: AMB-31
    """
    required = quota_sum(line, 1, base=base, officers=officers).number
    return YearCheck(required, distinct, base is not None and sum(base) < required)


def counted_lines(book: Rulebook, check: Quota) -> tuple[Quota, ...]:
    """Drawing lines whose completed targets count for a yearly check line."""
    return tuple(
        line
        for line in book.quotas
        if line.role == "draw" and line.when == check.when and set(line.bodies) == set(check.bodies)
    )


@dataclass(frozen=True)
class CoverageProposal:
    """What the last draw of the year should take so that everything is covered: proposed, not forced."""

    required: int
    proposed: int
    uncovered_after_required: int


def coverage_proposal(quota: int, unvisited: int) -> CoverageProposal:
    """max(quota, unvisited) is proposed; the quota is required. source: AMB-05"""
    return CoverageProposal(quota, max(quota, unvisited), max(unvisited - quota, 0))


def register_differences(book: Rulebook, counts: Mapping[str, int]) -> dict[str, Comparison]:
    """Printed population counts against the register, per line counted. source: AMB-28, AMB-63"""
    return {
        expected.quota: compare(counts[expected.quota], expected)
        for expected in book.register.expected
        if expected.quota in counts
    }
