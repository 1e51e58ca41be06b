"""Numbers of an example in any of the shapes rulebooks.md §5 allows, as one list per period."""

from collections.abc import Sequence
from typing import Any

from .errors import CannotEvaluate
from .schema import shown


def whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CannotEvaluate(f"{name} 应为整数，现为 {shown(value)}。请改正。")
    return value


def instances(value: Any, name: str) -> list[int]:
    """One number per body instance; a single number is one instance."""
    if value == []:
        raise CannotEvaluate(f"{name} 是空数组。请至少写一个数。")
    return [whole(item, name) for item in (value if isinstance(value, list) else [value])]


def per_period(value: Any, periods: int, name: str, *, by_instance: bool = False) -> list[list[int]]:
    """One list of instances per period.

    A single number holds for every period. A list of lists is period by instance. A plain list is one number
    per period if it has that length, else (or with `by_instance`) one number per instance for every period.
    """
    if not isinstance(value, list):
        return [[whole(value, name)]] * periods
    if any(isinstance(item, list) for item in value):
        if len(value) != periods:
            raise CannotEvaluate(f"{name} 有 {len(value)} 期，应为 {periods} 期。")
        return [instances(item, name) for item in value]
    numbers = instances(value, name)
    if not by_instance and len(numbers) == periods:
        return [[number] for number in numbers]
    return [numbers] * periods


def same_width(grids: Sequence[list[list[int]] | None], names: str) -> int:
    """How many instances all the grids have; grids of one instance stretch to the others."""
    widths = {len(row) for grid in grids if grid is not None for row in grid}
    if len(widths - {1}) > 1:
        raise CannotEvaluate(f"{names} 的单位个数不一致：{sorted(widths)}。")
    return max(widths, default=1)


def cell(grid: list[list[int]] | None, period: int, instance: int) -> int | None:
    if grid is None:
        return None
    row = grid[period]
    return row[0] if len(row) == 1 else row[instance]
