"""Who may, for every app: the permission check that names the role that could."""

from foundation.errors import NotAllowed
from foundation.organisation import roles
from foundation.organisation.models import Organisation, User


def can(user: User, permission: str) -> bool:
    return permission in roles.permissions_of(user)


def check_may(user: User, permission: str, organisation: Organisation | None = None) -> None:
    """raises: NotAllowed naming the roles that could; writing is for one's own organisation only."""
    if not user.is_active:
        raise NotAllowed("账号已停用，不能办理。请联系系统管理员。")
    if not can(user, permission):
        able = "、".join(role.label for role in roles.Role if permission in roles.PERMISSIONS[role])
        raise NotAllowed(f"您没有办理这一步的角色，须由{able}办理。")
    if organisation is not None and organisation.pk != user.organisation_id:
        raise NotAllowed(f"您属于{user.organisation.name}，不能改动{organisation.name}的记录。")


def check_another(user: User, author: User | None, what: str) -> None:
    """raises: NotAllowed when one would approve what one wrote."""
    if author is not None and author.pk == user.pk:
        raise NotAllowed(f"{what}由您本人经办，须由另一人办理这一步。")
