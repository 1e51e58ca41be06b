"""Writing one batch of another mobile system's data and taking it back; called inside an action of the intake."""

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from foundation.documents import uploads
from foundation.intake.doors import RegisterMoved, Tell, Undone
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import field_package
from inspections.actions.common import lock
from inspections.field_register import FILE, OPEN, VISIT_KEYS, values_of, visit_values
from inspections.models import CheckResult, Evidence, FieldImport, FieldImportedRow, Visit, VisitItem
from inspections.rules import field_text


def write(batch: FieldImport, on: date, by: User, tell: Tell) -> dict[str, Any]:
    """raises: RegisterMoved when a visit was handed in, or an item changed, since the check"""
    files = field_package.files(bytes(batch.upload or b""))
    before: dict[int, dict[str, Any]] = {}
    done = 0
    for changes in batch.each_part():
        for change in changes:
            _write(batch, change, files, before, by)
            done += 1
        tell(done)
    for pk in before:
        visit = Visit.objects.select_related("organisation").get(pk=pk)
        ledger.record(
            actor=by,
            act="inspections.import_field",
            subject=visit,
            data={"batch": batch.pk, "device": visit.device},
        )
    return {"visits": len(before)}


def _write(
    batch: FieldImport, change: dict, files: dict[str, bytes], before: dict[int, dict[str, Any]], by: User
) -> None:
    held = VisitItem.objects.select_related("visit", "item").get(pk=change["id"])
    visit = lock(held.visit)
    held.visit = visit
    first = before.setdefault(visit.pk, visit_values(visit))
    now = {**values_of(held), **first}
    if visit.state not in OPEN or any(
        (now.get(key) or None) != (old or None) for key, old in change["old"].items() if key != "files"
    ):
        raise RegisterMoved(
            f"核对之后，检查 {change['name']} 有人填过或已提交。请重新上传文件核对，以免盖掉。"
        )
    values = change["values"]
    _set_visit(visit, values)
    _set_item(held, values, by)
    kept = [
        _keep(held, *_parts(word), files, by) for word in values.get("files") or () if FILE.fullmatch(word)
    ]
    FieldImportedRow.objects.create(
        batch=batch, visit_item=held, row=change["row"], fields=change["fields"], before={**change["old"], **first},
        after=values_of(VisitItem.objects.get(pk=held.pk)), files=kept,
    )  # fmt: skip


def _set_visit(visit: Visit, values: dict[str, Any]) -> None:
    given = {key: values[key] for key in VISIT_KEYS if key in values}
    if "device" in given:
        visit.device = given["device"] or ""
    if "sampled" in given:
        visit.sampled = given["sampled"]
    for key, name in (("started", "field_started_at"), ("ended", "field_ended_at")):
        if key in given:
            setattr(visit, name, field_text.moment(given[key]) if given[key] else None)
    visit.save(update_fields=["device", "sampled", "field_started_at", "field_ended_at"])


def _set_item(held: VisitItem, values: dict[str, Any], by: User | None) -> None:
    if "result" in values:
        held.result = values["result"] or ""
    if "note" in values:
        held.note = values["note"] or ""
    held.saved_by = by
    held.save(update_fields=["result", "note", "saved_by"])
    if "checks" not in values:
        return
    points = {point.no: point for point in held.item.checkpoints.all()}
    CheckResult.objects.filter(visit_item=held).delete()
    CheckResult.objects.bulk_create(
        CheckResult(visit_item=held, checkpoint=points[no], result=result, note=note)
        for no, (result, note) in field_text.points(values["checks"] or "").items()
    )


def _parts(word: str) -> tuple[str, str]:
    name, _, digest = word.rpartition("#")
    return name, digest


def _keep(held: VisitItem, name: str, digest: str, files: dict[str, bytes], by: User) -> str:
    """The same bytes twice are one row; the fingerprint is ours, worked out again."""
    if not Evidence.objects.filter(visit=held.visit, sha256=digest).exists():
        judged = uploads.Upload.judged(ContentFile(files[digest], name=name), name)
        row = Evidence(visit=held.visit, visit_item=held, uploaded_by=by)
        judged.fill(row)
        row.save()
    return digest


def undo(batch: FieldImport, on: date, by: User, tell: Tell) -> Undone:
    """What was filled in goes back, unless it was changed or handed in since; files stay, nothing of them is ever deleted."""
    restored, kept = 0, []
    for row in batch.imported.select_related("visit_item__visit", "visit_item__item").order_by("-id"):
        held = row.visit_item
        held.visit = lock(held.visit)
        if _take_back(row, held):
            restored += 1
        else:
            kept.append(f"{held.visit.number} {held.item.name}")
        tell(restored + len(kept))
    return Undone(restored, kept)


def _take_back(row: FieldImportedRow, held: VisitItem) -> bool:
    now, own = values_of(held), ("result", "note", "checks")
    if held.visit.state not in OPEN or any(now[key] != row.after[key] for key in own):
        return False
    _set_item(held, {key: row.before[key] for key in own if key in row.before}, None)
    if held.visit.arrived_at is None:
        _set_visit(held.visit, {key: row.before[key] for key in VISIT_KEYS})
    return True
