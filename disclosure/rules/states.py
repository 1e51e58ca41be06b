"""The states of a disclosure task and the acts that lead from one to the next: the one table. source: INV-06"""

from collections.abc import Iterator
from dataclasses import dataclass

WAITING, PROPOSED, RETURNED = "waiting", "proposed", "returned"
APPROVED, PUBLISHED, EXEMPT = "approved", "published", "exempt"
ZH = {
    WAITING: "待公示", PROPOSED: "待批准", RETURNED: "退回", APPROVED: "待发布",
    PUBLISHED: "已公示", EXEMPT: "依法不公开",
}  # fmt: skip

FIRST, CORRECTION, WITHDRAWAL, EXEMPTION = "first", "correction", "withdrawal", "exemption"
NATURE_ZH = {FIRST: "首次公示", CORRECTION: "更正", WITHDRAWAL: "撤回", EXEMPTION: "不公开"}


@dataclass(frozen=True)
class Move:
    """`natures`: what is being asked for; empty = any. `who` and `condition` are for the reader."""

    act: str
    zh: str
    before: tuple[str, ...]
    after: str
    who: str
    natures: tuple[str, ...] = ()
    condition: str = ""


MOVES = (
    Move("open", "登记", (), WAITING, "系统", condition="检查已完成；抽取已封存；计划已印发且规则书要求公布"),
    Move("propose", "送审", (WAITING, RETURNED), PROPOSED, "公示员", condition="检查结果已审核通过，规则书要求的内容齐全"),
    Move("exempt", "申请不公开", (WAITING, RETURNED), PROPOSED, "公示员", condition="选规则书列出的一种情形并写明理由"),
    Move("approve", "批准", (PROPOSED,), APPROVED, "分管领导", (FIRST, CORRECTION, WITHDRAWAL), "批准人不是拟稿人；记下所批内容的指纹"),
    Move("approve", "批准不公开", (PROPOSED,), EXEMPT, "分管领导", (EXEMPTION,), "批准人不是拟稿人"),
    Move("return", "退回", (PROPOSED, APPROVED), RETURNED, "分管领导", (FIRST, EXEMPTION), "写明理由"),
    Move("return", "退回更正或撤回", (PROPOSED, APPROVED), PUBLISHED, "分管领导", (CORRECTION, WITHDRAWAL), "写明理由；已公示的版本不变"),
    Move("publish", "发布", (APPROVED,), PUBLISHED, "公示员或分管领导", condition="内容与批准的一致"),
    Move("correct", "申请更正", (PUBLISHED,), PROPOSED, "公示员", condition="写明理由；批准后成为新版本"),
    Move("withdraw", "申请撤回", (PUBLISHED,), PROPOSED, "公示员", condition="写明理由；网页保留，注明撤回"),
)  # fmt: skip


def next_state(act: str, state: str, nature: str) -> str | None:
    """The state after an act, or None where the table does not allow it."""
    for move in MOVES:
        if move.act == act and state in move.before and (not move.natures or nature in move.natures):
            return move.after
    return None


def states_before(act: str) -> tuple[str, ...]:
    """The states in which an act is possible, in the order of the table."""
    return tuple(dict.fromkeys(state for move in MOVES if move.act == act for state in move.before))


def markdown() -> str:
    """docs/states/disclosure.md; a test keeps the two alike."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 公示任务的状态"
    yield ""
    yield "由 `disclosure/rules/states.py` 生成，不要手改。"
    yield ""
    yield "| 动作 | 从 | 到 | 谁 | 条件 |"
    yield "|---|---|---|---|---|"
    for move in MOVES:
        before = "、".join(ZH[state] for state in move.before) or "（无）"
        yield f"| {move.zh} `{move.act}` | {before} | {ZH[move.after]} | {move.who} | {move.condition} |"
