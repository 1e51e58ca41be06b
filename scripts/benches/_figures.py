"""What a section measures, and the sentence that is printed for it."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

SECONDS = "秒（处理器）"
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One figure beside what it is compared with.

    against: in words, with its own figure · ratio: value over what it is compared with, in the same unit and run
    limit: the highest ratio allowed, None where the figure only informs
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    limit: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.limit is None else self.ratio <= self.limit

    def as_row(self, section: str) -> dict[str, Any]:
        return {"section": section, **asdict(self), "met": self.met}


def compared(
    name: str, value: float, other: str, reference: float, limit: float | None = None, unit: str = SECONDS
) -> Figure:
    """A figure in seconds beside another one of the same run; `limit` is the highest allowed ratio."""
    against = f"{other}（{reference:.3f} {unit}）"
    return Figure(name, round(value, 3), unit, against, round(value / reference, 3), limit)


def sentence(row: dict[str, Any]) -> str:
    verdict = {None: "", True: f"，合乎不超过 {row['limit']} 倍", False: f"，超出 {row['limit']} 倍"}[
        row["met"]
    ]
    return f"{row['section']}：{row['name']} {row['value']} {row['unit']}，是{row['against']}的 {row['ratio']} 倍{verdict}"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor seconds of one call, and what it returned."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found
