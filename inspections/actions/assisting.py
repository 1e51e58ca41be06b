"""辅助人员 of a visit: picked on top of a complete team, named on every paper, never counted, never signing."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from draws.models import ConflictOfInterest
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import books, policies
from inspections.actions.common import lock, moment, request_notice, words
from inspections.models import Visit, VisitAssistant
from inspections.rules import assisting, signing
from personnel.models import Assistant


@transaction.atomic
def add_assistant(
    *, by: User, visit: Visit, assistant: Assistant, task: str, now: datetime | None = None
) -> VisitAssistant:
    """Pick one assistant for a team that has its certified members already. source: NM-18.3, WL-5.8, AMB-25

    raises: NotAllowed, OutOfOrder, SignatureWrong while the team itself is too small, AssistantRefused
    """
    lock(visit, "target")
    policies.check_help(by, visit)
    book, at = books.rulebook_of_visit(visit), moment(now)
    on = visit.scheduled_on or timezone.localdate(at)
    assisting.check_allowed(book, visit.items.values_list("item__third_party", flat=True))
    signing.check_team(books.team_of(visit), on, book.team.min)
    if assistant.organisation_id != visit.organisation_id:
        raise RuleBroken("这名辅助人员不在本局的辅助人员库里，请核对。", code="foreign_assistant")
    if visit.helpers.filter(assistant=assistant, left_at=None).exists():
        raise OutOfOrder(f"{assistant.name}已经在这次检查里，不用再加。")
    assisting.check([(assistant.name, standing(visit, assistant, on))])
    if not task.strip():
        raise RuleBroken("“协助内容”空着。请写明协助什么，例如采样、仪器操作。", code="task_missing")
    row = VisitAssistant(
        visit=visit, assistant=assistant, task=words(task, 200, "协助内容"), document=assistant.document, added_at=at, added_by=by
    )  # fmt: skip
    row.save()
    _tell(visit, by)
    ledger.record(
        actor=by, act="inspections.add_assistant", subject=visit,
        data={"assistant": assistant.pk, "name": assistant.name, "how": "pick", "document": row.document, "task": row.task},
    )  # fmt: skip
    return row


@transaction.atomic
def remove_assistant(
    *, by: User, visit: Visit, helper: VisitAssistant, reason: str, now: datetime | None = None
) -> VisitAssistant:
    """The row stays, with the reason. raises: NotAllowed, OutOfOrder, RuleBroken"""
    lock(visit)
    policies.check_help(by, visit)
    row = VisitAssistant.objects.select_related("assistant").get(pk=helper.pk, visit=visit)
    if row.left_at:
        raise OutOfOrder(f"{row.assistant.name}已经不在这次检查里。")
    if not reason.strip():
        raise RuleBroken("请写明不再协助的原因，例如回避、委托到期。", code="reason_missing")
    row.left_at, row.left_reason = moment(now), words(reason, 200, "原因")
    row.save(update_fields=["left_at", "left_reason"])
    _tell(visit, by)
    ledger.record(
        actor=by, act="inspections.remove_assistant", subject=visit,
        data={"assistant": row.assistant_id, "name": row.assistant.name, "reason": row.left_reason},
    )  # fmt: skip
    return row


def _tell(visit: Visit, by: User) -> None:
    """A notice that is out names who comes along, so it is made anew; the number of people follows."""
    visit.assistants = max(visit.assistants, visit.helpers.filter(left_at=None).count())
    visit.save(update_fields=["assistants"])
    if visit.dispatched_at:
        request_notice(visit, by)


def standing(visit: Visit, assistant: Assistant, on: date) -> str:
    """Why the person may not help at this target that day; empty when he may."""
    related = ConflictOfInterest.objects.filter(assistant=assistant).touching(visit.target).in_force(on)
    return assisting.why_not(commissioned=assistant.commissioned(on), related=related.exists(), on=on)


def check_present(visit: Visit, on: date) -> None:
    """Everybody who comes along may still come, on the day itself. raises: AssistantRefused"""
    rows = visit.helpers.filter(left_at=None).select_related("assistant")
    assisting.check((row.assistant.name, standing(visit, row.assistant, on)) for row in rows)
