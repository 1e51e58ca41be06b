"""Which period of a line's own kind a page or a draw is about. source: AMB-27, AMB-53"""

from collections.abc import Iterable
from decimal import Decimal

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import PERIODS_PER_YEAR, Quota
from foundation.rulebook.values import decimal_text, percent_text


def own_period(line: Quota, period: Period) -> Period:
    """The line's own period for a draw held in `period`: 2026Q4 is 2026H2 for a half-year line.

    A line with shorter periods than the draw is credited to the last of them inside it.
    """
    return Period.containing(period.first if _longer(line, period) else period.last, line.period)


def _longer(line: Quota, period: Period) -> bool:
    return PERIODS_PER_YEAR[line.period] <= PERIODS_PER_YEAR[period.kind]


def in_play(line: Quota, period: Period) -> tuple[Period, ...]:
    """Every own period of the line that overlaps `period`, in order."""
    return tuple(
        own
        for own in Period.of_year(period.year, line.period)
        if own.first <= period.last and period.first <= own.last
    )


def neighbours(period: Period) -> tuple[Period, Period]:
    """The period before and the one after, for the page's links."""
    return period.shift(-1), period.shift(1)


def page_kinds(book: Rulebook) -> tuple[str, ...]:
    """Kinds of period that have a page of their own: quarters always, months where a line has them."""
    monthly = any(line.period == "month" and line.role == "draw" for line in book.quotas)
    return ("quarter", "month") if monthly else ("quarter",)


def short_zh(period: Period) -> str:
    """一季度 · 上半年 · 3月 · 全年, for column heads and charts."""
    if period.kind == "quarter":
        return f"{'一二三四'[period.index - 1]}季度"
    return {
        "half_year": f"{'上下'[period.index - 1] if period.index < 3 else ''}半年",
        "month": f"{period.index}月",
    }.get(period.kind, "全年")


def long_zh(period: Period) -> str:
    """2026年第四季度."""
    return f"{period.year}年第{'一二三四'[period.index - 1]}季度" if period.kind == "quarter" else period.zh


PERIOD_ZH = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}


def draw_lines(book: Rulebook, bodies: Iterable[str]) -> tuple[Quota, ...]:
    """Lines that are drawn (not the yearly check ones) by any of these bodies, in the order of the book."""
    wanted = set(bodies)
    return tuple(line for line in book.quotas if line.role == "draw" and wanted & set(line.bodies))


def rate_text(line: Quota, rate: Decimal | None) -> str:
    """25%, 1:1.25 (officer to targets), or 按计划."""
    if rate is None:
        return "按计划"
    return f"1:{decimal_text(rate)}" if line.basis == "officers" else percent_text(rate)
