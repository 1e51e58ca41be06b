"""What the shell around every page shows: menu, organisation, counts."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from foundation.organisation import roles
from foundation.organisation.models import Organisation


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
            Entry("检查人员", "personnel:inspectors", "people", ("personnel.view", "personnel.own")),
            Entry("利害关系", "draws:conflicts", "link", ("personnel.conflicts", "personnel.own")),
            Entry("抽查事项", "registry:items", "items", ("registry.view",)),
        ],
    ),
    (
        "计划",
        [
            Entry("年度计划", "planning:plans", "plan", ("planning.view",)),
            Entry("季度配额", "planning:quotas", "quota", ("planning.view",)),
            Entry("综合查一次", "planning:overlaps", "layers", ("planning.view",)),
            Entry("日程", "planning:calendar", "cal", ("planning.view",)),
        ],
    ),
    ("抽取", [Entry("抽取会", "draws:draws", "draw", ("draws.view",))]),
    (
        "检查",
        [
            Entry("检查任务", "inspections:visits", "task", ("inspections.view",)),
            Entry("结果审核", "inspections:reviews", "review", ("inspections.review",)),
            Entry("整改复查", "inspections:followups", "redo", ("inspections.view",)),
            Entry("履职情况", "inspections:people", "chart", ("personnel.view",)),
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
            Entry("稽查", "inspections:audits", "review", ("inspections.view", "draws.supervise")),
            Entry("操作记录", "ledger:entries", "log", ("ledger.view",)),
            Entry("规则书", "rulebook", "book"),
            Entry("工作日设置", "settings", "cal", ("holidays.manage",)),
            Entry("账号与角色", "organisation:users", "key", ("accounts.manage", "accounts.grant")),
        ],
    ),
]


PUBLIC_MENU = [
    ("检查结果", "open:results"),
    ("抽取会", "open:draws"),
    ("公告", "open:notices"),
    ("年度计划", "open:plans"),
    ("一单两库", "open:lists"),
    ("开放数据", "open:data"),
    ("规则书", "open-rulebook"),
    ("怎么核验", "open:help"),
]


def shell(request: HttpRequest) -> dict:
    """Context of the layouts; nothing but wiring, one query for the roles of whoever is signed in."""
    user = getattr(request, "user", None)
    if (
        request.path.startswith(("/open", "/draw", "/e/", "/login", "/sitemap", "/robots", "/favicon"))
        or user is None
        or not user.is_authenticated
    ):
        return {"public_menu": list(_public(request.path)), "bureau_name": SimpleLazyObject(_bureau_name)}
    held = roles.permissions_of(user)
    return {
        "menu": list(_groups(request.path, held)),
        "organisation": user.organisation,
        "bureau_name": user.organisation.name,
        "held": held,
        "search_url": _url("registry:targets") if "registry.view" in held else "",
        "user_label": user.name,
        "user_note": user.unit.name if user.unit_id else "",
        "user_menu": [{"label": "改密码", "url": reverse("password"), "icon": "lock"}],
    }


def _bureau_name() -> str:
    """Name on public pages: the bureau itself, not a branch. One query, only if a template prints it."""
    top = Organisation.objects.filter(parent=None).order_by("id").first()
    return top.name if top else "明抽"


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _public(path: str):
    for label, name in PUBLIC_MENU:
        url = _url(name)
        if url:
            yield {"label": label, "url": url, "current": path.startswith(url)}


def _groups(path: str, held: frozenset[str]):
    for label, entries in MENU:
        shown = [item for entry in entries if (item := _item(entry, path, held))]
        if shown:
            yield {"label": label, "entries": shown}


def _item(entry: Entry, path: str, held: frozenset[str]) -> dict | None:
    if entry.permissions and not held.intersection(entry.permissions):
        return None
    url = _url(entry.url_name)
    if not url:
        return None
    current = path == url or (url != "/desk/" and path.startswith(url))
    return {"label": entry.label, "url": url, "icon": entry.icon, "current": current, "count": None}
