"""What the phone pages show: the day's visits, the task list of one visit, one item. Reads only."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from inspections import books, showing
from inspections.forms import ItemForm
from inspections.models import Visit, VisitItem
from inspections.queries import Row
from inspections.rules import outcomes

S = Visit.State
OPEN = (S.STARTED, S.RETURNED)


def my_visits(rows: Sequence[Row], today: date) -> dict[str, Any]:
    """Late, today's and later ones; what is under way comes first of its kind."""
    late = [row for row in rows if row.visit.due_on and row.visit.due_on < today]
    now = [row for row in rows if row not in late and _is_today(row.visit, today)]
    later = [row for row in rows if row not in late and row not in now]
    return {"late": late, "now": now, "later": later}


def _is_today(visit: Visit, today: date) -> bool:
    return (
        visit.state in OPEN
        or visit.due_on == today
        or (visit.scheduled_on is not None and visit.scheduled_on <= today)
    )


def short_path(visit: Visit) -> bool:
    """The site is gone and the rulebook has a result for that: straight to the conclusion."""
    return visit.production_state in outcomes.GONE and outcomes.DEREGISTERED in books.codes(
        books.rulebook_of_visit(visit)
    )


def tasks(visit: Visit) -> list[dict[str, Any]]:
    """亮证告知 / 生产状态 / 检查事项 / 证据 / 核对签字: label, url, hint, status, tone, icon."""
    begun, writing = visit.arrived_at is not None, visit.state in OPEN
    rows = showing.items(visit)
    filled = sum(1 for row in rows if row["complete"])
    files = visit.evidence.count()
    arrived = f"到场 {timezone.localtime(visit.arrived_at):%H:%M}" if visit.arrived_at else ""
    signed = visit.state in (S.SUBMITTED, S.REVIEWED)
    return [
        _task("亮证、告知", _url("arrive", visit) if visit.state == S.ASSIGNED else "", "已完成" if begun else "未开始", arrived, begun),
        _task("生产状态", _url("status", visit) if writing else "", outcomes.PRODUCTION.get(visit.production_state, "未填"), "", bool(visit.production_state)),
        _task("检查事项", _url("items", visit) if begun else "", f"{filled} / {len(rows)} 项", "", filled == len(rows), filled > 0),
        _task("照片和材料", _url("evidence", visit) if begun else "", f"{files} 份" if files else "没有", "", True),
        _task("核对、签字", _url("review", visit) if writing else "", "已提交" if signed else "未开始", "", signed),
    ]  # fmt: skip


def _task(label: str, url: str, status: str, hint: str, done: bool, begun: bool = False) -> dict[str, Any]:
    tone, icon = ("", "") if done or not begun else ("info", "edit")
    return {"label": label, "url": url, "status": status, "hint": hint, "tone": tone, "icon": icon}


def next_step(visit: Visit) -> dict[str, str] | None:
    """The one button at the bottom; None when nothing is left to do here."""
    if visit.state == S.ASSIGNED:
        return {"url": _url("arrive", visit), "label": "到场，开始检查"}
    if visit.state not in OPEN:
        return {"url": _url("done", visit), "label": "看回执"} if visit.completed_on else None
    if not visit.production_state:
        return {"url": _url("status", visit), "label": "填生产状态"}
    open_item = next((row for row in showing.items(visit) if not row["complete"]), None)
    if open_item and not short_path(visit):
        return {
            "url": reverse("phone:item", args=[visit.pk, open_item["number"]]),
            "label": f"继续第 {open_item['number']} 项",
        }
    return {"url": _url("review", visit), "label": "核对、签字"}


def _url(name: str, visit: Visit) -> str:
    return reverse(f"phone:{name}", args=[visit.pk])


def item_tasks(visit: Visit, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as a task list: what is decided shows its result, what is not shows how far it is."""
    return [_item_task(visit, row) for row in rows]


def _item_task(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
    begun = row["answered"] > 0 or row["label"]
    how_far = f"{row['answered']} / {row['points']} 条" if row["points"] else "未填"
    tone = "warn" if row["problem"] else "" if row["complete"] else "info" if begun else "neu"
    return {
        "label": f"{row['number']}．{row['row'].item.name}", "hint": row["text"], "tone": tone,
        "status": row["label"] if row["complete"] else how_far,
        "icon": {"warn": "bang", "info": "edit", "neu": "ring"}.get(tone, ""),
        "url": reverse("phone:item", args=[visit.pk, row["number"]]) if visit.state in OPEN else "",
    }  # fmt: skip


def item_page(visit: Visit, rows: Sequence[VisitItem], number: int, form: ItemForm) -> dict[str, Any]:
    """One item: lines with their bound fields, progress strip, evidence of the item."""
    row = rows[number - 1]
    lines = [{"point": p, "choice": form[f"p{p.pk}"], "note": form[f"n{p.pk}"]} for p in form.points]
    return {
        "visit": visit, "row": row, "number": number, "total": len(rows), "form": form, "lines": lines,
        "strip": ["n" if at == number else _mark(one) for at, one in enumerate(rows, 1)],
        "evidence": row.evidence.order_by("id"), "previous": number - 1, "last": number == len(rows),
    }  # fmt: skip


def _mark(row: VisitItem) -> str:
    if not row.result:
        return ""
    return "a" if row.result == outcomes.NO_PROBLEM else "w"


def suggested_summary(visit: Visit) -> str:
    """A first draft of 检查情况 that says what was saved."""
    rows = showing.items(visit)
    bad = [row for row in rows if row["problem"]]
    head = f"现场检查 {len(rows)} 个事项，"
    if not bad:
        return head + "未发现问题。"
    found = "；".join(f"{row['row'].item.name}：{row['text']}" for row in bad)
    return f"{head}{len(bad)} 个事项发现问题：{found}。"
