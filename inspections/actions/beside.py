"""Monitoring along with a visit, and other departments that take part. source: QZ-8.1, QZ-8.2"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from foundation.documents.uploads import Upload, digest
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import policies
from inspections.actions.common import lock, moment, words
from inspections.models import Monitoring, MonitoringFile, Visit, VisitPartner


@transaction.atomic
def arrange_monitoring(
    *, by: User, visit: Visit, unit: str, what: str, sampler: str = "", now: datetime | None = None
) -> Monitoring:  # fmt: skip
    """A monitoring of the same target on the same day. raises: NotAllowed, OutOfOrder, RuleBroken naming the field"""
    lock(visit)
    policies.check_arrange_monitoring(by, visit)
    unit, what = words(unit, 100, "监测单位"), words(what, 300, "点位和项目")
    if not unit or not what:
        raise RuleBroken("请写明监测单位、点位和项目。", code="monitoring_incomplete")
    same = visit.monitorings.filter(unit=unit, what=what).exclude(state=Monitoring.State.CANCELLED)
    if same.exists():
        raise RuleBroken(f"{unit}的“{what}”已经安排了，不用再安排。", code="monitoring_known")
    made = Monitoring.objects.create(
        visit=visit,
        unit=unit,
        what=what,
        sampler=words(sampler, 100, "采样人"),
        asked_by=by,
        asked_at=moment(now),
    )
    _note(by, "arrange_monitoring", visit, unit=unit, what=what, sampler=made.sampler)
    return made


@transaction.atomic
def record_monitoring(
    *, by: User, monitoring: Monitoring, sampler: str, result: str, exceeded: bool, files: Sequence[File],
    now: datetime | None = None,
) -> Monitoring:  # fmt: skip
    """What was measured, with its report. The day is the visit's own.

    raises: FileRefused; NotAllowed, OutOfOrder; RuleBroken without sampler, result or report
    """
    visit = lock(monitoring.visit)
    _reread(monitoring)
    policies.check_record_monitoring(by, monitoring)
    sampler, result = words(sampler or monitoring.sampler, 100, "采样人"), words(result, 1000, "监测结果")
    if not sampler or not result:
        raise RuleBroken("请写明采样人和监测结果。", code="monitoring_incomplete")
    if not files:
        raise RuleBroken("请附监测报告或采样记录（上传即算指纹）。", code="report_missing")
    monitoring.sampler, monitoring.result, monitoring.exceeded = sampler, result, exceeded
    monitoring.state, monitoring.noted_by, monitoring.noted_at = Monitoring.State.DONE, by, moment(now)
    monitoring.save()
    hashes = [_keep(monitoring, file, by) for file in files]
    _note(
        by, "record_monitoring", visit, monitoring=monitoring.pk, sampler=sampler, result=result, exceeded=exceeded,
        on=monitoring.on, files=hashes,
    )  # fmt: skip
    return monitoring


@transaction.atomic
def cancel_monitoring(*, by: User, monitoring: Monitoring, reason: str) -> Monitoring:
    """One that will not take place; it stays in the record with the reason."""
    visit = lock(monitoring.visit)
    _reread(monitoring)
    policies.check_cancel_monitoring(by, monitoring)
    reason = words(reason, 300, "理由")
    if not reason:
        raise RuleBroken("不再监测要写明理由。", code="reason_missing")
    monitoring.state, monitoring.cancel_reason = Monitoring.State.CANCELLED, reason
    monitoring.save(update_fields=["state", "cancel_reason"])
    _note(by, "cancel_monitoring", visit, monitoring=monitoring.pk, reason=reason)
    return monitoring


@transaction.atomic
def add_partner(
    *, by: User, visit: Visit, name: str, basis: str, people: str = "", now: datetime | None = None
) -> VisitPartner:  # fmt: skip
    """Another department that comes along, with the document it rests on. source: QZ-8.2"""
    lock(visit)
    policies.check_partners(by, visit)
    name, basis = words(name, 100, "参加部门"), words(basis, 200, "依据")
    if not name or not basis:
        raise RuleBroken("请写明参加部门和依据，例如 县政府联合检查方案的文号。", code="partner_incomplete")
    if visit.partners.filter(name=name).exists():
        raise RuleBroken(f"“{name}”已经登记了。", code="partner_known")
    made = VisitPartner.objects.create(
        visit=visit,
        name=name,
        basis=basis,
        people=words(people, 200, "人员"),
        noted_by=by,
        noted_at=moment(now),
    )
    _note(by, "add_partner", visit, name=name, basis=basis, people=made.people)
    return made


@transaction.atomic
def remove_partner(*, by: User, partner: VisitPartner) -> None:
    """A mistake taken back before the record is signed; the ledger keeps that it was there."""
    visit = lock(partner.visit)
    policies.check_partners(by, visit)
    _note(by, "remove_partner", visit, name=partner.name)
    partner.delete()


def _reread(monitoring: Monitoring) -> None:
    monitoring.refresh_from_db(from_queryset=Monitoring.objects.select_for_update(of=("self",), no_key=True))


def _keep(monitoring: Monitoring, file: File, by: User) -> str:
    known = monitoring.files.filter(sha256=digest(file)).first()
    if known is not None:
        return known.sha256
    row = MonitoringFile(monitoring=monitoring, uploaded_by=by)
    Upload.judged(file).fill(row)
    row.save()
    return row.sha256


def _note(by: User, act: str, visit: Visit, **data: object) -> None:
    ledger.record(actor=by, act=f"inspections.{act}", subject=visit, data=data)
