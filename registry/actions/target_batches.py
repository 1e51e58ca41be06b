"""Writing one batch of targets and taking it back; called inside an action."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from foundation.intake.doors import RegisterMoved, Tell
from foundation.organisation.models import User
from foundation.rulebook.model import Rulebook
from foundation.sheets.changes import ADD
from registry.actions import held
from registry.actions.tiers import recompute_for, recompute_rows
from registry.imports.applying import Writer, remove_flags
from registry.imports.bulk import insert_rows
from registry.imports.target_sheet import lists_of, target_sheet
from registry.imports.targets import waiting_for_status
from registry.models import (
    Entity,
    ImportBatch,
    ImportedRow,
    Permit,
    PriorInspection,
    StatusPeriod,
    Target,
    TargetFlag,
    TargetTag,
    TierAssignment,
)

_CHUNK = 500


def _writer(batch: ImportBatch, book: Rulebook | None, on: date, by: User) -> Writer:
    lists = lists_of(batch.organisation, book)
    return Writer(
        batch.organisation, target_sheet(lists, book), lists, on, by, f"导入：{batch.file_name}"[:200]
    )


def write(batch: ImportBatch, book: Rulebook | None, on: date, by: User, tell: Tell) -> dict[str, int]:
    """Part by part, so that a long batch takes little memory.

    raises: RegisterMoved when a row was added or changed since the check
    """
    writer = _writer(batch, book, on, by)
    done = tiers = 0
    for changes in batch.each_part():
        new, old = _write_part(batch, writer, changes, by)
        if book:
            tiers += recompute_rows(new, book, on, fresh=True).changed + recompute_rows(old, book, on).changed
        done += len(changes)
        tell(done)
    return {"tiers": tiers}


def _write_part(
    batch: ImportBatch, writer: Writer, changes: list[dict], by: User
) -> tuple[list[Target], list[Target]]:
    """(targets added, targets changed); a change of status is asked for instead."""
    added = [change for change in changes if change["kind"] == ADD]
    changed = [change for change in changes if change["kind"] != ADD]
    targets = _locked([change["id"] for change in changed])
    _check_unmoved(batch, added, changed, targets)
    new = writer.add(added)
    parted = [held.split(change) for change in changed]
    at_once = [change for change, _ in parted if change["values"]]
    befores = [_before(targets[change["id"]], change) for change, _ in parted]
    writer.change(targets, at_once)
    held.ask(batch, [(targets[c["id"]], c["row"], values) for c, values in parted if values], by)
    rows: list[tuple[Any, ...]] = [
        (batch.pk, t.pk, c["row"], True, 1, [], {}) for t, c in zip(new, added, strict=True)
    ]
    rows += [
        (batch.pk, c["id"], c["row"], False, targets[c["id"]].version, c["fields"], before)
        for (c, _), before in zip(parted, befores, strict=True)
    ]
    insert_rows(ImportedRow, ("batch", "target", "row", "added", "version", "fields", "before"), rows)
    return new, [targets[change["id"]] for change in at_once]


def _locked(ids: list[int]) -> dict[int, Target]:
    found: dict[int, Target] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = Target.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in=ids[start : start + _CHUNK]
        )
        found |= {row.pk: row for row in rows.select_related("entity").order_by("id")}
    return found


def _check_unmoved(
    batch: ImportBatch, added: list[dict], changed: list[dict], targets: dict[int, Target]
) -> None:
    moved = [c["name"] for c in changed if c["id"] not in targets or targets[c["id"]].version != c["version"]]
    uids = [change["uid"] for change in added]
    for start in range(0, len(uids), _CHUNK):
        there = Target.objects.of(batch.organisation).filter(uid__in=uids[start : start + _CHUNK])
        moved += list(there.values_list("name", flat=True))
    if moved:
        raise RegisterMoved(
            f"核对之后有 {len(moved)} 个对象在名录里被改动：{'、'.join(moved[:5])}{'等' if len(moved) > 5 else ''}。"
            "请重新上传文件核对，以免盖掉别人的修改。"
        )


def _before(target: Target, change: dict) -> dict:
    """Old values, with what changes along with them: a new name pushes the old one to the former names."""
    before = dict(change["old"])
    if "name" in before:
        before.setdefault("former_names", list(target.former_names))
    if "flags" in before:
        before["flags_after"] = change["values"]["flags"]
    if "permit_number" in change["values"]:
        before["permit_added"] = (
            change["values"]["permit_number"] if not change["old"].get("permit_number") else ""
        )
    return before


def undo(batch: ImportBatch, book: Rulebook | None, on: date, by: User, tell: Tell) -> tuple[int, list[str]]:
    """(rows restored, names of rows kept because they were edited or used since). The last row goes first."""
    writer = _writer(batch, book, on, by)
    held.withdraw(batch)
    ids = list(batch.imported.order_by("-id").values_list("pk", flat=True))
    restored = 0
    kept: list[str] = []
    for start in range(0, len(ids), _CHUNK):
        part = batch.imported.filter(pk__in=ids[start : start + _CHUNK])
        rows = list(part.select_related("target__entity").order_by("id"))
        for row in rows:
            row.batch = batch
        count, left = _undo_part(writer, rows, book, on, by)
        restored, kept = restored + count, [*left, *kept]
        tell(start + len(rows))
    return restored, kept


def _undo_part(
    writer: Writer, rows: list[ImportedRow], book: Rulebook | None, on: date, by: User
) -> tuple[int, list[str]]:
    asked = waiting_for_status(row.of_target.pk for row in rows if "status" in row.before)
    free = [row for row in rows if row.of_target.version == row.version and row.of_target.pk not in asked]
    kept = [row.of_target.name for row in rows if row not in free]
    restored, used = _remove([row for row in free if row.added])
    changed = [row for row in free if not row.added]
    if changed:
        _restore(writer, changed)
        held.ask_back(rows[0].batch, changed, by)
        if book:
            recompute_for([row.of_target.pk for row in changed], book, on)
    return restored + len(changed), kept + used


def _remove(rows: list[ImportedRow]) -> tuple[int, list[str]]:
    """Delete targets an import added, unless something else already refers to them; all at once where nothing does."""
    ids = [row.of_target.pk for row in rows]
    busy = set(PriorInspection.objects.filter(target__in=ids).values_list("target", flat=True))
    again = ImportedRow.objects.filter(target__in=ids).exclude(pk__in=[row.pk for row in rows])
    busy |= set(again.values_list("target", flat=True))
    free = [row for row in rows if row.of_target.pk not in busy]
    used = [row.of_target.name for row in rows if row.of_target.pk in busy]
    removed, named = _delete_all(free)
    return removed, used + named


def _delete_all(rows: list[ImportedRow]) -> tuple[int, list[str]]:
    """Halves a group that something refers to until the one that is referred to stands alone."""
    if not rows:
        return 0, []
    try:
        with transaction.atomic():
            _delete(rows)
        return len(rows), []
    except (ProtectedError, IntegrityError):
        if len(rows) == 1:
            return 0, [rows[0].of_target.name]
        middle = len(rows) // 2
        one, other = _delete_all(rows[:middle]), _delete_all(rows[middle:])
        return one[0] + other[0], one[1] + other[1]


def _delete(rows: list[ImportedRow]) -> None:
    ids = [row.of_target.pk for row in rows]
    entities = {row.of_target.entity_id for row in rows if row.of_target.entity_id}
    ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for model in (TierAssignment, StatusPeriod, Permit, TargetTag, TargetFlag):
        model._base_manager.filter(target__in=ids).delete()
    Target.objects.filter(pk__in=ids).delete()
    held = set(Target.objects.filter(entity__in=entities).values_list("entity", flat=True))
    Entity.objects.filter(pk__in=entities - held).delete()


def _restore(writer: Writer, rows: list[ImportedRow]) -> None:
    special = {"flags", "flags_after", "status", "status_since", "permit_added"}
    for row in rows:
        if "flags_after" in row.before:
            remove_flags(
                row.of_target, row.before.get("flags") or "", row.before["flags_after"], writer.lists.flags
            )
        if row.before.get("permit_added"):
            Permit.objects.filter(target=row.of_target, number=row.before["permit_added"]).delete()
    changes = []
    for row in rows:
        values = {key: value for key, value in row.before.items() if key not in special}
        if row.before.get("permit_added"):
            values = {
                key: value
                for key, value in values.items()
                if not key.startswith("permit_") or key == "permit_class"
            }
        if (
            values
            or row.before.keys() - special
            or row.before.get("permit_added")
            or "flags_after" in row.before
        ):
            changes.append({"id": row.of_target.pk, "values": values})
    writer.change({row.of_target.pk: row.of_target for row in rows}, changes)
