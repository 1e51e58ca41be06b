"""The staff of the bureau: one account per role, one per inspector."""

from dataclasses import dataclass

from foundation.organisation import actions
from foundation.organisation.models import Organisation, Unit, User
from foundation.organisation.roles import Role

STAFF = {
    "planner": ("林岚", Role.PLANNER),
    "head": ("周正明", Role.HEAD),
    "operator": ("沈宁", Role.OPERATOR),
    "discipline": ("纪怀远", Role.DISCIPLINE),
    "reviewer": ("秦越", Role.REVIEWER),
    "publisher": ("方晓", Role.PUBLISHER),
    "auditor": ("郑清", Role.AUDITOR),
    "sysadmin": ("蒋涛", Role.SYSADMIN),
    "security": ("韩雪", Role.SECURITY),
}


@dataclass(frozen=True)
class Staff:
    planner: User
    head: User
    operator: User
    discipline: User
    reviewer: User
    publisher: User
    auditor: User
    sysadmin: User
    security: User


def hire(organisation: Organisation, unit: Unit | None, password: str | None, prefix: str = "") -> Staff:
    """Accounts with one role each; the first ones of a bureau are made by nobody (there is nobody yet)."""
    made: dict[str, User] = {}
    for username, (name, role) in STAFF.items():
        user = actions.create_user(
            by=None, organisation=organisation, username=prefix + username, name=name, password=password, unit=unit,
            must_change_password=False,
        )  # fmt: skip
        actions.grant_role(by=None, user=user, role=role)
        made[username] = user
    return Staff(**made)
