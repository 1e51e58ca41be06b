"""稽查: opened for a period, findings with terms, rectified by the audited, accepted by the auditing. source: NM-41.1, NM-42.1, QZ-12.2"""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.workdays.rules import check_plausible
from inspections import policies
from inspections.actions.common import words
from inspections.models import Audit, AuditFinding, Visit


def _said(text: str, limit: int, what: str) -> str:
    kept = words(text, limit, what)
    if not kept:
        raise RuleBroken(f"“{what}”空着。请填写。", code="text_missing")
    return kept


@transaction.atomic
def open_audit(
    *,
    by: User,
    audited: Organisation,
    method: str,
    first: date,
    last: date,
    subject: str,
    on: date | None = None,
) -> Audit:
    """of the own bureau or a branch. raises: NotAllowed, RuleBroken for a period that is none or has not begun"""
    own = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=by.organisation_id)
    policies.check_audit(by, own, audited)
    today = on or timezone.localdate()
    for day, what in ((first, "稽查时段起"), (last, "稽查时段止")):
        check_plausible(day, what)
    if last < first:
        raise RuleBroken("“稽查时段止”早于起。请核对两个日期。", code="period_reversed")
    if first > today:
        raise RuleBroken("稽查时段还没有开始，没有可以看的检查。请选已过去的时段。", code="period_in_future")
    used = Audit.objects.filter(organisation=own, year=today.year)
    serial = (used.aggregate(last=Max("serial"))["last"] or 0) + 1
    row = Audit(
        organisation=own, audited=audited, year=today.year, serial=serial, method=method, first=first, last=last,
        number=f"{own.short_name or own.name}稽〔{today.year}〕{serial}号", subject=_said(subject, 500, "稽查内容"), opened_by=by,
    )  # fmt: skip
    row.full_clean()
    row.save()
    ledger.record(
        actor=by, act="inspections.open_audit", subject=row,
        data={"audited": audited.code, "method": method, "first": first, "last": last, "subject": row.subject},
    )  # fmt: skip
    return row


@transaction.atomic
def add_finding(
    *, by: User, audit: Audit, problem: str, demand: str, due_on: date, visit: Visit | None = None
) -> AuditFinding:
    """raises: NotAllowed, OutOfOrder for a concluded audit, RuleBroken for a visit of somebody else"""
    row = _locked(audit)
    policies.check_audit(by, row.organisation, row.audited)
    policies.check_audit_open(row)
    check_plausible(due_on, "整改期限")
    if visit is not None and visit.organisation_id != row.audited_id:
        raise RuleBroken("这次检查不是被稽查机构的，请核对编号。", code="foreign_visit")
    made = AuditFinding.objects.create(
        audit=row, visit=visit, problem=_said(problem, 1000, "问题"), demand=_said(demand, 500, "整改要求"), due_on=due_on,
        found_by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="inspections.add_finding", subject=row,
        data={"finding": made.pk, "visit": visit.number if visit else "", "problem": made.problem, "due_on": due_on},
    )  # fmt: skip
    return made


@transaction.atomic
def rectify_finding(*, by: User, finding: AuditFinding, rectification: str, on: date) -> AuditFinding:
    """Said by the audited organisation. raises: NotAllowed, OutOfOrder"""
    audit = _locked(finding.audit)
    row = AuditFinding.objects.get(pk=finding.pk)
    policies.check_rectify(by, audit)
    policies.check_audit_open(audit)
    if row.rectified_on:
        raise OutOfOrder(f"整改情况已在 {row.rectified_on} 登记，等稽查机构认可。")
    row.rectification, row.rectified_on, row.rectified_by = _said(rectification, 1000, "整改情况"), on, by
    row.returned_reason = ""
    row.save()
    ledger.record(
        actor=by, act="inspections.rectify_finding", subject=audit, data={"finding": row.pk, "rectification": row.rectification}
    )  # fmt: skip
    return row


@transaction.atomic
def judge_finding(
    *, by: User, finding: AuditFinding, accept: bool, reason: str = "", on: date
) -> AuditFinding:
    """Accept the rectification, or send it back with a reason; never by who registered it.

    raises: NotAllowed, OutOfOrder before it is rectified, RuleBroken without a reason
    """
    audit = _locked(finding.audit)
    row = AuditFinding.objects.select_related("rectified_by").get(pk=finding.pk)
    policies.check_judge_finding(by, audit, row)
    if accept:
        row.accepted_on, row.accepted_by = on, by
    else:
        row.returned_reason = _said(reason, 300, "不认可的理由")
        row.rectified_on, row.rectified_by, row.rectification = None, None, ""
    row.save()
    ledger.record(
        actor=by, act="inspections.judge_finding", subject=audit, data={"finding": row.pk, "accept": accept, "reason": reason.strip()}
    )  # fmt: skip
    return row


@transaction.atomic
def conclude_audit(*, by: User, audit: Audit, conclusion: str, on: date) -> Audit:
    """When nothing is left to put right. raises: NotAllowed, OutOfOrder"""
    row = _locked(audit)
    policies.check_audit(by, row.organisation, row.audited)
    policies.check_audit_open(row)
    left = row.findings.filter(accepted_on=None).count()
    if left:
        raise OutOfOrder(f"还有 {left} 个问题没有整改到位，认可以后再办结。")
    row.conclusion, row.concluded_on, row.concluded_by = _said(conclusion, 1000, "稽查结论"), on, by
    row.save()
    ledger.record(
        actor=by, act="inspections.conclude_audit", subject=row, data={"conclusion": row.conclusion}
    )
    return row


def _locked(audit: Audit) -> Audit:
    rows = Audit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "audited").get(pk=audit.pk)
