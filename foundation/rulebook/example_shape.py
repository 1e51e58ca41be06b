"""How a worked example must be written: checked before anything is computed, so that a slip of the pen is named.

What an example says about a target beyond the attributes of rulebooks.md §4 is tolerated: no rule looks at it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from .errors import CannotEvaluate
from .schema import shown
from .vocabulary import ATTRIBUTES

Given = Mapping[str, Any]


def parts_of(example: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Type, given and expect of an example. raises: CannotEvaluate naming what is missing"""
    kind = _wanted(example, "type", _is_text, "字符串")
    given = _wanted(example, "given", _is_table, "表，如 { period = 1 }")
    expect = _wanted(example, "expect", _is_table, "表，如 { date = 2023-03-31 }")
    if not expect:
        raise CannotEvaluate("expect 为空，没有可核对的结果。请写上预期结果。")
    return kind, given, expect


def check_given(given: Given, required: tuple[str, ...]) -> None:
    """Every key that must be there is, and every key that is there has the right type."""
    for key in required:
        if not any(one in given for one in key.split("|")):
            raise CannotEvaluate(f"given 缺少 {key.replace('|', ' 或 ')}。请补上。")
    for key, value in given.items():
        fits, words = _KINDS.get(key, (_anything, ""))
        if not fits(value):
            raise CannotEvaluate(f"given 的 {key} 应为{words}，现为 {shown(value)}。请改正。")


def check_targets(targets: list[Mapping[str, Any]], flags: frozenset[str]) -> None:
    """Targets of a tier example: named once each, facts of the right type, flags the rulebook defines."""
    seen: set[str] = set()
    for number, target in enumerate(targets, 1):
        name = target.get("n")
        if not isinstance(name, str) or not name:
            raise CannotEvaluate(f"targets 第 {number} 个缺少名称 n（字符串）。请补上。")
        if name in seen:
            raise CannotEvaluate(f"targets 中“{name}”出现两次。请改用不同的名称。")
        seen.add(name)
        _check_attributes(name, target)
        _check_flags(name, target.get("flags", []), flags)


def _check_attributes(name: str, target: Mapping[str, Any]) -> None:
    for key, value in target.items():
        attribute = ATTRIBUTES.get(key)
        if attribute is None:
            continue
        fits, words = _FACTS[attribute.type]
        if not fits(value):
            raise CannotEvaluate(f"对象“{name}”的 {key}（{attribute.zh}）应为{words}，现为 {shown(value)}。")


def _check_flags(name: str, facts: Any, flags: frozenset[str]) -> None:
    if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts):
        raise CannotEvaluate(f"对象“{name}”的 flags 应写成 [{{ id = …, on = 日期 }}]。请改正。")
    for fact in facts:
        if fact.get("id") not in flags:
            known = "、".join(sorted(flags))
            raise CannotEvaluate(
                f"对象“{name}”的标志“{fact.get('id', '')}”不在规则书中。现有：{known}。请改正。"
            )
        if not _is_day(fact.get("on")):
            raise CannotEvaluate(f"对象“{name}”的标志“{fact['id']}”缺少发生日期 on（写成 2024-05-01）。")


def _wanted(example: Mapping[str, Any], key: str, fits: Callable[[Any], bool], words: str) -> Any:
    if key not in example:
        raise CannotEvaluate(f"示例缺少 {key}。请补上。")
    if not fits(example[key]):
        raise CannotEvaluate(f"示例的 {key} 应为{words}，现为 {shown(example[key])}。")
    return example[key]


def _anything(_value: Any) -> bool:
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_year(value: Any) -> bool:
    return _is_whole(value) and date.min.year < value < date.max.year


def _is_day(value: Any) -> bool:
    """A date without a time, far enough from the ends of the calendar to count from it."""
    return isinstance(value, date) and not isinstance(value, datetime) and _is_year(value.year)


def _is_list(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(fits, value))


def _either(*kinds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: any(fits(value) for fits in kinds)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


_DAY = (_is_day, "日期（写成 2022-09-20，不加引号和时刻）")
_TEXT = (_is_text, "字符串")
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "period": (_either(_is_text, _is_whole), "周期序号（1、2…）或周期编号（2026Q4）"),
    "body": _TEXT,
    "quota": _TEXT,
    "rule": _TEXT,
    "report": _TEXT,
    "quotas": (_is_list(_is_text), "配额行标识的数组"),
    "year": (_is_year, "年份（如 2024）"),
    "from": _DAY,
    "as_of": _DAY,
    "period_end": _DAY,
    "on": _DAY,
    "plan_approved": _DAY,
    "plan_approved_on": _DAY,
    "shift": (_is_whole, "整数"),
    "override_cap": (_either(_is_bool, _is_list(_is_bool)), "布尔值，或每期一个布尔值的数组"),
    "targets": (lambda value: isinstance(value, list) and all(map(_is_table, value)), "对象表的数组"),
}
_FACTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "word": (_either(_is_text, _is_list(_is_text)), "字符串"),
    "words": (_either(_is_text, lambda value: value == [], _is_list(_is_text)), "字符串或字符串数组"),
    "yes_no": (_is_bool, "布尔值 true 或 false"),
    "number": (_either(_is_whole, lambda value: isinstance(value, float)), "数字"),
    "date": _DAY,
}
