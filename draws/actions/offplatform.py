"""A draw held elsewhere: registered with reason and evidence, approved by another, counted; taken back with a reason.

source: QS-3.4, QS-13.1, QS-13.2, AMB-54
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.core.files.base import File
from django.db.models import Max
from django.utils import timezone

from draws import offplatform, policies
from draws.actions.common import lock_organisation, moment
from draws.models import OffPlatformDraw, OffPlatformRow
from draws.refusals import act
from draws.rules.offplatform import Line, off_number
from foundation.documents import uploads
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.rulebook.periods import Period
from foundation.workdays.rules import check_plausible
from personnel.models import Inspector
from planning import actions as planning
from planning.models import Quota
from planning.rules.terms import own_period
from planning.trial import any_line, book_of
from registry.models import Target

Kind, State = OffPlatformDraw.Kind, OffPlatformDraw.State


@act("draws.register_off_platform")
def register_off_platform(
    *, by: User, organisation: Organisation, period: str, kind: str, held_at: datetime, place: str, method: str, reason: str,
    approver: User | None, lines: Sequence[tuple[Quota, Line]], file: File | None, platform: str = "",
    platform_number: str = "", now: datetime | None = None,
) -> OffPlatformDraw:  # fmt: skip
    """Store what was drawn elsewhere; it counts from the approval on.

    lines: (confirmed quota, target and inspectors by code)
    raises: NotAllowed without another person who approves; RuleBroken without reason, evidence or list; FileRefused
    """
    lock_organisation(organisation)
    policies.check_register_off_platform(by, organisation)
    if not reason.strip():
        raise RuleBroken(
            "平台外抽取要写明理由（QS-3.4），请填“为什么没有在本系统抽”。",
            code="reason_missing",
            clause="QS-3.4",
        )
    policies.check_approver(by, approver)
    if file is None:
        raise RuleBroken(
            "请附证据文件：签字的抽取记录照片、PDF，或平台导出的名单。",
            code="evidence_missing",
            clause="QS-3.4",
        )
    at = moment(now)
    check_plausible(timezone.localdate(held_at), "抽取日期")
    if held_at > at:
        raise RuleBroken("抽取时间还没有到，请填实际抽取的时间。", code="held_in_future")
    drawn = _found(organisation, period, lines)
    off = _numbered(organisation, period)
    off.kind, off.held_at, off.place, off.method, off.reason = (
        kind,
        held_at,
        place.strip(),
        method.strip(),
        reason.strip(),
    )
    off.platform, off.platform_number = platform.strip(), platform_number.strip()
    off.requested_by, off.requested_at, off.approver = by, at, cast(User, approver)
    off.differences = offplatform.differences_of(organisation, drawn, timezone.localdate(at))
    uploads.Upload.judged(file).fill(off)
    off.full_clean()
    off.save()
    for quota, target, team in drawn:
        row = OffPlatformRow.objects.create(draw=off, quota=quota, target=target)
        row.team.set(team)
    ledger.record(actor=by, act="draws.register_off_platform", subject=off, organisation=organisation, data={
        "number": off.number, "kind": kind, "reason": off.reason, "targets": [target.uid for _, target, _ in drawn],
        "sha256": off.sha256, "approver": off.approver.username, "differences": len(off.differences),
    })  # fmt: skip
    return off


@act("draws.decide_off_platform")
def decide_off_platform(
    *, by: User, off: OffPlatformDraw, approve: bool, note: str = "", now: datetime | None = None
) -> OffPlatformDraw:
    """The named leader says yes or no; with yes the targets count towards quota and cap."""
    lock_organisation(off.organisation)
    off = _locked(off)
    policies.check_decide_off_platform(by, off)
    if not approve and not note.strip():
        raise RuleBroken("不同意的，请写明理由。", code="reason_missing")
    off.state = State.APPROVED if approve else State.REFUSED
    off.decided_at, off.decision_note = moment(now), note.strip()
    off.full_clean()
    off.save()
    if approve:
        planning.note_drawn(
            organisation=off.organisation, period=off.period, draw_number=off.number, on=timezone.localdate(off.held_at), by=by,
            rows=[(row.quota.line, row.quota.unit_id, row.target_id) for row in off.rows.select_related("quota")],
        )  # fmt: skip
    ledger.record(
        actor=by, act="draws.decide_off_platform", subject=off, organisation=off.organisation,
        data={"number": off.number, "approve": approve, "note": off.decision_note},
    )  # fmt: skip
    return off


@act("draws.void_off_platform")
def void_off_platform(
    *, by: User, off: OffPlatformDraw, reason: str, now: datetime | None = None
) -> OffPlatformDraw:
    """Take an approved registration back; its targets count no longer, the row stays."""
    lock_organisation(off.organisation)
    off = _locked(off)
    policies.check_void_off_platform(by, off)
    if not reason.strip():
        raise RuleBroken("作废要写明理由。", code="reason_missing")
    at = moment(now)
    off.state, off.voided_by, off.voided_at, off.void_reason = State.VOID, by, at, reason.strip()
    off.full_clean()
    off.save()
    planning.note_voided(
        organisation=off.organisation, draw_number=off.number, on=timezone.localdate(at), by=by
    )
    ledger.record(
        actor=by, act="draws.void_off_platform", subject=off, organisation=off.organisation,
        data={"number": off.number, "reason": off.void_reason},
    )  # fmt: skip
    return off


def _locked(off: OffPlatformDraw) -> OffPlatformDraw:
    rows = OffPlatformDraw.objects.select_related("organisation", "requested_by", "approver")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=off.pk)


def _numbered(organisation: Organisation, period: str) -> OffPlatformDraw:
    used = OffPlatformDraw.objects.filter(organisation=organisation, period=period)
    serial = (used.aggregate(last=Max("serial"))["last"] or 0) + 1
    return OffPlatformDraw(
        organisation=organisation,
        period=period,
        serial=serial,
        number=off_number(organisation.code, period, serial),
    )


def _found(
    organisation: Organisation, period: str, lines: Sequence[tuple[Quota, Line]]
) -> list[offplatform.Drawn]:
    """raises: RuleBroken naming the first code that is not in the registers, a doubled one, or a foreign quota"""
    if not lines:
        raise RuleBroken("请登记抽中的对象，一行一家。", code="list_missing")
    found: list[offplatform.Drawn] = []
    known: set[tuple[int, int]] = set()
    for quota, line in lines:
        _check_quota(organisation, period, quota)
        target = Target.objects.of(organisation).filter(uid=line.target).first()
        if target is None:
            raise RuleBroken(f"名录里没有编号 {line.target} 的检查对象，请核对。", code="unknown_target")
        if (quota.pk, target.pk) in known:
            raise RuleBroken(f"{line.target} 在同一条配额里写了两次，请删去一行。", code="target_twice")
        known.add((quota.pk, target.pk))
        found.append((quota, target, _team(organisation, line)))
    return found


def _check_quota(organisation: Organisation, period: str, quota: Quota) -> None:
    line = any_line(book_of(quota.plan), organisation, quota.line)
    fits = quota.organisation_id == organisation.pk and quota.confirmed_at is not None
    if not fits or quota.period != own_period(line, Period.parse(period)).id:
        raise RuleBroken(f"只能记到本局 {period} 已确认的配额，请先确认配额。", code="quota_not_confirmed")


def _team(organisation: Organisation, line: Line) -> list[Inspector]:
    people = {one.uid: one for one in Inspector.objects.of(organisation).filter(uid__in=line.team)}
    missing = [code for code in line.team if code not in people]
    if missing:
        raise RuleBroken(f"名录里没有编号 {missing[0]} 的检查人员，请核对。", code="unknown_inspector")
    return list(people.values())
