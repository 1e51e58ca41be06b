"""One person's history on his page: what the ledger says of him, and the imports that touched him."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from foundation.ledger.models import Entry
from personnel.actions.inspectors import shown
from personnel.models import Absence, Certificate, Inspector, PersonnelImport, label_of

_HEAVY = ("batch__errors", "batch__rejected", "batch__unknown", "batch__upload")

SHOWN = 40


@dataclass(frozen=True)
class Event:
    """One line of the timeline component."""

    at: datetime
    who: str
    title: str
    text: str = ""
    url: str = ""
    tone: str = ""

    @property
    def date(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.who}"


def events_of(inspector: Inspector, *, may_import: bool) -> list[Event]:
    """Newest first, at most SHOWN. Two queries. may_import: imports are links"""
    entries = Entry.objects.of(inspector).filter(act__startswith="personnel.")[:SHOWN]
    events = [_told(entry) for entry in entries]
    rows = inspector.imported.select_related("batch__created_by").defer(*_HEAVY).order_by("-id")[:SHOWN]
    events += [event for row in rows for event in _imported(row, may_import)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:SHOWN]


def _told(entry: Entry) -> Event:
    data = json.loads(entry.content)["data"]
    tell = _SENTENCES.get(entry.act)
    title, text = tell(data) if tell else (entry.act, "")
    tone = "warn" if entry.act == "personnel.deactivate" else ""
    return Event(entry.at, entry.actor_name, title, text, tone=tone)


def _imported(row: Any, may_import: bool) -> list[Event]:
    batch: PersonnelImport = row.batch
    url = reverse("personnel:import-batch", args=[batch.pk]) if may_import else ""
    fields = "；".join(f"{f['label']}：{f['old'] or '无'} → {f['new'] or '无'}" for f in row.fields)
    title = f"{'建档' if row.added else '修改'}（导入 {batch.file_name} 第 {row.row} 行）"
    who = batch.created_by.name
    events = [Event(batch.committed_at, who, title, fields, url)] if batch.committed_at else []
    if batch.undone_at:
        events.append(Event(batch.undone_at, "", f"撤销导入 {batch.file_name}", url=url))
    return events


def _created(data: dict) -> tuple[str, str]:
    since = f"，{data['posted_since']} 到岗" if data.get("posted_since") else ""
    return "建档", f"编号 {data['uid']}{since}"


def _edited(data: dict) -> tuple[str, str]:
    changed = [
        f"{label_of(name)}：{shown(name, pair['from']) or '无'} → {shown(name, pair['to']) or '无'}"
        for name, pair in data["changed"].items()
    ]
    return "修改资料", "；".join(changed) or "没有改动内容"


def _away(data: dict) -> tuple[str, str]:
    until = data["until"] or "未定"
    note = f"。{data['note']}" if data.get("note") else ""
    return f"登记{Absence.Reason(data['reason']).label}", f"{data['since']} 至 {until}{note}"


def _back(data: dict) -> tuple[str, str]:
    return "改定离岗结束日", f"{data['from'] or '未定'} → {data['to']}"


def _linked(data: dict) -> tuple[str, str]:
    return ("关联登录账号", data["username"]) if data["username"] else ("解除登录账号", "")


def _paper(data: dict) -> tuple[str, str]:
    name = data["kind"] or "证件"
    return f"登记{name}", f"{data['number']}，{data['issued_on'] or '未填'} 至 {data['valid_until']}"


def _paper_corrected(data: dict) -> tuple[str, str]:
    names = {field.name: str(field.verbose_name) for field in Certificate._meta.concrete_fields}
    changed = [
        f"{names[name]}：{shown(name, pair['from']) or '无'} → {shown(name, pair['to']) or '无'}"
        for name, pair in data["changed"].items()
    ]
    return f"更正证件 {data['number']}", "；".join([*changed, data["reason"]])


def _posted(data: dict) -> tuple[str, str]:
    kind = "在编" if data["established"] else "非在编"
    period = f"{data['since'] or '建档以前'} 至 {data['until'] or '今'}"
    return "登记任职时段", f"{data['unit']}，{data['post'] or '职务未填'}，{kind}，{period}。{data['reason']}"


def _posting_corrected(data: dict) -> tuple[str, str]:
    since, until = data["before"]
    return "更正任职时段", f"原来 {since or '建档以前'} 至 {until or '今'}；{_posted(data)[1]}"


def _since(data: dict) -> str:
    return f"自 {data['on']}：{data['reason']}" if data.get("on") else str(data["reason"])


_SENTENCES: dict[str, Callable[[dict], tuple[str, str]]] = {
    "personnel.create_inspector": _created,
    "personnel.edit_inspector": _edited,
    "personnel.register_absence": _away,
    "personnel.end_absence": _back,
    "personnel.deactivate": lambda data: ("离开执法岗位，不再参加抽取", _since(data)),
    "personnel.reactivate": lambda data: ("恢复执法岗位", _since(data)),
    "personnel.register_certificate": _paper,
    "personnel.correct_certificate": _paper_corrected,
    "personnel.revoke_certificate": lambda data: (
        f"注销证件 {data['number']}",
        f"自 {data['revoked_on']}：{data['reason']}",
    ),
    "personnel.register_posting": _posted,
    "personnel.correct_posting": _posting_corrected,
    "personnel.bring_up_to_date": lambda data: ("按登记的时段更新", f"{data['on']} 到日子的任职或证件"),
    "personnel.link_user": _linked,
}
