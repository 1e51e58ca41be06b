"""Sending the notice: mode, day, number of assistants fixed; n-th visit of the year counted; PDF asked for."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from draws import actions as draws
from draws.policies import can_unmask
from foundation.documents.actions import latest
from foundation.documents.models import Document
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.workdays.rules import check_plausible
from inspections import books, policies
from inspections.actions.assisting import check_present
from inspections.actions.common import lock, moment, request_notice, request_record, words
from inspections.models import Visit
from inspections.rules import modes, numbering, signing, states, waiving
from registry.history import visits_this_year
from registry.models import InspectionItem, PriorInspection


@transaction.atomic
def dispatch(
    *, by: User, visit: Visit, scheduled_on: date, mode: str = "", mode_reason: str = "", assistants: int = 0,
    site: str = "", now: datetime | None = None,
) -> Visit:  # fmt: skip
    """Number the notice and let the team see where to go.

    site: address under which enterprises reach this system, for the QR code on the notice
    raises: NotAllowed, OutOfOrder, ModeRefused, SignatureWrong when too few members hold a certificate that day
    """
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.organisation_id)
    lock(visit, "target")
    policies.check_dispatch(by, visit)
    at = moment(now)
    _check_day(visit, scheduled_on, timezone.localdate(at))
    _check_published(visit, scheduled_on)
    book = books.rulebook_of_visit(visit)
    signing.check_team(books.team_of(visit), scheduled_on, book.team.min)
    check_present(visit, scheduled_on)
    standing = books.standing_of(visit.target, scheduled_on)
    rule = books.modes_for(book, standing)
    visit.mode = modes.choose(rule, mode, mode_reason)
    visit.mode_reason = words(mode_reason, 200, "理由") if visit.mode != rule.modes[0] else ""
    visit.scheduled_on, visit.notice_site = scheduled_on, site.rstrip("/")
    visit.assistants = max(assistants, visit.helpers.filter(left_at=None).count())
    _number(visit, timezone.localdate(at).year)
    visit.year_count = _count_of_year(visit, scheduled_on)
    visit.year_cap = books.cap_for(book, standing)
    visit.state = states.after(visit.state, "dispatch")
    visit.dispatched_at, visit.dispatched_by = at, by
    visit.save()
    if can_unmask(by, visit.draw):
        draws.unmask(by=by, draw=visit.draw, commitments=[visit.commitment], why="DISPATCH", now=at)
    request_notice(visit, by)
    ledger.record(actor=by, act="inspections.dispatch", subject=visit, data={
        "notice": visit.notice_number, "scheduled_on": scheduled_on, "mode": visit.mode, "reason": visit.mode_reason,
        "count": visit.year_count, "cap": visit.year_cap, "assistants": visit.assistants,
    })  # fmt: skip
    return visit


@transaction.atomic
def waive(
    *, by: User, visit: Visit, activity: str, prior: PriorInspection, reason: str, now: datetime | None = None
) -> Visit:
    """Close a drawn visit without going, because another check of a listed kind took place. source: QZ-4.2, AMB-41

    prior: that check of the same target; the waived visit adds nothing to the yearly count
    raises: NotAllowed, OutOfOrder, WaiverRefused
    """
    lock(visit)
    policies.check_waive(by, visit)
    if prior.target_id != visit.target_id:
        raise waiving.WaiverRefused("那次检查的对象不是这一家。请选同一对象的检查。")
    book = books.rulebook_of_visit(visit)
    clause = waiving.check(
        book, activity=activity, checked_on=prior.on, period=books.period_of(visit), reason=reason
    )
    visit.state = states.after(visit.state, "waive")
    visit.waived_for, visit.void_reason = prior, f"{book.activity(activity).zh}：{words(reason, 400, '理由')}"
    visit.save(update_fields=["state", "waived_for", "void_reason"])
    ledger.record(actor=by, act="inspections.waive", subject=visit, data={
        "activity": activity, "other_check": prior.source, "on": prior.on, "reason": reason.strip(), "clause": clause,
    })  # fmt: skip
    return visit


@transaction.atomic
def renew_papers(*, by: User, visit: Visit) -> int:
    """Ask again for the PDFs of a visit that failed; returns how many.

    raises: NotAllowed, OutOfOrder when none failed
    """
    if not policies.can_see(by, visit):
        raise NotAllowed("您看不到这次检查，不能生成它的文书。")
    notice, record = latest("visit_notice", visit.pk), visit.records.order_by("-version").first()
    paper = latest("visit_record", record.pk) if record else None
    failed = [one for one in (notice, paper) if one is not None and one.state == Document.State.FAILED]
    if not failed:
        raise OutOfOrder("没有生成失败的文书。还在生成的，请稍后刷新。")
    if notice in failed:
        request_notice(visit, by)
    if record is not None and paper in failed:
        request_record(record, by)
    ledger.record(
        actor=by, act="inspections.renew_papers", subject=visit, data={"kinds": [one.kind for one in failed]}
    )
    return len(failed)


def _check_day(visit: Visit, scheduled_on: date, today: date) -> None:
    check_plausible(scheduled_on, "检查日期")
    if scheduled_on < today:
        raise RuleBroken(f"检查日期 {scheduled_on} 已过去，请选今天或以后的日期。", code="day_passed")
    if visit.due_on and scheduled_on > visit.due_on >= today:
        raise RuleBroken(
            f"检查日期 {scheduled_on} 晚于完成期限 {visit.due_on}，请提前。", code="day_after_deadline"
        )


def _check_published(visit: Visit, on: date) -> None:
    """An item repealed since the draw is not inspected any more; a newer version of it is another row."""
    repealed = visit.items.filter(item__status=InspectionItem.Status.REPEALED, item__effective_from__lte=on)
    names = list(repealed.values_list("item__name", flat=True))
    if names and len(names) == visit.items.count():
        raise RuleBroken(
            f"抽查事项“{names[0]}”已废止，清单之外不得检查。请修订计划后再办。", code="items_repealed"
        )


def _number(visit: Visit, year: int) -> None:
    """Next notice number of the organisation and year; the caller holds the organisation's lock."""
    used = Visit.objects.filter(organisation=visit.organisation, notice_year=year)
    serial = (used.aggregate(last=Max("notice_serial"))["last"] or 0) + 1
    short = visit.organisation.short_name or visit.organisation.name
    visit.notice_year, visit.notice_serial = year, serial
    visit.notice_number = numbering.notice_number(short, year, serial)


def _count_of_year(visit: Visit, on: date) -> int:
    """This one included: booked visits of the year and other notices out that are not booked yet. source: AMB-08"""
    booked = visits_this_year([visit.target_id], on.year, date(on.year, 12, 31)).get(visit.target_id, 0)
    out = Visit.objects.filter(
        target=visit.target, scheduled_on__year=on.year, dispatched_at__isnull=False, completed_on=None
    ).exclude(state__in=[Visit.State.VOID, Visit.State.WAIVED]).exclude(pk=visit.pk)  # fmt: skip
    return booked + out.count() + 1
