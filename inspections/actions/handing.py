"""Handing a problem over to who has the authority, and what came back. source: QS-19.1, NM-34.1, NM-34.3, XY-2.23"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from foundation.documents import actions as documents
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from inspections import policies
from inspections.actions.common import moment, words
from inspections.models import FollowUp, Handover
from inspections.rules.numbering import handover_number


@transaction.atomic
def hand_over(
    *, by: User, followup: FollowUp, kind: str, to_whom: str, basis: str, materials: str = "", sent_on: date, now: datetime | None = None
) -> Handover:  # fmt: skip
    """Number the document and ask for it as PDF; the follow-up stays open until its outcome is known.

    raises: NotAllowed, OutOfOrder for a closed follow-up, RuleBroken naming the field
    """
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=followup.visit.organisation_id)
    followup.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",), no_key=True))
    policies.check_change_followup(by, followup)
    if kind not in Handover.Kind.values:
        raise RuleBroken("请选择文书种类。", code="handover_kind_missing")
    if not to_whom.strip() or not basis.strip():
        raise RuleBroken("请写明受移送机关、移送依据和理由。", code="handover_incomplete")
    today = timezone.localdate(moment(now))
    _check_between(sent_on, timezone.localdate(followup.opened_at), today, "移送日期", "问题登记日期")
    same = followup.handovers.filter(
        kind=kind, to_whom=to_whom.strip(), basis=basis.strip(), sent_on=sent_on
    ).first()
    if same:
        raise RuleBroken(f"同样的移送已登记为 {same.number}，没有再登记。", code="handed_already")
    bureau = followup.visit.organisation
    serial = _next(bureau, today.year)
    made = Handover.objects.create(
        organisation=bureau, followup=followup, kind=kind, year=today.year, serial=serial,
        number=handover_number(bureau.short_name or bureau.name, today.year, serial), to_whom=words(to_whom, 100, "受移送机关"),
        basis=words(basis, 500, "移送依据和理由"), materials=words(materials, 500, "随附材料"), sent_on=sent_on, sent_by=by,
    )  # fmt: skip
    followup.handed_to = made.to_whom
    followup.save(update_fields=["handed_to"])
    documents.request(
        kind="handover",
        subject_id=made.pk,
        title=f"{made.get_kind_display()} {made.number}",
        organisation=bureau,
        by=by,
    )
    ledger.record(actor=by, act="inspections.hand_over", subject=followup.visit, data={
        "followup": followup.pk, "kind": kind, "number": made.number, "to": made.to_whom, "sent_on": sent_on,
    })  # fmt: skip
    return made


@transaction.atomic
def note_receipt(
    *, by: User, handover: Handover, received_on: date, received_by: str, case_number: str = "", now: datetime | None = None
) -> Handover:  # fmt: skip
    """What came back: who took it and when, later the number of the case. A receipt once written stays.

    raises: NotAllowed, RuleBroken
    """
    handover.refresh_from_db(from_queryset=Handover.objects.select_for_update(of=("self",), no_key=True))
    policies.check_note_receipt(by, handover)
    received_by = words(received_by, 60, "签收人")
    if not received_by:
        raise RuleBroken("请填签收人。", code="receiver_missing")
    today = timezone.localdate(moment(now))
    _check_between(received_on, handover.sent_on, today, "签收日期", "移送日期")
    if handover.received_on is not None and (received_on, received_by) != (
        handover.received_on,
        handover.received_by,
    ):
        raise RuleBroken(
            f"{handover.number} 已由{handover.received_by}于 {handover.received_on} 签收，不能改；只能补填案号。",
            code="already_received",
        )
    handover.received_on, handover.received_by = received_on, received_by
    handover.case_number = words(case_number, 80, "案号") or handover.case_number
    handover.save(update_fields=["received_on", "received_by", "case_number"])
    ledger.record(actor=by, act="inspections.note_receipt", subject=handover.followup.visit, data={
        "number": handover.number, "received_on": received_on, "received_by": handover.received_by, "case_number": handover.case_number,
    })  # fmt: skip
    return handover


def _check_between(day: date, first: date, today: date, what: str, before: str) -> None:
    if day < first:
        raise RuleBroken(f"{what} {day} 早于{before} {first}，请改正。", code="day_too_early")
    if day > today:
        raise RuleBroken(f"{what} {day} 还没有到，请填实际的那一天。", code="day_in_future")


def _next(bureau: Organisation, year: int) -> int:
    """The caller holds the organisation's lock."""
    used = Handover.objects.filter(organisation=bureau, year=year)
    return (used.aggregate(last=Max("serial"))["last"] or 0) + 1
