"""What each type of worked example computes: one function per type of rulebooks.md §5.

Where a `uniform` lottery leaves a year open, an outcome that agrees with the example is looked for among
those §5 allows (see `simulation`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .comparing import agrees
from .deadlines import (
    Calendar,
    Due,
    disclosure_due,
    draw_window,
    entry_due,
    finish_due,
    plan_due,
    plan_publish_due,
    report_due,
)
from .errors import CannotEvaluate
from .example_shape import check_targets
from .grids import cell, instances, per_period, same_width, whole
from .model import Rulebook
from .periods import Period
from .quotas import QuotaSum, quota_sum
from .selectors import Facts, FlagFact
from .shortfall import REASON_LABELS
from .simulation import PeriodInput, PeriodResult, YearResult, possible_year, simulate_year
from .tables import Quota
from .tiers import tier_ids
from .yearly import compare, stated_for

_INPUTS = ("base", "officers", "manual", "plan", "plan_base", "plan_officers")

Given = Mapping[str, Any]
Expect = Mapping[str, Any]
Actual = dict[str, Any]


def _quota(book: Rulebook, given: Given, expect: Expect, _calendar: Calendar) -> Actual:
    lines = [line for line in expect if line != "total"]
    given_lines = _lines_given(book, given)
    if "total" in expect:
        lines = given_lines
    actual: Actual = {}
    for line_id in lines:
        line = _line(book, line_id)
        if given.get("body") and given["body"] not in line.bodies:
            raise CannotEvaluate(f"配额行“{line_id}”不属于主体“{given['body']}”。")
        actual[line_id] = _one_quota(book, line, given).number
    return actual | {"total": sum(actual.values())}


def _lines_given(book: Rulebook, given: Given) -> list[str]:
    """Lines the example gives numbers for, each of which must be one of the rulebook."""
    ids: dict[str, None] = {}
    for key in (*_INPUTS, "base_many"):
        table = given.get(key, {})
        if not isinstance(table, Mapping):
            raise CannotEvaluate(f"given 的 {key} 应按配额行写成表，如 {key} = {{ key = 132 }}。请改正。")
        ids |= dict.fromkeys(table)
    return [_line(book, line_id).id for line_id in ids]


def _one_quota(book: Rulebook, line: Quota, given: Given) -> QuotaSum:
    index = _index(given["period"], line)
    own = {key: given[key][line.id] for key in _INPUTS if line.id in given.get(key, {})}
    if line.id in given.get("base_many", {}):
        own["base"] = [given["base_many"][line.id]] * line.periods
    if line.basis == "manual" and "manual" not in own and "plan" in own:
        own["manual"] = own.pop("plan")
    grids = {}
    for key, value in own.items():
        nested = isinstance(value, list) and any(isinstance(item, list) for item in value)
        grids[key] = per_period(
            value if nested else instances(value, key), line.periods, key, by_instance=True
        )
    return _quota_at(book, line, index, grids)


def _quota_at(book: Rulebook, line: Quota, index: int, grids: Mapping[str, list[list[int]]]) -> QuotaSum:
    width = _width(book, line, grids)
    columns = {
        key: [number for place in range(width) if (number := cell(grid, index - 1, place)) is not None]
        for key, grid in grids.items()
    }
    return quota_sum(
        line,
        index,
        base=columns.get("base"),
        officers=columns.get("officers"),
        manual=columns.get("manual"),
        plan_floor=_floor(book, line, index, columns),
    )


def _floor(book: Rulebook, line: Quota, index: int, columns: Mapping[str, list[int]]) -> list[int] | None:
    """Numbers of the approved plan where they bind: given, or computed from the plan-day counts."""
    if book.plan.freeze != "floor":
        return None
    if "plan" in columns:
        return columns["plan"]
    if line.basis == "officers" and "plan_officers" in columns:
        planned = quota_sum(line, index, officers=columns["plan_officers"])
    elif line.basis == "population" and "plan_base" in columns:
        planned = quota_sum(line, index, base=columns["plan_base"])
    else:
        return None
    return [part.number for part in planned.parts]


def _index(period: Any, line: Quota) -> int:
    """Index inside the line's own kind of period; a period id such as 2024Q3 is also understood."""
    if isinstance(period, str):
        return Period.containing(Period.parse(period).first, line.period).index
    index = whole(period, "period")
    if not 1 <= index <= line.periods:
        raise CannotEvaluate(f"配额行“{line.id}”一年有 {line.periods} 期，没有第 {index} 期。")
    return index


def _width(book: Rulebook, line: Quota, grids: Mapping[str, list[list[int]]]) -> int:
    """Number of body instances the numbers speak of; more than one only for a body of which there are many."""
    width = same_width(list(grids.values()), line.id)
    if width > 1 and all(book.body(body).instances == "one" for body in line.bodies):
        raise CannotEvaluate(f"配额行“{line.id}”的主体只有一个单位，示例给出了 {width} 个。")
    return width


def _line(book: Rulebook, line_id: str) -> Quota:
    try:
        return book.line(line_id)
    except KeyError:
        known = "、".join(line.id for line in book.quotas)
        raise CannotEvaluate(f"规则书 {book.id} 没有配额行“{line_id}”。现有：{known}。") from None


def _grids(line: Quota, given: Given) -> dict[str, list[list[int]]]:
    """Per-period numbers of one line from an example about a whole year."""
    grids = {}
    for key in (*_INPUTS, "base_many", "excluded"):
        if key not in given:
            continue
        value = given[key]
        if isinstance(value, Mapping):
            if line.id not in value:
                continue
            value = value[line.id]
        by_instance = key == "base_many" or key.startswith("plan_")
        grids["base" if key == "base_many" else key] = per_period(
            value, line.periods, key, by_instance=by_instance
        )
    if line.basis == "manual" and "manual" not in grids and "plan" in grids:
        grids["manual"] = grids.pop("plan")
    return grids


def _quota_year(book: Rulebook, given: Given, _expect: Expect, _calendar: Calendar) -> Actual:
    per_line = {}
    for line_id in _line_ids(given):
        line = _line(book, line_id)
        per_line[line_id] = _numbers_of_year(book, line, given)
    total = sum(sum(numbers) for numbers in per_line.values())
    single = next(iter(per_line.values())) if len(per_line) == 1 else dict(per_line)
    return {**per_line, "quotas": single, "total": total}


def _numbers_of_year(book: Rulebook, line: Quota, given: Given) -> list[int]:
    grids = _grids(line, given)
    return [_quota_at(book, line, index, grids).number for index in range(1, line.periods + 1)]


def _line_ids(given: Given) -> list[str]:
    if "quota" in given:
        return [given["quota"]]
    return list(given["quotas"])


def _year(book: Rulebook, given: Given, expect: Expect, _calendar: Calendar) -> Actual:
    line = _line(book, given["quota"])
    grids = _grids(line, given)
    override = given.get("override_cap", False)
    overrides = override if isinstance(override, list) else [override] * line.periods
    if len(overrides) != line.periods:
        raise CannotEvaluate(f"override_cap 有 {len(overrides)} 期，应为 {line.periods} 期。请逐期补齐。")
    width = _width(book, line, grids)
    inputs = [
        [
            PeriodInput(
                base=_needed(cell(grids.get("base"), period, place), "base"),
                excluded=cell(grids.get("excluded"), period, place) or 0,
                officers=cell(grids.get("officers"), period, place),
                manual=cell(grids.get("manual"), period, place),
                plan_floor=_plan_floor(book, line, period + 1, grids, place),
                override_cap=bool(overrides[period]),
            )
            for period in range(line.periods)
        ]
        for place in range(width)
    ]
    actual = _year_actual([simulate_year(book, line, one) for one in inputs])
    if width == 1 and line.order == "uniform" and not agrees(actual, expect):
        return next(_others(book, line, inputs[0], expect), actual)
    return actual


def _needed(value: int | None, name: str) -> int:
    if value is None:
        raise CannotEvaluate(f"示例缺少 {name}。")
    return value


def _plan_floor(
    book: Rulebook, line: Quota, index: int, grids: Mapping[str, list[list[int]]], place: int
) -> int | None:
    columns = {
        key: [number] for key, grid in grids.items() if (number := cell(grid, index - 1, place)) is not None
    }
    floor = _floor(book, line, index, columns)
    return floor[0] if floor else None


def _year_actual(results: list[YearResult]) -> Actual:
    """Totals over the body instances; reasons of all of them in the usual order."""
    by_period = list(zip(*(result.periods for result in results), strict=True))
    reasons = [
        [reason for reason in REASON_LABELS if any(reason in part.reasons for part in parts)]
        for parts in by_period
    ]
    return {
        "quotas": [sum(part.quota for part in parts) for parts in by_period],
        "pool": [sum(part.pool for part in parts) for parts in by_period],
        "drawn": [sum(part.drawn for part in parts) for parts in by_period],
        "repeats": [sum(part.repeats for part in parts) for parts in by_period],
        "shortfall": [sum(part.shortfall for part in parts) for parts in by_period],
        "distinct": sum(result.distinct for result in results),
        "total": sum(part.drawn for parts in by_period for part in parts),
        "reasons": reasons,
        "reasons_last": reasons[-1],
    }


def _others(book: Rulebook, line: Quota, inputs: list[PeriodInput], expect: Expect) -> Iterator[Actual]:
    """Other outcomes of a uniform lottery that agree with the example."""

    def accept(index: int, result: PeriodResult) -> bool:
        one = {"drawn": result.drawn, "repeats": result.repeats, "shortfall": result.shortfall}
        return all(
            len(expect[key]) == line.periods and expect[key][index] == value
            for key, value in one.items()
            if key in expect
        )

    for outcome in possible_year(book, line, inputs, accept):
        actual = _year_actual([outcome])
        if agrees(actual, expect):
            yield actual


def _due(book: Rulebook, given: Given, _expect: Expect, calendar: Calendar) -> Actual:
    rule = given["rule"]
    if rule not in _DUE_RULES:
        raise CannotEvaluate(f"不认识的期限“{rule}”。可用：{'、'.join(_DUE_RULES)}。")
    return _due_actual(_DUE_RULES[rule](book, given, calendar))


def _period(given: Given) -> Period:
    """The period a date rule speaks of; here an index alone would not tell the year."""
    period = given.get("period")
    if not isinstance(period, str):
        raise CannotEvaluate("given 缺少 period，或没有写成周期编号。请写成 2026Q4、2026H1 或 2026Y。")
    return Period.parse(period)


def _start(given: Given) -> date:
    if "from" in given:
        return given["from"]
    return _period(given).last


def _publish(book: Rulebook, given: Given, calendar: Calendar) -> Due | None:
    issued = given.get("from")
    year = given.get("year", issued.year if issued else None)
    return plan_publish_due(book, calendar, year=_needed(year, "year"), issued_on=issued)


_DUE_RULES: dict[str, Callable[[Rulebook, Given, Calendar], Due | None]] = {
    "disclosure": lambda book, given, calendar: disclosure_due(book, calendar, start=_start(given)),
    "entry": lambda book, given, calendar: entry_due(book, calendar, visit_end=_start(given)),
    "plan_publish": _publish,
    "finish": lambda book, given, calendar: finish_due(book, calendar, period=_period(given)),
}


def _due_actual(due: Due | None) -> Actual:
    if due is None:
        return {"date": None, "remind_by": None, "provisional": False, "due": False}
    return {"date": due.date, "remind_by": due.remind_by, "provisional": due.provisional, "due": True}


def _plan_due(book: Rulebook, given: Given, _expect: Expect, calendar: Calendar) -> Actual:
    return _due_actual(plan_due(book, calendar, year=given["year"]))


def _report(book: Rulebook, given: Given, _expect: Expect, calendar: Calendar) -> Actual:
    try:
        report = book.report(given["report"])
    except KeyError:
        raise CannotEvaluate(f"规则书 {book.id} 没有报送“{given['report']}”。") from None
    end = given.get("period_end")
    if end is None and "period" in given:
        end = _period(given).last
    return _due_actual(report_due(report, calendar, period_end=end, year=given.get("year")))


def _window(book: Rulebook, given: Given, _expect: Expect, calendar: Calendar) -> Actual:
    window = draw_window(
        book,
        calendar,
        period=_period(given),
        plan_approved_on=given.get("plan_approved", given.get("plan_approved_on")),
        shift_by=given.get("shift"),
    )
    actual: Actual = {"open": window.open, "close": window.close, "provisional": window.provisional}
    if "on" in given:
        actual["ok"] = actual["inside"] = window.contains(given["on"])
    return actual


def _tier(book: Rulebook, given: Given, _expect: Expect, _calendar: Calendar) -> Actual:
    if given["body"] not in {body.id for body in book.bodies}:
        raise CannotEvaluate(f"规则书 {book.id} 没有主体“{given['body']}”。")
    check_targets(given["targets"], frozenset(flag.id for flag in book.flags))
    return {
        target["n"]: list(tier_ids(book, given["body"], _facts(target), given["as_of"]))
        for target in given["targets"]
    }


def _facts(target: Mapping[str, Any]) -> Facts:
    attributes = {key: value for key, value in target.items() if key not in ("n", "flags")}
    return Facts(attributes, tuple(map(_flag_fact, target.get("flags", ()))))


def _flag_fact(raw: Mapping[str, Any]) -> FlagFact:
    revoked = raw.get("revoked_on", raw.get("revoked"))
    if revoked is True:
        revoked = raw["on"]
    return FlagFact(raw["id"], raw["on"], revoked or None)


def _stated(book: Rulebook, given: Given, _expect: Expect, _calendar: Calendar) -> Actual:
    ids = _line_ids(given)
    computed = sum(sum(_numbers_of_year(book, _line(book, line_id), given)) for line_id in ids)
    comparison = compare(computed, stated_for(book, ids))
    return {"year": computed, "stated": comparison.stated, "ok": comparison.ok}


Evaluate = Callable[[Rulebook, Given, Expect, Calendar], Actual]


@dataclass(frozen=True)
class ExampleType:
    """`required`: keys of `given` that must be there, alternatives joined by `|` · `allowed`: all it may have."""

    evaluate: Evaluate
    required: tuple[str, ...]
    allowed: frozenset[str]


_YEAR_KEYS: Collection[str] = {"quota", "body", "base_many", "excluded", "override_cap", *_INPUTS}
TYPES: dict[str, ExampleType] = {
    "quota": ExampleType(_quota, ("period",), frozenset({"period", "body", "base_many", *_INPUTS})),
    "quota_year": ExampleType(_quota_year, ("quota|quotas",), frozenset({*_YEAR_KEYS, "quotas"})),
    "year": ExampleType(_year, ("quota",), frozenset(_YEAR_KEYS)),
    "due": ExampleType(_due, ("rule", "from|period|year"), frozenset({"rule", "from", "period", "year"})),
    "plan_due": ExampleType(_plan_due, ("year",), frozenset({"year"})),
    "report": ExampleType(_report, ("report",), frozenset({"report", "period_end", "period", "year"})),
    "window": ExampleType(
        _window, ("period",), frozenset({"period", "shift", "plan_approved", "plan_approved_on", "on"})
    ),
    "tier": ExampleType(_tier, ("body", "as_of", "targets"), frozenset({"body", "as_of", "targets"})),
    "stated": ExampleType(_stated, ("quota|quotas",), frozenset({"quota", "quotas", "base_many", *_INPUTS})),
}
