"""Who may see and keep the register of inspectors."""

from foundation.errors import NotAllowed
from foundation.organisation import policies
from foundation.organisation.models import Organisation, User
from personnel.models import Inspector


def check_may_view(user: User) -> None:
    policies.check_may(user, "personnel.view")


def check_may_edit(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "personnel.edit", organisation)


def check_may_import(user: User, organisation: Organisation) -> None:
    policies.check_may(user, "personnel.import", organisation)


def can_edit(user: User, organisation: Organisation) -> bool:
    return policies.can(user, "personnel.edit") and user.organisation_id == organisation.pk


def can_import(user: User, organisation: Organisation) -> bool:
    return policies.can(user, "personnel.import") and user.organisation_id == organisation.pk


def can_see_phone(user: User, inspector: Inspector) -> bool:
    """Whoever keeps the register, and the person himself."""
    return can_edit(user, inspector.organisation) or inspector.user_id == user.pk


def check_may_change(user: User, inspector: Inspector) -> None:
    """Posts and certificates: whoever keeps the register, but nobody his own."""
    check_may_edit(user, inspector.organisation)
    if inspector.user_id == user.pk:
        raise NotAllowed("本人的证件和任职时段不能自己改，请另一名计划编制员办理。")


def can_change(user: User, inspector: Inspector) -> bool:
    return can_edit(user, inspector.organisation) and inspector.user_id != user.pk
