"""Declared conflicts of interest."""

from typing import Any

from draws.models import ConflictOfInterest
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_may


def check_declare_conflict(by: User, person: Any) -> None:
    """An inspector declares for himself; the discipline officer for anybody, so also for an assistant, who has no login."""
    if getattr(person, "user_id", None) == by.pk and may(by, "personnel.own"):
        return
    check_may(by, "personnel.conflicts", person.organisation)


def check_withdraw_conflict(by: User, conflict: ConflictOfInterest) -> None:
    """The discipline officer, but never of a relation of his own."""
    check_may(by, "personnel.conflicts", conflict.organisation)
    if conflict.is_of(by):
        raise NotAllowed("这是您本人的利害关系，请另一名纪检监督员办理撤回。")
    _check_binds(conflict)


def check_change_conflict(by: User, conflict: ConflictOfInterest) -> None:
    """Declare anew, or ask for the withdrawal of, one that binds: the person himself or the discipline officer."""
    check_declare_conflict(by, conflict.person)
    _check_binds(conflict)


def check_confirm_conflicts(by: User, inspector: Any) -> None:
    """Nobody confirms for another."""
    if inspector.user_id != by.pk or not may(by, "personnel.own"):
        raise NotAllowed("年度确认只能由检查人员本人办理。")


def _check_binds(conflict: ConflictOfInterest) -> None:
    if conflict.withdrawn_at:
        raise OutOfOrder("这条利害关系已经撤回。")
