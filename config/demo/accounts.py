"""Who can sign in to the demonstration, and how the first screen says so."""

from config.rehearsal.people import STAFF
from foundation.organisation.models import User
from foundation.organisation.roles import Role

PASSWORD = "mingchou-2026"  # noqa: S105 printed on the screen on purpose: fictional bureau, fictional people


def greeting() -> list[str]:
    """Lines for the terminal; nothing when this database is no demonstration."""
    if not is_demo():
        return []
    lines = ["", f"演示账号（密码都是 {PASSWORD}）："]
    for username, (name, role) in STAFF.items():
        lines.append(f"  {username:<12}{name}　{Role(role).label}")
    inspector = (
        User.objects.filter(grants__role=Role.INSPECTOR, grants__revoked_at=None).order_by("username").first()
    )
    if inspector:
        lines.append(f"  {inspector.username:<12}{inspector.name}　{Role.INSPECTOR.label}（手机页 /m/）")
    return lines


def is_demo() -> bool:
    """The demonstration's planner is there and still has the printed password."""
    planner = User.objects.filter(username="planner", name=STAFF["planner"][0]).first()
    return planner is not None and planner.check_password(PASSWORD)
