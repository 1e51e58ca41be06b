"""What a quota line is called on a page: the rulebook gives it an id, readers need words."""

from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import Condition, Selector
from foundation.rulebook.tables import Quota
from foundation.rulebook.vocabulary import ATTRIBUTES, OWN_ATTRIBUTES, TIER_LABELS
from planning.rules.own_lines import OwnLine
from registry.rules import categories

STATUS_ZH = {
    "E": "可抽",
    "C.CAP": "今年已达次数上限",
    "C.SUPERIOR": "上级今年已查且未发现问题",
    "C.DRAWN": "本期本行已抽中",
    "C.ONCE": "终身一次，以前已抽中",
    "C.CLOSED": "名录快照后关停或注销",
    "C.OFFPOOL": "按规则排除",
    "X.CLOSED": "已关停或注销",
    "X.MOVED": "已迁出",
    "X.DUP": "重复登记",
    "X.NOJUR": "不归本主体管辖",
}


def tier_of(line: Quota) -> str:
    """The tier a line is about, or "" when it is about something else, several, or a line of the plan's own."""
    if line.local:
        return ""
    tiers = line.when.names("tier")
    return next(iter(tiers)) if len(tiers) == 1 else ""


def line_name(book: Rulebook, line: Quota) -> str:
    """重点监管对象, or the item with its scope: 水污染防治设施运行情况（城市污水处理厂）."""
    if isinstance(line, OwnLine):
        return line.zh
    tier = tier_of(line)
    if tier:
        return tier_name(book, tier)
    if line.item is None:
        return scope(book, line)
    return f"{book.item(line.item).zh}（{scope(book, line)}）"


def tier_name(book: Rulebook, tier: str) -> str:
    """重点排污单位: what this book calls a tier."""
    return next((found.zh for found in book.tiers if found.id == tier), f"{TIER_LABELS[tier]}监管对象")


def short_name(book: Rulebook, line: Quota) -> str:
    """For table rows: 重点, or the scope alone."""
    tier = tier_of(line)
    return TIER_LABELS[tier] if tier else scope(book, line)


def short_scope(book: Rulebook, line: Quota) -> str:
    """What a plan's row calls a line: the tier by its name in this book, otherwise the scope."""
    tier = tier_of(line)
    return tier_name(book, tier) if tier else scope(book, line)


def scope(book: Rulebook, line: Quota) -> str:
    """Whom the line is about, as printed if the text has a row for it, otherwise from the selector; an own line by its name."""
    if isinstance(line, OwnLine):
        return line.zh
    clause = clauses.quote(line.origin("when").ref)
    if clause and clause.scope:
        return clause.scope
    if tier_of(line):
        return tier_name(book, tier_of(line))
    return describe(line.when)


def describe(selector: Selector) -> str:
    """A selector in Chinese: alternatives joined by 或, conditions by 且."""
    if selector.selects_all:
        return "其余全部对象"
    return "；或".join(
        "且".join(_condition(item) for item in alternative) for alternative in selector.alternatives
    )


def _condition(condition: Condition) -> str:
    operand = condition.operand
    if condition.kind == "tier":
        return f"{'、'.join(TIER_LABELS[tier] for tier in operand)}监管对象"
    if condition.kind == "flag":
        return f"有标记“{'、'.join(flag.zh for flag in operand)}”"
    attribute = (ATTRIBUTES | OWN_ATTRIBUTES)[condition.name]
    if condition.kind == "is":
        if isinstance(operand, bool):
            return attribute.zh if operand else f"非{attribute.zh}"
        if condition.name == "category":
            return "、".join(categories.label(word) for word in operand)
        return f"{attribute.zh}为{'、'.join(attribute.values.get(word, word) for word in operand)}"
    if condition.kind == "within_months":
        return f"{attribute.zh}距今不超过 {operand} 个月"
    return f"{attribute.zh}{'不小于' if condition.kind == 'min' else '不大于'} {operand}"
