"""Periods of the calendar year: 2026Q4, 2026H1, 2026M03, 2026Y. source: AMB-27"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import CannotEvaluate
from .tables import PERIODS_PER_YEAR

_LETTERS = {"month": "M", "quarter": "Q", "half_year": "H", "year": "Y"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_PERIOD = re.compile(r"([0-9]{4})(?:([QH])([1-4])|(M)(0[1-9]|1[0-2])|(Y))")


@dataclass(frozen=True, order=True)
class Period:
    """The index-th month, quarter or half of a year (index from 1), or the year itself."""

    year: int
    kind: str
    index: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= PERIODS_PER_YEAR[self.kind]:
            raise CannotEvaluate(
                f"{self.year} 年没有第 {self.index} 个这种周期（{self.kind}）。请核对周期序号。"
            )

    @classmethod
    def parse(cls, text: str) -> "Period":
        found = _PERIOD.fullmatch(text)
        if not found:
            raise CannotEvaluate(f"“{text}”不是有效的周期。请写成 2026Q4、2026H1、2026M03 或 2026Y。")
        year, letter, index, month, month_index, _ = found.groups()
        kind = _KINDS[letter or month or "Y"]
        return cls(int(year), kind, int(index or month_index or 1))

    @classmethod
    def containing(cls, day: date, kind: str) -> "Period":
        return cls(day.year, kind, (day.month - 1) // (12 // PERIODS_PER_YEAR[kind]) + 1)

    @classmethod
    def of_year(cls, year: int, kind: str) -> "tuple[Period, ...]":
        return tuple(cls(year, kind, index) for index in range(1, PERIODS_PER_YEAR[kind] + 1))

    @property
    def id(self) -> str:
        if self.kind == "year":
            return f"{self.year}Y"
        return f"{self.year}{_LETTERS[self.kind]}{self.index:0{2 if self.kind == 'month' else 1}d}"

    def __str__(self) -> str:
        return self.id

    @property
    def zh(self) -> str:
        if self.kind == "half_year":
            return f"{self.year}年{'上' if self.index == 1 else '下'}半年"
        unit = {"month": f"{self.index}月", "quarter": f"第{'一二三四'[self.index - 1]}季度", "year": ""}[
            self.kind
        ]
        return f"{self.year}年{unit}" if unit else f"{self.year}年度"

    @property
    def first(self) -> date:
        return date(self.year, (self.index - 1) * self._months + 1, 1)

    @property
    def last(self) -> date:
        return self.shift(1).first - timedelta(days=1)

    @property
    def _months(self) -> int:
        return 12 // PERIODS_PER_YEAR[self.kind]

    def shift(self, periods: int) -> "Period":
        """The period of the same kind `periods` later, earlier if negative."""
        per_year = PERIODS_PER_YEAR[self.kind]
        year, index = divmod(self.year * per_year + self.index - 1 + periods, per_year)
        return Period(year, self.kind, index + 1)

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last
