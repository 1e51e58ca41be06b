"""The two registers of this app that take files."""

from datetime import date
from typing import Any

from django.urls import reverse

from foundation.errors import RuleBroken
from foundation.intake.doors import Asked, Door, Tell, Undone
from foundation.organisation.models import Organisation, User
from foundation.sheets.changes import ADD
from registry import policies
from registry.actions import item_batches, target_batches
from registry.exports import book_of
from registry.imports.items import ItemRegister
from registry.imports.target_sheet import HELD
from registry.imports.targets import TargetRegister
from registry.models import ColumnMapping, ImportBatch, PendingChange


def _targets(organisation: Organisation, on: date) -> TargetRegister:
    return TargetRegister(organisation, book_of(organisation, on), on)


def _write_targets(batch: ImportBatch, on: date, by: User, tell: Tell) -> dict[str, Any]:
    return target_batches.write(batch, book_of(batch.organisation, on), on, by, tell)


def _undo_targets(batch: ImportBatch, on: date, by: User, tell: Tell) -> Undone:
    return Undone(*target_batches.undo(batch, book_of(batch.organisation, on), on, by, tell))


def _asked(batch: ImportBatch) -> Asked | None:
    """Changes of status: how many a checked file would ask for, how many still wait."""
    if batch.state == batch.State.CHECKED:
        rows = (change for part in batch.each_part(changed__gt=0) for change in part)
        count = sum(change["kind"] != ADD and any(key in change["values"] for key in HELD) for change in rows)
        text = f"{count} 家的状态有变。导入后列为待审变更，另一人批准后才生效；这些行的其他各栏立即写入。"
        return Asked(count, text) if count else None
    count = PendingChange.objects.waiting().filter(batch=batch).count()
    what = "恢复原状态" if batch.state == batch.State.UNDONE else "状态变更"
    url = f"{reverse('registry:changes')}?batch={batch.pk}"
    return Asked(count, f"{count} 家的{what}在等另一人批准。", url) if count else None


def _undo_items(batch: ImportBatch, on: date, by: User, tell: Tell) -> Undone:
    return Undone(*item_batches.undo(batch))


TARGETS = Door(
    kind="targets", label="检查对象", app="registry", place="registry:import", home="registry:targets",
    batches=ImportBatch, mappings=ColumnMapping, may=policies.check_may_import, register=_targets,
    write=_write_targets, undo=_undo_targets, asked=_asked, shown=("area", "uscc", "permit_class", "status"), scope={"kind": "targets"},
    after="已冻结的抽取不受影响。写入后层级按规则书重算，从下一次抽取起计入。",
)  # fmt: skip
ITEMS = Door(
    kind="items", label="抽查事项", app="registry", place="registry:import-items", home="registry:items",
    batches=ImportBatch, mappings=ColumnMapping, may=policies.check_may_import,
    register=lambda organisation, on: ItemRegister(organisation, book_of(organisation, on)),
    write=lambda batch, on, by, tell: item_batches.write(batch, by), undo=_undo_items,
    shown=("category", "joint"), scope={"kind": "items"}, sources=("部门清单", "联合清单", "省平台"),
    after="已公布的事项有变化时成为新的草稿版本，批准公布后才生效。",
)  # fmt: skip
DOORS = {"targets": TARGETS, "items": ITEMS}


def door_of(kind: str) -> Door:
    """raises: RuleBroken for anything else"""
    if kind not in DOORS:
        raise RuleBroken("只能导入检查对象或抽查事项。", code="unknown_kind")
    return DOORS[kind]
