"""What "only stricter or additional" means, value by value, when one rulebook extends another.

Each function takes the old and the new value and returns None when the new one may stand, otherwise
the Chinese sentence that says what would be allowed.  source: rulebooks.md §1.5, §3 `extends`
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Tighten = Callable[[Any, Any], str | None]


def free(_old: Any, _new: Any) -> str | None:
    return None


def same(old: Any, new: Any) -> str | None:
    return None if old == new else "此项不能改动"


def superset(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    missing = [item for item in old if item not in new]
    return f"只能增加，不能去掉“{'、'.join(map(str, missing))}”" if missing else None


def subset(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    added = [item for item in new if item not in old]
    if added:
        return f"只能减少，不能增加“{'、'.join(map(str, added))}”"
    return None if new or not old else "不能清空"


def closed_list(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """An empty list means free text, so any closed list is stricter than it."""
    return None if not old else subset(old, new)


def higher(old: Any, new: Any) -> str | None:
    return None if old is None or new >= old else f"不能低于 {old}"


def lower(old: Any, new: Any) -> str | None:
    return None if old is None or new <= old else f"不能高于 {old}"


def higher_each(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """Rates per period; a single entry stands for every period."""
    periods = max(len(old), len(new))
    wide_old, wide_new = (tuple(v) * periods if len(v) == 1 else tuple(v) for v in (old, new))
    if len(wide_old) != len(wide_new):
        return "比例的个数与原规则书不一致"
    lowered = any(after < before for before, after in zip(wide_old, wide_new, strict=True))
    return f"每一期都不能低于 {'、'.join(map(str, old))}" if lowered else None


def only_true(old: bool, new: bool) -> str | None:
    return "不能由 true 改为 false" if old and not new else None


def only_false(old: bool, new: bool) -> str | None:
    return "不能由 false 改为 true" if new and not old else None


def ranked(*weak_to_strict: str) -> Tighten:
    def check(old: str, new: str) -> str | None:
        if weak_to_strict.index(new) >= weak_to_strict.index(old):
            return None
        return f"只能改为更严的值（由宽到严：{'、'.join(weak_to_strict)}）"

    return check


def longer_lookback(old: int, new: int) -> str | None:
    """0 = until revoked, the longest of all."""
    return None if new == 0 or (old != 0 and new >= old) else f"有效期不能短于 {old or '“直至撤销”'}"


def shorter(old: Any, new: Any) -> str | None:
    if old is None or (old.unit == new.unit and new.n <= old.n):
        return None
    return f"期限不能长于 {old}，单位也不能更换"


def earlier(old: Any, new: Any) -> str | None:
    return None if old is None or new <= old else f"不能晚于 {old}"


def sooner(old: Any, new: Any) -> str | None:
    """Offset or month-day, whichever the old value is."""
    if old == new:
        return None
    if type(old) is not type(new):
        return "不能更换期限的写法"
    return shorter(old, new) if hasattr(old, "unit") else earlier(old, new)


def wider(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """Selectors: whatever an old alternative selects, a new one still does. `[]` already means all."""
    if old == new:
        return None
    if not old or not new:
        return "范围“全部”不能改写"
    kept = all(any(_within(before, after) for after in new) for before in old)
    return None if kept else "只能扩大范围，原有条件须逐条保留"


def narrower(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """Selectors: a new alternative selects only what an old one did, or nothing at all."""
    if not new and old:
        return "豁免范围不能改为全部"
    kept = all(_empty(after) or any(_within(after, before) for before in old) for after in new)
    return None if kept else "豁免范围只能缩小"


def _empty(alternative: Mapping[str, Any]) -> bool:
    return any(value == [] for value in alternative.values())


def _within(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    """Does every target selected by `inner` meet `outer`? Compared condition by condition."""
    return all(
        key in inner
        and (
            set(inner[key]) <= set(value)
            if isinstance(value, list) and isinstance(inner[key], list)
            else inner[key] == value
        )
        for key, value in outer.items()
    )


def tighter_window(old: Any, new: Any) -> str | None:
    """A draw window inside the old one, comparable only in the same unit."""
    if old is None or old == new:
        return None
    if (old.anchor, old.shift) != (new.anchor, new.shift):
        return "抽取时间窗的起算点不能更换"
    for before, after, sign in ((old.open, new.open, 1), (old.close, new.close, -1)):
        if before is None:
            continue
        if after is None or before.unit != after.unit or (after.n - before.n) * sign < 0:
            return "抽取时间窗只能在原时间窗之内，单位不变"
    return None
