"""Imports of inspectors: the flow of foundation.intake at this app's door."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from foundation.intake import sources, steps
from foundation.intake.doors import Door, RegisterMoved, Undone
from foundation.organisation.models import Organisation, User
from personnel.adoption import book_of
from personnel.imports import InspectorRegister
from personnel.models import PersonnelImport, PersonnelMapping


def _door() -> Door:
    from personnel.doors import INSPECTORS  # a door knows the actions, so they ask for it late

    return INSPECTORS


def register_of(organisation: Organisation, on: date | None = None) -> InspectorRegister:
    """The register under the rulebook of the day (None: today)."""
    return InspectorRegister(organisation, book_of(organisation, on or timezone.localdate()))


def check_file(
    *, organisation: Organisation, file_name: str, data: bytes, on: date | None = None, by: User,
    mapping: Mapping[str, str] | None = None,
) -> PersonnelImport:  # fmt: skip
    """Dry run against the register and the rulebook of the day (None: today). Writes the batch, not the register.

    mapping: header of the file → our column. raises: NotAllowed; SheetRefused when the file cannot be read
    """
    return steps.check_file(
        door=_door(), organisation=organisation, file_name=file_name, data=data, on=on or timezone.localdate(), by=by,
        mapping=mapping,
    )  # type: ignore[return-value]  # fmt: skip


def correct_row(
    *, batch: PersonnelImport, row: int, values: Mapping[str, str], on: date | None = None, by: User
) -> PersonnelImport:
    """Type a refused row's cells anew; all refused rows are checked again at once. raises: OutOfOrder, RuleBroken"""
    return steps.correct_rows(
        door=_door(), batch=batch, rows={row: values}, on=on or timezone.localdate(), by=by
    )  # type: ignore[return-value]


def commit_import(
    *, batch: PersonnelImport, skip_errors: bool = False, on: date | None = None, by: User
) -> PersonnelImport:
    """All good rows in one transaction. raises: OutOfOrder, RegisterMoved, RuleBroken"""
    return steps.commit(
        door=_door(), batch=batch, skip_errors=skip_errors, on=on or timezone.localdate(), by=by
    )  # type: ignore[return-value]


def undo_import(*, batch: PersonnelImport, on: date | None = None, by: User) -> Undone:
    """Old values back, except for people edited or drawn since. raises: OutOfOrder, RuleBroken"""
    return steps.undo(door=_door(), batch=batch, on=on or timezone.localdate(), by=by)


def drop_import(*, batch: PersonnelImport, by: User) -> PersonnelImport:
    """Give up a checked file; the batch stays on the list. raises: OutOfOrder"""
    return steps.drop(door=_door(), batch=batch, by=by)  # type: ignore[return-value]


def save_mapping(
    *, organisation: Organisation, name: str, columns: Mapping[str, str], by: User
) -> PersonnelMapping:
    """Remember which header of an outside list is which column of ours. raises: RuleBroken"""
    return sources.save_mapping(door=_door(), organisation=organisation, name=name, columns=columns, by=by)  # type: ignore[return-value]


def mapping_columns(organisation: Organisation, name: str) -> dict[str, str]:
    """raises: RuleBroken naming those there are"""
    return sources.mapping_columns(_door(), organisation, name)


__all__ = [
    "RegisterMoved", "Undone", "check_file", "commit_import", "correct_row", "drop_import", "mapping_columns",
    "register_of", "save_mapping", "undo_import",
]  # fmt: skip
