"""The dictionary of specialities, and staff left out of the register with the reason."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from personnel import policies
from personnel.models import Inspector, Omission, Speciality


@transaction.atomic
def add_speciality(*, organisation: Organisation, word: str, note: str = "", by: User) -> Speciality:
    """Offer a word; one that was retired is offered again. raises: NotAllowed, OutOfOrder, RuleBroken"""
    policies.check_may_edit(by, organisation)
    word = word.strip()
    known = Speciality.objects.filter(organisation=organisation, word=word).first()
    if known is not None and known.retired_at is None:
        raise OutOfOrder(f"字典里已有“{word}”。", code="speciality_known")
    row = known or Speciality(organisation=organisation, word=word, note=note.strip())
    row.retired_at = None
    _save(row, "请填写专长，最多 40 个字。")
    ledger.record(actor=by, act="personnel.add_speciality", subject=row, data={"word": word})
    return row


@transaction.atomic
def retire_speciality(*, speciality: Speciality, by: User) -> Speciality:
    """No longer offered; those who hold it keep it. raises: NotAllowed, OutOfOrder"""
    policies.check_may_edit(by, speciality.organisation)
    row = Speciality.objects.select_for_update(of=("self",), no_key=True).get(pk=speciality.pk)
    if row.retired_at:
        raise OutOfOrder(f"“{row.word}”已经停用。", code="speciality_retired")
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    ledger.record(actor=by, act="personnel.retire_speciality", subject=row, data={"word": row.word})
    return row


@transaction.atomic
def replace_speciality(*, organisation: Organisation, old: str, new: str, by: User) -> int:
    """Call one speciality like another in the whole register. returns: how many people. raises: NotAllowed, RuleBroken"""
    policies.check_may_edit(by, organisation)
    new = new.strip()
    if not new or len(new) > 40 or new == old:
        raise RuleBroken("请填写要改成的专长，最多 40 个字，与原来的不同。", code="speciality_wrong")
    rows = Inspector.objects.of(organisation).select_for_update(of=("self",), no_key=True).order_by("id")
    held = [row for row in rows if old in row.specialities]
    if not held:
        raise RuleBroken(f"名录里没有人的专长是“{old}”，可能已经改过。", code="speciality_unused")
    for row in held:
        row.specialities = list(dict.fromkeys(new if word == old else word for word in row.specialities))
        row.version += 1
        row.save(update_fields=["specialities", "version"])
    ledger.record(
        actor=by, act="personnel.replace_speciality", subject=organisation,
        data={"from": old, "to": new, "people": [row.uid for row in held]},
    )  # fmt: skip
    return len(held)


@transaction.atomic
def note_omission(
    *, organisation: Organisation, name: str, unit: str = "", certificate_no: str = "", reason: str, by: User
) -> Omission:
    """Why somebody on the staff list is not in the register. source: NM-15.1, XY-2.7, WL-5.1"""
    policies.check_may_edit(by, organisation)
    row = Omission(
        organisation=organisation, name=name.strip(), unit=unit.strip(), certificate_no=certificate_no.strip(),
        reason=reason.strip(), noted_by=by,
    )  # fmt: skip
    _save(row, "请写明姓名和没有列入的理由。")
    ledger.record(
        actor=by, act="personnel.note_omission", subject=row, data={"name": row.name, "reason": row.reason}
    )
    return row


@transaction.atomic
def end_omission(*, omission: Omission, by: User) -> Omission:
    """The reason holds no more. raises: NotAllowed, OutOfOrder"""
    policies.check_may_edit(by, omission.organisation)
    row = Omission.objects.select_for_update(of=("self",), no_key=True).get(pk=omission.pk)
    if row.ended_at:
        raise OutOfOrder("这一条已经撤销。", code="omission_ended")
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    ledger.record(actor=by, act="personnel.end_omission", subject=row, data={"name": row.name})
    return row


def _save(row: Speciality | Omission, otherwise: str) -> None:
    try:
        row.full_clean()
    except ValidationError as invalid:
        said = [text for text in invalid.messages if "字典" in text or "登记过" in text]
        raise RuleBroken("；".join(said) or otherwise, code="not_valid") from None
    row.save()
