"""Follow-ups: every problem opens one, a correction keeps them in step, each is closed with what was found. source: INV-07"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.workdays.rules import check_plausible
from inspections import policies
from inspections.actions.common import moment, words
from inspections.models import FollowUp, Visit, VisitItem
from inspections.rules.outcomes import Problem


def open_problems(
    visit: Visit, items: Sequence[VisitItem], problems: Sequence[Problem], *, by: User, at: datetime, version: int
) -> list[FollowUp]:  # fmt: skip
    """Part of submitting a record: bring the open follow-ups of the visit in line with it."""
    kept = []
    for problem in problems:
        item = items[problem.item] if problem.item is not None else None
        kept.append(_open_one(visit, item, problem, by, at))
    on = timezone.localdate(at)
    gone = visit.followups.open().exclude(pk__in=[one.pk for one in kept]).filter(opened_by=None)
    gone.update(
        state=FollowUp.State.DONE,
        closed_on=on,
        closed_by=by,
        closing_note=f"更正后的第 {version} 版记录里不再是问题",
    )
    return kept


def _open_one(visit: Visit, item: VisitItem | None, problem: Problem, by: User, at: datetime) -> FollowUp:
    values: dict[str, Any] = {"kind": problem.kind, "problem": problem.text[:1000]}
    if item is not None:
        values |= {"demand": item.demand, "due_on": item.demand_due_on}
    found = visit.followups.open().filter(visit_item=item, opened_by=None).first()
    if found is None:
        return FollowUp.objects.create(visit=visit, visit_item=item, opened_at=at, **values)
    for name, value in values.items():
        setattr(found, name, value or getattr(found, name))
    found.save()
    return found


@transaction.atomic
def open_followup(
    *, by: User, visit: Visit, kind: str, problem: str, demand: str = "", due_on: date | None = None, handed_to: str = ""
) -> FollowUp:  # fmt: skip
    """One more, by hand: e.g. a case opened after a pending problem."""
    policies.check_open_followup(by, visit)
    if kind not in FollowUp.Kind.values or not problem.strip():
        raise RuleBroken("请选择类别并写明问题。", code="followup_incomplete")
    _check_due(due_on, timezone.localdate())
    followup = FollowUp.objects.create(
        visit=visit, kind=kind, problem=words(problem, 1000, "问题"), demand=words(demand, 500, "要求"), due_on=due_on,
        handed_to=words(handed_to, 100, "移送单位"), opened_by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="inspections.open_followup", subject=visit, data={"followup": followup.pk, "kind": kind}
    )
    return followup


@transaction.atomic
def set_terms(
    *, by: User, followup: FollowUp, demand: str, due_on: date | None, handed_to: str = ""
) -> FollowUp:
    """What is to be done, by when, and to whom it was handed over."""
    followup.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",), no_key=True))
    policies.check_change_followup(by, followup)
    if followup.kind == FollowUp.Kind.REFERRAL and not handed_to.strip():
        raise RuleBroken("移送的，要写明移送给哪个单位。", code="handed_to_missing")
    _check_due(due_on, timezone.localdate(followup.opened_at))
    followup.demand, followup.due_on, followup.handed_to = demand.strip(), due_on, handed_to.strip()
    followup.save(update_fields=["demand", "due_on", "handed_to"])
    ledger.record(actor=by, act="inspections.set_followup_terms", subject=followup.visit, data={
        "followup": followup.pk, "due_on": due_on, "handed_to": handed_to.strip(),
    })  # fmt: skip
    return followup


def _check_due(due_on: date | None, opened: date) -> None:
    check_plausible(due_on, "期限")
    if due_on is not None and due_on < opened:
        raise RuleBroken(f"期限 {due_on} 早于登记日期 {opened}，请改正。", code="due_before_opened")


@transaction.atomic
def close_followup(
    *, by: User, followup: FollowUp, on: date, note: str, now: datetime | None = None
) -> FollowUp:
    """Close with what the re-check or the case found.

    on: day it was settled, not before it was opened
    raises: NotAllowed, OutOfOrder when closed already, RuleBroken
    """
    followup.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",), no_key=True))
    policies.check_change_followup(by, followup)
    if not note.strip():
        raise RuleBroken("办结要写复查或办理情况。", code="closing_note_missing")
    if on < timezone.localdate(followup.opened_at):
        raise RuleBroken(f"办结日期 {on} 早于登记日期，请改正。", code="closed_before_opened")
    if on > timezone.localdate(moment(now)):
        raise RuleBroken(f"办结日期 {on} 还没有到，请填实际办结的那一天。", code="closed_in_future")
    followup.state, followup.closed_on, followup.closing_note, followup.closed_by = (
        FollowUp.State.DONE,
        on,
        words(note, 500, "复查情况"),
        by,
    )
    followup.save()
    ledger.record(actor=by, act="inspections.close_followup", subject=followup.visit, data={
        "followup": followup.pk, "kind": followup.kind, "on": on, "note": note.strip(),
    })  # fmt: skip
    return followup
