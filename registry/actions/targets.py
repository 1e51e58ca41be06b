"""Targets one at a time: create, edit under a version, change status."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from foundation.errors import EditedMeanwhile, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_another
from registry import policies
from registry.actions.recording import field, note_change
from registry.actions.tiers import recompute_for
from registry.labelling import book_or_none, check_labels, labels_of
from registry.models import Entity, Permit, StatusPeriod, Target, TargetTag
from registry.periods import change_period
from registry.rules import states, uscc
from registry.rules.names import initials

ENTITY_FIELDS = ("legal_representative", "entity_type", "registration_authority", "founded_on")
FORM_FIELDS = (
    "kind", "name", "short_name", "former_names", "area", "unit", "address", "contact", "phone", "industry", "categories",
    "permit_class", "key_polluter_list", "control_level", "credit_grade", "positive_list", "positive_list_kind",
    "approval_level", "approved_on", "construction_started_on", "operation_started_on", "completed_on", "radiation",
    "eia_catalogue", "hw_tonnes_per_year", "hw_self_disposal",
)  # fmt: skip


@transaction.atomic
def create_target(
    *, organisation: Organisation, values: Mapping[str, Any], entity: Mapping[str, Any] | None = None,
    permit: Mapping[str, Any] | None = None, tags: Mapping[str, list[str]] | None = None, reason: str = "", on: date,
    by: User,
) -> Target:  # fmt: skip
    """A new target with its first status period and its tiers.

    values: model fields, `uid` optional when the entity has a credit code. entity: {"uscc", "name", …}.
    permit: {"number", "valid_from", "valid_until"}. tags: label group → values
    raises: NotAllowed; RuleBroken; django ValidationError for broken constraints
    """
    policies.check_may_edit(by, organisation)
    owner = save_entity(organisation, entity, str(values["name"])) if entity and entity.get("uscc") else None
    status_since = values.get("status_since") or on
    target = Target(organisation=organisation, entity=owner, **{**values, "status_since": status_since})
    target.uid = values.get("uid") or next_uid(organisation, owner)
    target.initials = initials(target.name)
    target.full_clean()
    target.save()
    save_permit(target, permit)
    check_labels(organisation, tags or {}, on, {})
    _save_tags(target, tags)
    StatusPeriod.objects.create(target=target, status=target.status, since=status_since, reason="建档")
    recompute_target(target, on)
    note_change(target=target, act="建档", fields=[field("名称", "", target.name)], reason=reason, by=by)
    ledger.record(
        actor=by,
        act="registry.create_target",
        subject=target,
        data={"uid": target.uid, "values": dict(values)},
    )
    return target


def next_uid(organisation: Organisation, entity: Entity | None, taken: set[str] | None = None) -> str:
    """信用代码加场所序号. raises: RuleBroken when there is no credit code to build on"""
    if entity is None:
        raise RuleBroken(
            "没有信用代码的对象要填对象编号，请按本局编号规则填写，例如 SYD-001。", code="uid_missing"
        )
    used = set(
        Target.objects.of(organisation).filter(uid__startswith=entity.uscc).values_list("uid", flat=True)
    )
    used |= taken or set()
    return next(uid for n in range(1, 1000) if (uid := f"{entity.uscc}-{n:02}") not in used)


def save_entity(organisation: Organisation, values: Mapping[str, Any], name: str) -> Entity:
    """The entity with this credit code, made or brought up to date; a changed name is kept as a former name."""
    code = uscc.parse(str(values["uscc"])).code
    entity = Entity.objects.filter(organisation=organisation, uscc=code).first() or Entity(
        organisation=organisation, uscc=code, name=name
    )
    new_name = values.get("name") or name
    if entity.pk and entity.name != new_name and not _has_other_sites(entity):
        entity.former_names = [*entity.former_names, entity.name]
        entity.name = new_name
    for name_ in ENTITY_FIELDS:
        if values.get(name_) not in (None, ""):
            setattr(entity, name_, values[name_])
    entity.full_clean()
    entity.save()
    return entity


def _has_other_sites(entity: Entity) -> bool:
    return entity.targets.count() > 1


def save_permit(target: Target, permit: Mapping[str, Any] | None, *, category: str = "") -> Permit | None:
    """category: empty = the target's own class. raises: CodeWrong, RuleBroken when another target holds the number"""
    if not permit or not permit.get("number"):
        return None
    number, _ = uscc.parse_permit(str(permit["number"]), target.entity.uscc if target.entity else "")
    other = (
        Permit.objects.filter(number=number, target__organisation=target.organisation)
        .exclude(target=target)
        .first()
    )
    if other:
        raise RuleBroken(
            f"许可证编号 {number} 已登记在“{other.target.name}”名下，请核对。", code="permit_is_taken"
        )
    row = Permit.objects.filter(target=target, number=number).first() or Permit(target=target, number=number)
    row.category = category or target.permit_class
    row.valid_from, row.valid_until = permit.get("valid_from"), permit.get("valid_until")
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def edit_target(
    *, target: Target, version: int, values: Mapping[str, Any], entity: Mapping[str, Any] | None = None,
    permit: Mapping[str, Any] | None = None, tags: Mapping[str, list[str]] | None = None, reason: str = "", on: date,
    by: User,
) -> Target:  # fmt: skip
    """Save changed fields if nobody saved since `version` was read.

    raises: EditedMeanwhile with what the other person changed; NotAllowed; ValidationError
    """
    policies.check_may_edit(by, target.organisation)
    row = (
        Target.objects.select_for_update(of=("self",), no_key=True)
        .select_related("entity", "organisation")
        .get(pk=target.pk)
    )
    if row.version != version:
        raise EditedMeanwhile([*differences(row, values), *_owned(row, entity, permit, tags)], row.version)
    policies.check_stands_alone(row)
    before = _belongings(row)
    changed = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }
    fields = [
        field(_label(Target, name), shown(row, name, old), shown(row, name, new))
        for name, (old, new) in changed.items()
    ]
    if "name" in changed and row.name not in row.former_names:
        row.former_names = [*changed.get("former_names", (None, row.former_names))[1], row.name]
        changed.pop("former_names", None)
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    if entity and entity.get("uscc"):
        row.entity = save_entity(row.organisation, entity, row.name)
    row.initials = initials(row.name)
    row.version += 1
    row.full_clean()
    row.save()
    save_permit(row, permit)
    check_labels(row.organisation, tags or {}, on, labels_of(row))
    _save_tags(row, tags)
    recompute_target(row, on)
    after = _belongings(row)
    fields += [
        field(label, before.get(label), after.get(label)) for label in dict.fromkeys([*before, *after])
    ]
    note_change(target=row, act="修改资料", fields=fields, reason=reason, by=by)
    told = {name: {"from": _told(old), "to": _told(new)} for name, (old, new) in changed.items()}
    ledger.record(
        actor=by,
        act="registry.edit_target",
        subject=row,
        data={
            "version": row.version,
            "changed": told,
            "entity": entity or {},
            "permit": permit or {},
            "tags": tags or {},
        },
    )
    return row


def _belongings(row: Target) -> dict[str, str]:
    """Entity, permits and labels as words, to be compared before and after."""
    words: dict[str, str] = {}
    entity = row.entity
    for name in ("uscc", *ENTITY_FIELDS) if entity else ():
        words[_label(Entity, name)] = str(getattr(entity, name) or "")
    for permit in row.permits.order_by("number"):
        words[f"许可证 {permit.number}"] = f"{permit.valid_from or ''} 至 {permit.valid_until or ''}"
    for group, value in (
        TargetTag.objects.filter(target=row).order_by("group", "value").values_list("group", "value")
    ):
        words[group] = f"{words[group]}、{value}" if group in words else value
    return words


def _save_tags(target: Target, tags: Mapping[str, list[str]] | None) -> None:
    """Replace the groups named; others stay."""
    for group, values in (tags or {}).items():
        rows = TargetTag.objects.filter(target=target, group=group)
        old = set(rows.values_list("value", flat=True))
        rows.exclude(value__in=values).delete()
        TargetTag.objects.bulk_create(
            TargetTag(target=target, group=group, value=v) for v in values if v not in old
        )


def _told(value: Any) -> Any:
    return value.name if hasattr(value, "name") and hasattr(value, "pk") else value


def differences(row: Target, values: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """(field, label, on file, yours) where the two differ."""
    found = []
    for name, value in values.items():
        mine, theirs = shown(row, name, value), shown(row, name, getattr(row, name))
        if mine != theirs:
            found.append((name, _label(Target, name), theirs, mine))
    return found


def _owned(
    row: Target, entity: Mapping[str, Any] | None, permit: Mapping[str, Any] | None, tags: Mapping[str, list[str]] | None
) -> list[tuple[str, str, str, str]]:  # fmt: skip
    """The same for entity, permit and labels."""
    told: dict[str, tuple[str, Any]] = {}
    for name, value in (entity or {}).items():
        told[_label(Entity, name)] = (getattr(row.entity, name, None) or "", value)
    number = (permit or {}).get("number")
    if number:
        there = Permit.objects.filter(target=row, number=number).first()
        for name in ("valid_from", "valid_until"):
            label = f"许可证{_label(Permit, name)}"
            told[label] = (getattr(there, name, None) or "", (permit or {}).get(name))
    for group, words in (tags or {}).items():
        held = (
            TargetTag.objects.filter(target=row, group=group).order_by("id").values_list("value", flat=True)
        )
        told[group] = ("、".join(held), "、".join(words))
    return [
        (label, label, str(old), str(new or ""))
        for label, (old, new) in told.items()
        if str(old) != str(new or "")
    ]


def _label(model: type[Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def shown(row: Target, name: str, value: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    labels = dict(getattr(Target._meta.get_field(name), "choices", None) or ())
    return str(labels.get(value, "" if value is None else value))


@transaction.atomic
def change_status(
    *, target: Target, status: str, since: date, reason: str, on: date, by: User, requested_by: User, back: bool = False
) -> Target:  # fmt: skip
    """End the present status period and begin another; carried out by `approve_change`.

    by: who approves; another than who asked for it. back: the status before an import that was taken back
    raises: NotAllowed, WrongTurn, RuleBroken
    """
    policies.check_may_approve(by, target.organisation)
    check_another(by, requested_by, "这项状态变更")
    row = Target.objects.select_for_update(of=("self",), no_key=True).get(pk=target.pk)
    if not reason.strip():
        raise RuleBroken("变更状态必须写明原因，例如停产报告、注销通知书文号。", code="status_needs_a_reason")
    policies.check_stands_alone(row)
    check_turn(row, status, since, on, back=back)
    old, old_since = row.status, row.status_since
    change_period(row, status, since, reason.strip(), back=back)
    row.version += 1
    row.save(update_fields=["status", "status_since", "version"])
    recompute_target(row, on)
    labels = states.STATUS_LABELS
    fields = [field("状态", labels[old], labels[status]), field("状态起始日", old_since, since)]
    note_change(target=row, act="变更状态", fields=fields, reason=reason, by=requested_by, approved_by=by)
    ledger.record(
        actor=by, act="registry.change_status", subject=row,
        data={"from": old, "to": status, "since": since, "reason": reason, "requested_by": requested_by.name},
    )  # fmt: skip
    return row


def check_turn(row: Target, status: str, since: date, on: date, *, back: bool = False) -> None:
    """raises: WrongTurn. The same status may begin on another day; one that an import replaced may come back."""
    if since > on:
        raise states.WrongTurn(f"起始日 {since} 还没有到。请在当天或以后登记。")
    if status != row.status and not back:
        states.check_status(row.status, status, since, row.status_since, on)


def recompute_target(target: Target, on: date) -> None:
    book = book_or_none(target.organisation, on)
    if book:
        recompute_for([target.pk], book, on)
