"""Counting: from the list of what was drawn to every figure on a page. A figure is always the length of a list of rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.rulebook.periods import Period

STAGES = {"drawn": "已抽", "checked": "已检查", "reviewed": "已审核", "disclosed": "已公示"}
EXTRA = {
    "completed": "已完成", "undisclosed": "已检查未公示", "overdue": "逾期未公示", "exempt": "依法不公开",
    "problems": "发现问题", "solved": "已复查合格或办结", "late": "公示晚于期限", "offsite": "非现场检查",
}  # fmt: skip
KINDS = ("month", "quarter", "half_year", "year")


@dataclass(frozen=True)
class Credit:
    """One drawn target as it counts for one quota line. `strict`: what is checked but not public is not completed.

    due_on, published_on: of its disclosure; `solved`: every problem found has been closed
    """

    line: str
    unit: int
    period: str
    checked: bool = False
    reviewed: bool = False
    exempt: bool = False
    problem: bool = False
    solved: bool = False
    offsite: bool = False
    strict: bool = False
    due_on: date | None = None
    published_on: date | None = None
    key: int = 0

    @property
    def disclosed(self) -> bool:
        return self.published_on is not None

    @property
    def completed(self) -> bool:
        """source: rulebook disclosure.undisclosed_is_incomplete"""
        if self.strict:
            return self.checked and (self.disclosed or self.exempt)
        return self.checked


def at_stage(credit: Credit, stage: str, on: date) -> bool:
    """Whether a row belongs to the list behind a figure."""
    return _TESTS[stage](credit, on)


_TESTS: dict[str, Callable[[Credit, date], bool]] = {
    "drawn": lambda credit, on: True,
    "checked": lambda credit, on: credit.checked,
    "reviewed": lambda credit, on: credit.reviewed,
    "disclosed": lambda credit, on: credit.disclosed,
    "completed": lambda credit, on: credit.completed,
    "undisclosed": lambda credit, on: credit.checked and not credit.disclosed and not credit.exempt,
    "overdue": lambda credit, on: _due(credit, on) and not credit.disclosed,
    "exempt": lambda credit, on: credit.exempt,
    "problems": lambda credit, on: credit.problem,
    "solved": lambda credit, on: credit.problem and credit.solved,
    "late": lambda credit, on: bool(credit.published_on and credit.due_on and credit.published_on > credit.due_on),
    "offsite": lambda credit, on: credit.checked and credit.offsite,
}  # fmt: skip


def _due(credit: Credit, on: date) -> bool:
    return credit.due_on is not None and credit.due_on < on and not credit.exempt


@dataclass(frozen=True)
class Line:
    """One quota line of one unit with its counts by stage."""

    line: str
    unit: int
    period: str
    required: int
    counts: dict[str, int]


@dataclass(frozen=True)
class Progress:
    """A period. Rates are None while there is nothing to divide by. source: AMB-47"""

    lines: tuple[Line, ...]
    required: int
    counts: dict[str, int]
    disclosure_rate: Fraction | None
    on_time_rate: Fraction | None


def progress(
    required: Iterable[tuple[str, int, str, int]], credits: Sequence[Credit], on: date
) -> Progress:  # fmt: skip
    """required: (line, unit, period, number) of every quota; a line without quota still shows what was drawn for it."""
    numbers = {(line, unit, period): number for line, unit, period, number in required}
    groups: dict[tuple[str, int, str], list[Credit]] = {key: [] for key in numbers}
    for credit in credits:
        groups.setdefault((credit.line, credit.unit, credit.period), []).append(credit)
    lines = tuple(Line(*key, numbers.get(key, 0), counted(rows, on)) for key, rows in groups.items())
    return Progress(lines, sum(numbers.values()), counted(credits, on), *_rates(credits, on))


def counted(credits: Sequence[Credit], on: date) -> dict[str, int]:
    return {stage: sum(1 for credit in credits if at_stage(credit, stage, on)) for stage in (*STAGES, *EXTRA)}


def _rates(credits: Sequence[Credit], on: date) -> tuple[Fraction | None, Fraction | None]:
    """Of the checks whose day has passed and that are not exempt: published, and published in time."""
    one_each = {credit.key: credit for credit in credits if credit.checked}.values()
    due = [credit for credit in one_each if _due(credit, on)]
    if not due:
        return None, None
    public = [credit for credit in due if credit.published_on and credit.published_on <= on]
    in_time = [credit for credit in public if not at_stage(credit, "late", on)]
    return Fraction(len(public), len(due)), Fraction(len(in_time), len(due))


def periods_of(quarter: Period) -> list[str]:
    """Periods accounted for in a quarter: those that end in it, so that each is counted in one quarter only."""
    kinds = [Period.of_year(quarter.year, kind) for kind in KINDS]
    return [period.id for several in kinds for period in several if quarter.contains(period.last)]


def percent(value: Fraction | None) -> str:
    """1/3 → 33.33%; a dash while there is nothing to divide by."""
    if value is None:
        return "—"
    hundredths = (value.numerator * 20000 + value.denominator) // (2 * value.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".") + "%"


def mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None
