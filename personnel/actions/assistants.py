"""The auxiliary register: enter, edit under a version, end a commission. source: NM-18, WL-5.7"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from foundation.errors import EditedMeanwhile, OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Area, Organisation, User
from personnel import policies, rules
from personnel.models import Assistant


@transaction.atomic
def create_assistant(
    *, organisation: Organisation, values: Mapping[str, Any], areas: Sequence[Area] = (), by: User
) -> Assistant:
    """raises: NotAllowed, RuleBroken"""
    policies.check_may_edit(by, organisation)
    row = Assistant(organisation=organisation, **values)
    _save(row)
    row.areas.set(areas)
    ledger.record(
        actor=by, act="personnel.create_assistant", subject=row,
        data={"uid": row.uid, "name": row.name, "document": row.document, "until": row.valid_until},
    )  # fmt: skip
    return row


@transaction.atomic
def edit_assistant(
    *,
    assistant: Assistant,
    version: int,
    values: Mapping[str, Any],
    areas: Sequence[Area] | None = None,
    by: User,
) -> Assistant:
    """raises: EditedMeanwhile, NotAllowed, RuleBroken"""
    row = _locked(assistant, by)
    if row.version != version:
        raise EditedMeanwhile(differences(row, values), row.version)
    changed = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    row.version += 1
    _save(row)
    if areas is not None:
        row.areas.set(areas)
    told = {name: {"from": _told(name, old), "to": _told(name, new)} for name, (old, new) in changed.items()}
    ledger.record(
        actor=by, act="personnel.edit_assistant", subject=row, data={"version": row.version, "changed": told}
    )
    return row


@transaction.atomic
def end_commission(*, assistant: Assistant, ended_on: date, reason: str, by: User) -> Assistant:
    """The commission ends before its day; the entry stays. raises: NotAllowed, RuleBroken, OutOfOrder"""
    row = _locked(assistant, by)
    if row.ended_on:
        raise OutOfOrder(f"委托已于 {row.ended_on} 解除。", code="ended_already")
    if not reason.strip():
        raise RuleBroken("请写明解除的原因，例如合同终止、资质失效。", code="reason_missing")
    if not row.valid_from <= ended_on <= row.valid_until:
        raise RuleBroken(
            f"解除日期要在委托期 {row.valid_from} 至 {row.valid_until} 之内，请核对。",
            code="ended_out_of_time",
        )
    row.ended_on = ended_on
    row.version += 1
    row.save(update_fields=["ended_on", "version"])
    ledger.record(
        actor=by,
        act="personnel.end_commission",
        subject=row,
        data={"ended_on": ended_on, "reason": reason.strip()},
    )
    return row


def differences(row: Assistant, values: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """(field, label, on file, yours) where the two differ."""
    names = {field.name: str(field.verbose_name) for field in Assistant._meta.concrete_fields}
    return [
        (name, names[name], _shown(row, name, getattr(row, name)), _shown(row, name, value))
        for name, value in values.items()
        if getattr(row, name) != value
    ]


def _shown(row: Assistant, name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    choices = dict(Assistant._meta.get_field(name).choices or ())  # type: ignore[union-attr]
    return str(choices.get(value, "" if value is None else value))


def _told(name: str, value: Any) -> Any:
    return rules.masked_phone(value) if name == "phone" else value


def _locked(assistant: Assistant, by: User) -> Assistant:
    policies.check_may_edit(by, assistant.organisation)
    rows = Assistant.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    return rows.get(pk=assistant.pk)


def _save(row: Assistant) -> None:
    try:
        row.full_clean()
    except ValidationError as invalid:
        raise RuleBroken("；".join(invalid.messages), code="assistant_wrong") from None
    row.save()
