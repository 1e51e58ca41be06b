"""From draft to public: propose, approve by another, publish, return, exempt. source: INV-06"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from disclosure import gather, policies
from disclosure.actions.words import words
from disclosure.models import DisclosureTask, Publication
from disclosure.rules import deadlines, masking, numbers, records, states
from draws import actions as draws
from draws import policies as draw_policies
from draws.errors import SecretLost
from draws.models import Draw
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import Calendar
from inspections.models import Visit
from planning import actions as planning


@transaction.atomic
def propose(*, by: User, task: DisclosureTask, now: datetime | None = None) -> DisclosureTask:
    """Submit what would be published for approval.

    raises: RuleBroken when it is not reviewed, not complete, or still carries personal data
    """
    lock(task)
    return _propose(by, task, now or timezone.now())


def _propose(by: User, task: DisclosureTask, at: datetime) -> DisclosureTask:
    policies.check_propose(by, task)
    policies.check_secrecy(task, gather.book_of(task))
    check_content(task)
    return submit(by, task, states.FIRST, now=at)


@transaction.atomic
def exempt(
    *, by: User, task: DisclosureTask, exemption: str, reason: str, now: datetime | None = None
) -> DisclosureTask:
    """Ask not to publish, for one of the rulebook's reasons; another person approves. source: rulebook disclosure.exempt"""
    lock(task)
    policies.check_exempt(by, task)
    allowed = gather.book_of(task).disclosure.exempt
    if exemption not in allowed:
        raise RuleBroken(f"不公开的情形只能是规则书列出的：{'、'.join(allowed)}。", code="unknown_exemption")
    task.exemption = exemption
    task.exemption_reason = words(reason, 300, "不公开要写明具体理由。", "理由")
    return submit(by, task, states.EXEMPTION, now=now)


@transaction.atomic
def approve(*, by: User, task: DisclosureTask, now: datetime | None = None) -> DisclosureTask:
    """Another person agrees; the fingerprint of what was agreed to is kept until the publication."""
    lock(task)
    return _approve(by, task, now or timezone.now())


def _approve(by: User, task: DisclosureTask, at: datetime) -> DisclosureTask:
    policies.check_approve(by, task)
    if task.nature in (states.FIRST, states.CORRECTION):
        policies.check_ripe(task)
        check_content(task)
        task.draft_sha256 = draft_fingerprint(task)
    task.state = policies.check_move(task, "approve")
    task.approved_by, task.approved_at = by, at
    task.save(update_fields=["state", "approved_by", "approved_at", "draft_sha256"])
    _note(by, task, "approve", sha256=task.draft_sha256, exemption=task.exemption)
    return task


@transaction.atomic
def return_(*, by: User, task: DisclosureTask, reason: str) -> DisclosureTask:
    """Send back with a reason; a correction or withdrawal that is not agreed to leaves the publication as it is."""
    lock(task)
    policies.check_return(by, task)
    task.return_reason = words(reason, 300, "退回要写明理由。", "理由")
    nature = task.nature
    task.state = policies.check_move(task, "return")
    task.draft_sha256 = ""
    task.approved_by = task.approved_at = None
    if nature == states.EXEMPTION:
        task.exemption = task.exemption_reason = ""
    task.nature, task.reason = states.FIRST, ""
    task.save()
    _note(by, task, "return", reason=task.return_reason, nature=nature)
    return task


@transaction.atomic
def publish(*, by: User, task: DisclosureTask, now: datetime | None = None) -> Publication:
    """Write the immutable snapshot; from then on the public finds it.

    raises: RuleBroken when the content is no longer what was approved
    """
    lock(task)
    return _publish(by, task, now or timezone.now(), calendar())


def _publish(by: User, task: DisclosureTask, at: datetime, days: Calendar) -> Publication:
    policies.check_publish(by, task)
    if task.nature == states.WITHDRAWAL:
        made = _withdrawn(by, task, at, days)
    else:
        _check_unchanged(task)
        if _open_names(task, at):
            gather.forget(task)
        made = _snapshot(by, task, at, days)
    task.state = policies.check_move(task, "publish")
    task.first_published_on = task.first_published_on or timezone.localtime(at).date()
    task.draft_sha256, task.return_reason = "", ""
    task.save(update_fields=["state", "first_published_on", "draft_sha256", "return_reason"])
    if task.plan is not None and task.nature != states.WITHDRAWAL:
        planning.note_published(
            by=by, plan=task.plan, published_on=task.first_published_on, published_at=f"公示 {made.number}"
        )
    ledger.record(
        actor=by, act="disclosure.publish", subject=made, organisation=task.organisation,
        data={"number": made.number, "version": made.version, "nature": made.nature, "sha256": made.sha256},
    )  # fmt: skip
    return made


# -- several at once ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """What became of several tasks: those that went through, and why the others did not."""

    done: list[DisclosureTask]
    refused: list[RuleBroken]


@transaction.atomic
def propose_all(*, by: User, tasks: Iterable[DisclosureTask], now: datetime | None = None) -> Batch:
    """`propose` for each; what is refused is named, the rest goes through. The records are read together."""
    at = now or timezone.now()
    return _each(tasks, lambda task: _propose(by, task, at))


@transaction.atomic
def approve_all(*, by: User, tasks: Iterable[DisclosureTask], now: datetime | None = None) -> Batch:
    """`approve` for each, as `propose_all`."""
    at = now or timezone.now()
    return _each(tasks, lambda task: _approve(by, task, at))


@transaction.atomic
def publish_all(*, by: User, tasks: Iterable[DisclosureTask], now: datetime | None = None) -> Batch:
    """`publish` for each, as `propose_all`."""
    at, days = now or timezone.now(), calendar()
    return _each(tasks, lambda task: _publish(by, task, at, days))


def _each(tasks: Iterable[DisclosureTask], verb: Callable[[DisclosureTask], object]) -> Batch:
    """Rows locked in a fixed order, done in the order given; each act stands or falls on its own."""
    batch = Batch([], [])
    for task in _lock_all(tasks):
        try:
            with transaction.atomic():
                verb(task)
            batch.done.append(task)
        except RuleBroken as broken:
            batch.refused.append(broken)
    return batch


def _lock_all(tasks: Iterable[DisclosureTask]) -> list[DisclosureTask]:
    ids = [task.pk for task in tasks]
    rows = {task.pk: task for task in _locked().filter(pk__in=ids).order_by("pk")}
    gather.read(rows.values())
    return [rows[pk] for pk in ids]


# -- used by the other modules of this package ------------------------------------------------------------


def lock(task: DisclosureTask) -> None:
    """Take the row and read it again, in place."""
    task.refresh_from_db(from_queryset=_locked())
    gather.forget(task)


def _locked() -> QuerySet[DisclosureTask]:
    rows = DisclosureTask.objects.select_related("organisation", "proposed_by", "approved_by")
    return rows.select_for_update(of=("self",), no_key=True)


def submit(by: User, task: DisclosureTask, nature: str, *, now: datetime | None) -> DisclosureTask:
    """Move a task to its approver and forget the approval of the last time."""
    act = {
        states.FIRST: "propose",
        states.EXEMPTION: "exempt",
        states.CORRECTION: "correct",
        states.WITHDRAWAL: "withdraw",
    }
    task.state = policies.check_move(task, act[nature], nature)
    task.nature, task.proposed_by, task.proposed_at = nature, by, now or timezone.now()
    task.approved_by = task.approved_at = None
    task.draft_sha256, task.return_reason = "", ""
    task.save()
    _note(by, task, act[nature], reason=task.reason or task.exemption_reason, exemption=task.exemption)
    return task


def check_content(task: DisclosureTask) -> dict[str, Any]:
    """The record as it would be published. raises: RuleBroken naming what is missing or still personal"""
    record = gather.record_of(task)
    if task.kind != DisclosureTask.Kind.RESULT:
        return record
    facts, book = gather.facts_of(task), gather.book_of(task)
    missing = records.gaps(facts, book.disclosure.fields)
    if missing:
        raise RuleBroken(
            f"“{task}”缺少规则书要求公示的内容：{'、'.join(missing)}。请检查组更正记录后再送审。",
            code="content_missing", clause=book.disclosure.origin("fields").ref,
        )  # fmt: skip
    found = records.leaks(facts, record)
    if found:
        raise RuleBroken(
            f"“{task}”的公示内容里还有个人信息：{'、'.join(found)}。请先更正。", code="personal_data"
        )
    return record


def draft_fingerprint(task: DisclosureTask) -> str:
    """Fingerprint of what is agreed to. The head of the draw and the opened name come later and do not count."""
    record = gather.record_of(task)
    if isinstance(record.get("draw"), dict):
        also = [other["commitment"] for other in record["draw"]["also"]]
        record["draw"] = {key: record["draw"][key] for key in ("number", "code", "commitment")} | {
            "also": also
        }
    if record["kind"] == "draw":
        record = {key: value for key, value in record.items() if key not in ("head", "state")}
    return records.fingerprint(records.canonical(record))


def subject_fields(task: DisclosureTask, record: dict[str, Any], number: str) -> dict[str, Any]:
    """Columns of a publication by which it is searched and filtered."""
    if task.kind != DisclosureTask.Kind.RESULT:
        text = " ".join(
            str(record.get(key, "")) for key in ("number", "name", "document_no", "period")
        ).lower()
        return {"search_text": f"{number.lower()} {text}", "subject": gather.title_of(task, record)}
    facts, target = gather.facts_of(task), record["target"]
    return {
        "search_text": records.search_text(record, facts, number), "subject": target["name"], "uscc": target["uscc"],
        "area": target["area"], "tier": target["tier"], "outcome": record["outcome"]["code"], "status": record["status"],
        "items": "".join(f"|{item['name']}" for item in record["items"]) + "|" if record["items"] else "",
        "period": record["period"],
    }  # fmt: skip


def _check_unchanged(task: DisclosureTask) -> None:
    policies.check_ripe(task)
    if task.draft_sha256 != draft_fingerprint(task):
        raise RuleBroken(
            f"“{task}”的内容在批准之后有变化，不能发布。请退回后重新送审，由批准人再看一遍。",
            code="changed_after_approval",
        )


def _open_names(task: DisclosureTask, at: datetime) -> int:
    """The name goes into the chain of each draw as public, on the approver's authority, before the record quotes its salt.

    returns: how many were opened
    """
    visit, by = task.visit, task.approved_by
    assert by is not None
    if visit is None or _is_person(visit):
        return 0
    count = 0
    for credited, commitment in gather.closed_names(task):
        draw = Draw.objects.get(pk=credited.pk)
        refused = draw_policies.why_not(draw_policies.check_open_names, by, draw)
        if refused or gather.is_open(draw, commitment):
            continue
        with suppress(SecretLost), transaction.atomic():
            draws.open_visited(by=by, draw=draw, commitments=[commitment], now=at)
            count += 1
    return count


def _is_person(visit: Visit) -> bool:
    return masking.is_person(visit.target.name, visit.target.entity_id is not None)


def _snapshot(by: User, task: DisclosureTask, at: datetime, days: Calendar) -> Publication:
    record = gather.record_of(task)
    previous = task.publications.order_by("-version").first()
    number = previous.number if previous else _number(task)
    return _write(by, task, at, days, record, number, previous)


def _withdrawn(by: User, task: DisclosureTask, at: datetime, days: Calendar) -> Publication:
    """The page stays and says that it was withdrawn; the withdrawn text is named by its fingerprint only."""
    previous = task.publications.order_by("-version").first()
    assert previous is not None
    kept = {
        key: previous.record[key]
        for key in ("format", "kind", "organisation", "rulebook")
        if key in previous.record
    }
    record = kept | {"withdrawn": True, "withdrawn_sha256": previous.sha256}
    return _write(by, task, at, days, record, previous.number, previous)


def _write(
    by: User,
    task: DisclosureTask,
    at: datetime,
    days: Calendar,
    record: dict[str, Any],
    number: str,
    previous: Publication | None,
) -> Publication:
    version = previous.version + 1 if previous else 1
    local = timezone.localtime(at)
    added = {
        "number": number, "version": version, "nature": task.nature, "reason": task.reason,
        "published_at": local.isoformat(timespec="seconds"), "deadline": _deadline(task, local.date(), days),
        "previous_sha256": previous.sha256 if previous else "",
    }  # fmt: skip
    text, sha256 = records.sealed(record, **added)
    if previous and task.nature == states.WITHDRAWAL:
        columns = {
            name: getattr(previous, name)
            for name in ("search_text", "subject", "uscc", "area", "tier", "items", "period")
        }
        columns |= {"status": "已撤回", "title": previous.title, "happened_on": previous.happened_on}
    else:
        columns = subject_fields(task, record, number)
        columns |= {"title": gather.title_of(task, record)[:200], "happened_on": _happened_on(task, record)}
    try:
        with transaction.atomic():
            return Publication.objects.create(
                organisation=task.organisation, task=task, kind=task.kind, number=number, version=version,
                nature=task.nature, reason=task.reason, content=text, sha256=sha256, published_at=at,
                published_by=by, **columns,
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken(
            f"编号 {number} 第 {version} 版刚刚由别人发布，请刷新后重试。", code="overtaken"
        ) from None


def _happened_on(task: DisclosureTask, record: dict[str, Any]) -> str:
    return record.get("checked_on") or record.get("held_on") or record.get("issued_on") or ""


def _deadline(task: DisclosureTask, today: Any, days: Calendar) -> dict[str, Any]:
    book = gather.book_of(task)
    first = task.first_published_on or today
    return {
        "from": task.clock_from.isoformat(), "due_on": task.due_on.isoformat() if task.due_on else "",
        "clock": deadlines.CLOCKS[book.disclosure.clock] if task.kind == "result" else "",
        "within": book.disclosure.within.zh if task.kind == "result" else "",
        "first_published_on": first.isoformat(), "workdays": deadlines.days_used(days, task.clock_from, first),
        "on_time": task.due_on is None or first <= task.due_on,
    }  # fmt: skip


def _number(task: DisclosureTask) -> str:
    """The next free number; the row of the bureau serialises those who publish at the same moment."""
    list(Organisation.objects.select_for_update(of=("self",), no_key=True).filter(parent=None).order_by("pk"))
    if task.draw is not None:
        return task.draw.number
    if task.visit is not None:
        draw = task.visit.draw
        prefix, digits = numbers.result_prefix(Period.parse(draw.period), draw.serial), 3
    else:
        assert task.plan is not None
        prefix, digits = numbers.plan_prefix(task.plan.year), 2
    used = Publication.objects.filter(number__startswith=f"{prefix}-").values_list("number", flat=True)
    return numbers.next_number(prefix, used.distinct(), digits)


def _note(by: User, task: DisclosureTask, act: str, **data: Any) -> None:
    kept = {key: value for key, value in data.items() if value}
    ledger.record(actor=by, act=f"disclosure.{act}", subject=task, data={"nature": task.nature, **kept})
