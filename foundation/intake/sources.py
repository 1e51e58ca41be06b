"""Saved column mappings, one per source (省平台, 排污许可导出, 本局台账 …): remembered, renamed, deleted."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from foundation.errors import RuleBroken
from foundation.intake import models
from foundation.intake.doors import Door
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.sheets.heads import fitting
from foundation.sheets.reading import Grid

NAME_LENGTH = 40


@transaction.atomic
def save_mapping(
    *, door: Door, organisation: Organisation, name: str, columns: Mapping[str, str], by: User
) -> models.Mapping:
    """Remember which header of an outside file is which column of ours. raises: NotAllowed, RuleBroken"""
    door.may(by, organisation)
    if not name.strip() or not columns:
        raise RuleBroken("请给列对应起个名字，并至少指明一列。", code="mapping_is_empty")
    row, _ = door.mappings.objects.update_or_create(
        organisation=organisation,
        **door.scope,
        name=name.strip()[:NAME_LENGTH],
        defaults={"columns": dict(columns)},
    )
    _record(door, "save_mapping", row, by, {"kind": door.kind, "columns": dict(columns)})
    return row


@transaction.atomic
def rename_mapping(*, door: Door, mapping: models.Mapping, name: str, by: User) -> models.Mapping:
    """raises: NotAllowed; RuleBroken without a name or when another source is called so"""
    door.may(by, mapping.organisation)
    wanted = name.strip()[:NAME_LENGTH]
    if not wanted:
        raise RuleBroken("请填写来源的名称。", code="mapping_is_nameless")
    old, mapping.name = mapping.name, wanted
    try:
        with transaction.atomic():
            mapping.save(update_fields=["name"])
    except IntegrityError:
        raise RuleBroken(
            f"已经有叫“{wanted}”的来源。请换个名称，或先删去那一个。", code="mapping_exists"
        ) from None
    _record(door, "rename_mapping", mapping, by, {"kind": door.kind, "from": old, "to": wanted})
    return mapping


@transaction.atomic
def delete_mapping(*, door: Door, mapping: models.Mapping, by: User) -> None:
    """Files already read with it stay as they are. raises: NotAllowed"""
    door.may(by, mapping.organisation)
    _record(door, "delete_mapping", mapping, by, {"kind": door.kind, "name": mapping.name})
    mapping.delete()


def mapping_columns(door: Door, organisation: Organisation, name: str) -> dict[str, str]:
    """raises: RuleBroken naming those there are"""
    rows = list(door.mappings_of(organisation))
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        names = "、".join(row.name for row in rows) or "还没有"
        raise RuleBroken(f"没有叫“{name}”的列对应。现有：{names}。", code="unknown_mapping")
    return found.columns


def recognised(door: Door, organisation: Organisation, grid: Grid) -> tuple[str, dict[str, str]]:
    """(source, columns) of the saved mapping whose headers stand in this file; ("", {}) if none does."""
    rows = {row.name: row.columns for row in door.mappings_of(organisation)}
    name = fitting(grid, rows.items())
    return (name, rows[name]) if name else ("", {})


def _record(door: Door, act: str, row: models.Mapping, by: User, data: dict) -> None:
    ledger.record(actor=by, act=f"{door.app}.{act}", subject=row, data=data)
