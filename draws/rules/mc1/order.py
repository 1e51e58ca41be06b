"""Allowed order of events as a table (§5)."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import OrderBroken

START, CLOSED = "start", "closed"
_ENTROPY = {"slip": "entropy", "lock": "entropy", "open": "entropy", "retry": "entropy"}
_VOID = {"void": "void"}

# place -> {event that may follow: place after it}
TABLE: dict[str, dict[str, str]] = {
    START: {"announce": "announced"},
    "announced": {"freeze": "frozen"},
    "frozen": {"spotcheck": "frozen", **_ENTROPY, "reveal": "revealed", **_VOID},
    "entropy": {**_ENTROPY, "reveal": "revealed", **_VOID},
    "revealed": {"result": "resulted", **_VOID},
    "resulted": {"sign": "signed", **_VOID},
    "signed": {
        "unmask": "signed",
        "opening": "signed",
        "round_causes": "round",
        "close": CLOSED,
        **_VOID,
    },
    "round": {"round_result": "signed", **_VOID},
    "void": {"unmask": "void", "opening": "void", "close": CLOSED},
    CLOSED: {},
}

NAMES = {
    "announce": "公告",
    "freeze": "封存名单",
    "spotcheck": "现场抽验",
    "slip": "交封存数字",
    "lock": "锁定",
    "open": "公开数字",
    "retry": "重来",
    "reveal": "揭示种子",
    "result": "结果",
    "sign": "签字",
    "round_causes": "登记替换原因",
    "round_result": "替换结果",
    "unmask": "解盲",
    "opening": "公开名称",
    "void": "作废",
    "close": "关闭",
}


def place_after(types: Iterable[str]) -> str:
    """The place in the table after these events; raises `OrderBroken` at the first that is not allowed."""
    place = START
    for seq, kind in enumerate(types, start=1):
        if kind not in TABLE[place]:
            raise OrderBroken(f"第 {seq} 个事件：{refusal(place, kind)}")
        place = TABLE[place][kind]
    return place


def allowed_next(types: Iterable[str], kind: str) -> str | None:
    """None when an event of this kind may come next, else the reason as a sentence."""
    place = place_after(types)
    return None if kind in TABLE[place] else refusal(place, kind)


def refusal(place: str, kind: str) -> str:
    name = NAMES.get(kind, kind)
    if place == CLOSED:
        return f"本次抽取已经关闭，不能再“{name}”"
    options = "、".join(NAMES[option] for option in TABLE[place])
    return f"现在不能“{name}”，此时只能：{options}"
