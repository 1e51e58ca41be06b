"""Checks without a draw: only for the cases the rulebook lists, each with the number of what it rests on.

source: QS-3.3, QS-6.3, QS-8.1, QS-8.2, NM-9.3, WL-2.2
"""

from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook


class ExemptionRefused(RuleBroken):
    code = "exemption_refused"


def special_number(short_name: str, year: int, serial: int) -> str:
    """青环 2026 2 → 青环检登〔2026〕2号"""
    return f"{short_name}检登〔{year}〕{serial}号"


def cases(book: Rulebook) -> dict[str, str]:
    """Cases in which no draw is needed, id → Chinese, in the order of the rulebook."""
    return {activity.id: activity.zh for activity in book.activities if not activity.random}


def must_be_drawn(book: Rulebook) -> list[str]:
    """Kinds of checks that are never exempt, in Chinese."""
    return [activity.zh for activity in book.activities if activity.random]


def check(book: Rulebook, *, activity: str, reference: str, reason: str) -> tuple[str, str]:
    """Chinese name of the case and the clause that allows it.

    raises: ExemptionRefused
    """
    found = next((one for one in book.activities if one.id == activity), None)
    if found is not None and found.random:
        raise ExemptionRefused(
            f"“{found.zh}”须随机抽取（{found.origin('random')}），不能登记为不适用双随机。请纳入年度计划抽取。"
        )
    if found is None:
        allowed = "、".join(cases(book).values()) or "无"
        raise ExemptionRefused(f"规则书《{book.zh}》列明不适用双随机的只有：{allowed}。")
    if not reference.strip():
        raise ExemptionRefused("请填来源编号，如举报受理号、转办文号、移送函号、监测报告编号。")
    if not reason.strip():
        raise ExemptionRefused("请写明事由。")
    return found.zh, str(found.origin("random"))
