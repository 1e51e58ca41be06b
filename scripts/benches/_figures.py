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
    limit: the highest ratio allowed · at_most: the highest value allowed; None where the figure only informs
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    limit: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        bounds = [(self.ratio, self.limit), (self.value, self.at_most)]
        asked = [value <= bound for value, bound in bounds if bound is not None]
        return all(asked) if asked else None

    def as_row(self, section: str) -> dict[str, Any]:
        return {"section": section, **asdict(self), "met": self.met}


def compared(
    name: str, value: float, other: str, reference: float, *,
    limit: float | None = None, at_most: float | None = None, unit: str = SECONDS,
) -> Figure:  # fmt: skip
    """A figure beside another one of the same run and unit."""
    against = f"{other}（{reference:.3f} {unit}）"
    return Figure(name, round(value, 3), unit, against, round(value / reference, 3), limit, at_most)


def sentence(row: dict[str, Any]) -> str:
    bounds = [f"{row['limit']:g} 倍"] if row["limit"] is not None else []
    bounds += [f"{row['at_most']:g} {row['unit']}"] if row["at_most"] is not None else []
    verdict = f"；{'合乎' if row['met'] else '超出'}上限 {'、'.join(bounds)}" if bounds else ""
    return f"{row['section']}：{row['name']} {row['value']} {row['unit']}，是{row['against']}的 {row['ratio']} 倍{verdict}"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor seconds of one call, and what it returned."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def best(work: Callable[[], T], times: int = 3) -> tuple[float, T]:
    """The quickest of several calls: what a neighbour on the same core takes away is not ours."""
    return min((timed(work) for _ in range(times)), key=lambda one: one[0])
