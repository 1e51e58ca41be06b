"""The two registers of this app that take files."""

from datetime import date
from typing import Any

from foundation.errors import RuleBroken
from foundation.intake.doors import Door, Tell, Undone
from foundation.organisation.models import Organisation, User
from registry import policies
from registry.actions import item_batches, target_batches
from registry.exports import book_of
from registry.imports.items import ItemRegister
from registry.imports.targets import TargetRegister
from registry.models import ColumnMapping, ImportBatch


def _targets(organisation: Organisation, on: date) -> TargetRegister:
    return TargetRegister(organisation, book_of(organisation, on), on)


def _write_targets(batch: ImportBatch, on: date, by: User, tell: Tell) -> dict[str, Any]:
    return target_batches.write(batch, book_of(batch.organisation, on), on, by, tell)


def _undo_targets(batch: ImportBatch, on: date, by: User, tell: Tell) -> Undone:
    return Undone(*target_batches.undo(batch, book_of(batch.organisation, on), on, by, tell))


def _undo_items(batch: ImportBatch, on: date, by: User, tell: Tell) -> Undone:
    return Undone(*item_batches.undo(batch))


TARGETS = Door(
    kind="targets", label="检查对象", app="registry", place="registry:import", home="registry:targets",
    batches=ImportBatch, mappings=ColumnMapping, may=policies.check_may_import, register=_targets,
    write=_write_targets, undo=_undo_targets, shown=("area", "uscc", "permit_class", "status"), scope={"kind": "targets"},
    after="已冻结的抽取不受影响。写入后层级按规则书重算，从下一次抽取起计入。",
)  # fmt: skip
ITEMS = Door(
    kind="items", label="抽查事项", app="registry", place="registry:import-items", home="registry:items",
    batches=ImportBatch, mappings=ColumnMapping, may=policies.check_may_import,
    register=lambda organisation, on: ItemRegister(organisation),
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
