"""Writing one batch of inspectors and taking it back; called inside an action."""

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
from personnel import rules
from personnel.actions.dated import Before, follow, mirror, restore, snapshot
from personnel.adoption import book_of
from personnel.imports import InspectorRegister
from personnel.models import Inspector, PersonnelImport, PersonnelImportedRow, Posting
from personnel.queries import term_of

_FIELDS = {field.name: field for field in Inspector._meta.concrete_fields}


def write(batch: PersonnelImport, on: date, by: User, tell: Tell) -> dict[str, Any]:
    """raises: RegisterMoved when somebody was added or changed since the check"""
    register = InspectorRegister(batch.organisation, book_of(batch.organisation, on))
    done = 0
    for changes in batch.each_part():
        for change in changes:
            _write(batch, change, register, on)
            done += 1
        tell(done)
    return {}


def undo(batch: PersonnelImport, on: date, by: User, tell: Tell) -> Undone:
    """The last row goes first; people edited or drawn since stay as they are."""
    register = InspectorRegister(batch.organisation, book_of(batch.organisation, on))
    restored, kept = 0, []
    for row in batch.imported.select_related("inspector").order_by("-id"):
        if _take_back(row, register):
            restored += 1
        else:
            kept.append(row.inspector.name)
        tell(restored + len(kept))
    return Undone(restored, kept)


def _write(batch: PersonnelImport, change: dict, register: InspectorRegister, on: date) -> None:
    added = change["kind"] == ADD
    row = _new(batch, change) if added else _locked(change)
    dated = {} if added else snapshot(row)
    try:
        _change(row, change["values"], register, on)
    except (ValidationError, KeyError, rules.TermsWrong) as error:
        raise RegisterMoved(
            f"核对之后名录有变，{change['name']}写不进去{_why(error)}。请重新上传文件核对。"
        ) from None
    PersonnelImportedRow.objects.create(
        batch=batch, inspector=row, row=change["row"], added=added, version=row.version,
        fields=change["fields"], before=change["old"], dated=dated,
    )  # fmt: skip


def _change(row: Inspector, plain: Mapping[str, Any], register: InspectorRegister, on: date) -> None:
    """The fields, and the history behind them. Another unit, post or establishment counts from the day of the import."""
    before = Before.of(row) if row.pk else None
    since = plain.get("posted_since")
    _set(row, {key: value for key, value in plain.items() if key != "posted_since"}, register)
    if before is not None:
        follow(row, before, on, f"导入 {on}")
    if "posted_since" in plain:
        _begin(row, date.fromisoformat(since) if since else None)
    mirror(row, on)


def _begin(row: Inspector, since: date | None) -> None:
    """The day the present period in post began. raises: TermsWrong"""
    postings = list(row.postings.order_by("id"))
    now = next((one for one in postings if one.until is None), None)
    if now is None and postings:
        return
    if now is None:
        now = Posting(inspector=row, unit=row.unit, post=row.post, established=row.established)
    others = [term_of(one) for one in postings if one.pk != now.pk]
    now.since = since
    rules.check_term(term_of(now), others)
    now.save()


def _why(error: Exception) -> str:
    if isinstance(error, rules.TermsWrong):
        return f"（{error.message}）"
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
                before = {key: value for key, value in row.before.items() if key != "posted_since"}
                restore(inspector, row.dated)
                _set(inspector, before, register)
    except (ProtectedError, ValidationError, KeyError):
        return False
    return True


def _delete(row: PersonnelImportedRow, inspector: Inspector) -> None:
    row.delete()
    restore(inspector, {})
    inspector.areas.clear()
    Inspector.objects.filter(pk=inspector.pk).delete()
