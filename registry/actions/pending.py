"""Changes that need a second person: asked for by one, approved, returned by another, or withdrawn."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import User
from registry import policies
from registry.actions import held, merges, tiers
from registry.actions.recording import Field, field
from registry.actions.targets import change_status
from registry.models import Merge, PendingChange, Target, TierAssignment
from registry.rules import states
from registry.rules.tiers import LABELS

Kind = PendingChange.Kind
State = PendingChange.State


class RequestMoved(RuleBroken):
    """The thing is no longer as it was when the change was asked for."""

    code = "request_moved"


@transaction.atomic
def request_status(
    *, target: Target, status: str, since: date, reason: str, on: date, by: User
) -> PendingChange:
    """Ask for another status, 移出名录 among them. raises: NotAllowed, WrongTurn, RuleBroken"""
    states.check_status(target.status, status, since, target.status_since, on)
    values = {"status": status, "since": since.isoformat(), "from": target.status}
    old, new = states.STATUS_LABELS[target.status], states.STATUS_LABELS[status]
    return _ask(
        target,
        Kind.STATUS,
        values,
        [field("状态", old, new), field("状态起始日", target.status_since, since)],
        reason,
        by,
    )


@transaction.atomic
def request_tier(*, target: Target, body: str, tier: str, reason: str, on: date, by: User) -> PendingChange:
    """Ask for a tier other than the rules' one. raises: NotAllowed, RuleBroken"""
    book = rulebook_of(target.organisation, on)
    tiers.check_override(book, body, tier, reason)
    row = target.tiers.filter(body=body, overlay=False, until=None).first()
    now = row.tier if row else ""
    if now == tier:
        raise RuleBroken(f"现在就是“{LABELS[tier]}”，不用改定。", code="tier_is_the_same")
    fields = [field(f"层级（{book.body(body).zh}）", LABELS.get(now, "未认定"), LABELS[tier])]
    return _ask(target, Kind.TIER, {"body": body, "tier": tier, "from": now}, fields, reason, by)


@transaction.atomic
def request_end_of_tier(*, assignment: TierAssignment, reason: str, by: User) -> PendingChange:
    """Ask to go back to what the rules say. raises: NotAllowed, RuleBroken"""
    tiers.check_overridden(assignment)
    fields = [field("层级", LABELS.get(assignment.tier, ""), LABELS.get(assignment.computed_tier, ""))]
    return _ask(assignment.target, Kind.END_TIER, {"assignment": assignment.pk}, fields, reason, by)


@transaction.atomic
def request_merge(*, target: Target, into: Target, reason: str, by: User) -> PendingChange:
    """Ask to merge a duplicate into the entry that stays. raises: NotAllowed, RuleBroken"""
    merges.check_mergeable(target, into)
    fields = [field("并入", "", f"{into.name}（{into.uid}）")]
    return _ask(target, Kind.MERGE, {"into": into.pk}, fields, reason, by)


@transaction.atomic
def request_unmerge(*, merge: Merge, reason: str, by: User) -> PendingChange:
    """Ask to take a merge back. raises: NotAllowed, RuleBroken"""
    merges.check_undoable(merge)
    fields = [field("并入", f"{merge.into.name}（{merge.into.uid}）", "")]
    return _ask(merge.target, Kind.UNMERGE, {"merge": merge.pk}, fields, reason, by)


def _ask(
    target: Target, kind: str, values: dict[str, Any], fields: list[Field], reason: str, by: User
) -> PendingChange:
    policies.check_may_request(by, target.organisation)
    if not reason.strip():
        raise RuleBroken(
            "申请变更必须写明原因和依据，例如停产报告、通知书或会议纪要文号。", code="change_needs_a_reason"
        )
    if PendingChange.objects.waiting().filter(target=target, kind=kind).exists():
        raise OutOfOrder(
            f"“{target.name}”已有一项{Kind(kind).label}在等审批。请等办结，或先撤回那一项。",
            code="change_is_waiting",
        )
    change = PendingChange.objects.create(
        organisation=target.organisation, target=target, kind=kind, values=values, fields=fields,
        reason=reason.strip()[:300], requested_by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="registry.request_change", subject=target,
        data={"kind": kind, "values": values, "reason": reason, "request": change.pk},
    )  # fmt: skip
    return change


@transaction.atomic
def approve_change(*, change: PendingChange, on: date, by: User, opinion: str = "") -> PendingChange:
    """Carry the change out, in the same transaction as the approval.

    raises: NotAllowed for the one who asked; OutOfOrder when it is settled; RequestMoved when the register moved on
    """
    row = _settling(change, by)
    _CARRY_OUT[row.kind](row, on, by)
    return _settle(row, State.APPROVED, by, opinion)


@transaction.atomic
def return_change(*, change: PendingChange, opinion: str, by: User) -> PendingChange:
    """raises: NotAllowed, OutOfOrder; RuleBroken without a word why"""
    row = _settling(change, by)
    if not opinion.strip():
        raise RuleBroken("退回要写明意见，好让申请人知道补什么。", code="return_needs_an_opinion")
    return _settle(row, State.RETURNED, by, opinion)


@transaction.atomic
def withdraw_change(*, change: PendingChange, by: User) -> PendingChange:
    """By the one who asked. raises: NotAllowed, OutOfOrder"""
    row = _locked(change)
    policies.check_asked_for(row, by)
    return _settle(row, State.WITHDRAWN, by, "")


def _locked(change: PendingChange) -> PendingChange:
    row = (
        PendingChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("target__organisation", "requested_by", "organisation")
        .get(pk=change.pk)
    )
    policies.check_change_waits(row)
    return row


def _settling(change: PendingChange, by: User) -> PendingChange:
    policies.check_may_approve(by, change.organisation)
    row = _locked(change)
    policies.check_may_decide(row, by)
    return row


def _settle(row: PendingChange, state: str, by: User, opinion: str) -> PendingChange:
    row.state, row.decided_by, row.decided_at, row.opinion = state, by, timezone.now(), opinion.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
    ledger.record(
        actor=by, act=f"registry.{_VERBS[state]}_change", subject=row.target,
        data={"kind": row.kind, "request": row.pk, "opinion": opinion},
    )  # fmt: skip
    return row


def _status(row: PendingChange, on: date, by: User) -> None:
    values, target = row.values, Target.objects.get(pk=row.target_id)
    if target.status != values["from"]:
        raise RequestMoved(
            f"申请时状态是“{states.STATUS_LABELS[values['from']]}”，现在已是“{target.get_status_display()}”。请退回，由申请人重新申请。"
        )
    version = target.version
    change_status(
        target=target, status=values["status"], since=date.fromisoformat(values["since"]), reason=row.reason, on=on, by=by,
        requested_by=row.requested_by, back=bool(values.get("back")),
    )  # fmt: skip
    held.follow([row], {target.pk: version})


def _tier(row: PendingChange, on: date, by: User) -> None:
    values = row.values
    current = row.target.tiers.filter(body=values["body"], overlay=False, until=None).first()
    if values["from"] and (current.tier if current else "") != values["from"]:
        now = LABELS.get(current.tier, current.tier) if current else "未认定"
        raise RequestMoved(
            f"申请时层级是“{LABELS.get(values['from'], '')}”，现在已是“{now}”。请退回，由申请人重新申请。"
        )
    tiers.override_tier(
        target=row.target, body=values["body"], tier=values["tier"], reason=row.reason, on=on, by=by,
        requested_by=row.requested_by,
    )  # fmt: skip


def _end_tier(row: PendingChange, on: date, by: User) -> None:
    assignment = TierAssignment.objects.select_related("target__organisation").get(
        pk=row.values["assignment"]
    )
    tiers.end_override(assignment=assignment, reason=row.reason, on=on, by=by, requested_by=row.requested_by)


def _merge(row: PendingChange, on: date, by: User) -> None:
    into = Target.objects.get(pk=row.values["into"])
    merges.merge_targets(
        target=row.target, into=into, reason=row.reason, on=on, by=by, requested_by=row.requested_by
    )


def _unmerge(row: PendingChange, on: date, by: User) -> None:
    merge = Merge.objects.select_related("target__organisation", "into").get(pk=row.values["merge"])
    merges.undo_merge(merge=merge, reason=row.reason, on=on, by=by, requested_by=row.requested_by)


_VERBS: dict[str, str] = {State.APPROVED: "approve", State.RETURNED: "return", State.WITHDRAWN: "withdraw"}
_CARRY_OUT: dict[str, Callable[[PendingChange, date, User], None]] = {
    Kind.STATUS: _status, Kind.TIER: _tier, Kind.END_TIER: _end_tier, Kind.MERGE: _merge, Kind.UNMERGE: _unmerge,
}  # fmt: skip
