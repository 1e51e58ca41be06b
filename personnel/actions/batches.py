"""Imports of inspectors: check a file, correct refused rows, write the batch as one, take it back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.sheets import checking
from foundation.sheets.changes import ADD, Checked
from foundation.sheets.columns import load
from personnel import policies
from personnel.adoption import book_of
from personnel.imports import InspectorRegister
from personnel.models import Inspector, PersonnelImport, PersonnelImportedRow, PersonnelMapping

State = PersonnelImport.State
_FIELDS = {field.name: field for field in Inspector._meta.concrete_fields}


class RegisterMoved(RuleBroken):
    """Somebody changed the register between the check and the confirmation."""

    code = "register_moved"


@dataclass(frozen=True)
class Undone:
    """`kept`: names of people edited or drawn since, left as they are."""

    restored: int
    kept: list[str]


def register_of(organisation: Organisation, on: date | None = None) -> InspectorRegister:
    """The register under the rulebook of the day (None: today)."""
    return InspectorRegister(organisation, book_of(organisation, on or timezone.localdate()))


@transaction.atomic
def check_file(
    *,
    organisation: Organisation,
    file_name: str,
    data: bytes,
    on: date | None = None,
    by: User,
    mapping: Mapping[str, str] | None = None,
) -> PersonnelImport:
    """Dry run against the register and the rulebook of the day (None: today). Writes the batch, not the register.

    mapping: header of the file → our column. raises: NotAllowed; SheetRefused when the file cannot be read
    """
    policies.check_may_import(by, organisation)
    grid, checked = checking.check_file(register_of(organisation, on), file_name, data, mapping)
    batch = PersonnelImport(
        organisation=organisation, file_name=file_name[-200:], sha256=hashlib.sha256(data).hexdigest(),
        sheet=grid.sheet[:60], created_by=by, unknown=list(checked.unknown),
    )  # fmt: skip
    _note(batch, checked)
    batch.save()
    ledger.record(
        actor=by, act="personnel.check_file", subject=batch,
        data={"file": batch.file_name, "sha256": batch.sha256, "rows": checked.rows, "bad": checked.bad_rows},
    )  # fmt: skip
    return batch


def _note(batch: PersonnelImport, checked: Checked) -> None:
    batch.rows, batch.unchanged = checked.rows, checked.unchanged
    batch.errors = [problem.plain() for problem in checked.problems]
    batch.rejected = list(checked.rejected)
    batch.changes = [change.plain() for change in checked.changes]


@transaction.atomic
def correct_row(
    *, batch: PersonnelImport, row: int, values: Mapping[str, str], on: date | None = None, by: User
) -> PersonnelImport:
    """Type a refused row's cells anew; all refused rows are checked again at once. raises: OutOfOrder, RuleBroken"""
    policies.check_may_import(by, batch.organisation)
    locked = PersonnelImport.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    if not any(record["row"] == row for record in locked.rejected):
        raise RuleBroken(f"第 {row} 行没有待改的错误，可能已经改好。请刷新页面。", code="row_is_fine")
    register = register_of(locked.organisation, on)
    if not set(values) <= {column.key for column in register.sheet.columns}:
        raise RuleBroken("要改的这一列不在名册里。请刷新页面再试。", code="unknown_column")
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
        actor=by, act="personnel.correct_row", subject=locked, data={"row": row, "values": dict(values)}
    )
    return locked


@transaction.atomic
def commit_import(
    *, batch: PersonnelImport, skip_errors: bool = False, on: date | None = None, by: User
) -> PersonnelImport:
    """All good rows in one transaction.

    skip_errors: leave the refused rows for another time; otherwise they stop the import.
    raises: OutOfOrder, RegisterMoved, RuleBroken
    """
    policies.check_may_import(by, batch.organisation)
    locked = PersonnelImport.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    bad = len(locked.rejected)
    if bad and not skip_errors:
        raise RuleBroken(f"还有 {bad} 行有错误。请先改正，或选择把它们留到下次。", code="rows_have_errors")
    if not locked.changes:
        raise RuleBroken("没有可以导入的变化。文件里的内容都已在名录里。", code="nothing_to_import")
    register = register_of(locked.organisation, on)
    for change in locked.changes:
        _write(locked, change, register)
    locked.state, locked.committed_at = State.COMMITTED, timezone.now()
    locked.save()
    added = sum(change["kind"] == ADD for change in locked.changes)
    ledger.record(
        actor=by, act="personnel.commit_import", subject=locked,
        data={
            "file": locked.file_name, "sha256": locked.sha256, "skipped": bad, "added": added,
            "changed": len(locked.changes) - added,
        },
    )  # fmt: skip
    return locked


def _write(batch: PersonnelImport, change: dict, register: InspectorRegister) -> None:
    added = change["kind"] == ADD
    row = _new(batch, change) if added else _locked(change)
    try:
        _set(row, change["values"], register)
    except (ValidationError, KeyError) as error:
        raise RegisterMoved(
            f"核对之后名录有变，{change['name']}写不进去{_why(error)}。请重新上传文件核对。"
        ) from None
    PersonnelImportedRow.objects.create(
        batch=batch, inspector=row, row=change["row"], added=added, version=row.version,
        fields=change["fields"], before=change["old"],
    )  # fmt: skip


def _why(error: Exception) -> str:
    return f"（{''.join(error.messages)}）" if isinstance(error, ValidationError) else "（单位或片区已删去）"


def _new(batch: PersonnelImport, change: dict) -> Inspector:
    if Inspector.objects.of(batch.organisation).filter(uid=change["uid"]).exists():
        raise RegisterMoved(f"核对之后，人员 {change['name']} 已被别人建立。请重新上传文件核对。")
    return Inspector(organisation=batch.organisation, uid=change["uid"])


def _locked(change: dict) -> Inspector:
    row = Inspector.objects.select_for_update(of=("self",), no_key=True).filter(pk=change["id"]).first()
    if row is None or row.version != change["version"]:
        raise RegisterMoved(
            f"核对之后，{change['name']}的资料被人改动。请重新上传文件核对，以免盖掉别人的修改。"
        )
    row.version += 1
    return row


def _set(row: Inspector, plain: Mapping[str, Any], register: InspectorRegister) -> None:
    values = {key: load(register.sheet.column(key), value) for key, value in plain.items()}
    areas = values.pop("areas", None)
    for key, value in values.items():
        if key == "unit":
            row.unit_id = register.lists.unit_ids[value]
        else:
            setattr(row, key, _FIELDS[key].get_default() if value is None else value)
    row.full_clean()
    row.save()
    if "areas" in plain:
        row.areas.set([register.lists.area_ids[code] for code in areas or ()])


@transaction.atomic
def undo_import(*, batch: PersonnelImport, on: date | None = None, by: User) -> Undone:
    """Old values back, except for people edited or drawn since. raises: OutOfOrder, RuleBroken"""
    policies.check_may_import(by, batch.organisation)
    locked = PersonnelImport.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if locked.state != State.COMMITTED:
        raise OutOfOrder(f"这个批次{locked.get_state_display()}，没有可以撤销的。", code="batch_is_settled")
    register = register_of(locked.organisation, on)
    restored, kept = 0, []
    for row in locked.imported.select_related("inspector").order_by("-id"):
        if _take_back(row, register):
            restored += 1
        else:
            kept.append(row.inspector.name)
    if not restored:
        raise RuleBroken(
            f"这一批的 {len(kept)} 人都在导入后改过或用过，没有一行能撤销。请到各自页面修改。",
            code="nothing_to_undo",
        )
    locked.state, locked.undone_at = State.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    ledger.record(
        actor=by, act="personnel.undo_import", subject=locked, data={"restored": restored, "kept": kept[:200]}
    )
    return Undone(restored, kept)


def _take_back(row: PersonnelImportedRow, register: InspectorRegister) -> bool:
    """False when the person was edited, used or overtaken since; then nothing of the row is taken back."""
    inspector = Inspector.objects.select_for_update(of=("self",), no_key=True).get(pk=row.inspector_id)
    if inspector.version != row.version:
        return False
    try:
        with transaction.atomic():
            if row.added:
                _delete(row, inspector)
            else:
                inspector.version += 1
                _set(inspector, row.before, register)
    except (ProtectedError, ValidationError, KeyError):
        return False
    return True


def _delete(row: PersonnelImportedRow, inspector: Inspector) -> None:
    row.delete()
    inspector.areas.clear()
    Inspector.objects.filter(pk=inspector.pk).delete()


@transaction.atomic
def drop_import(*, batch: PersonnelImport, by: User) -> PersonnelImport:
    """Give up a checked file; the batch stays on the list. raises: OutOfOrder"""
    policies.check_may_import(by, batch.organisation)
    locked = PersonnelImport.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    policies.check_batch_waits(locked)
    locked.state = State.DROPPED
    locked.save(update_fields=["state"])
    ledger.record(actor=by, act="personnel.drop_import", subject=locked, data={})
    return locked


@transaction.atomic
def save_mapping(
    *, organisation: Organisation, name: str, columns: Mapping[str, str], by: User
) -> PersonnelMapping:
    """Remember which header of an outside list is which column of ours. raises: RuleBroken"""
    policies.check_may_import(by, organisation)
    if not name.strip() or not columns:
        raise RuleBroken("请给列对应起个名字，并至少指明一列。", code="mapping_is_empty")
    row, _ = PersonnelMapping.objects.update_or_create(
        organisation=organisation, name=name.strip()[:40], defaults={"columns": dict(columns)}
    )
    ledger.record(actor=by, act="personnel.save_mapping", subject=row, data={"columns": dict(columns)})
    return row


def mapping_columns(organisation: Organisation, name: str) -> dict[str, str]:
    """raises: RuleBroken naming those there are"""
    rows = list(PersonnelMapping.objects.filter(organisation=organisation).order_by("name"))
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        names = "、".join(row.name for row in rows) or "还没有"
        raise RuleBroken(f"没有叫“{name}”的列对应。现有：{names}。", code="unknown_mapping")
    return found.columns
