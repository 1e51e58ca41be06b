"""The monthly breakdown of a period's number. source: WL-7.3"""

from collections.abc import Sequence

from foundation.rulebook.periods import Period


def months_of(period: Period) -> range:
    """Calendar months of a period: 4, 5, 6 for a second quarter."""
    return range(period.first.month, period.last.month + 1)


def spread(number: int, count: int) -> tuple[int, ...]:
    """A number laid out as evenly as possible, earlier months first; the parts add up to the number."""
    each, rest = divmod(number, count)
    return tuple(each + (at < rest) for at in range(count))


def by_month(number: int, period: Period, chosen: Sequence[int] = ()) -> dict[int, int]:
    """{month: how many}: as chosen, or evenly. chosen that does not add up to the number is left aside."""
    months = months_of(period)
    parts = tuple(chosen) if fits(number, period, chosen) else spread(number, len(months))
    return dict(zip(months, parts, strict=True))


def fits(number: int, period: Period, chosen: Sequence[int]) -> bool:
    return len(chosen) == len(months_of(period)) and sum(chosen) == number and min(chosen, default=0) >= 0
