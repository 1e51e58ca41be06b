"""How a field of a rulebook is declared: its type, Chinese label, allowed values and what stricter means.

The dataclasses in `model` declare their fields with the functions below, so each field of
rulebooks.md §3 is written exactly once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from . import stricter
from .stricter import Tighten
from .values import MonthDay, Offset, parse_rate

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Mismatch(ValueError):
    """A value of the wrong type; says what it is and what it has to be."""

    def __init__(self, fact: str, remedy: str, inside: str = "") -> None:
        self.fact, self.remedy, self.inside = fact, remedy, inside
        super().__init__(f"{inside}{fact}；{remedy}")


@dataclass(frozen=True)
class Spec:
    """One field of a table. `key` = name in the file; `refs` = table whose ids it must name."""

    key: str
    zh: str
    parse: Callable[[Any], Any]
    required: bool
    default: Any
    refs: str
    tighten: Tighten
    selects: bool = False


def specs(cls: type) -> dict[str, Spec]:
    """Declared fields of a dataclass by their key in the file."""
    found = (
        (f.metadata["spec"].key or f.name, f.metadata["spec"]) for f in fields(cls) if "spec" in f.metadata
    )
    return dict(found)


def attribute_names(cls: type) -> dict[str, str]:
    """Key in the file → Python attribute (`except` → `except_`)."""
    return {(f.metadata["spec"].key or f.name): f.name for f in fields(cls) if "spec" in f.metadata}


def shown(raw: Any) -> str:
    """A raw value as its author would recognise it."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return f"“{raw}”"
    if isinstance(raw, Mapping):
        return "一个表"
    if isinstance(raw, list):
        return f"数组 [{'、'.join(shown(item) for item in raw[:4])}{'…' if len(raw) > 4 else ''}]"
    return f"{raw}"


def _expect(raw: Any, kind: type, name: str, example: str) -> Any:
    wrong_bool = isinstance(raw, bool) and kind is not bool
    wrong_time = isinstance(raw, datetime) and kind is date
    if wrong_bool or wrong_time or not isinstance(raw, kind):
        raise Mismatch(f"应为{name}，现为 {shown(raw)}", f"请写成 {example}")
    return raw


def _text(raw: Any) -> str:
    return _expect(raw, str, "字符串", '"文字"')


def _filled(raw: Any) -> str:
    if not _text(raw).strip():
        raise Mismatch("是空的", "请写明文字")
    return raw


def _whole(raw: Any) -> int:
    return _expect(raw, int, "整数", "2")


def _flag(raw: Any) -> bool:
    return _expect(raw, bool, "布尔值", "true 或 false")


def _day(raw: Any) -> date:
    return _expect(raw, date, "日期", "2026-01-01（不加引号）")


def _slug(raw: Any) -> str:
    if not _SLUG.fullmatch(_text(raw)):
        raise Mismatch(f"标识 {shown(raw)} 格式不对", "标识只能用小写英文字母、数字、_ 和 -")
    return raw


def _rate(raw: Any) -> Any:
    try:
        return parse_rate(_expect(raw, str, "带引号的十进制字符串", '"0.25"'))
    except Mismatch:
        raise
    except ValueError:
        raise Mismatch(f"{shown(raw)} 不是十进制数", '请写成 "0.25" 这样的十进制字符串') from None


def _offset(*units: str) -> Callable[[Any], Offset]:
    def parse(raw: Any) -> Offset:
        remedy = f"请写成“[+-]数字+单位”，单位只能是 {'、'.join(units)}"
        if not isinstance(raw, str):
            raise Mismatch(f"应为时间间隔字符串，现为 {shown(raw)}", remedy)
        try:
            value = Offset.parse(raw)
        except ValueError:
            raise Mismatch(f"{shown(raw)} 不是时间间隔", remedy) from None
        if value.unit not in units:
            raise Mismatch(f"{shown(raw)} 的单位不能用在这里", remedy)
        return value

    return parse


def _month_day(raw: Any) -> MonthDay:
    remedy = '请写成 "MM-DD"，如 "03-31"，且须是每年都有的日子'
    try:
        return MonthDay.parse(_expect(raw, str, "月日字符串", '"03-31"'))
    except Mismatch:
        raise
    except ValueError:
        raise Mismatch(f"{shown(raw)} 不是有效的月日", remedy) from None


def _offset_or_month_day(raw: Any) -> Offset | MonthDay:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{2}-[0-9]{2}", raw):
        return _month_day(raw)
    try:
        return _offset("wd", "d", "m")(raw)
    except Mismatch as error:
        raise Mismatch(error.fact, '请写成 "+5d" 这样的间隔或 "11-05" 这样的月日') from None


def _one_of(values: Sequence[str]) -> Callable[[Any], str]:
    def parse(raw: Any) -> str:
        if _text(raw) not in values:
            raise Mismatch(f"{shown(raw)} 不是允许的值", f"只能是：{'、'.join(values)}")
        return raw

    return parse


def _each(parse: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def parse_all(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Mismatch(f"应为数组，现为 {shown(raw)}", "请写成 [ … ]")
        return tuple(parse(item) for item in raw)

    return parse_all


def _distinct(parse: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def parse_all(raw: Any) -> tuple[Any, ...]:
        values = _each(parse)(raw)
        twice = [value for index, value in enumerate(values) if value in values[:index]]
        if twice:
            raise Mismatch(f"{shown(twice[0])} 重复", "请删去重复的一项")
        return values

    return parse_all


def _table_of(cls: type) -> Callable[[Any], Any]:
    def parse(raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise Mismatch(f"应为行内表，现为 {shown(raw)}", "请写成 { … }")
        known, names = specs(cls), attribute_names(cls)
        for key in raw:
            if key not in known:
                raise Mismatch(f"有不认识的键“{key}”", f"只能有：{'、'.join(known)}")
        for key, spec in known.items():
            if spec.required and key not in raw:
                raise Mismatch(f"缺少“{key}”（{spec.zh}）", "请补上")
        values = {}
        for key, spec in known.items():
            try:
                values[names[key]] = spec.parse(raw[key]) if key in raw else spec.default
            except Mismatch as error:
                raise Mismatch(error.fact, error.remedy, f"{key} ") from None
        return cls(**values)

    return parse


def _alternatives(raw: Any) -> tuple[dict[str, Any], ...]:
    """Shape of a selector only; `selectors` checks names and values once flags and tiers are known."""
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        raise Mismatch(
            f"应为选择条件（表的数组），现为 {shown(raw)}", '请写成 [{ tier = ["key"] }]，[] 表示全部'
        )
    if any(not item for item in raw):
        raise Mismatch("选择条件中有空表 {}", "请删去空表；全部对象写成 []")
    return tuple(dict(item) for item in raw)


def _declare(
    zh: str,
    parse: Callable[[Any], Any],
    *,
    required: bool = True,
    default: Any = None,
    key: str = "",
    refs: str = "",
    tighten: Tighten = stricter.same,
    selects: bool = False,
) -> Any:
    spec = Spec(key, zh, parse, required, default, refs, tighten, selects)
    if required:
        return field(metadata={"spec": spec})
    return field(default=default, metadata={"spec": spec})


def text(zh: str, *, blank: bool = False, **options: Any) -> Any:
    """blank: an empty text is allowed and means "not given"."""
    return _declare(zh, _text if blank else _filled, **{"tighten": stricter.free, **options})


def texts(zh: str, **options: Any) -> Any:
    return _declare(zh, _each(_filled), **{"tighten": stricter.superset, **options})


def slug(zh: str, **options: Any) -> Any:
    return _declare(zh, _slug, **options)


def slugs(zh: str, **options: Any) -> Any:
    return _declare(zh, _distinct(_slug), **{"tighten": stricter.superset, **options})


def whole(zh: str, **options: Any) -> Any:
    return _declare(zh, _whole, **options)


def flag(zh: str, **options: Any) -> Any:
    return _declare(zh, _flag, **options)


def day(zh: str, **options: Any) -> Any:
    return _declare(zh, _day, **{"tighten": stricter.free, **options})


def rate(zh: str, **options: Any) -> Any:
    return _declare(zh, _rate, **options)


def rates(zh: str, **options: Any) -> Any:
    return _declare(zh, _each(_rate), **options)


def offset(zh: str, *units: str, **options: Any) -> Any:
    return _declare(zh, _offset(*(units or ("wd", "d", "m"))), **options)


def month_day(zh: str, **options: Any) -> Any:
    return _declare(zh, _month_day, **options)


def due_by(zh: str, **options: Any) -> Any:
    return _declare(zh, _offset_or_month_day, **options)


def one_of(zh: str, *values: str, **options: Any) -> Any:
    return _declare(zh, _one_of(values), **options)


def some_of(zh: str, *values: str, **options: Any) -> Any:
    return _declare(zh, _distinct(_one_of(values)), **{"tighten": stricter.superset, **options})


def inline(zh: str, cls: type, **options: Any) -> Any:
    return _declare(zh, _table_of(cls), **options)


def inlines(zh: str, cls: type, **options: Any) -> Any:
    return _declare(zh, _each(_table_of(cls)), **{"tighten": stricter.superset, **options})


def selector(zh: str, **options: Any) -> Any:
    return _declare(zh, _alternatives, selects=True, **options)
