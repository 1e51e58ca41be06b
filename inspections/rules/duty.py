"""What state an assigned visit was in on a day, and whether its deadline had passed: facts, no legal conclusion. source: AMB-58"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from inspections.rules.states import LABELS

DONE_IN_TIME, DONE_LATE, NOT_YET_DUE, OVERDUE, NOT_NEEDED, LEFT = (
    "按期完成", "超期完成", "还没有到期限", "已超过期限", "不用再检查", "已离组",
)  # fmt: skip
NO_DEADLINE = "没有规定期限"


@dataclass(frozen=True)
class Step:
    """One thing that happened. `state`: where it led, "" where the state stayed."""

    at: datetime
    label: str
    state: str = ""


def upto(steps: Iterable[Step], end: datetime) -> list[Step]:
    """What had happened by the end of a day, in order."""
    return sorted((step for step in steps if step.at <= end), key=lambda step: step.at)


def state_on(steps: Iterable[Step], end: datetime) -> str:
    """Chinese word of the state; "" before the visit was assigned."""
    reached = [step.state for step in upto(steps, end) if step.state]
    return LABELS[reached[-1]] if reached else ""


def standing_on(
    on: date, *, due_on: date | None, completed_on: date | None, ended: bool, left_on: date | None = None
) -> str:
    """How the deadline stood at the end of the day. source: NM-40.4, WL-11.3

    ended: waived or void by that day · left_on: when the person left the team
    """
    if left_on is not None and left_on <= on:
        return LEFT
    if ended:
        return NOT_NEEDED
    if due_on is None:
        return NO_DEADLINE
    if completed_on is not None and completed_on <= on:
        return DONE_IN_TIME if completed_on <= due_on else DONE_LATE
    return NOT_YET_DUE if on <= due_on else OVERDUE
