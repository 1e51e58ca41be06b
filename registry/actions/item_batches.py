"""Writing one batch of inspection items and taking it back; called inside an action."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, ProtectedError

from foundation.intake.doors import RegisterMoved
from foundation.organisation.models import User
from foundation.sheets.changes import ADD
from foundation.sheets.columns import load
from registry.actions.item_parts import copy_parts, drop, keep_points, save_points, save_scopes
from registry.actions.items import ITEM_FIELDS, Status
from registry.imports.applying import default_of
from registry.imports.item_lines import load_parts
from registry.imports.items import SHEET
from registry.models import ImportBatch, ImportedRow, InspectionItem

PARTS = ("scopes", "points")


def write(batch: ImportBatch, by: User) -> dict[str, int]:
    """New codes become drafts; a draft is changed in place; any other item gets a new draft version."""
    added = 0
    changes = batch.changes
    for change in changes:
        values = {key: _value(key, value) for key, value in change["values"].items()}
        item, before = (
            _add(batch, change, values, by) if change["kind"] == ADD else _change(change, values, by)
        )
        added += item.version == 1 and change["kind"] == ADD
        ImportedRow.objects.create(
            batch=batch, item=item, row=change["row"], added=before is None, version=item.version,
            fields=change["fields"], before=before or {},
        )  # fmt: skip
    return {"added": added, "changed": len(changes) - added}


def _value(key: str, plain: Any) -> Any:
    if key in PARTS:
        return load_parts(plain)
    value = load(SHEET.column(key), plain)
    if value is None:
        return default_of(InspectionItem, key)
    return value


def _add(batch: ImportBatch, change: dict, values: dict, by: User) -> tuple[InspectionItem, None]:
    if InspectionItem.objects.filter(organisation=batch.organisation, code=change["uid"]).exists():
        raise RegisterMoved(f"核对之后，事项 {change['uid']} 已被别人建立。请重新上传文件核对。")
    plain = {key: value for key, value in values.items() if key not in PARTS}
    item = InspectionItem(organisation=batch.organisation, created_by=by, **{**plain, "code": change["uid"]})
    item.full_clean()
    item.save()
    save_points(item, values.get("points"))
    save_scopes(item, values.get("scopes", ()))
    return item, None


def _change(change: dict, values: dict, by: User) -> tuple[InspectionItem, dict | None]:
    """`before` is None where a new version was made: taking it back means removing that version."""
    item = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=change["id"])
    latest = InspectionItem.objects.filter(organisation=item.organisation, code=item.code).aggregate(
        n=Max("version")
    )["n"]
    if latest != change["version"]:
        raise RegisterMoved(f"核对之后，事项“{item.name}”有了新版本。请重新上传文件核对。")
    before: dict | None = dict(change["old"])
    if item.status != Status.DRAFT:
        copied = {name: getattr(item, name) for name in ITEM_FIELDS}
        old = item
        item = InspectionItem.objects.create(
            organisation=old.organisation, code=old.code, version=latest + 1, created_by=by, **copied
        )
        copy_parts(old, item)
        before = None
    _set(item, values)
    return item, before


def _set(item: InspectionItem, values: Mapping[str, Any]) -> None:
    contents = list(item.contents)
    for key, value in values.items():
        if key not in PARTS:
            setattr(item, key, value)
    item.full_clean()
    item.save()
    if "points" in values:
        save_points(item, values["points"])
    elif list(item.contents) != contents:
        keep_points(item, contents)
    if "scopes" in values:
        save_scopes(item, values["scopes"])


def undo(batch: ImportBatch) -> tuple[int, list[str]]:
    restored, kept = 0, []
    for row in batch.imported.select_related("item").order_by("-id"):
        if row.of_item.status != Status.DRAFT or row.of_item.imported.filter(pk__gt=row.pk).exists():
            kept.append(row.of_item.name)
            continue
        try:
            _undo_row(row)
            restored += 1
        except ProtectedError:
            kept.append(row.of_item.name)
    return restored, kept


def _undo_row(row: ImportedRow) -> None:
    item = row.of_item
    if row.added:
        row.delete()
        drop(item)
        return
    _set(item, {key: _value(key, value) for key, value in row.before.items()})
