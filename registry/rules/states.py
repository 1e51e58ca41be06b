"""Which status may follow which: targets, inspection items."""

from datetime import date

from foundation.errors import RuleBroken

STATUS_LABELS = {
    "operating": "运行",
    "suspended": "停产",
    "closed": "关停",
    "cancelled": "注销",
    "moved": "迁出",
    "removed": "移出名录",
}
# A cancelled licence is not revived: the enterprise is entered anew. 迁出 and 移出名录 may come back.
STATUS_TRANSITIONS: dict[str, frozenset[str]] = {
    "operating": frozenset({"suspended", "closed", "cancelled", "moved", "removed"}),
    "suspended": frozenset({"operating", "closed", "cancelled", "moved", "removed"}),
    "closed": frozenset({"operating", "cancelled", "moved", "removed"}),
    "moved": frozenset({"operating", "cancelled"}),
    "cancelled": frozenset(),
    "removed": frozenset({"operating"}),
}
ITEM_LABELS = {"draft": "草稿", "approved": "已批准", "published": "已公布", "repealed": "已废止"}
ITEM_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"approved"}),
    "approved": frozenset({"draft", "published"}),
    "published": frozenset({"repealed"}),
    "repealed": frozenset(),
}


class WrongTurn(RuleBroken):
    code = "status_turn_not_allowed"


def check_status(old: str, new: str, since: date, current_since: date | None, on: date) -> None:
    """raises: WrongTurn when the status may not change so, or the day is before the present status or in the future"""
    if old == new:
        raise WrongTurn(f"现在就是“{STATUS_LABELS[new]}”，不用再改。")
    if new not in STATUS_TRANSITIONS[old]:
        remedy = "企业重新登记的，请新建一个检查对象。" if old == "cancelled" else "请先改成可以接续的状态。"
        raise WrongTurn(f"“{STATUS_LABELS[old]}”不能改成“{STATUS_LABELS[new]}”。{remedy}")
    if since > on:
        raise WrongTurn(f"起始日 {since} 还没有到。请在当天或以后登记。")
    if current_since and since < current_since:
        raise WrongTurn(
            f"现在的状态从 {current_since} 起，新状态不能早于这一天（填的是 {since}）。请核对日期。"
        )


def check_item(old: str, new: str) -> None:
    """raises: WrongTurn"""
    if new not in ITEM_TRANSITIONS[old]:
        able = "、".join(ITEM_LABELS[state] for state in sorted(ITEM_TRANSITIONS[old])) or "没有"
        raise WrongTurn(f"事项现在是“{ITEM_LABELS[old]}”，不能改成“{ITEM_LABELS[new]}”；接下来可以：{able}。")
