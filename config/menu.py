"""What the shell around every page shows: menu, organisation, counts."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from foundation.organisation import roles


@dataclass(frozen=True)
class Entry:
    """One line of the side menu; shown to holders of any of `permissions` (empty: every member of staff)."""

    label: str
    url_name: str
    icon: str
    permissions: tuple[str, ...] = ()


MENU: list[tuple[str, list[Entry]]] = [
    ("", [Entry("工作台", "desk", "desk")]),
    (
        "名录",
        [
            Entry("检查对象", "registry:targets", "factory", ("registry.view",)),
            Entry("检查人员", "personnel:inspectors", "people", ("personnel.view",)),
            Entry("抽查事项", "registry:items", "list", ("registry.view",)),
        ],
    ),
    (
        "计划",
        [
            Entry("年度计划", "planning:plans", "calendar", ("planning.view",)),
            Entry("季度配额", "planning:quotas", "percent", ("planning.view",)),
        ],
    ),
    ("抽取", [Entry("抽取会", "draws:draws", "dice", ("draws.view",))]),
    (
        "检查",
        [
            Entry("检查任务", "inspections:visits", "clipboard", ("inspections.view",)),
            Entry("结果审核", "inspections:reviews", "check-file", ("inspections.review",)),
            Entry("整改复查", "inspections:followups", "refresh", ("inspections.view",)),
        ],
    ),
    (
        "公开",
        [
            Entry("待公示", "disclosure:publish", "megaphone", ("disclosure.view",)),
            Entry("企业异议", "disclosure:objections", "comment", ("disclosure.view",)),
        ],
    ),
    (
        "监督",
        [
            Entry("统计", "disclosure:stats", "chart", ("disclosure.view", "ledger.view")),
            Entry("操作记录", "ledger:entries", "log", ("ledger.view",)),
            Entry("规则书", "rulebook", "book"),
            Entry("账号与角色", "organisation:users", "people", ("accounts.manage", "accounts.grant")),
        ],
    ),
]


def shell(request: HttpRequest) -> dict:
    """Context of the layout; nothing but wiring, no query per page beyond the user's roles."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.path.startswith(("/desk", "/draw", "/m/")):
        return {"menu": []}
    held = roles.permissions_of(user)
    return {"menu": list(_groups(request.path, held)), "organisation": user.organisation, "held": held}


def _groups(path: str, held: frozenset[str]):
    for label, entries in MENU:
        shown = [item for entry in entries if (item := _item(entry, path, held))]
        if shown:
            yield {"label": label, "entries": shown}


def _item(entry: Entry, path: str, held: frozenset[str]) -> dict | None:
    if entry.permissions and not held.intersection(entry.permissions):
        return None
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    current = path == url or (url != "/desk/" and path.startswith(url))
    return {"label": entry.label, "url": url, "icon": entry.icon, "current": current, "count": None}
