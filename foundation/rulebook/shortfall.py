"""How much of a quota a draw leaves open, and why. source: rulebooks.md §5 Shortfall, AMB-07, AMB-32"""

from collections.abc import Mapping
from dataclasses import dataclass

REASON_LABELS = {
    "population_limited": "对象总数少于配额",
    "cap_limited": "年度次数上限",
    "exclusion_limited": "排除规则",
}


@dataclass(frozen=True)
class Shortfall:
    """`count` targets missing; reasons in the order population, cap, exclusion."""

    count: int
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if not self.count:
            return "配额已抽足"
        if not self.reasons:
            return f"欠 {self.count}：其余对象本期或以前已抽中，或快照后已关停"
        return f"欠 {self.count}：{'、'.join(REASON_LABELS[reason] for reason in self.reasons)}"


def drawable(quota: int, already_drawn: int, pool: int) -> int:
    """n = min(q − already drawn, size of pool), never negative."""
    return min(max(quota - already_drawn, 0), pool)


def shortfall(
    quota: int, drawn: int, *, base: int, pool: int, already_drawn: int = 0, pool_without: Mapping[str, int]
) -> Shortfall:
    """Shortfall after the last draw of a period.

    drawn: all draws of the period together · pool: targets that could be drawn before this draw ·
    already_drawn: by earlier batches · pool_without: for each factor present (`cap_limited`,
    `exclusion_limited`) the pool if that factor alone were lifted.
    """
    missing = max(quota - drawn, 0)
    if not missing:
        return Shortfall(0, ())
    reasons = ["population_limited"] if quota > base else []
    wanted = min(quota, base) - already_drawn
    if pool < wanted:
        alone = [factor for factor, size in pool_without.items() if size >= wanted]
        reasons += alone or list(pool_without)
    return Shortfall(missing, tuple(reason for reason in REASON_LABELS if reason in reasons))
