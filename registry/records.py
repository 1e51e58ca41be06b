"""Rows of the register as the file would write them: for exports, and for comparing a file with what is there."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from registry.imports.flag_text import write_flags
from registry.imports.item_lines import file_rows, point_record, scope_record
from registry.imports.target_sheet import TAG
from registry.models import CheckPoint, InspectionItem, ItemScope, Permit, Target, TargetFlag, TargetTag

_CHUNK = 500
_PLAIN = (
    "uid", "name", "kind", "short_name", "former_names", "address", "contact", "phone", "status", "status_since", "industry",
    "categories", "permit_class", "key_polluter_list", "control_level", "credit_grade", "positive_list", "positive_list_kind",
    "approval_level", "approved_on", "construction_started_on", "operation_started_on", "completed_on", "radiation",
    "eia_catalogue", "hw_tonnes_per_year", "hw_self_disposal",
)  # fmt: skip
_ENTITY = ("uscc", "legal_representative", "entity_type", "registration_authority", "founded_on")


def target_records(targets: QuerySet[Target], flag_names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One dict per target, keyed by column, streamed; four queries per 500 targets."""
    ids = list(targets.order_by("uid").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        rows = Target.objects.filter(pk__in=part).select_related("entity", "area", "unit").order_by("uid")
        yield from records_of(list(rows), flag_names)


def records_of(rows: list[Target], flag_names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows fetched with entity, area and unit."""
    ids = [row.pk for row in rows]
    permits, tags, flags = _permits(ids), _tags(ids), _flags(ids)
    for row in rows:
        record = {name: getattr(row, name) for name in _PLAIN}
        record |= {name: getattr(row.entity, name) if row.entity else None for name in _ENTITY}
        record |= {"area": row.area.code, "unit": row.unit.code if row.unit else None}
        record |= permit_record(permits.get(row.pk, [None])[-1])
        record |= tags.get(row.pk, {})
        record["flags"] = write_flags(flags.get(row.pk, []), flag_names)
        record |= {
            "_id": row.pk,
            "_version": row.version,
            "_permits": permits.get(row.pk, []),
            "_flags": flags.get(row.pk, []),
        }
        yield record


def permit_record(permit: Permit | None) -> dict[str, Any]:
    return {
        "permit_number": permit.number if permit else None,
        "permit_from": permit.valid_from if permit else None,
        "permit_until": permit.valid_until if permit else None,
    }


def _permits(ids: Iterable[int]) -> dict[int, list[Permit]]:
    found: dict[int, list[Permit]] = {}
    for permit in Permit.objects.filter(target__in=ids).order_by(
        F("valid_until").asc(nulls_first=True), "id"
    ):
        found.setdefault(permit.target_id, []).append(permit)
    return found


def _tags(ids: Iterable[int]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    rows = TargetTag.objects.filter(target__in=ids).order_by("id").values_list("target", "group", "value")
    for target, group, value in rows:
        found.setdefault(target, {}).setdefault(TAG + group, []).append(value)
    return found


def _flags(ids: Iterable[int]) -> dict[int, list[tuple[str, date, str]]]:
    """Flags not revoked."""
    found: dict[int, list[tuple[str, date, str]]] = {}
    rows = TargetFlag.objects.filter(target__in=ids, revoked_on=None).order_by("happened_on", "id")
    for target, flag, day, evidence in rows.values_list("target", "flag", "happened_on", "evidence"):
        found.setdefault(target, []).append((flag, day, evidence))
    return found


ITEM_FIELDS = (
    "no",
    "name",
    "category",
    "offices",
    "targets",
    "contents",
    "basis",
    "modes",
    "joint",
    "third_party",
    "owner",
    "partners",
    "expertise",
    "power_ref",
    "groups",
    "remark",
)


def item_records(items: QuerySet[InspectionItem]) -> Iterator[dict[str, Any]]:
    """One dict per item, keyed by column, with its lines and check points."""
    parts = (
        Prefetch("scopes", ItemScope.objects.order_by("no")),
        Prefetch("checkpoints", CheckPoint.objects.order_by("no")),
    )
    for item in items.prefetch_related(None).prefetch_related(*parts):
        record = {name: getattr(item, name) for name in ITEM_FIELDS}
        record |= {
            "scopes": [scope_record(row) for row in item.scopes.all()],
            "points": [point_record(row) for row in item.checkpoints.all()],
        }
        yield record | {"code": item.code, "_id": item.pk, "_version": item.version}


def item_rows(items: QuerySet[InspectionItem]) -> Iterator[dict[str, Any]]:
    """Rows of a file: as many per item as it has lines or check points."""
    for record in item_records(items):
        yield from file_rows(record)
