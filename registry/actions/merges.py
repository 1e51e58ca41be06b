"""One thing entered twice becomes one entry; the other stays, closed, and can stand up again."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.organisation.policies import check_another
from registry import policies
from registry.actions.recording import field, note_change
from registry.actions.targets import recompute_target
from registry.actions.tiers import end_rows
from registry.models import (
    CreditRating,
    DistinctPair,
    Merge,
    PendingChange,
    Permit,
    PriorInspection,
    Target,
    TargetFlag,
    TargetTag,
)

# What goes along, and what makes a row the same as one the staying entry already has.
_BELONGINGS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "permits": (Permit, ("number",)),
    "flags": (TargetFlag, ("flag", "happened_on")),
    "tags": (TargetTag, ("group", "value")),
    "inspections": (PriorInspection, ("level", "on", "source")),
    "ratings": (CreditRating, ("scheme", "rated_on")),
}


def check_mergeable(target: Target, into: Target) -> None:
    """raises: RuleBroken, OutOfOrder"""
    if target.pk == into.pk:
        raise RuleBroken("不能并入自己。请选另一个对象。", code="merge_into_itself")
    if target.organisation_id != into.organisation_id:
        raise RuleBroken("两个对象不属于同一机构，不能合并。", code="merge_across_bureaus")
    for row in (target, into):
        policies.check_stands_alone(row)


def check_undoable(merge: Merge) -> None:
    """raises: OutOfOrder"""
    if merge.undone_at is not None:
        raise OutOfOrder("这次合并已经撤销过。", code="merge_is_undone")
    if merge.into.merged_into_id is not None:
        raise OutOfOrder(
            f"“{merge.into.name}”后来也被并入别的对象。请先撤销那一次合并。", code="merged_again_since"
        )


@transaction.atomic
def merge_targets(
    *, target: Target, into: Target, reason: str, on: date, by: User, requested_by: User
) -> Merge:
    """`target` gives its permits, flags, labels, checks and ratings to `into` and leaves the lists; nothing is deleted.

    raises: NotAllowed, RuleBroken, OutOfOrder
    """
    policies.check_may_approve(by, target.organisation)
    check_another(by, requested_by, "这项合并")
    rows = _locked(target.pk, into.pk)
    loser, keeper = rows[target.pk], rows[into.pk]
    check_mergeable(loser, keeper)
    moved: dict[str, Any] = {name: _move(name, loser, keeper) for name in _BELONGINGS}
    moved["former"] = _take_names(loser, keeper)
    if keeper.entity_id is None and loser.entity_id is not None:
        keeper.entity, moved["entity"] = loser.entity, loser.entity_id
    loser.merged_into = keeper
    _save(loser, keeper)
    end_rows(list(loser.tiers.filter(until=None).values_list("pk", flat=True)), on)
    merge = Merge.objects.create(target=loser, into=keeper, moved=moved)
    recompute_target(keeper, on)
    _note(merge, "合并重复", "", keeper.name, reason, requested_by, by)
    ledger.record(
        actor=by, act="registry.merge_targets", subject=loser,
        data={"into": keeper.uid, "moved": moved, "reason": reason, "requested_by": requested_by.name},
    )  # fmt: skip
    return merge


@transaction.atomic
def undo_merge(*, merge: Merge, reason: str, on: date, by: User, requested_by: User) -> Merge:
    """Everything that went along goes back; what was added since stays where it is. raises: NotAllowed, OutOfOrder"""
    policies.check_may_approve(by, merge.target.organisation)
    check_another(by, requested_by, "这项撤销合并")
    rows = _locked(merge.target_id, merge.into_id)
    merge = Merge.objects.select_for_update(of=("self",), no_key=True).get(pk=merge.pk)
    loser, keeper = rows[merge.target_id], rows[merge.into_id]
    merge.target, merge.into = loser, keeper
    check_undoable(merge)
    for name, (model, _) in _BELONGINGS.items():
        model._base_manager.filter(pk__in=merge.moved.get(name, ()), target=keeper).update(target=loser)
    keeper.former_names = [name for name in keeper.former_names if name not in merge.moved["former"]]
    if merge.moved.get("entity") and keeper.entity_id == merge.moved["entity"]:
        keeper.entity = None
    loser.merged_into = None
    _save(loser, keeper)
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    for row in (keeper, loser):
        recompute_target(row, on)
    _note(merge, "撤销合并", keeper.name, "", reason, requested_by, by)
    ledger.record(
        actor=by, act="registry.undo_merge", subject=loser,
        data={"into": keeper.uid, "reason": reason, "requested_by": requested_by.name},
    )  # fmt: skip
    return merge


def _locked(*ids: int) -> dict[int, Target]:
    rows = Target.objects.select_for_update(of=("self",), no_key=True).select_related(
        "entity", "organisation"
    )
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("id")}


def _move(name: str, loser: Target, keeper: Target) -> list[int]:
    """Rows the keeper does not have yet; the others stay with the closed entry."""
    model, same = _BELONGINGS[name]
    there = set(model._base_manager.filter(target=keeper).values_list(*same))
    ids = [
        pk
        for pk, *key in model._base_manager.filter(target=loser).values_list("pk", *same)
        if tuple(key) not in there
    ]
    model._base_manager.filter(pk__in=ids).update(target=keeper)
    return ids


def _take_names(loser: Target, keeper: Target) -> list[str]:
    """Names the keeper becomes findable by."""
    new = [
        name for name in dict.fromkeys([loser.name, *loser.former_names])
        if name != keeper.name and name not in keeper.former_names
    ]  # fmt: skip
    keeper.former_names = [*keeper.former_names, *new]
    return new


def _save(*rows: Target) -> None:
    for row in rows:
        row.version += 1
        row.save(update_fields=["former_names", "entity", "merged_into", "version"])


def _note(merge: Merge, act: str, old: str, new: str, reason: str, asked: User, by: User) -> None:
    twin = merge.target.name
    gone, came = ("", twin) if new else (twin, "")
    rows = ((merge.target, field("并入", old, new)), (merge.into, field("并入本对象的重复项", gone, came)))
    for target, told in rows:
        note_change(target=target, act=act, fields=[told], reason=reason, by=asked, approved_by=by)


@transaction.atomic
def tell_apart(*, first: Target, second: Target, reason: str, by: User) -> DistinctPair:
    """Looked at: two things, not one. The pair is not listed again. raises: NotAllowed, RuleBroken"""
    policies.check_may_edit(by, first.organisation)
    if first.organisation_id != second.organisation_id or first.pk == second.pk:
        raise RuleBroken("请选本局的两个不同对象。", code="not_a_pair")
    if not reason.strip():
        raise RuleBroken("请写明为什么不是重复，例如：同一公司的两个厂区。", code="pair_needs_a_reason")
    low, high = sorted((first, second), key=lambda row: row.pk)
    if PendingChange.objects.waiting().filter(kind="merge", target__in=[low, high]).exists():
        raise OutOfOrder("这两个对象里有一项合并在等审批。请先撤回那一项。", code="change_is_waiting")
    pair, _ = DistinctPair.objects.update_or_create(
        first=low, second=high, defaults={"reason": reason.strip()[:200], "by": by, "at": timezone.now()}
    )
    ledger.record(
        actor=by, act="registry.tell_apart", subject=low, data={"other": high.uid, "reason": reason}
    )
    return pair
