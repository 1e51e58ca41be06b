"""A year of draws on counts instead of names: drawn, repeats and shortfall per period.

What the counts leave open is fixed by convention, so that a year has one outcome:
* all targets are alike: none was visited before, all meet the first alternative of the line's `when`;
* a target that joins is unvisited; one that leaves is one of the least visited;
* those an exclusion takes out in a period are the least visited; they stay in the base and keep their visits;
* `uninspected_first` takes the least visited (exact: rulebooks.md §5); `uniform` is a lottery, so only the
  range of outcomes is certain. `simulate_year` shows the evenest one, `possible_year` tells whether another
  outcome can happen.
source: rulebooks.md §5 Sampling, Shortfall
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from .errors import CannotEvaluate
from .model import Rulebook
from .quotas import quota_number
from .selectors import matches, sample_facts
from .shortfall import drawable, shortfall
from .tables import Quota

Levels = tuple[int, ...]
Pick = tuple[int, ...]
_ANY_DAY = date(2000, 1, 1)
# How many states of a lottery `possible_year` looks at before it asks for a narrower question; not a legal number.
_MOST_STATES = 1_000_000


@dataclass(frozen=True)
class PeriodInput:
    """One body instance in one period. `excluded`: members of the base an exclusion takes out."""

    base: int
    excluded: int = 0
    officers: int | None = None
    manual: int | None = None
    plan_floor: int | None = None
    override_cap: bool = False


@dataclass(frozen=True)
class PeriodResult:
    quota: int
    pool: int
    drawn: int
    repeats: int
    shortfall: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class YearResult:
    """`distinct`: different targets drawn in the year."""

    periods: tuple[PeriodResult, ...]

    @property
    def drawn(self) -> list[int]:
        return [period.drawn for period in self.periods]

    @property
    def repeats(self) -> list[int]:
        return [period.repeats for period in self.periods]

    @property
    def shortfall(self) -> list[int]:
        return [period.shortfall for period in self.periods]

    @property
    def distinct(self) -> int:
        return sum(self.drawn) - sum(self.repeats)


@dataclass(frozen=True)
class _Rules:
    """What a line and the caps mean for one target: `limit` = visits at which the cap binds, None = never.

    Targets are counted by visits; the last level holds all with that many or more: to the rules they are alike.
    """

    line: Quota
    limit: int | None

    @property
    def none_yet(self) -> Levels:
        return (0,) * ((self.limit or 1) + 1)

    def open_levels(self, levels: Levels, override: bool) -> Levels:
        """Targets per number of visits that may be drawn; zero where they may not."""
        limit = 1 if self.line.lifetime_once else None
        if self.limit is not None and not override:
            limit = min(self.limit, limit or self.limit)
        return tuple(count if limit is None or visits < limit else 0 for visits, count in enumerate(levels))


def _rules(book: Rulebook, line: Quota) -> _Rules:
    facts, tiers = sample_facts(line.when, _ANY_DAY)
    limits = [cap.max for cap in book.caps if not matches(cap.exempt, facts, _ANY_DAY, tiers=tiers)]
    return _Rules(line, min(limits, default=None))


def simulate_year(book: Rulebook, line: Quota, inputs: Sequence[PeriodInput]) -> YearResult:
    """One outcome for one body instance; the only one for `uninspected_first`, the evenest for `uniform`."""
    rules = _rules(book, line)
    levels = rules.none_yet
    results = []
    for index, given in enumerate(inputs, 1):
        levels = _resized(levels, given.base)
        present = _not_excluded(levels, given)
        result, count = _period(rules, index, given, levels, present)
        pick = _least_visited(rules.open_levels(present, given.override_cap), count)
        results.append(_with_repeats(result, pick))
        levels = _visited(levels, pick)
    return YearResult(tuple(results))


def possible_year(
    book: Rulebook, line: Quota, inputs: Sequence[PeriodInput], accept: Callable[[int, PeriodResult], bool]
) -> Iterator[YearResult]:
    """Outcomes of a `uniform` line all of whose periods are accepted; one for each way a year can end.

    accept: period index from 0 and its result → keep this branch
    raises: CannotEvaluate if there are too many outcomes to look at
    """
    rules, seen = _rules(book, line), 0
    frontier: dict[Levels, tuple[PeriodResult, ...]] = {rules.none_yet: ()}
    for index, given in enumerate(inputs):
        following: dict[Levels, tuple[PeriodResult, ...]] = {}
        for before, history in frontier.items():
            levels = _resized(before, given.base)
            present = _not_excluded(levels, given)
            result, count = _period(rules, index + 1, given, levels, present)
            for pick in _picks(rules.open_levels(present, given.override_cap), count):
                seen += 1
                if seen > _MOST_STATES:
                    raise CannotEvaluate("抽签的可能结果太多，逐一核对不完。请同时写明每期的 repeats。")
                outcome = _with_repeats(result, pick)
                if accept(index, outcome):
                    following.setdefault(_visited(levels, pick), (*history, outcome))
        frontier = following
    for history in frontier.values():
        yield YearResult(history)


def _not_excluded(levels: Levels, given: PeriodInput) -> Levels:
    """The members of the base no exclusion takes out in this period."""
    if given.base < 0:
        raise CannotEvaluate(f"对象数 {given.base} 为负。请改为非负整数。")
    if not 0 <= given.excluded <= given.base:
        raise CannotEvaluate(
            f"排除的对象数 {given.excluded} 应在 0 与对象数 {given.base} 之间。请核对 excluded 和 base。"
        )
    out = _least_visited(levels, given.excluded)
    return tuple(count - gone for count, gone in zip(levels, out, strict=True))


def _period(
    rules: _Rules, index: int, given: PeriodInput, levels: Levels, present: Levels
) -> tuple[PeriodResult, int]:
    """Quota, pool and shortfall of one period; repeats are filled in once the pick is known.

    levels: the whole base · present: those of it no exclusion takes out
    """
    quota = quota_number(
        rules.line,
        index,
        base=given.base,
        officers=given.officers,
        manual=given.manual,
        plan_floor=given.plan_floor,
    ).number
    pool = sum(rules.open_levels(present, given.override_cap))
    unexcluded = sum(rules.open_levels(levels, given.override_cap))
    without = {}
    if sum(rules.open_levels(levels, True)) > unexcluded:
        without["cap_limited"] = sum(rules.open_levels(present, True))
    if given.excluded:
        without["exclusion_limited"] = unexcluded
    drawn = drawable(quota, 0, pool)
    short = shortfall(quota, drawn, base=given.base, pool=pool, pool_without=without)
    return PeriodResult(quota, pool, drawn, 0, short.count, short.reasons), drawn


def _resized(levels: Levels, size: int) -> Levels:
    """Newcomers are unvisited; leavers come from the least visited."""
    excess = sum(levels) - size
    if excess <= 0:
        return (levels[0] - excess, *levels[1:])
    leaving = _least_visited(levels, excess)
    return tuple(count - gone for count, gone in zip(levels, leaving, strict=True))


def _least_visited(levels: Levels, count: int) -> Pick:
    pick = []
    for available in levels:
        pick.append(min(available, count))
        count -= pick[-1]
    return tuple(pick)


def _picks(levels: Levels, count: int) -> Iterator[Pick]:
    """Every way to take `count` targets from the levels."""
    if not levels:
        if count == 0:
            yield ()
        return
    rest = sum(levels[1:])
    for here in range(max(count - rest, 0), min(levels[0], count) + 1):
        for others in _picks(levels[1:], count - here):
            yield (here, *others)


def _visited(levels: Levels, pick: Pick) -> Levels:
    moved = list(levels)
    for visits, count in enumerate(pick):
        if count:
            moved[visits] -= count
            moved[min(visits + 1, len(levels) - 1)] += count
    return tuple(moved)


def _with_repeats(result: PeriodResult, pick: Pick) -> PeriodResult:
    return PeriodResult(
        result.quota, result.pool, result.drawn, sum(pick[1:]), result.shortfall, result.reasons
    )
