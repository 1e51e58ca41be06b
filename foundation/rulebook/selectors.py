"""Selectors: OR over alternatives, AND inside one; `[]` matches everything. source: rulebooks.md §4"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from .schema import Mismatch, shown
from .values import add_months
from .vocabulary import ATTRIBUTES, OWN_ATTRIBUTES, TIER_LABELS, Attribute

_KNOWN = ATTRIBUTES | OWN_ATTRIBUTES
ConditionKind = Literal["is", "min", "max", "within_months", "flag", "tier"]


class FlagKind(Protocol):
    """What a selector needs to know of a flag: `model.Flag` fits."""

    @property
    def id(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def lookback_months(self) -> int: ...


@dataclass(frozen=True)
class FlagFact:
    """A dated fact about a target. `revoked_on`: from that day on it no longer holds."""

    id: str
    on: date
    revoked_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of one target on one day: attributes of `vocabulary.ATTRIBUTES` and dated flags."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[FlagFact, ...] = ()

    def get(self, name: str) -> Any:
        return self.attributes.get(name)


@dataclass(frozen=True)
class Condition:
    kind: ConditionKind
    name: str
    operand: Any

    def holds(self, facts: Facts, on: date, tiers: Collection[str]) -> str | None:
        """The Chinese reason why it holds, or None."""
        return _TESTS[self.kind](self, facts, on, tiers)


@dataclass(frozen=True)
class Selector:
    """Parsed selector; empty = all (not matched before)."""

    alternatives: tuple[tuple[Condition, ...], ...] = ()

    @property
    def selects_all(self) -> bool:
        return not self.alternatives

    def names(self, kind: ConditionKind) -> frozenset[str]:
        """Flag or tier ids used anywhere in the selector."""
        return frozenset(
            getattr(item, "id", item)
            for alternative in self.alternatives
            for condition in alternative
            if condition.kind == kind
            for item in condition.operand
        )


@dataclass(frozen=True)
class Match:
    """Which alternative matched (None for `[]`) and why, in Chinese, one reason per condition."""

    alternative: int | None
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return "，且".join(self.reasons)


def explain(selector: Selector, facts: Facts, on: date, *, tiers: Collection[str] = ()) -> Match | None:
    """First alternative that matches on the reference day, with its reasons; None if none does."""
    if selector.selects_all:
        return Match(None, ("全部对象",))
    for index, alternative in enumerate(selector.alternatives):
        reasons = [condition.holds(facts, on, tiers) for condition in alternative]
        if all(reasons):
            return Match(index, tuple(reason for reason in reasons if reason))
    return None


def matches(selector: Selector, facts: Facts, on: date, *, tiers: Collection[str] = ()) -> bool:
    return explain(selector, facts, on, tiers=tiers) is not None


def active_flag(flag: FlagKind, facts: Facts, on: date) -> FlagFact | None:
    """The latest fact of this kind in force on the day.

    In force: it has happened, is not revoked, and is at most `lookback_months` old (0 = no age limit).
    source: rulebooks.md §4, AMB-12
    """
    in_force = [
        fact
        for fact in facts.flags
        if fact.id == flag.id
        and fact.on <= on
        and not (fact.revoked_on and fact.revoked_on <= on)
        and (flag.lookback_months == 0 or add_months(fact.on, flag.lookback_months) >= on)
    ]
    return max(in_force, key=lambda fact: fact.on, default=None)


def _words(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _is(condition: Condition, facts: Facts, _on: date, _tiers: Collection[str]) -> str | None:
    attribute = _KNOWN[condition.name]
    value = facts.get(condition.name)
    if attribute.type == "yes_no":
        if bool(value) is not condition.operand:
            return None
        return attribute.zh if condition.operand else f"非{attribute.zh}"
    common = [word for word in _words(value) if word in condition.operand]
    if not common:
        return None
    return f"{attribute.zh}为“{'、'.join(attribute.values.get(word, word) for word in common)}”"


def _bound(condition: Condition, facts: Facts, _on: date, _tiers: Collection[str]) -> str | None:
    value = facts.get(condition.name)
    if value is None:
        return None
    inside = value >= condition.operand if condition.kind == "min" else value <= condition.operand
    word = "不小于" if condition.kind == "min" else "不大于"
    if isinstance(condition.operand, date):
        word = "不早于" if condition.kind == "min" else "不晚于"
    return f"{ATTRIBUTES[condition.name].zh} {value} {word} {condition.operand}" if inside else None


def _within(condition: Condition, facts: Facts, on: date, _tiers: Collection[str]) -> str | None:
    value = facts.get(condition.name)
    if value is None or value > on or add_months(value, condition.operand) < on:
        return None
    return f"{ATTRIBUTES[condition.name].zh} {value} 距今不超过 {condition.operand} 个月"


def _flagged(condition: Condition, facts: Facts, on: date, _tiers: Collection[str]) -> str | None:
    found = [(flag, fact) for flag in condition.operand if (fact := active_flag(flag, facts, on))]
    if not found:
        return None
    return "；".join(_flag_reason(flag, fact) for flag, fact in found)


def _flag_reason(flag: FlagKind, fact: FlagFact) -> str:
    if not flag.lookback_months:
        return f"{flag.zh}（{fact.on} 起，撤销前有效）"
    return f"{flag.zh}（{fact.on}，有效至 {add_months(fact.on, flag.lookback_months)}）"


def _tiered(condition: Condition, _facts: Facts, _on: date, tiers: Collection[str]) -> str | None:
    common = [tier for tier in condition.operand if tier in tiers]
    return f"属于{'、'.join(TIER_LABELS[tier] for tier in common)}监管对象" if common else None


_TESTS: dict[ConditionKind, Callable[[Condition, Facts, date, Collection[str]], str | None]] = {
    "is": _is,
    "min": _bound,
    "max": _bound,
    "within_months": _within,
    "flag": _flagged,
    "tier": _tiered,
}


@dataclass(frozen=True)
class Names:
    """What a selector of one rulebook may name. own: also what only a plan's own lines know, areas and labels"""

    flags: Mapping[str, FlagKind]
    tiers: Collection[str]
    activities: Collection[str]
    credit_grades: Collection[str]
    own: bool = False


def parse_selector(raw: Iterable[Mapping[str, Any]], names: Names) -> tuple[Selector, list[Mismatch]]:
    """The selector and every fault in it; faulty conditions are left out."""
    faults: list[Mismatch] = []
    alternatives = []
    for number, alternative in enumerate(raw, 1):
        conditions = []
        for key, operand in alternative.items():
            try:
                conditions.append(_condition(key, operand, names))
            except Mismatch as error:
                faults.append(Mismatch(error.fact, error.remedy, f"第 {number} 个条件 {key} "))
        alternatives.append(tuple(conditions))
    return Selector(tuple(alternatives)), faults


def _condition(key: str, operand: Any, names: Names) -> Condition:
    if key == "flag":
        ids = _listed(operand, names.flags, "标志")
        return Condition("flag", key, tuple(names.flags[item] for item in ids))
    if key == "tier":
        return Condition("tier", key, _listed(operand, names.tiers, "监管类别"))
    for suffix, kind in (("_within_months", "within_months"), ("_min", "min"), ("_max", "max")):
        name = key.removesuffix(suffix)
        if name != key and name in ATTRIBUTES:
            return Condition(kind, name, _comparable(kind, ATTRIBUTES[name], operand))  # type: ignore[arg-type]
    if key not in (_KNOWN if names.own else ATTRIBUTES):
        raise Mismatch("不是已知的对象属性", "请改用规则书第 4 节列出的属性名")
    return Condition("is", key, _equals(key, operand, names))


def _equals(key: str, operand: Any, names: Names) -> Any:
    attribute = _KNOWN[key]
    if attribute.type == "yes_no":
        if not isinstance(operand, bool):
            raise Mismatch(f"应为布尔值，现为 {shown(operand)}", "请写 true 或 false")
        return operand
    if attribute.type in ("number", "date"):
        raise Mismatch(
            "数字和日期属性不能直接相等比较", f"请改用 {key}_min、{key}_max 或 {key}_within_months"
        )
    allowed: Collection[str] | None = attribute.values or None
    if key == "credit_grade" and names.credit_grades:
        allowed = names.credit_grades
    if key == "overlapping_activity":
        allowed = names.activities
    return _listed(operand, allowed, attribute.zh)


def _listed(operand: Any, allowed: Collection[str] | None, label: str) -> tuple[str, ...]:
    if not isinstance(operand, list) or not all(isinstance(item, str) for item in operand):
        raise Mismatch(f"应为字符串数组，现为 {shown(operand)}", '请写成 ["a", "b"]')
    if any(not item.strip() for item in operand):
        raise Mismatch(f"{label}中有空的值", "请删去或写明")
    unknown = [item for item in operand if allowed is not None and item not in allowed]
    if unknown:
        raise Mismatch(f"{label}中没有“{'、'.join(unknown)}”", f"只能是：{'、'.join(allowed or ())}")
    return tuple(operand)


def _comparable(kind: str, attribute: Attribute, operand: Any) -> Any:
    if kind == "within_months":
        if attribute.type != "date":
            raise Mismatch("只有日期属性能用 _within_months", "请改用 _min 或 _max")
        if isinstance(operand, bool) or not isinstance(operand, int) or operand < 0:
            raise Mismatch(f"月数应为非负整数，现为 {shown(operand)}", "请写成 12")
        return operand
    if attribute.type == "date":
        if type(operand) is not date:
            raise Mismatch(f"应为日期，现为 {shown(operand)}", "请写成 2022-01-01（不加引号）")
        return operand
    if attribute.type != "number":
        raise Mismatch("只有数字和日期属性能用 _min、_max", '请改用 属性 = ["值"]')
    return _number(operand)


def _number(operand: Any) -> Decimal:
    if isinstance(operand, int) and not isinstance(operand, bool):
        return Decimal(operand)
    if isinstance(operand, str) and operand.replace(".", "", 1).isdigit():
        return Decimal(operand)
    raise Mismatch(f"应为整数或十进制字符串，现为 {shown(operand)}", '请写成 50 或 "0.5"')


def sample_facts(selector: Selector, on: date) -> tuple[Facts, Sequence[str]]:
    """Facts and tiers of a target that meets the first alternative; used to simulate a whole population."""
    attributes: dict[str, Any] = {}
    flags: tuple[FlagFact, ...] = ()
    tiers: tuple[str, ...] = ()
    for condition in selector.alternatives[0] if selector.alternatives else ():
        if condition.kind == "tier":
            tiers = condition.operand[:1]
        elif condition.kind == "flag":
            flags = tuple(FlagFact(flag.id, on) for flag in condition.operand[:1])
        elif condition.kind == "within_months":
            attributes[condition.name] = on
        else:
            many = isinstance(condition.operand, tuple)
            attributes[condition.name] = condition.operand[:1] if many else condition.operand
    return Facts(attributes, flags), tiers
