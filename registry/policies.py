"""Who may do what with the registers."""

from datetime import date

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation import expertise, policies
from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation, User
from foundation.rulebook.model import Rulebook
from registry.models import BasisRemap, InspectionItem, PendingChange, SavedFilter, Target
from registry.rules import item_lists


def check_may_view(user: User) -> None:
    policies.check_may(user, "registry.view")


def check_may_edit(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.edit", organisation)


def check_may_seed(user: User, organisation: Organisation) -> None:
    """Whoever keeps the register, or adopts the rulebook."""
    needed = "rulebook.adopt" if policies.can(user, "rulebook.adopt") else "registry.edit"
    policies.check_may(user, needed, organisation)


def check_may_import(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.import", organisation)


def check_may_approve(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.approve", organisation)


def check_may_request(user: User, organisation: Organisation) -> None:
    """Whoever keeps the register, or approves, may ask; somebody else decides."""
    needed = "registry.approve" if policies.can(user, "registry.approve") else "registry.edit"
    policies.check_may(user, needed, organisation)


def can_request(user: User, organisation: Organisation) -> bool:
    return can_edit(user, organisation) or can_approve(user, organisation)


def check_change_waits(change: PendingChange) -> None:
    if change.state != PendingChange.State.WAITING:
        raise OutOfOrder(
            f"这项变更{change.get_state_display()}，不能再办。需要的话请重新申请。", code="change_is_settled"
        )


def check_may_decide(change: PendingChange, user: User) -> None:
    """raises: NotAllowed for the one who asked"""
    policies.check_another(user, change.requested_by, "这项变更")


def can_decide(change: PendingChange, user: User) -> bool:
    return can_approve(user, change.organisation) and change.requested_by_id != user.pk


def check_asked_for(change: PendingChange, user: User) -> None:
    if change.requested_by_id != user.pk:
        raise NotAllowed(f"这项变更由{change.requested_by.name}申请，只能由申请人撤回。")


def check_owns(saved: SavedFilter, user: User) -> None:
    if saved.user_id != user.pk:
        raise NotAllowed("这组条件是别人保存的，只能由本人删除。")


def check_stands_alone(target: Target) -> None:
    """raises: OutOfOrder for an entry that was merged into another"""
    if target.merged_into_id is not None:
        into = target.merged_into
        raise OutOfOrder(
            f"“{target.name}”已并入“{into.name if into else ''}”，不能再改。请改那一个，或先撤销合并。",
            code="target_is_merged",
        )


def can_edit(user: User, organisation: Organisation) -> bool:
    return policies.can(user, "registry.edit") and user.organisation_id == organisation.pk


def can_import(user: User, organisation: Organisation) -> bool:
    return policies.can(user, "registry.import") and user.organisation_id == organisation.pk


def can_approve(user: User, organisation: Organisation) -> bool:
    return policies.can(user, "registry.approve") and user.organisation_id == organisation.pk


def check_item_draft(item: InspectionItem) -> None:
    if item.status != InspectionItem.Status.DRAFT:
        raise OutOfOrder(
            f"事项“{item.name}”第 {item.version} 版{item.get_status_display()}，不能直接修改。请先建立新版本。",
            code="item_is_settled",
        )


def book_of(organisation: Organisation, on: date) -> Rulebook | None:
    """None before a rulebook is adopted: the list can be kept all the same."""
    try:
        return rulebook_of(organisation, on)
    except RulebookMissing:
        return None


def check_item_complete(item: InspectionItem, on: date) -> None:
    """raises: RuleBroken naming every heading of the rulebook that is empty. source: QS-5.2, QS-5.3, CAP-01, CAP-03"""
    lacks = missing_of(item, book_of(item.organisation, on))
    if lacks:
        raise RuleBroken(
            f"事项“{item.name}”还没有填：{'、'.join(lacks)}。规则书要求清单列明这些栏，请编制人补齐后再批准。",
            code="item_is_incomplete",
        )


def missing_of(item: InspectionItem, book: Rulebook | None) -> list[str]:
    """Headings left empty; uses prefetched lines where there are any."""
    lines = [
        {"ratio": row.ratio, "frequency": row.frequency, "count": row.count} for row in item.scopes.all()
    ]
    return item_lists.missing(book, vars(item), lines)


def check_expertise(organisation: Organisation, word: str) -> None:
    """An item asks for an expertise the bureau knows. raises: RuleBroken. source: QS-12.2"""
    if word and word not in expertise.words(organisation):
        raise RuleBroken(
            f"专长字典里没有“{word}”，也没有人登记这个专长。请先在检查人员的专长字典里加上，或从列表里选。",
            code="expertise_unknown",
        )


def check_change(organisation: Organisation, change: str, reason: str, on: date) -> None:
    """raises: RuleBroken without a reason, or with one the rulebook does not name. source: QS-5.4"""
    if not reason.strip():
        raise RuleBroken("调整事项必须写明事由。", code="revision_needs_a_reason")
    book = book_of(organisation, on)
    named = book.item_rules.change_reasons if book else ()
    if named and change not in named:
        raise RuleBroken(
            f"调整事由须从规则书所列中选一个：{'、'.join(named)}。", code="change_reason_is_not_named"
        )


def check_remap_state(remap: BasisRemap, state: str) -> None:
    """raises: OutOfOrder"""
    if remap.state != state:
        raise OutOfOrder(
            f"这次更换{remap.get_state_display()}，不能再办这一步。请刷新页面。", code="remap_is_settled"
        )
