"""On which ground a drawn list or team may be changed: kinds, reasons that fit them, the clause. source: MC1 §10, AMB-22, AMB-48"""

import re
from dataclasses import dataclass

from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.values import Origin

_STATUTE = re.compile(r"LAW:(\D+)(\d+)")
RECUSE, SWAP, ABSENT, VOID, ADD = "recuse", "swap", "absent", "void", "add"
_RELATIONS = {
    "KIN": "近亲属", "SHARE": "持股或投资", "EMPLOY": "曾任职", "CREDIT": "债权债务", "DISPUTE": "纠纷", "OTHER": "其他",
}  # fmt: skip
REASONS: dict[str, dict[str, str]] = {
    RECUSE: _RELATIONS,
    SWAP: _RELATIONS,
    ABSENT: {"ILL": "生病", "LEAVE": "休假、培训", "DUTY": "另有紧急任务", "LEFT": "调离岗位", "OTHER": "其他"},
    VOID: {"CLOSED": "停产、关闭", "MOVED": "迁出", "ENTRY": "名录登记有误", "NOJUR": "不在管辖范围", "FORCE": "不可抗力", "OTHER": "其他"},
    ADD: {"SHORT": "人手不足", "OTHER": "其他"},
}  # fmt: skip
WORDS = {code: word for reasons in REASONS.values() for code, word in reasons.items()}
TITLES = {RECUSE: "回避", SWAP: "互换", ABSENT: "不能到岗", VOID: "对象不能检查", ADD: "增补人员"}
EFFECTS = {
    RECUSE: "这名检查人员退出这一家的检查组，从其余可派的人里随机补一人；这两者以后不再配到一起。",
    SWAP: "随机找另一家的一名检查人员对调，两人的检查家数不变；本人和可能换到的每个人都要先在自己的手机上同意，有一人不同意就不换；找不到能对调的，按回避办理，随机补人。",
    ABSENT: "这名检查人员退出全部还没开始的检查，每一家各随机补一人；本次抽取不再派给他。",
    VOID: "这一家本次不再检查，从同一层没抽中的单位里随机补一家；原来的检查组解散，新的一家重新随机组。",
    ADD: "把这些人加进本次的检查人员名单，缺组的检查随即随机补齐。",
}


@dataclass(frozen=True)
class Ground:
    """`ref` is the clause (or AMB id, statute) a kind rests on, `text` its words; `why_not` when the rulebook has no such way."""

    kind: str
    ref: str
    text: str
    mark: str
    place: str
    why_not: str

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def effect(self) -> str:
        return EFFECTS[self.kind]


def ground_of(book: Rulebook, kind: str) -> Ground:
    """What the rulebook says on this kind of replacement."""
    origin = _origin(book, kind)
    clause = clauses.quote(origin.ref) if origin.ref else None
    return Ground(
        kind, _named(origin.ref), clause.sentence if clause else "", clause.mark if clause else "",
        clause.place if clause else "", _why_not(book, kind),
    )  # fmt: skip


def _named(ref: str) -> str:
    """LAW:行政处罚法42 → 《行政处罚法》第42条; clause ids stay."""
    statute = _STATUTE.fullmatch(ref)
    return f"《{statute[1]}》第{statute[2]}条" if statute else ref.removeprefix("LAW:")


def _origin(book: Rulebook, kind: str) -> Origin:
    if kind in (RECUSE, SWAP):
        return book.team.origin("recusal")
    if kind == ABSENT:
        return book.team.origin("replacement_approver")
    return book.draw.origin("list_locked") if kind == VOID else book.team.origin("min")


def _why_not(book: Rulebook, kind: str) -> str:
    ways = book.team.recusal
    if kind == SWAP and "swap" not in ways:
        return f"《{book.zh}》没有规定互换，利害关系按“回避”办理，随机补人。"
    if kind == RECUSE and "redraw" not in ways:
        return f"《{book.zh}》规定回避以互换办理，请改申请“互换”。"
    return ""


def needs_evidence(book: Rulebook, kind: str) -> bool:
    """A locked list is not changed without a proof. source: XY-4.3, QZ-6.6, AMB-48"""
    return kind == VOID and book.draw.list_locked
