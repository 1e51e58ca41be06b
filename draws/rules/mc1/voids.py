"""When a draw may be voided, and why (§11)."""

from __future__ import annotations

from .errors import OrderBroken

WITHOUT_RESULT = ("SECRET_LOST", "SEATS", "PUB")
WORDS = {
    "SECRET_LOST": "组织方秘密的所有副本都已丢失",
    "SEATS": "三次都有席位没有公开数字",
    "PUB": "约定的彩票没有开奖",
    "ERROR": "操作或系统差错",
    "REGISTER": "名录有错漏",
    "ORDER": "上级或法院决定",
    "OTHER": "其他原因",
}


def check_void(why: str, *, locks: int, has_result: bool, has_lottery: bool) -> None:
    """`locks` is the highest attempt that was locked, 0 for none. Raises `OrderBroken`.

    From the first lock on the result is fixed, so a draw without one may be voided for three reasons only.
    """
    if not locks or has_result:
        return
    if why not in WITHOUT_RESULT:
        raise OrderBroken("数字锁定后结果已经确定，要先揭示并算出结果，再作废")
    if why == "SEATS" and locks < 3:
        raise OrderBroken("第 3 次锁定之前不能以“席位没有公开”作废，请先重来")
    if why == "PUB" and not has_lottery:
        raise OrderBroken("冻结单没有约定彩票，不能以“没有开奖”作废")
