"""The states of a visit and the acts that lead from one to the next: the one table."""

from collections.abc import Mapping

from foundation.errors import OutOfOrder

LABELS = {
    "assigned": "待检查", "started": "检查中", "submitted": "待审核", "returned": "退回",
    "reviewed": "已审核", "waived": "免予检查", "void": "不再检查",
}  # fmt: skip
ACTS = {
    "refresh": "按抽取结果更新", "dispatch": "派发通知", "arrive": "到场亮证", "record": "填写检查情况", "finish": "结束检查",
    "submit": "签字提交", "pass": "审核通过", "return": "审核退回", "reopen": "更正已审核的记录",
    "waive": "免予检查", "void": "不再检查",
}  # fmt: skip
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "assigned": {
        "refresh": "assigned", "dispatch": "assigned", "arrive": "started", "waive": "waived", "void": "void",
    },
    "started": {"record": "started", "finish": "started", "submit": "submitted"},
    "submitted": {"pass": "reviewed", "return": "returned"},
    "returned": {"record": "returned", "submit": "submitted"},
    "reviewed": {"reopen": "returned"},
    "waived": {},
    "void": {},
}  # fmt: skip


def after(state: str, act: str) -> str:
    """The state an act leads to.

    raises: OutOfOrder naming the present state and the states in which the act is open
    """
    if act in TRANSITIONS[state]:
        return TRANSITIONS[state][act]
    open_in = "、".join(f"“{LABELS[name]}”" for name, acts in TRANSITIONS.items() if act in acts)
    raise OutOfOrder(f"检查任务现在是“{LABELS[state]}”，要在{open_in}时才能{ACTS[act]}。请刷新后再看。")


def page() -> str:
    """docs/states/visit.md: a diagram and the table, generated."""
    lines = ["# 检查任务的状态", "", "由 `inspections/rules/states.py` 生成，测试核对二者一致。", "", "```mermaid", "stateDiagram-v2"]  # fmt: skip
    lines += [f"    {state}: {LABELS[state]}" for state in TRANSITIONS]
    lines += ["    [*] --> assigned"]
    moves = [(state, act, to) for state, acts in TRANSITIONS.items() for act, to in acts.items()]
    lines += [f"    {state} --> {to}: {ACTS[act]}" for state, act, to in moves if state != to]
    lines += [f"    {state} --> [*]" for state, acts in TRANSITIONS.items() if not acts]
    lines += ["```", "", "| 状态 | 办理 | 之后 |", "|---|---|---|"]
    lines += [f"| {LABELS[state]} | {ACTS[act]} | {LABELS[to]} |" for state, act, to in moves]
    return "\n".join([*lines, ""])
