"""Declared conflicts of interest."""

from typing import Any

from draws.models import ConflictOfInterest
from foundation.errors import OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_may


def check_declare_conflict(by: User, inspector: Any) -> None:
    """An inspector declares for himself; the discipline officer for anybody."""
    if inspector.user_id == by.pk and may(by, "personnel.own"):
        return
    check_may(by, "personnel.conflicts", inspector.organisation)


def check_withdraw_conflict(by: User, conflict: ConflictOfInterest) -> None:
    check_may(by, "personnel.conflicts", conflict.organisation)
    if conflict.withdrawn_at:
        raise OutOfOrder("这条利害关系已经撤回。")
