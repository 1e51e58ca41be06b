"""Writing checked changes, in bulk, inside the transaction of an action; and taking them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Field, Model

from foundation.organisation.models import Organisation, User
from foundation.sheets.columns import Column, Sheet, load
from registry.imports.bulk import insert_rows
from registry.imports.flag_text import parse_flags
from registry.imports.target_sheet import TAG, Lists, values_for_model
from registry.models import Entity, Permit, StatusPeriod, Target, TargetFlag, TargetTag
from registry.rules.names import initials

_BATCH = 500
ENTITY_FIELDS = ("legal_representative", "entity_type", "registration_authority", "founded_on")


@dataclass
class Writer:
    """Applies values to many targets; `reason` goes to the status periods."""

    organisation: Organisation
    sheet: Sheet
    lists: Lists
    on: date
    by: User | None
    reason: str

    @cached_property
    def columns(self) -> dict[str, Column]:
        return {column.key: column for column in self.sheet.columns}

    def loaded(self, plain_values: Mapping[str, Any]) -> dict[str, Any]:
        keys = self.columns
        return {key: load(keys[key], value) for key, value in plain_values.items() if key in keys}

    def add(self, changes: list[dict]) -> list[Target]:
        """New targets in the order of the changes."""
        values = [self.loaded(change["values"]) for change in changes]
        entities = self._entities(values)
        targets = [
            self._new(change["uid"], row, entities) for change, row in zip(changes, values, strict=True)
        ]
        Target.objects.bulk_create(targets, batch_size=_BATCH)
        insert_rows(
            StatusPeriod,
            ("target", "status", "since", "reason"),
            [
                (t.pk, t.status, t.status_since or self.on, row.get("status_reason") or self.reason)
                for t, row in zip(targets, values, strict=True)
            ],
        )
        self._belongings(list(zip(targets, values, strict=True)), fresh=True)
        return targets

    def change(self, targets: Mapping[int, Target], changes: list[dict]) -> None:
        """Changed fields of targets fetched (and locked) with entity, area and unit; version + 1. Never the status."""
        pairs = [(targets[change["id"]], self.loaded(change["values"])) for change in changes]
        entities = self._entities([{**_owner(target), **values} for target, values in pairs])
        for target, values in pairs:
            self._set(target, values, entities)
            target.version += 1
        fields = [
            f.attname
            for f in Target._meta.concrete_fields
            if not f.primary_key and not f.generated and f.name not in ("organisation", "uid", "created_at")
        ]
        Target.objects.bulk_update([target for target, _ in pairs], fields, batch_size=100)
        self._belongings(pairs)

    def _new(self, uid: str, values: dict[str, Any], entities: dict[str, Entity]) -> Target:
        target = Target(organisation=self.organisation, uid=uid)
        self._set(target, values, entities)
        target.status = values.get("status") or Target.Status.OPERATING
        target.status_since = values.get("status_since") or self.on
        return target

    def _set(self, target: Target, values: Mapping[str, Any], entities: dict[str, Entity]) -> None:
        if (
            target.pk
            and values.get("name")
            and values["name"] != target.name
            and "former_names" not in values
        ):
            target.former_names = [*target.former_names, target.name]
        for key, value in values_for_model(values).items():
            setattr(target, key, default_of(Target, key) if value is None else value)
        if "name" in values:
            target.initials = initials(values["name"])
        if "area" in values:
            target.area_id = self.lists.area_ids[values["area"]]
        if "unit" in values:
            target.unit_id = self.lists.unit_ids[values["unit"]] if values["unit"] else None
        if "uscc" in values:
            target.entity = entities[values["uscc"]] if values["uscc"] else None

    def _entities(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Entity]:
        """Entities by credit code, made or brought up to date. One query per 500 codes."""
        wanted: dict[str, dict[str, Any]] = {}
        for row in rows:
            if row.get("uscc"):
                wanted.setdefault(row["uscc"], {}).update(
                    {k: v for k, v in row.items() if k in (*ENTITY_FIELDS, "name")}
                )
        codes = sorted(wanted)
        found: dict[str, Entity] = {}
        for start in range(0, len(codes), _BATCH):
            part = Entity.objects.filter(
                organisation=self.organisation, uscc__in=codes[start : start + _BATCH]
            )
            found |= {entity.uscc: entity for entity in part}
        new = [
            Entity(organisation=self.organisation, uscc=code, name="") for code in codes if code not in found
        ]
        old = list(found.values())
        found |= {entity.uscc: entity for entity in new}
        for code, entity in found.items():
            _set_entity(entity, wanted[code])
        Entity.objects.bulk_create(new, batch_size=_BATCH)
        if old:
            Entity.objects.bulk_update(old, [*ENTITY_FIELDS, "name", "former_names"], batch_size=_BATCH)
        return found

    def _belongings(self, pairs: Iterable[tuple[Target, Mapping[str, Any]]], *, fresh: bool = False) -> None:
        """fresh: targets just made, which have nothing on file yet"""
        pairs = list(pairs)
        self._permits(pairs, fresh)
        self._tags(pairs, fresh)
        self._flags(pairs)

    def _permits(self, pairs: list[tuple[Target, Mapping[str, Any]]], fresh: bool) -> None:
        there = {} if fresh else self._permits_on_file(target.pk for target, _ in pairs)
        new: list[Permit] = []
        old: list[Permit] = []
        for target, values in pairs:
            held = there.get(target.pk, [])
            number = values.get("permit_number")
            dates = {"valid_from": "permit_from", "valid_until": "permit_until"}
            if not number and not (held and any(key in values for key in (*dates.values(), "permit_class"))):
                continue
            permit = next((p for p in held if not number or p.number == number), None)
            (old if permit else new).append(permit := permit or Permit(target=target, number=str(number)))
            permit.category = target.permit_class
            for field, key in dates.items():
                if key in values:
                    setattr(permit, field, values[key])
        Permit.objects.bulk_create(new, batch_size=_BATCH)
        Permit.objects.bulk_update(old, ["category", "valid_from", "valid_until"], batch_size=_BATCH)

    def _permits_on_file(self, ids: Iterable[int]) -> dict[int, list[Permit]]:
        """Latest first, so that a date without a number means the permit the export shows."""
        ids = list(ids)
        found: dict[int, list[Permit]] = {}
        for start in range(0, len(ids), _BATCH):
            for permit in Permit.objects.filter(target__in=ids[start : start + _BATCH]).order_by("id"):
                found.setdefault(permit.target_id, []).append(permit)
        for permits in found.values():
            permits.sort(key=lambda p: (p.valid_until or date.min, p.pk), reverse=True)
        return found

    def _tags(self, pairs: list[tuple[Target, Mapping[str, Any]]], fresh: bool) -> None:
        made = []
        for target, values in pairs:
            for key, words in values.items():
                if key.startswith(TAG):
                    group = key.removeprefix(TAG)
                    if not fresh:
                        TargetTag.objects.filter(target=target, group=group).delete()
                    made += [(target.pk, group, word) for word in words or ()]
        insert_rows(TargetTag, ("target", "group", "value"), made)

    def _flags(self, pairs: list[tuple[Target, Mapping[str, Any]]]) -> None:
        fresh = [
            TargetFlag(
                target=target,
                flag=flag,
                happened_on=date.fromisoformat(day),
                evidence=text,
                recorded_by=self.by,
            )
            for target, values in pairs
            if values.get("flags")
            for flag, day, text in parse_flags(values["flags"], self.lists.flags)
        ]
        TargetFlag.objects.bulk_create(fresh, batch_size=_BATCH, ignore_conflicts=True)


def default_of(model: type[Model], name: str) -> Any:
    """What an empty cell of this field stands for."""
    field = model._meta.get_field(name)
    return field.get_default() if isinstance(field, Field) else None


def _owner(target: Target) -> dict[str, Any]:
    return {"uscc": target.entity.uscc} if target.entity else {}


def _set_entity(entity: Entity, values: Mapping[str, Any]) -> None:
    name = values.get("name")
    if not entity.name:
        entity.name = name or entity.uscc
    for field in ENTITY_FIELDS:
        if field in values:
            empty = None if field == "founded_on" else ""
            setattr(entity, field, values[field] if values[field] is not None else empty)


def remove_flags(target: Target, before: str, after: str, known: Mapping[str, str]) -> None:
    """Take back the flags an import added."""
    kept = {tuple(row[:2]) for row in parse_flags(before or "", known)}
    for flag, day, _ in parse_flags(after or "", known):
        if (flag, day) not in kept:
            TargetFlag.objects.filter(
                target=target, flag=flag, happened_on=date.fromisoformat(day), revoked_on=None
            ).delete()
