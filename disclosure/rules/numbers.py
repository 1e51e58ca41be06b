"""Permanent numbers of what was published. A number once used is never used again."""

import re
from collections.abc import Iterable

from foundation.rulebook.periods import Period

_LETTERS = {"quarter": "", "month": "M", "half_year": "H", "year": "Y"}
# 回执号不用易混的字符。
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECEIPT_TAIL = 6


def result_prefix(period: Period, serial: str) -> str:
    """Year, quarter and serial of the draw: 2026-4-01. Other periods name their kind: 2026-H2-01, 2026-M11-01, 2026-Y-01."""
    letter = _LETTERS[period.kind]
    index = "" if period.kind == "year" else str(period.index)
    tail = re.sub(r"[^0-9A-Za-z]", "", serial)
    return f"{period.year}-{letter}{index}-{tail}"


def plan_prefix(year: int) -> str:
    return f"{year}-P"


def next_number(prefix: str, used: Iterable[str], digits: int = 3) -> str:
    """The number after the highest one ever used with this prefix."""
    pattern = re.compile(re.escape(prefix) + r"-([0-9]+)")
    taken = [int(found[1]) for number in used if (found := pattern.fullmatch(number))]
    return f"{prefix}-{max(taken, default=0) + 1:0{digits}}"
