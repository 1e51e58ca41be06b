"""What stands beside the to-do list: the next draw with its checklist, and where to go when nothing waits."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from draws.models import Draw
from draws.views.tasks import groups_of

SHOWN_SHORTCUTS = 4  # display choice: one glance


@dataclass(frozen=True)
class Shortcut:
    permission: str
    label: str
    note: str
    url_name: str
    icon: str


SHORTCUTS = (
    Shortcut("inspections.own", "我的检查", "手机上的检查页，电脑上也能看", "phone:home", "task"),
    Shortcut("draws.operate", "抽取会", "筹备下一场，或看过去的记录", "draws:draws", "draw"),
    Shortcut("draws.supervise", "抽取会", "看准备到了哪一步，到会监督", "draws:draws", "draw"),
    Shortcut("planning.view", "本季配额", "应抽多少，每个数的算式和条款", "planning:quotas", "quota"),
    Shortcut("registry.edit", "名录数据质量", "缺什么、错什么，改完配额才准", "registry:quality", "target"),
    Shortcut("planning.view", "日程", "全年哪天到期、办了没有", "planning:calendar", "cal"),
    Shortcut("disclosure.view", "待公示", "按各件的期限排好的清单", "disclosure:publish", "publish"),
    Shortcut("ledger.view", "操作记录", "谁在什么时候办了什么，链有没有断", "ledger:entries", "log"),
    Shortcut("disclosure.view", "统计", "完成、公示、发现问题，每个数能点开", "disclosure:stats", "chart"),
    Shortcut("accounts.manage", "账号与角色", "开户、停用", "organisation:users", "key"),
    Shortcut("accounts.grant", "账号与角色", "授权、撤权", "organisation:users", "key"),
)


def shortcuts_of(held: frozenset[str]) -> list[dict[str, str]]:
    """The pages this person works on most, when the list is empty."""
    found = {
        one.url_name: {"label": one.label, "note": one.note, "url": reverse(one.url_name), "icon": one.icon}
        for one in SHORTCUTS
        if one.permission in held
    }
    return list(found.values())[:SHOWN_SHORTCUTS]


def preparation_of(draw: Draw | None, held: frozenset[str]) -> dict[str, Any] | None:
    """准备 n / m of the next draw for who may open it; None otherwise."""
    if draw is None or "draws.view" not in held:
        return None
    tasks = [task for _, group in groups_of(draw) for task in group]
    checks = [{"text": task["label"], "note": task["status"], "state": _state(task)} for task in tasks]
    done = sum(check["state"] == "done" for check in checks)
    return {
        "url": reverse("draws:draw", args=[draw.number]),
        "checks": checks,
        "done": done,
        "total": len(checks),
    }


def _state(task: dict[str, str]) -> str:
    return {"warn": "block", "info": "todo"}.get(task["tone"], "done")
