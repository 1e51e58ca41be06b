"""What the shell around every page shows: menu, organisation, counts."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from foundation.organisation import roles
from foundation.organisation.models import Organisation

PUBLIC_MENU = (
    ("结果查询", "/open/results/"),
    ("抽取会", "/open/draws/"),
    ("一单两库", "/open/lists/"),
    ("年度计划", "/open/plans/"),
    ("开放数据", "/open/data/"),
)


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
            Entry("检查对象", "registry:targets", "target", ("registry.view",)),
            Entry("检查人员", "personnel:inspectors", "people", ("personnel.view",)),
            Entry("抽查事项", "registry:items", "items", ("registry.view",)),
        ],
    ),
    (
        "计划",
        [
            Entry("年度计划", "planning:plans", "plan", ("planning.view",)),
            Entry("季度配额", "planning:quotas", "quota", ("planning.view",)),
        ],
    ),
    ("抽取", [Entry("抽取会", "draws:draws", "draw", ("draws.view",))]),
    (
        "检查",
        [
            Entry("检查任务", "inspections:visits", "task", ("inspections.view",)),
            Entry("结果审核", "inspections:reviews", "review", ("inspections.review",)),
            Entry("整改复查", "inspections:followups", "redo", ("inspections.view",)),
        ],
    ),
    (
        "公开",
        [
            Entry("待公示", "disclosure:publish", "publish", ("disclosure.view",)),
            Entry("企业异议", "disclosure:objections", "object", ("disclosure.view",)),
        ],
    ),
    (
        "监督",
        [
            Entry("统计", "disclosure:stats", "chart", ("disclosure.view", "ledger.view")),
            Entry("操作记录", "ledger:entries", "log", ("ledger.view",)),
            Entry("规则书", "rulebook", "book"),
            Entry("账号与角色", "organisation:users", "key", ("accounts.manage", "accounts.grant")),
        ],
    ),
]


def shell(request: HttpRequest) -> dict:
    """Context of the layout; nothing but wiring, no query per page beyond the user's roles."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.path.startswith(("/desk", "/draw", "/m/")):
        return {
            "menu": [],
            "bureau_name": SimpleLazyObject(_bureau_name),
            "public_menu": _public(request.path),
        }
    held = roles.permissions_of(user)
    return {
        "menu": list(_groups(request.path, held)),
        "organisation": user.organisation,
        "bureau_name": user.organisation.name,
        "held": held,
    }


def _bureau_name() -> str:
    """Name of the top organisation; empty before the first one is set up."""
    return (
        Organisation.objects.filter(parent=None).order_by("id").values_list("name", flat=True).first() or ""
    )


def _public(path: str) -> list[dict]:
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in PUBLIC_MENU]


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
