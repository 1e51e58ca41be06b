"""标识: which groups there are, and which words of a group may be given. source: QS-7.6, NM-12.2, NM-12.3, WL-4.4"""

import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from foundation.errors import RuleBroken

_WORDS = Path(__file__).parent.parent / "data" / "labels.toml"


class LabelUnknown(RuleBroken):
    code = "unknown_label"


def check_group(group: str, groups: Collection[str], *, free: bool) -> None:
    """raises: LabelUnknown"""
    if group in groups or (free and group.strip()):
        return
    hint = f"可以用：{'、'.join(groups)}。" if groups else "这本规则书没有标识类别。"
    raise LabelUnknown(f"规则书没有“{group}”这一类标识，也不允许增设。{hint}")


def check_words(group: str, words: Iterable[str], allowed: Collection[str]) -> None:
    """raises: LabelUnknown for a word the dictionary does not have on the day"""
    strange = [word for word in words if word not in allowed]
    if strange:
        shown = "、".join(list(allowed)[:12]) or "没有在用的词"
        raise LabelUnknown(
            f"“{group}”的字典里没有“{'、'.join(strange)}”，或已停用。可以用：{shown}。要增加请到“标识字典”登记。"
        )


def check_dates(first: date | None, last: date | None) -> None:
    """raises: RuleBroken"""
    if first and last and last < first:
        raise RuleBroken(f"止 {last} 早于起 {first}。请核对两个日期。", code="dates_out_of_order")


@lru_cache(maxsize=1)
def _shipped() -> list[dict]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))["groups"]


def first_words(group: str, areas: Iterable[str]) -> list[str]:
    """Words a group starts with: product defaults, for regions the bureau's own areas; none for groups left open. source: CAP-11"""
    found = next((row for row in _shipped() if group in row["names"]), None)
    if found is None:
        return []
    return list(dict.fromkeys(areas)) if found.get("areas") else list(found["words"])


def strange(words: Iterable[str], allowed: Collection[str] | None, held: Collection[str]) -> list[str]:
    """Words that may not be given: the group has a dictionary without them, and the target does not bear them yet."""
    return [] if allowed is None else [word for word in words if word not in allowed and word not in held]
