"""Note that a duty of the calendar was done elsewhere: a report sent, a plan published."""

from datetime import date

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from planning import agenda, policies
from planning.models import DutyDone


@transaction.atomic
def note_duty_done(
    *, by: User, organisation: Organisation, duty: str, done_on: date, note: str, on: date
) -> DutyDone:
    """duty: key of `planning.rules.agenda` · note: document number or where it went · on: today

    raises: NotAllowed; RuleBroken for an unknown duty, one that the system itself sees done, a day to come, no proof
    """
    policies.check_note_duty(by, organisation)
    found = agenda.find(organisation, duty, on)
    if found is None or found.kind not in agenda.NOTED:
        raise RuleBroken("这件事不在本局的日程里，或由系统自己判断办没办，不用登记。", code="duty_unknown")
    if done_on > on:
        raise RuleBroken(f"办结日期 {done_on} 还没有到，请填实际办结的日子。", code="done_in_the_future")
    if not note.strip():
        raise RuleBroken("请写明文号或报送去向，以备核对。", code="duty_needs_proof")
    if DutyDone.objects.filter(organisation=organisation, duty=duty).exists():
        raise RuleBroken(f"“{found.title}”已经登记办结，不用再登记。", code="duty_already_done")
    row = DutyDone.objects.create(
        organisation=organisation, duty=duty, done_on=done_on, note=note.strip(), noted_by=by
    )
    ledger.record(
        actor=by,
        act="planning.note_duty_done",
        subject=row,
        data={"duty": duty, "on": done_on, "note": row.note},
    )
    return row
