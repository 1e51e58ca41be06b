"""Who may do what with the registers."""

from foundation.errors import OutOfOrder
from foundation.organisation import policies
from foundation.organisation.models import Organisation, User
from registry.models import InspectionItem


def check_may_view(user: User) -> None:
    policies.check_may(user, "registry.view")


def check_may_edit(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.edit", organisation)


def check_may_import(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.import", organisation)


def check_may_approve(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "registry.approve", organisation)


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
