"""Imports: check a file, correct refused rows, write the batch as one, take it back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation, User
from foundation.rulebook.model import Rulebook
from foundation.sheets import checking
from foundation.sheets.changes import Checked
from foundation.sheets.errors import SheetRefused
from registry import policies
from registry.actions import item_batches, target_batches
from registry.actions.target_batches import RegisterMoved
from registry.imports.items import ItemRegister
from registry.imports.targets import TargetRegister
from registry.models import ColumnMapping, ImportBatch

State = ImportBatch.State


@dataclass(frozen=True)
class Undone:
    """`kept`: names of rows edited or used since, left as they are."""

    restored: int
    kept: list[str]


def register_of(organisation: Organisation, kind: str, on: date) -> TargetRegister | ItemRegister:
    if kind == "items":
        return ItemRegister(organisation)
    if kind != "targets":
        raise SheetRefused("只能导入检查对象或抽查事项。", code="unknown_kind")
    return TargetRegister(organisation, _book(organisation, on), on)


def _book(organisation: Organisation, on: date) -> Rulebook | None:
    try:
        return rulebook_of(organisation, on)
    except RulebookMissing:
        return None


@transaction.atomic
def check_file(
    *, organisation: Organisation, kind: str, file_name: str, data: bytes, on: date, by: User,
    mapping: Mapping[str, str] | None = None,
) -> ImportBatch:  # fmt: skip
    """Dry run. Writes the batch with its errors and its diff; the register stays as it is.

    mapping: header of the file → our column. raises: NotAllowed; SheetRefused when the file cannot be read
    """
    policies.check_may_import(by, organisation)
    register = register_of(organisation, kind, on)
    grid, checked = checking.check_file(register, file_name, data, mapping)
    batch = ImportBatch(
        organisation=organisation, kind=kind, file_name=file_name[-200:], sha256=hashlib.sha256(data).hexdigest(),
        sheet=grid.sheet[:60], created_by=by, unknown=list(checked.unknown),
    )  # fmt: skip
    _note(batch, checked)
    batch.save()
    ledger.record(
        actor=by, act="registry.check_file", subject=batch,
        data={"kind": kind, "file": batch.file_name, "sha256": batch.sha256, **_counts(checked)},
    )  # fmt: skip
    return batch


def _note(batch: ImportBatch, checked: Checked) -> None:
    batch.rows, batch.unchanged = checked.rows, checked.unchanged
    batch.errors = [problem.plain() for problem in checked.problems]
    batch.rejected = list(checked.rejected)
    batch.changes = [change.plain() for change in checked.changes]


def _counts(checked: Checked) -> dict[str, int]:
    return {
        "rows": checked.rows, "added": checked.added, "changed": checked.changed,
        "unchanged": checked.unchanged, "bad": checked.bad_rows,
    }  # fmt: skip


@transaction.atomic
def correct_row(
    *, batch: ImportBatch, row: int, values: Mapping[str, str], on: date, by: User
) -> ImportBatch:
    """Type a refused row's cells anew; all refused rows are checked again at once.

    raises: OutOfOrder when the batch is settled; RuleBroken when there is no such row
    """
    policies.check_may_import(by, batch.organisation)
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    if not any(record["row"] == row for record in locked.rejected):
        raise RuleBroken(f"第 {row} 行没有待改的错误，可能已经改好。请刷新页面。", code="row_is_fine")
    register = register_of(locked.organisation, locked.kind, on)
    taken = {change["uid"] for change in locked.changes}
    checked = checking.check_corrected(register, locked.rejected, {row: values}, taken)
    locked.errors = [problem.plain() for problem in checked.problems]
    locked.rejected = list(checked.rejected)
    locked.unchanged += checked.unchanged
    locked.changes = sorted(
        [*locked.changes, *(c.plain() for c in checked.changes)], key=lambda change: change["row"]
    )
    locked.save()
    ledger.record(
        actor=by, act="registry.correct_row", subject=locked, data={"row": row, "values": dict(values)}
    )
    return locked


@transaction.atomic
def commit_import(*, batch: ImportBatch, skip_errors: bool = False, on: date, by: User) -> ImportBatch:
    """All good rows in one transaction, with the tiers of every touched target recomputed.

    skip_errors: leave the refused rows for another time; otherwise they stop the import.
    raises: OutOfOrder, RegisterMoved, RuleBroken
    """
    policies.check_may_import(by, batch.organisation)
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    bad = len(locked.rejected)
    if bad and not skip_errors:
        raise RuleBroken(f"还有 {bad} 行有错误。请先改正，或选择把它们留到下次。", code="rows_have_errors")
    if not locked.changes:
        raise RuleBroken("没有可以导入的变化。文件里的内容都已在名录里。", code="nothing_to_import")
    if locked.kind == "items":
        told = item_batches.write(locked, by)
    else:
        told = target_batches.write(locked, _book(locked.organisation, on), on, by)
    locked.state, locked.committed_at = State.COMMITTED, timezone.now()
    locked.save()
    ledger.record(
        actor=by, act="registry.commit_import", subject=locked,
        data={"file": locked.file_name, "sha256": locked.sha256, "skipped": bad, **told},
    )  # fmt: skip
    return locked


@transaction.atomic
def undo_import(*, batch: ImportBatch, on: date, by: User) -> Undone:
    """Give every row its old values back, except those edited since: they are named. raises: OutOfOrder"""
    policies.check_may_import(by, batch.organisation)
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if locked.state != State.COMMITTED:
        raise OutOfOrder(f"这个批次{locked.get_state_display()}，没有可以撤销的。", code="batch_is_settled")
    if locked.kind == "items":
        undone = Undone(*item_batches.undo(locked))
    else:
        undone = Undone(*target_batches.undo(locked, _book(locked.organisation, on), on, by))
    if not undone.restored:
        raise RuleBroken(
            f"这一批的 {len(undone.kept)} 行都在导入后改过或用过，没有一行能撤销。请到各自页面修改。",
            code="nothing_to_undo",
        )
    locked.state, locked.undone_at = State.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    ledger.record(
        actor=by,
        act="registry.undo_import",
        subject=locked,
        data={"restored": undone.restored, "kept": undone.kept[:200]},
    )
    return undone


@transaction.atomic
def drop_import(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Give up a checked file; the batch stays on the list. raises: OutOfOrder"""
    policies.check_may_import(by, batch.organisation)
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    locked.state = State.DROPPED
    locked.save(update_fields=["state"])
    ledger.record(actor=by, act="registry.drop_import", subject=locked, data={})
    return locked


@transaction.atomic
def save_mapping(
    *, organisation: Organisation, kind: str, name: str, columns: Mapping[str, str], by: User
) -> ColumnMapping:
    """Remember which header of an outside export is which column of ours. raises: RuleBroken"""
    policies.check_may_import(by, organisation)
    if not name.strip() or not columns:
        raise RuleBroken("请给列对应起个名字，并至少指明一列。", code="mapping_is_empty")
    row, _ = ColumnMapping.objects.update_or_create(
        organisation=organisation, kind=kind, name=name.strip()[:40], defaults={"columns": dict(columns)}
    )
    ledger.record(
        actor=by, act="registry.save_mapping", subject=row, data={"kind": kind, "columns": dict(columns)}
    )
    return row


__all__ = [
    "RegisterMoved", "Undone", "check_file", "commit_import", "correct_row", "drop_import", "mapping_columns",
    "register_of", "save_mapping", "undo_import",
]  # fmt: skip


def mapping_columns(organisation: Organisation, kind: str, name: str) -> dict[str, Any]:
    """raises: RuleBroken naming those there are"""
    rows = ColumnMapping.objects.filter(organisation=organisation, kind=kind).order_by("name")
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        names = "、".join(row.name for row in rows) or "还没有"
        raise RuleBroken(f"没有叫“{name}”的列对应。现有：{names}。", code="unknown_mapping")
    return found.columns
