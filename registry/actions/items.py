"""Inspection items: draft → approved → published → repealed, version by version."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_another
from foundation.rulebook.model import Rulebook
from registry import policies
from registry.models import CheckPoint, InspectionItem
from registry.rules import states

Status = InspectionItem.Status
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
)


@transaction.atomic
def create_item(
    *,
    organisation: Organisation,
    code: str,
    values: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]] | None = None,
    by: User,
) -> InspectionItem:
    """A first draft. `points`: [{title, points, standard, method}]; default: one per line of the contents."""
    policies.check_may_edit(by, organisation)
    if InspectionItem.objects.filter(organisation=organisation, code=code).exists():
        raise RuleBroken(f"事项编号 {code} 已存在。要修改，请在该事项上建立新版本。", code="item_code_taken")
    item = InspectionItem(organisation=organisation, code=code, version=1, created_by=by, **values)
    item.full_clean()
    item.save()
    save_points(item, points)
    ledger.record(
        actor=by, act="registry.create_item", subject=item, data={"code": code, "values": dict(values)}
    )
    return item


def save_points(item: InspectionItem, points: Sequence[Mapping[str, Any]] | None) -> None:
    """Replace the check points; without any, each content line is one."""
    rows = (
        points
        if points
        else [{"title": line[:200], "points": line[:500]} for line in item.contents] or [{"title": item.name}]
    )
    CheckPoint.objects.filter(item=item).delete()
    CheckPoint.objects.bulk_create(
        CheckPoint(item=item, no=number, **row) for number, row in enumerate(rows, 1)
    )


@transaction.atomic
def edit_item(
    *,
    item: InspectionItem,
    values: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]] | None = None,
    by: User,
) -> InspectionItem:
    """Only a draft is edited in place. raises: OutOfOrder"""
    policies.check_may_edit(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    policies.check_item_draft(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    save_points(row, points)
    ledger.record(actor=by, act="registry.edit_item", subject=row, data={"values": dict(values)})
    return row


@transaction.atomic
def revise_item(*, item: InspectionItem, reason: str, by: User) -> InspectionItem:
    """The next version as a draft, with the same contents and check points. raises: RuleBroken"""
    policies.check_may_edit(by, item.organisation)
    if not reason.strip():
        raise RuleBroken("调整事项必须写明事由。", code="revision_needs_a_reason")
    versions = InspectionItem.objects.filter(organisation=item.organisation, code=item.code)
    open_draft = versions.filter(status__in=[Status.DRAFT, Status.APPROVED]).first()
    if open_draft:
        raise RuleBroken(f"第 {open_draft.version} 版还没有公布，请先办完它。", code="revision_is_open")
    last = versions.aggregate(n=Max("version"))["n"]
    copied = {name: getattr(item, name) for name in ITEM_FIELDS}
    row = InspectionItem.objects.create(
        organisation=item.organisation, code=item.code, version=last + 1, created_by=by, **copied
    )
    points = list(item.checkpoints.order_by("no").values("title", "points", "standard", "method"))
    save_points(row, points)
    ledger.record(
        actor=by,
        act="registry.revise_item",
        subject=row,
        data={"reason": reason, "from_version": item.version},
    )
    return row


@transaction.atomic
def approve_item(*, item: InspectionItem, by: User) -> InspectionItem:
    """By another person than the author. raises: NotAllowed, WrongTurn"""
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    check_another(by, row.created_by, f"事项“{row.name}”")
    states.check_item(row.status, Status.APPROVED)
    return _turn(row, Status.APPROVED, by, "registry.approve_item", approved_by=by)


@transaction.atomic
def return_item(*, item: InspectionItem, reason: str, by: User) -> InspectionItem:
    """Back to the author. raises: NotAllowed, WrongTurn, RuleBroken"""
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if not reason.strip():
        raise RuleBroken("退回必须写明理由。", code="return_needs_a_reason")
    states.check_item(row.status, Status.DRAFT)
    return _turn(row, Status.DRAFT, by, "registry.return_item", {"reason": reason}, approved_by=None)


@transaction.atomic
def publish_item(*, item: InspectionItem, on: date, by: User) -> InspectionItem:
    """In force from the day; the version published before it is repealed. 未公布的事项不得检查."""
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    states.check_item(row.status, Status.PUBLISHED)
    InspectionItem.objects.filter(
        organisation=row.organisation, code=row.code, status=Status.PUBLISHED
    ).update(status=Status.REPEALED)
    return _turn(row, Status.PUBLISHED, by, "registry.publish_item", {"on": on}, effective_from=on)


@transaction.atomic
def repeal_item(*, item: InspectionItem, reason: str, by: User) -> InspectionItem:
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if not reason.strip():
        raise RuleBroken("废止事项必须写明理由和依据。", code="repeal_needs_a_reason")
    states.check_item(row.status, Status.REPEALED)
    return _turn(row, Status.REPEALED, by, "registry.repeal_item", {"reason": reason})


def _turn(
    row: InspectionItem, status: str, by: User, act: str, data: dict | None = None, **fields: Any
) -> InspectionItem:
    old = row.status
    row.status = status
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    ledger.record(
        actor=by,
        act=act,
        subject=row,
        data={"from": old, "to": status, "version": row.version, **(data or {})},
    )
    return row


@transaction.atomic
def ship_items(
    *, organisation: Organisation, rulebook: Rulebook, by: User, approved_by: User, on: date | None = None
) -> list[InspectionItem]:
    """The rulebook's own items, or one general item per content category where it ships none: written, approved, published.

    on: day of publication, default the first day of the rulebook. Items already there (same code) are left alone.
    raises: NotAllowed when both are the same person
    """
    policies.check_may_edit(by, organisation)
    policies.check_may_approve(approved_by, organisation)
    check_another(approved_by, by, "抽查事项清单")
    day = on or rulebook.about.effective_from
    there = set(InspectionItem.objects.filter(organisation=organisation).values_list("code", flat=True))
    made = []
    for code, values in _shipped(rulebook):
        if code in there:
            continue
        item = InspectionItem.objects.create(
            organisation=organisation, code=code, created_by=by, approved_by=approved_by,
            status=Status.PUBLISHED, effective_from=day, **values,
        )  # fmt: skip
        save_points(item, None)
        made.append(item)
    ledger.record(
        actor=by, act="registry.ship_items", subject=organisation,
        data={"rulebook": rulebook.id, "items": [item.code for item in made], "approved_by": approved_by.username, "on": day},
    )  # fmt: skip
    return made


def _shipped(book: Rulebook) -> list[tuple[str, dict[str, Any]]]:
    if book.items:
        return [
            (item.id, {
                "no": item.no, "name": item.zh, "category": item.category, "offices": list(item.offices),
                "targets": item.targets[:300], "contents": list(item.contents), "basis": list(item.basis),
                "modes": list(item.modes), "joint": item.joint, "third_party": item.third_party,
            })
            for item in book.items
        ]  # fmt: skip
    return [
        (f"{book.id.split('-')[0]}{number:02}", {
            "no": str(number), "name": content, "category": "一般检查事项", "targets": "名录库内的检查对象",
            "contents": [content], "basis": [f"《{book.zh}》"], "modes": list(book.inspection.modes), "offices": [book.about.issuer],
        })
        for number, content in enumerate(book.item_rules.contents, 1)
    ]  # fmt: skip
