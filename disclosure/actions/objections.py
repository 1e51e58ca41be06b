"""Objections and statements from outside: received without a login, answered by a person, shown with the record."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from disclosure import policies
from disclosure.actions.words import words
from disclosure.models import Objection, Publication
from disclosure.rules import deadlines, masking, numbers
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.workdays.models import calendar

LONGEST = 1000


@transaction.atomic
def receive(
    *, number: str, from_name: str, contact: str, text: str, kind: str = "objection", now: datetime | None = None
) -> Objection:  # fmt: skip
    """An objection to a published number, with a receipt that cannot be guessed; the same words sent again keep theirs.

    raises: RuleBroken for an unknown number or an empty field
    """
    at = now or timezone.now()
    about = Publication.objects.filter(number=number.strip()).order_by("-version").first()
    if kind not in Objection.Kind.values:
        raise RuleBroken("只能提交异议或企业陈述。", code="unknown_kind")
    if about is None:
        raise RuleBroken(
            f"没有编号为“{number.strip()[:40]}”的公示。请从公示页面上抄写编号。", code="unknown_number"
        )
    who = words(from_name, 60, "没有填写姓名或单位。请填写后再提交。", "姓名或单位")
    reach = words(contact, 60, "没有填写联系方式。请填写后再提交。", "联系方式")
    said = words(text, LONGEST, "没有填写内容。请填写后再提交。", "内容")
    same = Objection.objects.filter(
        number=about.number,
        kind=kind,
        from_name=who,
        contact=reach,
        text=said,
        state=Objection.State.RECEIVED,
    ).first()
    if same:
        return same
    due = deadlines.answer_deadline(calendar(), timezone.localtime(at).date())
    made = Objection.objects.create(
        organisation=about.organisation, receipt=_receipt(at), kind=kind, number=about.number,
        from_name=who, contact=reach, text=said, received_at=at,
        due_on=due.date, provisional=due.provisional,
    )  # fmt: skip
    ledger.record(
        actor=None, actor_name="公众", act="disclosure.receive_objection", subject=made,
        data={"number": made.number, "kind": made.kind, "due_on": made.due_on},
    )  # fmt: skip
    return made


@transaction.atomic
def answer(
    *, by: User, objection: Objection, answer: str, accepted: bool, now: datetime | None = None
) -> Objection:
    """Answer in words that become public. `accepted`: the objection is right (then correct the record), or the statement is printed."""
    Objection.objects.select_for_update(of=("self",), no_key=True).get(pk=objection.pk)
    objection.refresh_from_db()
    policies.check_answer(by, objection)
    said = words(answer, LONGEST, "请写明答复，答复会公开在这条结果下面。", "答复")
    found = masking.leaks(said) + (
        masking.leaks(objection.text) if accepted and objection.kind == "statement" else []
    )
    if found:
        raise RuleBroken(
            f"公开的文字里不能有{'、'.join(found)}。请删去；陈述里的请联系提出人改写。", code="personal_data"
        )
    objection.answer, objection.accepted = said, accepted
    objection.state, objection.answered_by = Objection.State.ANSWERED, by
    objection.answered_at = now or timezone.now()
    objection.save(update_fields=["answer", "accepted", "state", "answered_by", "answered_at"])
    ledger.record(
        actor=by, act="disclosure.answer_objection", subject=objection,
        data={"number": objection.number, "accepted": accepted, "answer": objection.answer},
    )  # fmt: skip
    return objection


def _receipt(at: datetime) -> str:
    """20261119-7KQ3MX: day and six letters that cannot be guessed."""
    tail = "".join(secrets.choice(numbers.RECEIPT_LETTERS) for _ in range(numbers.RECEIPT_TAIL))
    return f"{timezone.localtime(at):%Y%m%d}-{tail}"
