"""Departing from 原则上: asked for with reason and evidence, decided by another person. source: AMB-57"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from foundation.documents.uploads import Upload
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.rulebook.model import Rulebook
from planning import policies, trial
from planning.actions.keeping import keep
from planning.actions.quotas import PlanMissing, plan_in_force
from planning.models import AnnualPlan, Override, OverrideFile
from registry.models import Target


@transaction.atomic
def request_override(
    *, by: User, organisation: Organisation, year: int, rule: str, reason: str, evidence: str,
    target: Target | None = None, line: str = "", files: Sequence[File] = (), no_file_reason: str = "",
) -> Override:  # fmt: skip
    """Ask to depart from a rule that says 原则上: for one target, for every target of one line, or for the year.

    files: evidence, each judged by its bytes and hashed here · no_file_reason: why there is none
    raises: FileRefused; RuleBroken for a rule without exceptions, or without reason, evidence or object
    """
    policies.check_request_override(by, organisation)
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    book = _book(organisation, year)
    clause = policies.check_overridable(book, rule)
    if not reason.strip() or not evidence.strip():
        raise RuleBroken("申请例外要写明理由和证据。请补上。", code="reason_missing", clause=clause)
    policies.check_proof(files, no_file_reason, clause)
    if target is None and not line and policies.needs_object(book, rule):
        raise RuleBroken("请指明例外适用的检查对象，或适用的配额线。", code="object_missing", clause=clause)
    if policies.is_about_line(book, rule) and not line:
        raise RuleBroken("请指明例外适用于计划里的哪一项任务。", code="object_missing", clause=clause)
    if target is not None and target.organisation_id != organisation.pk:
        raise RuleBroken("这个检查对象不属于本局。请从本局名录里选。", code="foreign_target")
    _check_not_asked(organisation, year, rule, target, line)
    override = Override.objects.create(
        organisation=organisation, year=year, rule=rule, clause=clause, target=target, line=line, reason=reason.strip(),
        evidence=evidence.strip(), requested_by=by, no_file_reason="" if files else no_file_reason.strip(),
    )  # fmt: skip
    ledger.record(
        actor=by, act="planning.request_override", subject=override,
        data={"rule": rule, "clause": clause, "target": target, "line": line, "reason": reason,
              **({} if files else {"no_file": override.no_file_reason})},
    )  # fmt: skip
    for file in files:
        _attach(by, override, file)
    return override


@transaction.atomic
def attach_evidence(*, by: User, override: Override, file: File) -> OverrideFile:
    """One more file for an exception that is not decided yet; by who asked for it. The same bytes twice are one file."""
    override = Override.objects.select_for_update(of=("self",), no_key=True).get(pk=override.pk)
    policies.check_attach(by, override)
    return _attach(by, override, file)


def _attach(by: User, override: Override, file: File) -> OverrideFile:
    judged = Upload.judged(file)
    known = override.files.filter(sha256=judged.sha256).first()
    return known or keep(OverrideFile(override=override), judged, by=by, act="planning.attach_evidence")


def _book(organisation: Organisation, year: int) -> Rulebook:
    """Of the plan in force; while the first plan of the year is being made, the one that governs the year."""
    try:
        return trial.book_of(plan_in_force(organisation, year))
    except PlanMissing:
        draft = AnnualPlan.objects.filter(organisation=organisation, year=year).order_by("-version").first()
        if draft is None:
            raise
        return trial.book_of(draft)


def _check_not_asked(
    organisation: Organisation, year: int, rule: str, target: Target | None, line: str
) -> None:
    same = Override.objects.filter(
        organisation=organisation, year=year, rule=rule, target=target, line=line, refused_reason=""
    ).first()
    if same is not None:
        state = "已批准" if same.approved_at else "正在等待审批"
        raise RuleBroken(f"同样的例外{state}，不用再申请。请到“例外申请”查看。", code="already_asked")


@transaction.atomic
def approve_override(*, by: User, override: Override, at: datetime | None = None) -> Override:
    override = Override.objects.select_for_update(of=("self",), no_key=True).get(pk=override.pk)
    policies.check_decide_override(by, override)
    override.approved_by, override.approved_at = by, at or timezone.now()
    override.save(update_fields=["approved_by", "approved_at"])
    ledger.record(actor=by, act="planning.approve_override", subject=override, data={"rule": override.rule})
    return override


@transaction.atomic
def refuse_override(*, by: User, override: Override, reason: str) -> Override:
    override = Override.objects.select_for_update(of=("self",), no_key=True).get(pk=override.pk)
    policies.check_decide_override(by, override)
    if not reason.strip():
        raise RuleBroken("不同意要写明理由。", code="reason_missing")
    override.refused_reason = reason.strip()
    override.save(update_fields=["refused_reason"])
    ledger.record(actor=by, act="planning.refuse_override", subject=override, data={"reason": reason})
    return override
