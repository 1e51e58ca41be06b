"""Who may do what about a disclosure, and when. `check_x` raises with the reason; `can_x` answers for templates."""

from collections.abc import Callable
from datetime import date
from typing import Any

from disclosure.models import DisclosureTask, Objection
from disclosure.rules import states
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation.models import User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may
from foundation.rulebook.model import Rulebook
from inspections.models import Visit


class NotYetReviewed(OutOfOrder):
    code = "not_yet_reviewed"


class StillSecret(OutOfOrder):
    code = "still_secret"


def check_move(task: DisclosureTask, act: str, nature: str = "") -> str:
    """The state after the act. raises: OutOfOrder naming the present state"""
    after = states.next_state(act, task.state, nature or task.nature)
    if after is None:
        zh = next(move.zh for move in states.MOVES if move.act == act)
        when = "、".join(f"“{states.ZH[state]}”" for state in states.states_before(act))
        raise OutOfOrder(f"“{task}”现在是“{states.ZH[task.state]}”，要在{when}时才能{zh}。")
    return after


def check_propose(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.edit", task.organisation)
    check_move(task, "propose", states.FIRST)
    check_ripe(task)


def check_ripe(task: DisclosureTask) -> None:
    """A result must have been reviewed, and where the list is secret until the visit, the visit must have been made."""
    visit = task.visit
    if visit is None:
        return
    if visit.state not in (Visit.State.REVIEWED, Visit.State.WAIVED):
        raise NotYetReviewed(
            f"{visit.number} 现在是“{visit.get_state_display()}”，检查结果审核通过后才能公示。请联系审核人。"
        )


def check_secrecy(task: DisclosureTask, book: Rulebook) -> None:
    """source: rulebooks.md §3 draw.list_secret_until"""
    visit = task.visit
    if visit is not None and book.draw.list_secret_until == "visit" and not _made(visit):  # noqa: S105
        raise StillSecret(f"规则书规定名单在检查前保密，{visit.number} 还没有检查，不能公示。")


def _made(visit: Visit) -> bool:
    return visit.completed_on is not None or visit.state == Visit.State.WAIVED


def check_exempt(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.edit", task.organisation)
    check_move(task, "exempt", states.EXEMPTION)


def check_correct(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.edit", task.organisation)
    check_move(task, "correct", states.CORRECTION)


def check_withdraw(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.edit", task.organisation)
    check_move(task, "withdraw", states.WITHDRAWAL)


def check_approve(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.approve", task.organisation)
    check_move(task, "approve")
    check_another(by, task.proposed_by, f"“{task}”的{states.NATURE_ZH[task.nature]}")


def check_return(by: User, task: DisclosureTask) -> None:
    check_may(by, "disclosure.approve", task.organisation)
    check_move(task, "return")


def check_publish(by: User, task: DisclosureTask) -> None:
    if not may(by, "disclosure.approve"):
        check_may(by, "disclosure.edit", task.organisation)
    else:
        check_may(by, "disclosure.approve", task.organisation)
    check_move(task, "publish")


def check_answer(by: User, objection: Objection) -> None:
    if not may(by, "disclosure.approve"):
        check_may(by, "disclosure.edit", objection.organisation)
    else:
        check_may(by, "disclosure.approve", objection.organisation)
    if objection.state != Objection.State.RECEIVED:
        raise OutOfOrder(f"{objection.receipt} 已经答复，不能再改。如需改变，请另行更正公示。")


def check_viewer(by: User) -> None:
    check_may(by, "disclosure.view")


def check_statistics(by: User) -> None:
    if not (may(by, "disclosure.view") or may(by, "ledger.view")):
        raise NotAllowed("统计由公示员、计划编制员、分管领导、纪检监督员和审计员查看。")


def why_not(check: Callable[..., Any], *args: Any) -> str:
    """The sentence for a disabled button; empty when the step is open."""
    try:
        check(*args)
    except RuleBroken as broken:
        return broken.message
    return ""


def can_propose(by: User, task: DisclosureTask) -> bool:
    return not why_not(check_propose, by, task)


def can_approve(by: User, task: DisclosureTask) -> bool:
    return not why_not(check_approve, by, task)


def can_publish(by: User, task: DisclosureTask) -> bool:
    return not why_not(check_publish, by, task)


def is_overdue(task: DisclosureTask, on: date) -> bool:
    return bool(
        task.due_on and task.due_on < on and task.first_published_on is None and task.state != states.EXEMPT
    )
