"""Changes of status that a file asks for: they wait for another person, who decides about the batch as a whole.

The rest of the row is written at once. Taking the batch back withdraws what still waits; a status that was approved
meanwhile comes back the same way it went, by a request that another person approves.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.intake.doors import RegisterMoved
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from registry import policies
from registry.actions.recording import field, told
from registry.actions.targets import check_turn
from registry.actions.tiers import recompute_for
from registry.imports.target_sheet import HELD
from registry.labelling import book_or_none
from registry.models import ImportBatch, ImportedRow, PendingChange, Target, TargetChange
from registry.periods import change_period
from registry.rules import states

AT_ONCE = 1000  # a page should answer; the rest is decided by pressing once more
_CHUNK = 500
Kind, State = PendingChange.Kind, PendingChange.State


class Decided(NamedTuple):
    """moved: names whose status is no longer as it was when asked; they keep waiting. left: others still waiting."""

    done: int
    moved: list[str]
    left: int


def split(change: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of a change may be written at once, and what is only asked for."""
    held = {key: change["values"][key] for key in HELD if key in change["values"]}
    now = {
        **change,
        "values": {key: value for key, value in change["values"].items() if key not in held},
        "old": {key: value for key, value in change["old"].items() if key not in HELD},
        "fields": [row for row in change["fields"] if row["key"] not in HELD],
    }
    return now, held


def ask(batch: ImportBatch, asked: list[tuple[Target, int, dict[str, Any]]], by: User) -> None:
    """asked: target, row of the file, held values. Called while the batch is written. raises: NotAllowed, RegisterMoved"""
    if not asked:
        return
    policies.check_may_request(by, batch.organisation)
    rows = [_request(batch, target, number, values, by) for target, number, values in asked]
    _create(rows)


def _request(
    batch: ImportBatch, target: Target, number: int, values: Mapping[str, Any], by: User
) -> PendingChange:
    where = f"导入“{batch.file_name}”第 {number} 行"
    said = str(values.get("status_reason") or "")
    status = str(values.get("status") or target.status)
    since = str(values.get("status_since") or _since(target))
    return _pending(batch, target, status, since, f"{said}（{where}）" if said else where, by)


def _pending(
    batch: ImportBatch, target: Target, status: str, since: str, reason: str, by: User, **more: Any
) -> PendingChange:
    labels = states.STATUS_LABELS
    fields = [
        field("状态", labels[target.status], labels[status]),
        field("状态起始日", target.status_since, since),
    ]
    return PendingChange(
        organisation=batch.organisation, target=target, kind=Kind.STATUS, batch=batch, requested_by=by, reason=reason[:300],
        values={"status": status, "since": since, "from": target.status, "from_since": _since(target), **more},
        fields=[row for row in fields if row["old"] != row["new"]],
    )  # fmt: skip


def _since(target: Target) -> str:
    return (target.status_since or target.created_at.date()).isoformat()


def _create(rows: list[PendingChange]) -> None:
    try:
        with transaction.atomic():
            PendingChange.objects.bulk_create(rows, batch_size=_CHUNK)
    except IntegrityError:
        raise RegisterMoved(
            "核对之后，有的对象另有一项变更状态在等审批。请等办结或撤回那一项，再重新上传文件核对。"
        ) from None


# ---------- deciding about a batch ----------


@transaction.atomic
def approve_batch(*, batch: ImportBatch, on: date, by: User, opinion: str = "") -> Decided:
    """Carry out what the batch asked for, in the same transaction as the approval; at most AT_ONCE changes.

    raises: NotAllowed for the one who asked; RuleBroken when nothing waits
    """
    waiting = _settling(batch, by)
    done: list[PendingChange] = []
    moved: list[str] = []
    for start in range(0, len(waiting), _CHUNK):
        part = waiting[start : start + _CHUNK]
        fit = _carry_out(part, on, by)
        done += fit
        moved += [row.target.name for row in part if row not in fit]
    _settle(batch, done, State.APPROVED, by, opinion)
    return Decided(len(done), moved, _waiting(batch).count() - len(moved))


@transaction.atomic
def return_batch(*, batch: ImportBatch, opinion: str, by: User) -> Decided:
    """raises: NotAllowed; RuleBroken without a word why, or when nothing waits"""
    waiting = _settling(batch, by)
    if not opinion.strip():
        raise RuleBroken("退回要写明意见，好让申请人知道补什么。", code="return_needs_an_opinion")
    _settle(batch, waiting, State.RETURNED, by, opinion)
    return Decided(len(waiting), [], _waiting(batch).count())


def _waiting(batch: ImportBatch) -> Any:
    return PendingChange.objects.waiting().filter(batch=batch)


def _settling(batch: ImportBatch, by: User) -> list[PendingChange]:
    policies.check_may_approve(by, batch.organisation)
    rows = _waiting(batch).select_for_update(of=("self",), no_key=True)
    found = list(rows.select_related("target", "requested_by").order_by("id")[:AT_ONCE])
    if not found:
        raise RuleBroken("这一批没有在等审批的变更，可能已经办完。请刷新页面。", code="nothing_waits")
    for person in {row.requested_by_id: row for row in found}.values():
        policies.check_may_decide(person, by)
    return found


def _carry_out(part: list[PendingChange], on: date, by: User) -> list[PendingChange]:
    """Those that could be; the register moved on for the others."""
    locked = Target.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[row.target_id for row in part]
    )
    targets = {row.pk: row for row in locked.order_by("id")}
    fit = [row for row in part if fits(row, targets[row.target_id], on)]
    before = {pk: row.version for pk, row in targets.items()}
    for row in fit:
        target, values = targets[row.target_id], row.values
        change_period(
            target,
            values["status"],
            date.fromisoformat(values["since"]),
            row.reason,
            back=bool(values.get("back")),
        )
        target.version += 1
    changed = [targets[row.target_id] for row in fit]
    Target.objects.bulk_update(changed, ["status", "status_since", "version"], batch_size=_CHUNK)
    TargetChange.objects.bulk_create(
        [
            TargetChange(target_id=row.target_id, act="变更状态", fields=told(row.fields), reason=row.reason,
                         by=row.requested_by, approved_by=by)
            for row in fit
        ],
        batch_size=_CHUNK,
    )  # fmt: skip
    follow(fit, before)
    if book := book_or_none(part[0].organisation, on):
        recompute_for([row.pk for row in changed], book, on)
    return fit


def fits(row: PendingChange, target: Target, on: date) -> bool:
    values = row.values
    if target.status != values["from"] or target.merged_into_id is not None:
        return False
    try:
        check_turn(
            target, values["status"], date.fromisoformat(values["since"]), on, back=bool(values.get("back"))
        )
    except states.WrongTurn:
        return False
    return True


def follow(rows: Iterable[PendingChange], versions: Mapping[int, int]) -> None:
    """The batch knows what became of its rows, so that taking it back finds the old status.

    versions: of the targets before the change; a row edited since stays as it is
    """
    wanted = {
        (row.batch_id, row.target_id): row for row in rows if row.batch_id and not row.values.get("back")
    }
    held = ImportedRow.objects.filter(
        batch__in={batch for batch, _ in wanted}, target__in=[target for _, target in wanted]
    )
    touched = []
    for line in held:
        row = wanted.get((line.batch_id, line.target_id))  # type: ignore[arg-type]  # rows of targets have one
        if row is None or line.version != versions[row.target_id]:
            continue
        line.version += 1
        line.before = {**line.before, "status": row.values["from"], "status_since": row.values["from_since"]}
        line.fields = [*line.fields, *({"key": "status", "note": "", **one} for one in row.fields)]
        touched.append(line)
    ImportedRow.objects.bulk_update(touched, ["version", "before", "fields"], batch_size=_CHUNK)


def _settle(batch: ImportBatch, rows: list[PendingChange], state: str, by: User, opinion: str) -> None:
    if not rows:
        return
    ids = [row.pk for row in rows]
    for start in range(0, len(ids), _CHUNK):
        PendingChange.objects.filter(pk__in=ids[start : start + _CHUNK]).update(
            state=state, decided_by=by, decided_at=timezone.now(), opinion=opinion.strip()[:300]
        )
    ledger.record(
        actor=by, act=f"registry.{'approve' if state == State.APPROVED else 'return'}_batch", subject=batch,
        data={"requests": ids, "opinion": opinion},
    )  # fmt: skip


# ---------- taking the batch back ----------


def withdraw(batch: ImportBatch) -> int:
    """What still waits is no longer asked for. Called while the batch is taken back."""
    return _waiting(batch).update(state=State.WITHDRAWN, decided_at=timezone.now())


def ask_back(batch: ImportBatch, rows: list[ImportedRow], by: User) -> None:
    """For rows whose status was changed meanwhile: ask for the old one. raises: NotAllowed, RegisterMoved"""
    rows = [row for row in rows if "status" in row.before]
    if not rows:
        return
    policies.check_may_request(by, batch.organisation)
    _create(
        [
            _pending(batch, row.of_target, row.before["status"], row.before["status_since"], f"撤销导入“{batch.file_name}”", by, back=True)
            for row in rows
        ]
    )  # fmt: skip
