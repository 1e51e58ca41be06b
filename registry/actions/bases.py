"""Legal bases as dated objects, and moving items from an old article to a new one: proposed, checked by another, undone."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_another
from registry import legal, policies
from registry.actions import item_parts, items
from registry.models import BasisRemap, InspectionItem, LegalBasis, RemappedItem
from registry.rules import citations

State = BasisRemap.State
CHANGE_OF_LAW = "法律法规规章立改废释"


@transaction.atomic
def record_basis(
    *, organisation: Organisation, values: dict[str, Any], by: User, basis: LegalBasis | None = None
) -> LegalBasis:
    """One law or article with its dates, new or changed. values: law, article, document_no, text, effective_from, repealed_on, source"""
    policies.check_may_edit(by, organisation)
    row = (
        LegalBasis.objects.select_for_update(of=("self",), no_key=True).get(
            pk=basis.pk, organisation=organisation
        )
        if basis
        else LegalBasis(organisation=organisation)
    )
    for name, value in values.items():
        setattr(row, name, value)
    row.law, row.article = row.law.strip("《》 "), citations.article(row.article)
    row.recorded_by, row.recorded_at = by, timezone.now()
    row.full_clean()
    row.save()
    ledger.record(actor=by, act="registry.record_basis", subject=row, data=dict(values))
    return row


@transaction.atomic
def propose_remap(
    *, organisation: Organisation, old_law: str, old_article: str, new_law: str, new_article: str, source: str, by: User
) -> BasisRemap:  # fmt: skip
    """The article number stays unconfirmed until another person checks it; no item changes yet. raises: RuleBroken"""
    policies.check_may_edit(by, organisation)
    old_article, new_article = citations.article(old_article), citations.article(new_article)
    if not legal.citing(organisation, old_law, old_article):
        raise RuleBroken(
            f"现在没有事项引用《{old_law}》{old_article}。请从依据清单选择。", code="nobody_cites_it"
        )
    if not new_article:
        raise RuleBroken("请填写新法的条号，例如“第五十一条”。", code="article_missing")
    row = BasisRemap(
        organisation=organisation, old_law=old_law, old_article=old_article, new_law=new_law.strip("《》 "),
        new_article=new_article, source=source, proposed_by=by,
    )  # fmt: skip
    row.full_clean()
    row.save()
    ledger.record(
        actor=by,
        act="registry.propose_remap",
        subject=row,
        data={"old": row.old, "new": row.new, "source": source},
    )
    return row


@transaction.atomic
def confirm_remap(*, remap: BasisRemap, source: str, on: date, by: User) -> BasisRemap:
    """By another person, with the official text at hand: drafts are changed, anything else gets a draft version.

    source: the text the article number was checked against. raises: NotAllowed, OutOfOrder, RuleBroken
    """
    policies.check_may_approve(by, remap.organisation)
    row = BasisRemap.objects.select_for_update(of=("self",), no_key=True).get(pk=remap.pk)
    policies.check_remap_state(row, State.PROPOSED)
    check_another(by, row.proposed_by, f"依据更换“{row}”")
    if not source.strip():
        raise RuleBroken("请写明条号是对照哪一份官方文本核对的。", code="source_missing")
    moved = [_move(row, item) for item in legal.citing(row.organisation, row.old_law, row.old_article)]
    row.state, row.source, row.confirmed_by, row.confirmed_at = State.CONFIRMED, source, by, timezone.now()
    row.save()
    ledger.record(
        actor=by, act="registry.confirm_remap", subject=row,
        data={"old": row.old, "new": row.new, "source": source, "items": moved, "on": on},
    )  # fmt: skip
    return row


def _move(remap: BasisRemap, item: InspectionItem) -> str:
    """An approved version cannot be changed nor passed by: it goes back first. raises: RuleBroken"""
    if item.status == InspectionItem.Status.APPROVED:
        raise RuleBroken(
            f"事项“{item.name}”第 {item.version} 版已批准、还没有公布。请先公布或退回它。",
            code="item_is_approved",
        )
    before = list(item.basis)
    new_version = item.status == InspectionItem.Status.PUBLISHED
    if new_version:
        item = items.next_version(item, remap.proposed_by, CHANGE_OF_LAW, f"{remap.old}改为{remap.new}")
    item.basis = citations.rewritten(
        before, remap.old_law, remap.old_article, citations.Citation(remap.new_law, remap.new_article)
    )
    item.save(update_fields=["basis"])
    RemappedItem.objects.create(
        remap=remap, item=item, name=item.name, added_version=new_version, before=before, after=item.basis
    )
    return item.code


@transaction.atomic
def drop_remap(*, remap: BasisRemap, reason: str, by: User) -> BasisRemap:
    """A proposal nobody confirmed is given up, by its author or by whoever checks it."""
    if not (policies.can_edit(by, remap.organisation) or policies.can_approve(by, remap.organisation)):
        policies.check_may_edit(by, remap.organisation)
    row = BasisRemap.objects.select_for_update(of=("self",), no_key=True).get(pk=remap.pk)
    policies.check_remap_state(row, State.PROPOSED)
    if not reason.strip():
        raise RuleBroken("请写明为什么放弃。", code="reason_missing")
    row.state, row.ended_at = State.DROPPED, timezone.now()
    row.save()
    ledger.record(actor=by, act="registry.drop_remap", subject=row, data={"reason": reason})
    return row


@transaction.atomic
def undo_remap(*, remap: BasisRemap, reason: str, by: User) -> list[str]:
    """Drafts made by it go, drafts changed by it get their basis back; names of items already approved or changed since, which stay."""
    policies.check_may_approve(by, remap.organisation)
    row = BasisRemap.objects.select_for_update(of=("self",), no_key=True).get(pk=remap.pk)
    policies.check_remap_state(row, State.CONFIRMED)
    if not reason.strip():
        raise RuleBroken("请写明为什么撤销。", code="reason_missing")
    kept = [moved.name for moved in row.items.select_related("item").order_by("-pk") if not _take_back(moved)]
    row.state, row.ended_at = State.UNDONE, timezone.now()
    row.save()
    ledger.record(actor=by, act="registry.undo_remap", subject=row, data={"reason": reason, "kept": kept})
    return kept


def _take_back(moved: RemappedItem) -> bool:
    item = moved.item
    if item is None or item.status != InspectionItem.Status.DRAFT or item.basis != moved.after:
        return False
    if moved.added_version and not item.imported.exists() and not item.remaps.exclude(pk=moved.pk).exists():
        moved.item = None
        moved.save(update_fields=["item"])
        item_parts.drop(item)
    else:
        item.basis = moved.before
        item.save(update_fields=["basis"])
    return True


@transaction.atomic
def publish_remapped(*, remap: BasisRemap, on: date, by: User) -> int:
    """Approve and publish every draft that the confirmed remap made, so that twenty items are not twenty walks. Number published."""
    policies.check_may_approve(by, remap.organisation)
    policies.check_remap_state(remap, State.CONFIRMED)
    drafts = [
        moved.item
        for moved in remap.items.select_related("item__organisation")
        if moved.added_version and moved.item
    ]
    done = 0
    for item in drafts:
        if item.status == InspectionItem.Status.DRAFT:
            approved = items.approve_item(item=item, on=on, by=by)
            items.publish_item(item=approved, on=on, by=by)
            done += 1
    if not done:
        raise RuleBroken("没有待公布的新版本：都已公布或退回。", code="nothing_to_publish")
    return done
