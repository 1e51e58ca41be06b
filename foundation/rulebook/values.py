"""The value types of a rulebook: origins, offsets, month-days, rates. No floats anywhere."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

OriginKind = Literal["law", "interpretation", "other_law", "default", "local"]
OffsetUnit = Literal["wd", "d", "m"]

ORIGIN_LABELS: dict[OriginKind, str] = {
    "law": "法规",
    "interpretation": "解释",
    "other_law": "其他法律",
    "default": "默认",
    "local": "本局",
}
UNIT_LABELS: dict[OffsetUnit, str] = {"wd": "个工作日", "d": "日", "m": "个月"}

_CLAUSE = re.compile(
    r"(?!(?:AMB|CON|INV|CAP|LAW)\b)[A-Z][A-Z0-9]*-(?:[0-9]+[a-z]?|[A-Z][0-9]*)(?:\.[0-9]+[a-z]?)*"
)
_AMBIGUITY = re.compile(r"AMB-[0-9]{2,3}")
_OFFSET = re.compile(r"([+-]?)([0-9]{1,4})(wd|d|m)")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Origin:
    """Where a value comes from; `ref` is the clause id, AMB id or statute, empty for a product default.

    local: a line the bureau added in its own plan; `ref` names the document it rests on. No rulebook has it.
    """

    kind: OriginKind
    ref: str

    @property
    def label(self) -> str:
        return ORIGIN_LABELS[self.kind]

    def __str__(self) -> str:
        return f"{self.label} {self.ref}".rstrip()

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """`QS-10.7`, `AMB-01`, `LAW:…` or `DEFAULT`; ValueError for anything else."""
        if not isinstance(text, str):
            raise ValueError(text)
        if text == "DEFAULT":
            return cls("default", "")
        if text.startswith("LAW:") and text[4:].strip():
            return cls("other_law", text[4:])
        if _AMBIGUITY.fullmatch(text):
            return cls("interpretation", text)
        if _CLAUSE.fullmatch(text):
            return cls("law", text)
        raise ValueError(text)


@dataclass(frozen=True)
class Offset:
    """A signed distance between two days: `n` working days, calendar days or months."""

    n: int
    unit: OffsetUnit

    @classmethod
    def parse(cls, text: str) -> "Offset":
        found = _OFFSET.fullmatch(text)
        if not found:
            raise ValueError(text)
        sign, digits, unit = found.groups()
        return cls(-int(digits) if sign == "-" else int(digits), unit)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.n:+d}{self.unit}"

    @property
    def zh(self) -> str:
        side = "前" if self.n < 0 else "后"
        return f"{side} {abs(self.n)} {UNIT_LABELS[self.unit]}" if self.n else "当日"


@dataclass(frozen=True, order=True)
class MonthDay:
    """A day of any year; 29 February is not allowed because it does not exist every year."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> "MonthDay":
        found = _MONTH_DAY.fullmatch(text)
        if not found:
            raise ValueError(text)
        value = cls(int(found[1]), int(found[2]))
        value.in_year(2023)
        return value

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"

    @property
    def zh(self) -> str:
        return f"{self.month}月{self.day}日"


def parse_rate(text: str) -> Decimal:
    """A decimal string; the written digits are kept, so `0.25` stays 25/100. source: AMB-01"""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def rate_parts(rate: Decimal) -> tuple[int, int]:
    """Numerator and power-of-ten denominator as written: `0.30` → (30, 100)."""
    _, digits, exponent = rate.as_tuple()
    assert isinstance(exponent, int)
    return int("".join(map(str, digits))), 10 ** -min(exponent, 0)


def ceil_times(rate: Decimal, count: int) -> tuple[Fraction, int]:
    """Exact product and its ceiling. source: AMB-01"""
    raw = Fraction(rate) * count
    return raw, ceil(raw)


def decimal_text(value: Fraction | Decimal) -> str:
    """Shortest exact decimal: 33, 8.1, 31.25. The value must have a finite decimal form."""
    number = Fraction(value)
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
        if places > 30:
            raise ValueError(f"{value} 不是有限小数")
    scaled = Decimal((number * 10**places).numerator).scaleb(-places)
    return format(scaled, "f")


def percent_text(rate: Decimal) -> str:
    return f"{decimal_text(Fraction(rate) * 100)}%"


def add_months(day: date, months: int) -> date:
    """Same day of the month `months` later (earlier if negative), the last day where it does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)
