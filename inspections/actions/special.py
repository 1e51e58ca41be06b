"""A check to which the draw does not apply: registered, approved by another, carried out, booked. source: CAP-77"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import Organisation, User
from foundation.workdays.rules import check_plausible
from inspections import policies
from inspections.actions.common import moment, words
from inspections.models import SpecialCheck
from inspections.rules import exempting
from registry import actions as registry
from registry.models import Target


@transaction.atomic
def register_special(
    *, by: User, target: Target, activity: str, reference: str, reason: str, planned_on: date, now: datetime | None = None
) -> SpecialCheck:  # fmt: skip
    """raises: NotAllowed, ExemptionRefused naming the case, RuleBroken for a day that has passed"""
    bureau = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=by.organisation_id)
    policies.check_register_special(by, target)
    at = moment(now)
    today = timezone.localdate(at)
    check_plausible(planned_on, "拟检查日期")
    if planned_on < today:
        raise RuleBroken(
            f"拟检查日期 {planned_on} 已过去，请填今天或以后的日期；先批准，后检查。", code="day_passed"
        )
    book = rulebook_of(bureau, today)
    name, clause = exempting.check(book, activity=activity, reference=reference, reason=reason)
    _check_not_registered(target, activity, reference)
    used = SpecialCheck.objects.filter(organisation=bureau, year=today.year)
    serial = (used.aggregate(last=Max("serial"))["last"] or 0) + 1
    made = SpecialCheck.objects.create(
        organisation=bureau, year=today.year, serial=serial, target=target, activity=activity, activity_name=name, clause=clause,
        number=exempting.special_number(bureau.short_name or bureau.name, today.year, serial),
        reference=words(reference, 80, "来源编号"), reason=words(reason, 500, "事由"), planned_on=planned_on, requested_by=by,
        requested_at=at,
    )  # fmt: skip
    ledger.record(actor=by, act="inspections.register_special", subject=made, data={
        "target": target.uid, "activity": activity, "clause": clause, "reference": made.reference, "planned_on": planned_on,
    })  # fmt: skip
    return made


def _check_not_registered(target: Target, activity: str, reference: str) -> None:
    """The back button and a second tab send the same form again; one source calls for one check of a target."""
    same = SpecialCheck.objects.filter(target=target, activity=activity, reference=reference.strip())
    known = same.exclude(state=SpecialCheck.State.REFUSED).first()
    if known:
        raise RuleBroken(
            f"这个对象凭同一来源编号“{known.reference}”的检查已登记为 {known.number}，没有再登记。",
            code="registered_already",
        )


@transaction.atomic
def decide_special(
    *, by: User, special: SpecialCheck, approve: bool, note: str = "", now: datetime | None = None
) -> SpecialCheck:
    """raises: NotAllowed for the one who registered it, OutOfOrder, RuleBroken for a refusal without a reason"""
    _lock(special)
    policies.check_decide_special(by, special)
    note = words(note, 300, "批准意见")
    if not approve and not note:
        raise RuleBroken("不批准的，请写明理由。", code="reason_missing")
    special.state = SpecialCheck.State.APPROVED if approve else SpecialCheck.State.REFUSED
    special.decided_by, special.decided_at, special.decision_note = by, moment(now), note
    special.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    ledger.record(
        actor=by, act="inspections.decide_special", subject=special, data={"approve": approve, "note": note}
    )
    return special


@transaction.atomic
def finish_special(
    *, by: User, special: SpecialCheck, checked_on: date, problem_found: bool, outcome: str, now: datetime | None = None
) -> SpecialCheck:  # fmt: skip
    """What was found; booked as a check of this bureau that covers the target and does not count for its cap. source: AMB-08

    raises: NotAllowed, OutOfOrder before the approval, RuleBroken
    """
    _lock(special)
    policies.check_finish_special(by, special)
    outcome = words(outcome, 1000, "检查情况")
    if not outcome:
        raise RuleBroken("请写明检查情况。", code="outcome_missing")
    approved = timezone.localdate(special.decided_at)
    if not approved <= checked_on <= timezone.localdate(moment(now)):
        raise RuleBroken(
            f"检查日期 {checked_on} 应在批准之日（{approved}）到今天之间，请改正。", code="day_outside"
        )
    special.state, special.checked_on = SpecialCheck.State.DONE, checked_on
    special.problem_found, special.outcome = problem_found, outcome
    special.save(update_fields=["state", "checked_on", "problem_found", "outcome"])
    registry.record_prior_inspection(
        target=special.target, level="own", on=checked_on, problem_found=problem_found, counted=False,
        source=f"{special.number} {special.activity_name}", by=by,
    )  # fmt: skip
    ledger.record(actor=by, act="inspections.finish_special", subject=special, data={
        "checked_on": checked_on, "problem_found": problem_found, "outcome": outcome,
    })  # fmt: skip
    return special


def _lock(special: SpecialCheck) -> None:
    rows = SpecialCheck.objects.select_related("target", "organisation").select_for_update(
        of=("self",), no_key=True
    )
    special.refresh_from_db(from_queryset=rows)
