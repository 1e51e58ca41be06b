"""Enough entropy: a rule of the screen, so of the server, not of the verifiers. source: draw-protocol.md §6 “Enough entropy”

Dice or balls thrown in public: together 60 bits, which the text counts as 18 ten-sided dice (59.8 bits). Without dice one
sealed seat outside the bureau suffices. The text makes no difference between formal draws and rehearsals.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

ENOUGH_DICE = 18
INSIDE = frozenset({"operator", "discipline", "unit_head", "system_admin"})
SPOKEN, SEALED = "spoken", "sealed"


@dataclass(frozen=True)
class SeatFacts:
    """colleague: the seat is registered for an account of the bureau itself"""

    role: str
    method: str
    colleague: bool = False

    @property
    def outside(self) -> bool:
        return self.method == SEALED and self.role not in INSIDE and not self.colleague


def seating_gap(seats: Iterable[SeatFacts]) -> str:
    """What the seats still lack for enough entropy; empty when it can be reached."""
    rows = list(seats)
    if any(row.method == SPOKEN for row in rows) or any(row.outside for row in rows):
        return ""
    return (
        "熵不够：没有当众掷骰的席位时，至少要有一个本局以外的封签席。"
        f"请加一个掷骰席（{ENOUGH_DICE} 枚十面骰），或加一位人大代表、企业、媒体、群众代表封签"
    )


def throw_gap(lengths: Collection[int], waiting: int) -> int:
    """Dice still to be thrown. lengths: digits of each spoken seat so far · waiting: spoken seats that have not thrown"""
    return 0 if waiting else max(ENOUGH_DICE - sum(lengths), 0)
