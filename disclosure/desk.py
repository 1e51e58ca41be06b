"""What the staff pages show: rows with deadlines, tabs, the preview with its checks. Reads only."""

from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from disclosure import gather, policies
from disclosure.actions.publishing import check_content
from disclosure.actions.versions import differs
from disclosure.forms import TaskFilter
from disclosure.models import DisclosureTask, Publication
from disclosure.public import board
from disclosure.public.marks import mark
from disclosure.rules import deadlines, differences, records, states
from disclosure.rules.deadlines import Clock
from foundation.documents import actions as documents
from foundation.documents import rendering
from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import User
from foundation.rulebook.model import Rulebook
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from inspections.models import FollowUp, Record, Visit

TABS = (
    ("waiting", "待公示"), ("proposed", "待批准"), ("approved", "待发布"), ("published", "已公示"), ("exempt", "不公开"), ("overdue", "逾期"),
)  # fmt: skip
BY_TAB = {
    "waiting": Q(state__in=["waiting", "returned"]), "proposed": Q(state="proposed"), "approved": Q(state="approved"),
    "published": Q(state="published"), "exempt": Q(state="exempt"),
}  # fmt: skip
SOON = timedelta(days=3)


def refused(request: HttpRequest, broken: NotAllowed) -> HttpResponse:
    """A page that says who could."""
    return render(request, "disclosure/refused.html", {"reason": broken.message}, status=403)


def book_of(task: DisclosureTask) -> Rulebook:
    return gather.book_of(task)


def of_tab(found: QuerySet[DisclosureTask], tab: str, today: date) -> QuerySet[DisclosureTask]:
    if tab == "overdue":
        rows = found.filter(first_published_on=None, due_on__lt=today).exclude(state=states.EXEMPT)
    else:
        rows = found.filter(BY_TAB.get(tab, BY_TAB["waiting"]))
    if tab == "published":
        return rows.order_by("-first_published_on", "-pk")
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def filtered(rows: QuerySet[DisclosureTask], form: TaskFilter) -> QuerySet[DisclosureTask]:
    if not form.is_valid():
        return rows
    given = form.cleaned_data
    for word in (given.get("q") or "").split():
        rows = rows.filter(
            Q(visit__target__name__icontains=word) | Q(visit__number__icontains=word) | Q(draw__number__icontains=word)
            | Q(plan__name__icontains=word) | Q(publications__number__icontains=word)
        ).distinct()  # fmt: skip
    if given.get("kind"):
        rows = rows.filter(kind=given["kind"])
    return rows.filter(due_on__lte=given["due_by"]) if given.get("due_by") else rows


def tabs(found: QuerySet[DisclosureTask], tab: str, today: date) -> list[dict[str, Any]]:
    return [
        {"label": zh, "url": f"?tab={slug}", "count": of_tab(found, slug, today).count(), "current": slug == tab}
        for slug, zh in TABS
    ]  # fmt: skip


def rows(tasks: Iterable[DisclosureTask], today: date) -> list[dict[str, Any]]:
    """Deadline and what holds it up, per task; the calendar is read once."""
    days = calendar()
    return [
        {
            "task": task, "name": task.subject_name, "number": task.subject_number, "url": reverse("disclosure:task", args=[task.pk]),
            "left": workdays_between(days, today, task.due_on) if task.due_on else None, "open": task.first_published_on is None,
            "waits": policies.why_not(policies.check_ripe, task),
        }
        for task in tasks
    ]  # fmt: skip


def batch_of(user: User, tab: str) -> list[dict[str, str]]:
    """Verbs offered for ticked rows of a tab."""
    offered = []
    if tab in ("waiting", "overdue") and policies.may(user, "disclosure.edit"):
        offered.append({"label": "送审", "value": "propose"})
    if tab == "proposed" and policies.may(user, "disclosure.approve"):
        offered.append({"label": "批准", "value": "approve"})
    if tab == "approved" and (
        policies.may(user, "disclosure.edit") or policies.may(user, "disclosure.approve")
    ):
        offered.append({"label": "发布", "value": "publish"})
    return offered


# -- one task ---------------------------------------------------------------------------------------------


def preview(task: DisclosureTask, user: User, today: date) -> dict[str, Any]:
    """Context of the page of one task: the record, the checks, the deadline, what may be done."""
    book, days = gather.book_of(task), calendar()
    raw, problem = _record(task)
    record = board.with_marks(raw) if raw is not None else None
    versions = list(task.publications.order_by("-version"))
    clock = Clock(task.clock_from, task.due_on, task.provisional)
    source = days.source(task.clock_from, task.due_on or task.clock_from)
    document = documents.latest("disclosure_sheet", versions[0].pk) if versions else None
    return {
        "task": task, "record": record, "problem": problem, "shown": _as_public(task, record), "checks": _checks(task, record, problem),
        "versions": versions, "corrections": board.corrections(versions), "deadline_sentence": deadlines.sentence(clock, book, source),
        "left": workdays_between(days, today, task.due_on) if task.due_on else None, "today": today, "book": book,
        "pending": differences.changes(versions[0].record, raw) if versions and raw and not versions[0].withdrawn else [],
        "why": {verb: policies.why_not(check, user, task) for verb, check in _CHECKS.items()},
        "document": document, "pdf_problem": rendering.unavailable_reason(), "history": _history(task, record, book),
    }  # fmt: skip


_CHECKS = {
    "propose": policies.check_propose, "approve": policies.check_approve, "return": policies.check_return,
    "publish": policies.check_publish, "exempt": policies.check_exempt, "correct": policies.check_correct,
    "withdraw": policies.check_withdraw,
}  # fmt: skip


def _record(task: DisclosureTask) -> tuple[dict[str, Any] | None, str]:
    try:
        record = gather.record_of(task)
    except RuleBroken as broken:
        return None, broken.message
    try:
        check_content(task)
    except RuleBroken as broken:
        return record, broken.message
    return record, ""


def _as_public(task: DisclosureTask, record: dict[str, Any] | None) -> SimpleNamespace | None:
    """Head of the preview, as on the public page."""
    if record is None or task.kind != DisclosureTask.Kind.RESULT:
        return None
    found = mark(record["outcome"]["code"], record["status"])
    return SimpleNamespace(**record["target"], mark=found, number=_number_of(task))


def _number_of(task: DisclosureTask) -> str:
    current = task.publications.order_by("-version").first()
    return current.number if current else "发布时编号"


def _history(task: DisclosureTask, record: dict[str, Any] | None, book: Rulebook) -> list[dict[str, Any]]:
    """经过 without the publication that has not happened yet."""
    if record is None or task.kind != DisclosureTask.Kind.RESULT:
        return []
    stand_in = {
        "deadline": {"on_time": True, "due_on": "", "workdays": 0, "clock": "", "first_published_on": ""}
    }
    return board.history(record | stand_in)[1:]


def _checks(task: DisclosureTask, record: dict[str, Any] | None, problem: str) -> list[dict[str, str]]:
    """What was looked at before anybody signs: review, contents, personal data, deadline."""
    checks = []
    ripe = policies.why_not(policies.check_ripe, task)
    if task.kind == DisclosureTask.Kind.RESULT:
        checks.append(_line("检查结果已审核通过", ripe))
    if record is not None and task.kind == DisclosureTask.Kind.RESULT:
        facts, book = gather.facts_of(task), gather.book_of(task)
        missing = records.gaps(facts, book.disclosure.fields)
        checks.append(
            _line(
                "规则书要求的内容齐全",
                f"缺少：{'、'.join(missing)}" if missing else "",
                "、".join(record["fields"]),
            )
        )
        found = records.leaks(facts, record)
        hidden = len(facts.team) + len(facts.target.private_names)
        checks.append(
            _line("个人信息已打码", "、".join(found), f"{hidden} 个姓名只留姓或不出现，电话、证件号已略去")
        )
    elif problem:
        checks.append(_line("内容可以公示", problem))
    return checks


def _line(text: str, problem: str, note: str = "") -> dict[str, str]:
    return {"text": text, "note": problem or note, "state": "block" if problem else "done"}


def changed(found: QuerySet[DisclosureTask], limit: int = 30) -> list[dict[str, Any]]:
    """Published results whose record now says something else: a follow-up closed, a record corrected."""
    latest = Publication.objects.filter(task=OuterRef("pk")).order_by("-version").values("published_at")[:1]
    since = (
        found.filter(state=states.PUBLISHED)
        .annotate(public_since=Subquery(latest))
        .annotate(public_on=TruncDate("public_since"))
    )
    later_end = FollowUp.objects.filter(visit=OuterRef("visit"), closed_on__gte=OuterRef("public_on"))
    later_record = Record.objects.filter(visit=OuterRef("visit"), submitted_at__gt=OuterRef("public_since"))
    reviewed = since.filter(visit__state=Visit.State.REVIEWED)
    listed = []
    tasks = list(reviewed.filter(Exists(later_end) | Exists(later_record)).order_by("-pk")[:limit])
    gather.read(tasks)
    for task in tasks:
        current = task.publications.order_by("-version").first()
        if current and not current.withdrawn and differs(task, current):
            rows_of = differences.changes(current.record, gather.record_of(task))
            listed.append({"task": task, "publication": current, "changes": rows_of})
    return listed
