"""Who may see and keep the register of inspectors."""

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
