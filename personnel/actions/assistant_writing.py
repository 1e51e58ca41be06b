"""Writing one batch of the auxiliary register and taking it back; called inside an action."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from foundation.intake.doors import RegisterMoved, Tell, Undone
from foundation.organisation.models import User
from foundation.sheets.changes import ADD
from foundation.sheets.columns import load
from personnel.assistant_imports import AssistantRegister
from personnel.models import Assistant, AssistantImportedRow, PersonnelImport

_FIELDS = {field.name: field for field in Assistant._meta.concrete_fields}


def write(batch: PersonnelImport, on: date, by: User, tell: Tell) -> dict[str, Any]:
    """raises: RegisterMoved when somebody added or changed an entry since the check"""
    register, done = AssistantRegister(batch.organisation), 0
    for changes in batch.each_part():
        for change in changes:
            _write(batch, change, register)
            done += 1
        tell(done)
    return {}


def undo(batch: PersonnelImport, on: date, by: User, tell: Tell) -> Undone:
    """The last row goes first; entries edited since stay as they are."""
    register, restored, kept = AssistantRegister(batch.organisation), 0, []
    for row in batch.imported_assistants.select_related("assistant").order_by("-id"):
        if _take_back(row, register):
            restored += 1
        else:
            kept.append(row.assistant.name)
        tell(restored + len(kept))
    return Undone(restored, kept)


def _write(batch: PersonnelImport, change: dict, register: AssistantRegister) -> None:
    added = change["kind"] == ADD
    if added:
        row = Assistant(organisation=batch.organisation, uid=change["uid"])
    else:
        row = Assistant.objects.select_for_update(of=("self",), no_key=True).get(pk=change["id"])
        if row.version != change["version"]:
            raise RegisterMoved(
                f"核对之后，{change['name']}的资料被人改动。请重新上传文件核对，以免盖掉别人的修改。"
            )
        row.version += 1
    try:
        _set(row, change["values"], register)
    except (ValidationError, KeyError):
        raise RegisterMoved(
            f"核对之后辅助人员库有变，{change['name']}写不进去。请重新上传文件核对。"
        ) from None
    AssistantImportedRow.objects.create(
        batch=batch, assistant=row, row=change["row"], added=added, version=row.version, fields=change["fields"],
        before=change["old"],
    )  # fmt: skip


def _set(row: Assistant, plain: Mapping[str, Any], register: AssistantRegister) -> None:
    values = {key: load(register.sheet.column(key), value) for key, value in plain.items()}
    areas = values.pop("areas", None)
    for key, value in values.items():
        setattr(row, key, _FIELDS[key].get_default() if value is None else value)
    row.full_clean()
    row.save()
    if "areas" in plain:
        row.areas.set([register.areas[code] for code in areas or ()])


def _take_back(row: AssistantImportedRow, register: AssistantRegister) -> bool:
    assistant = Assistant.objects.select_for_update(of=("self",), no_key=True).get(pk=row.assistant_id)
    if assistant.version != row.version:
        return False
    try:
        with transaction.atomic():
            if row.added:
                row.delete()
                assistant.areas.clear()
                Assistant.objects.filter(pk=assistant.pk).delete()
            else:
                assistant.version += 1
                _set(assistant, row.before, register)
    except (ProtectedError, ValidationError, KeyError):
        return False
    return True
