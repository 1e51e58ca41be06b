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
from registry.actions import item_parts
from registry.models import InspectionItem
from registry.records import ITEM_FIELDS
from registry.rules import item_lists, states

Status = InspectionItem.Status


@transaction.atomic
def create_item(
    *,
    organisation: Organisation,
    code: str,
    values: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]] | None = None,
    by: User,
) -> InspectionItem:
    """A first draft. `points`: [{title, points, standard, method}]; default: one per line of the contents. source: CAP-01"""
    policies.check_may_edit(by, organisation)
    if InspectionItem.objects.filter(organisation=organisation, code=code).exists():
        raise RuleBroken(f"事项编号 {code} 已存在。要修改，请在该事项上建立新版本。", code="item_code_taken")
    policies.check_expertise(organisation, values.get("expertise", ""))
    item = InspectionItem(organisation=organisation, code=code, version=1, created_by=by, **values)
    item.full_clean()
    item.save()
    item_parts.save_points(item, points)
    ledger.record(
        actor=by, act="registry.create_item", subject=item, data={"code": code, "values": dict(values)}
    )
    return item


@transaction.atomic
def edit_item(
    *,
    item: InspectionItem,
    values: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]] | None = None,
    by: User,
) -> InspectionItem:
    """Only a draft is edited in place; check points of contents that stay, stay. raises: OutOfOrder"""
    policies.check_may_edit(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    policies.check_item_draft(row)
    if values.get("expertise", "") != row.expertise:
        policies.check_expertise(row.organisation, values.get("expertise", ""))
    old = list(row.contents)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    if points is not None:
        item_parts.save_points(row, points)
    elif list(row.contents) != old:
        item_parts.keep_points(row, old)
    ledger.record(actor=by, act="registry.edit_item", subject=row, data={"values": dict(values)})
    return row


@transaction.atomic
def edit_parts(
    *, item: InspectionItem, by: User, points: Sequence[Mapping[str, Any]] | None = None,
    scopes: Sequence[Mapping[str, Any]] | None = None,
) -> InspectionItem:  # fmt: skip
    """Check points [{title, points, standard, method}] or lines [{target, size, frequency, …}] of a draft. raises: OutOfOrder, RuleBroken

    source: CAP-06
    """
    policies.check_may_edit(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    policies.check_item_draft(row)
    if points is not None:
        if not points:
            raise RuleBroken("检查单至少要有一个检查项。", code="checklist_is_empty")
        item_parts.save_points(row, points)
    if scopes is not None:
        item_parts.save_scopes(row, scopes)
    ledger.record(
        actor=by, act="registry.edit_item_parts", subject=row,
        data={"points": list(points or ()), "scopes": [item_parts.plain(line) for line in scopes or ()]},
    )  # fmt: skip
    return row


@transaction.atomic
def revise_item(*, item: InspectionItem, reason: str, on: date, by: User, change: str = "") -> InspectionItem:
    """The next version as a draft, with the same contents, check points and lines. source: QS-5.4

    change: one of the rulebook's change reasons; reason: in own words. raises: RuleBroken
    """
    policies.check_may_edit(by, item.organisation)
    policies.check_change(item.organisation, change, reason, on)
    row = next_version(item, by, change, reason)
    ledger.record(
        actor=by, act="registry.revise_item", subject=row,
        data={"change": change, "reason": reason, "from_version": item.version},
    )  # fmt: skip
    return row


def next_version(item: InspectionItem, by: User, change: str, reason: str) -> InspectionItem:
    """Called inside an action. raises: RuleBroken when a version is still open"""
    versions = InspectionItem.objects.filter(organisation=item.organisation, code=item.code)
    open_draft = versions.filter(status__in=[Status.DRAFT, Status.APPROVED]).first()
    if open_draft:
        raise RuleBroken(f"第 {open_draft.version} 版还没有公布，请先办完它。", code="revision_is_open")
    copied = {name: getattr(item, name) for name in ITEM_FIELDS}
    row = InspectionItem.objects.create(
        organisation=item.organisation, code=item.code, version=versions.aggregate(n=Max("version"))["n"] + 1,
        created_by=by, change_reason=change, change_note=reason.strip()[:300], **copied,
    )  # fmt: skip
    item_parts.copy_parts(item, row)
    return row


@transaction.atomic
def approve_item(*, item: InspectionItem, on: date, by: User) -> InspectionItem:
    """By another person than the author, with every field the rulebook asks for. raises: NotAllowed, WrongTurn, RuleBroken"""
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    check_another(by, row.created_by, f"事项“{row.name}”")
    states.check_item(row.status, Status.APPROVED)
    policies.check_item_complete(row, on)
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
    ).update(status=Status.REPEALED, repealed_on=on)
    return _turn(row, Status.PUBLISHED, by, "registry.publish_item", {"on": on}, effective_from=on)


@transaction.atomic
def repeal_item(*, item: InspectionItem, reason: str, on: date, by: User) -> InspectionItem:
    """No longer drawn from the day; its versions stay readable. raises: NotAllowed, WrongTurn, RuleBroken"""
    policies.check_may_approve(by, item.organisation)
    row = InspectionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if not reason.strip():
        raise RuleBroken("废止事项必须写明理由和依据。", code="repeal_needs_a_reason")
    states.check_item(row.status, Status.REPEALED)
    data = {"reason": reason, "on": on}
    return _turn(row, Status.REPEALED, by, "registry.repeal_item", data, repealed_on=on)


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
        item_parts.save_points(item, None)
        item_parts.save_scopes(item, _lines(rulebook, code))
        made.append(item)
    ledger.record(
        actor=by, act="registry.ship_items", subject=organisation,
        data={"rulebook": rulebook.id, "items": [item.code for item in made], "approved_by": approved_by.username, "on": day},
    )  # fmt: skip
    return made


def _lines(book: Rulebook, code: str) -> list[dict[str, Any]]:
    """The printed words of the document with the figures of the rulebook's quotas. source: WL-A.1a…WL-A.20"""
    found = []
    for line in item_lists.shipped(book.id).of(code):
        period, rate = item_lists.figures(book, line.quota)
        words = {
            name: getattr(line, name) for name in ("quota", "target", "size", "frequency", "ratio", "count")
        }
        found.append(words | {"period": period, "rate": rate})
    return found


def _shipped(book: Rulebook) -> list[tuple[str, dict[str, Any]]]:
    printed = item_lists.shipped(book.id)
    if book.items:
        return [
            (item.id, {
                "no": item.no, "name": item.zh, "category": item.category, "offices": list(item.offices),
                "targets": item.targets[:300], "contents": list(item.contents), "basis": list(item.basis),
                "modes": list(item.modes), "joint": item.joint, "third_party": item.third_party,
                "groups": printed.groups_of(item.id), "remark": printed.remark_of(item.id),
            })
            for item in book.items
        ]  # fmt: skip
    return [
        (f"{book.id.split('-')[0]}{number:02}", {
            "no": str(number), "name": content, "category": "一般检查事项", "targets": "名录库内的检查对象",
            "contents": [content], "basis": [f"《{book.zh}》"], "modes": list(book.inspection.modes), "offices": [book.about.issuer],
            "groups": [content],
        })
        for number, content in enumerate(book.item_rules.contents, 1)
    ]  # fmt: skip
