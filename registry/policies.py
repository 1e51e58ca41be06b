"""Who may do what with the registers."""

from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation import policies
from foundation.organisation.models import Organisation, User
from registry.models import InspectionItem, PendingChange, SavedFilter, Target


def check_may_view(user: User) -> None:
    policies.check_may(user, "registry.view")


def check_may_edit(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.edit", organisation)


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
