"""Imports of targets and items: the flow of foundation.intake at this app's two doors."""

from collections.abc import Mapping
from datetime import date

from foundation.intake import sources, steps
from foundation.intake.doors import RegisterMoved, Undone
from foundation.organisation.models import Organisation, User
from foundation.sheets.checking import Register
from registry.models import ColumnMapping, ImportBatch


def _door(kind: str):  # type: ignore[no-untyped-def]  # a door knows the actions, so they ask for it late
    from registry.doors import door_of

    return door_of(kind)


def register_of(organisation: Organisation, kind: str, on: date) -> Register:
    return _door(kind).register(organisation, on)


def check_file(
    *, organisation: Organisation, kind: str, file_name: str, data: bytes, on: date, by: User,
    mapping: Mapping[str, str] | None = None,
) -> ImportBatch:  # fmt: skip
    """Dry run. Writes the batch with its errors and its diff; the register stays as it is.

    mapping: header of the file → our column. raises: NotAllowed; SheetRefused when the file cannot be read
    """
    return steps.check_file(
        door=_door(kind),
        organisation=organisation,
        file_name=file_name,
        data=data,
        on=on,
        by=by,
        mapping=mapping,
    )  # type: ignore[return-value]


def correct_row(
    *, batch: ImportBatch, row: int, values: Mapping[str, str], on: date, by: User
) -> ImportBatch:
    """Type a refused row's cells anew; all refused rows are checked again at once. raises: OutOfOrder, RuleBroken"""
    return steps.correct_rows(door=_door(batch.kind), batch=batch, rows={row: values}, on=on, by=by)  # type: ignore[return-value]


def commit_import(*, batch: ImportBatch, skip_errors: bool = False, on: date, by: User) -> ImportBatch:
    """All good rows in one transaction, with the tiers of every touched target recomputed.

    raises: OutOfOrder, RegisterMoved, RuleBroken
    """
    return steps.commit(door=_door(batch.kind), batch=batch, skip_errors=skip_errors, on=on, by=by)  # type: ignore[return-value]


def undo_import(*, batch: ImportBatch, on: date, by: User) -> Undone:
    """Every row its old values back, except those edited since: they are named. raises: OutOfOrder"""
    return steps.undo(door=_door(batch.kind), batch=batch, on=on, by=by)


def drop_import(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Give up a checked file; the batch stays on the list. raises: OutOfOrder"""
    return steps.drop(door=_door(batch.kind), batch=batch, by=by)  # type: ignore[return-value]


def save_mapping(
    *, organisation: Organisation, kind: str, name: str, columns: Mapping[str, str], by: User
) -> ColumnMapping:
    """Remember which header of an outside export is which column of ours. raises: RuleBroken"""
    return sources.save_mapping(
        door=_door(kind), organisation=organisation, name=name, columns=columns, by=by
    )  # type: ignore[return-value]


def mapping_columns(organisation: Organisation, kind: str, name: str) -> dict[str, str]:
    """raises: RuleBroken naming those there are"""
    return sources.mapping_columns(_door(kind), organisation, name)


__all__ = [
    "RegisterMoved", "Undone", "check_file", "commit_import", "correct_row", "drop_import", "mapping_columns",
    "register_of", "save_mapping", "undo_import",
]  # fmt: skip
