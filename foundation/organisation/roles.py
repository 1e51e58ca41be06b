"""Roles and what each may do: the one place. source: design.md §7 (职责分离)"""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from foundation.organisation.models import User


class Role(models.TextChoices):
    SYSADMIN = "sysadmin", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDITOR = "auditor", "审计员"
    PLANNER = "planner", "计划编制员"
    OPERATOR = "operator", "抽取组织员"
    DISCIPLINE = "discipline", "纪检监督员"
    INSPECTOR = "inspector", "检查人员"
    REVIEWER = "reviewer", "结果审核人"
    HEAD = "unit_head", "分管领导"
    PUBLISHER = "publisher", "公示员"


_VIEW_ALL = frozenset(
    {
        "registry.view",
        "personnel.view",
        "planning.view",
        "draws.view",
        "inspections.view",
        "disclosure.view",
        "ledger.view",
    }
)

# fmt: off
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.SYSADMIN: frozenset({"accounts.manage", "holidays.manage"}),
    Role.SECURITY: frozenset({"accounts.grant", "ledger.view"}),
    Role.AUDITOR: _VIEW_ALL,
    Role.PLANNER: frozenset(
        {
            "registry.view",
            "registry.edit",
            "registry.import",
            "personnel.view",
            "personnel.edit",
            "personnel.import",
            "planning.view",
            "planning.edit",
            "draws.view",
            "inspections.view",
            "disclosure.view",
            "holidays.manage",
        }
    ),
    Role.OPERATOR: frozenset(
        {
            "registry.view",
            "personnel.view",
            "planning.view",
            "draws.view",
            "draws.operate",
            "inspections.view",
        }
    ),
    Role.DISCIPLINE: frozenset(
        {
            "registry.view",
            "personnel.view",
            "personnel.conflicts",
            "planning.view",
            "draws.view",
            "draws.supervise",
            "ledger.view",
            "disclosure.view",
        }
    ),
    Role.INSPECTOR: frozenset({"inspections.own", "personnel.own"}),
    Role.REVIEWER: frozenset({"registry.view", "inspections.view", "inspections.review"}),
    Role.HEAD: frozenset(
        {
            "registry.view",
            "registry.approve",
            "personnel.view",
            "planning.view",
            "planning.approve",
            "draws.view",
            "draws.approve",
            "inspections.view",
            "inspections.review",
            "disclosure.view",
            "disclosure.approve",
            "rulebook.adopt",
        }
    ),
    Role.PUBLISHER: frozenset({"inspections.view", "disclosure.view", "disclosure.edit"}),
}

# 同一个人不得兼任的角色（三员分立；组织抽取的人不监督抽取）。
INCOMPATIBLE: tuple[frozenset[str], ...] = (
    frozenset({Role.SYSADMIN, Role.SECURITY}),
    frozenset({Role.SYSADMIN, Role.AUDITOR}),
    frozenset({Role.SECURITY, Role.AUDITOR}),
    frozenset({Role.OPERATOR, Role.DISCIPLINE}),
    *(
        frozenset({admin, business})
        for admin in (Role.SYSADMIN, Role.SECURITY, Role.AUDITOR)
        for business in (
            Role.PLANNER, Role.OPERATOR, Role.DISCIPLINE, Role.INSPECTOR, Role.REVIEWER, Role.HEAD, Role.PUBLISHER,
        )
    ),
)


def conflict_of(held: set[str]) -> frozenset[str] | None:
    """The first pair of roles in `held` that one person may not hold, or None."""
    return next((pair for pair in INCOMPATIBLE if pair <= held), None)


def permissions_of(user: "User") -> frozenset[str]:
    """All permissions of a user; one query, remembered on the object for the request."""
    cached = user._permissions
    if cached is None:
        granted = (PERMISSIONS[role] for role in user.role_codes())
        cached = frozenset().union(*granted) if user.is_active else frozenset()
        user._permissions = cached
    return cached
