"""After publication: corrections and withdrawals are new versions, proposed by one and approved by another. source: AMB-60"""

from datetime import datetime

from django.db import transaction

from disclosure import gather, policies
from disclosure.actions.publishing import check_content, lock, submit
from disclosure.actions.words import words
from disclosure.models import DisclosureTask, Publication
from disclosure.rules import states
from foundation.errors import RuleBroken
from foundation.organisation.models import User


@transaction.atomic
def correct(*, by: User, task: DisclosureTask, reason: str, now: datetime | None = None) -> DisclosureTask:
    """Ask to publish the present state of the record as a new version; `approve` and `publish` follow.

    raises: RuleBroken without a reason, or when nothing differs from what is published
    """
    lock(task)
    policies.check_correct(by, task)
    policies.check_ripe(task)
    task.reason = words(reason, 300, "更正要写明理由，会原样公开。", "理由")
    check_content(task)
    current = task.publications.order_by("-version").first()
    if current is not None and not current.withdrawn and not differs(task, current):
        raise RuleBroken(
            f"“{task}”现在的记录与已公示的第 {current.version} 版相同，没有要更正的内容。请先更正检查记录。",
            code="nothing_changed",
        )
    return submit(by, task, states.CORRECTION, now=now)


@transaction.atomic
def withdraw(*, by: User, task: DisclosureTask, reason: str, now: datetime | None = None) -> DisclosureTask:
    """Ask to take a publication back; its page stays and says so."""
    lock(task)
    policies.check_withdraw(by, task)
    current = task.publications.order_by("-version").first()
    if current is not None and current.withdrawn:
        raise RuleBroken(f"{current.number} 已经撤回。", code="already_withdrawn")
    task.reason = words(reason, 300, "撤回要写明理由，会原样公开。", "理由")
    return submit(by, task, states.WITHDRAWAL, now=now)


def differs(task: DisclosureTask, current: Publication) -> bool:
    """The record as it would be published now is not the published one."""
    now, old = gather.record_of(task), current.record
    return any(now[key] != old.get(key) for key in now if key != "draw")
