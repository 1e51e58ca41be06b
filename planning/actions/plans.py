"""Make a plan from the rulebook, change it, send it, approve it, issue it, amend it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, Unit, User
from foundation.organisation.policies import check_may
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import Quota as Line
from planning import policies, trial
from planning.actions.building import build_tasks, renumber
from planning.actions.locking import locked
from planning.actions.own_lines import check_own_lines, follow_rates
from planning.models import AnnualPlan, PlanFile, PlannedNumber, PlanParticipant, PlanTask
from planning.rules import own_lines
from registry.models import InspectionItem

Status = AnnualPlan.Status
KIND_ZH = {
    "department": "抽查计划",
    "internal_joint": "内部联合抽查计划",
    "joint_departments": "部门联合抽查计划",
}


@transaction.atomic
def create_plan(
    *, by: User, organisation: Organisation, year: int, on: date, kind: str = "department", name: str = "",
    provisional: bool = False,
) -> AnnualPlan:  # fmt: skip
    """A draft with one task per drawing line and one number per instance and period, all from the rulebook.

    raises: RuleBroken when no instance draws, the kind is not in the rulebook, or a draft of the year is open
    source: QS-9.2, NM-22.1, WL-7.7, AMB-35
    """
    check_may(by, "planning.edit", organisation)
    book = trial.governing_book(organisation, year, on)
    if kind not in book.plan.kinds:
        raise RuleBroken(
            f"规则书 {book.id} 没有这种计划。可选：{'、'.join(KIND_ZH[found] for found in book.plan.kinds)}。",
            code="unknown_kind",
        )
    latest = _versions(organisation, year, kind).first()
    _check_no_open_draft(latest)
    plan = _save_new(
        AnnualPlan(
            organisation=organisation, year=year, kind=kind, version=latest.version + 1 if latest else 1,
            name=name.strip() or f"{organisation.short_name or organisation.name}{year}年{'度暂行' if provisional else '度'}{KIND_ZH[kind]}",
            rulebook_id=book.id, rulebook_hash=book.hash, provisional=provisional, author=by,
            amends=latest, amendment_reason="接续暂行计划" if latest and latest.provisional else "",
            own_lines=[raw for raw in latest.own_lines if own_lines.fits(book, raw)] if latest else [],
        )
    )  # fmt: skip
    build_tasks(plan, trial.book_of(plan), on, own_from=latest)
    ledger.record(actor=by, act="planning.create_plan", subject=plan, data=_summary(plan, book))
    return plan


@transaction.atomic
def amend_plan(*, by: User, plan: AnnualPlan, reason: str, on: date) -> AnnualPlan:
    """A new draft version with the old one's choices and today's numbers; the old one stays in force until issue.
    Participants of a joint plan are asked to agree again.

    source: INV-04, QS-9.6, AMB-48
    """
    plan = locked(plan)
    check_may(by, "planning.edit", plan.organisation)
    policies.check_state(plan, "amend")
    if not reason.strip():
        raise RuleBroken("修订计划要写明理由。", code="reason_missing")
    latest = _versions(plan.organisation, plan.year, plan.kind).first()
    _check_no_open_draft(latest)
    book = trial.governing_book(plan.organisation, plan.year, on)
    draft = _save_new(
        AnnualPlan(
            organisation=plan.organisation, year=plan.year, kind=plan.kind, version=latest.version + 1,
            name=plan.name.replace("暂行", ""), rulebook_id=book.id, rulebook_hash=book.hash, author=by, amends=plan,
            amendment_reason=reason.strip(), lead=plan.lead, lead_kind=plan.lead_kind, lead_name=plan.lead_name, level=plan.level, weighed=plan.weighed,
            superior_document=plan.superior_document, superior_issued_on=plan.superior_issued_on,
            own_lines=[raw for raw in plan.own_lines if own_lines.fits(book, raw)],
        )
    )  # fmt: skip
    PlanParticipant.objects.bulk_create(
        PlanParticipant(plan=draft, name=one.name) for one in plan.participants.order_by("pk")
    )
    PlanFile.objects.bulk_create(
        PlanFile(plan=draft, title=one.title, file=one.file.name, name=one.name, media_type=one.media_type, size=one.size,
                 sha256=one.sha256, uploaded_by_id=one.uploaded_by_id, uploaded_at=one.uploaded_at)
        for one in plan.files.order_by("pk")
    )  # fmt: skip
    build_tasks(draft, trial.book_of(draft), on, like=plan)
    ledger.record(actor=by, act="planning.amend_plan", subject=draft, data={"amends": plan, "reason": reason})
    return draft


@transaction.atomic
def edit_task(
    *, by: User, task: PlanTask, on: date, name: str | None = None, items: Sequence[InspectionItem] | None = None,
    rates: Sequence[Decimal | str] | None = None, rates_reason: str = "", method: str | None = None,
    offices: Sequence[str] | None = None, directed: bool | None = None, note: str | None = None,
    not_joint_reason: str | None = None,
) -> PlanTask:  # fmt: skip
    """Change one task of a draft; None leaves a field as it is. Numbers are worked out again.

    rates: own rates, stricter only; [] goes back to the rulebook
    raises: RuleBroken with the clause for a laxer rate or a mode the rulebook does not know
    """
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    book = trial.book_of(plan)
    line = book.line(task.line)
    if rates is not None:
        task.rates = [str(rate) for rate in _checked_rates(book, line, rates, rates_reason)]
        task.rates_reason = rates_reason.strip() if task.rates else ""
    if method is not None:
        task.method = policies.checked_method(book, line, method)
    if directed is not None:
        task.directed = _checked_directed(book, directed)
    if items is not None:
        task.items.set(policies.checked_items(plan, items))
    if not_joint_reason and not_joint_reason.strip():
        policies.check_not_joined(task)
    for field, value in (
        ("name", name),
        ("not_joint_reason", None if not_joint_reason is None else not_joint_reason.strip()),
        ("note", note),
        ("offices", None if offices is None else list(offices)),
    ):
        if value is not None:
            setattr(task, field, value)
    task.full_clean(exclude=["plan"])
    task.save()
    if rates is not None:
        renumber(plan, book, on, only=task)
        follow_rates(plan, book, task, on)
    ledger.record(
        actor=by, act="planning.edit_task", subject=task, organisation=plan.organisation,
        data={"plan": plan, "rates": task.rates, "method": task.method, "offices": task.offices, "directed": task.directed,
              "not_joint_reason": task.not_joint_reason},
    )  # fmt: skip
    return task


@transaction.atomic
def set_manual(
    *, by: User, task: PlanTask, unit: Unit, period: str, number: int, source: str, on: date
) -> PlannedNumber:
    """The number of a line that the rulebook leaves to another document, with that document. source: AMB-30"""
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    book = trial.book_of(plan)
    clause = book.line(task.line).origin("basis").ref
    if book.line(task.line).basis != "manual":
        raise RuleBroken(
            f"“{task.name}”的数量由规则书计算（{clause}），不能手工填。", code="not_manual", clause=clause
        )
    if number < 0 or not source.strip():
        raise RuleBroken(
            "请填不小于 0 的整数，并写明来源文件；填 0 也要写理由。", code="manual_incomplete", clause=clause
        )
    row = (
        PlannedNumber.objects.select_for_update(of=("self",), no_key=True)
        .filter(task=task, unit=unit, period=period)
        .first()
    )
    if row is None:
        raise RuleBroken(f"这项任务没有 {period} 这一期。请从表里选一期。", code="unknown_period")
    row.manual, row.manual_source = number, source.strip()
    row.save(update_fields=["manual", "manual_source"])
    renumber(plan, book, on, only=task)
    row.refresh_from_db()
    ledger.record(
        actor=by, act="planning.set_manual", subject=task, organisation=plan.organisation,
        data={"period": period, "unit": unit, "number": number, "source": source},
    )  # fmt: skip
    return row


@transaction.atomic
def recalculate(*, by: User, plan: AnnualPlan, on: date) -> AnnualPlan:
    """Work the numbers of a draft out again from today's registers."""
    plan = locked(plan)
    policies.check_edit(by, plan)
    renumber(plan, trial.book_of(plan), on)
    ledger.record(actor=by, act="planning.recalculate", subject=plan, data={"on": on})
    return plan


@transaction.atomic
def submit_plan(*, by: User, plan: AnnualPlan, at: datetime | None = None) -> AnnualPlan:
    """Send a draft for approval; refuses a task without a published item or a manual number."""
    plan = locked(plan)
    policies.check_edit(by, plan)
    policies.check_together(plan, agreed=False)
    _check_complete(plan)
    at = at or timezone.now()
    check_own_lines(plan, trial.book_of(plan), timezone.localtime(at).date(), approved=False)
    plan.status, plan.submitted_at, plan.return_reason = Status.SUBMITTED, at, ""
    plan.save(update_fields=["status", "submitted_at", "return_reason"])
    ledger.record(actor=by, act="planning.submit_plan", subject=plan)
    return plan


@transaction.atomic
def approve_plan(*, by: User, plan: AnnualPlan, at: datetime | None = None) -> AnnualPlan:
    """raises: NotAllowed for the author; RuleBroken for rates below the rulebook. source: QS-S08"""
    plan = locked(plan)
    policies.check_approve(by, plan)
    policies.check_together(plan, agreed=True)
    book = trial.book_of(plan)
    for task in plan.tasks.exclude(rates=[]):
        _checked_rates(book, book.line(task.line), task.rates, task.rates_reason)
    for task in plan.tasks.exclude(weights=[]):
        policies.check_weights(book, task.weights)
    _check_complete(plan)
    at = at or timezone.now()
    check_own_lines(plan, book, timezone.localtime(at).date(), approved=True)
    plan.status, plan.approver, plan.approved_at = Status.APPROVED, by, at
    plan.save(update_fields=["status", "approver", "approved_at"])
    ledger.record(actor=by, act="planning.approve_plan", subject=plan, data=_summary(plan, book))
    return plan


@transaction.atomic
def return_plan(*, by: User, plan: AnnualPlan, reason: str) -> AnnualPlan:
    plan = locked(plan)
    policies.check_approve(by, plan, "return")
    if not reason.strip():
        raise RuleBroken("退回计划要写明理由，编制人才知道改什么。", code="reason_missing")
    plan.status, plan.return_reason = Status.RETURNED, reason.strip()
    plan.save(update_fields=["status", "return_reason"])
    ledger.record(actor=by, act="planning.return_plan", subject=plan, data={"reason": reason})
    return plan


@transaction.atomic
def issue_plan(*, by: User, plan: AnnualPlan, number: str, issued_on: date) -> AnnualPlan:
    """Give an approved plan its document number and date; the version it replaces is marked superseded."""
    plan = locked(plan)
    check_may(by, "planning.edit", plan.organisation)
    policies.check_state(plan, "issue")
    if not number.strip():
        raise RuleBroken("印发计划要填文号。", code="number_missing")
    if plan.approved_at and issued_on < timezone.localtime(plan.approved_at).date():
        raise RuleBroken(
            f"印发日期 {issued_on} 早于批准日期 {timezone.localtime(plan.approved_at).date()}。请核对日期。",
            code="issued_before_approval",
        )
    older = _versions(plan.organisation, plan.year, plan.kind).exclude(pk=plan.pk)
    older.filter(status__in=[Status.ISSUED, Status.APPROVED]).update(status=Status.SUPERSEDED)
    plan.status, plan.number, plan.issued_on = Status.ISSUED, number.strip(), issued_on
    plan.save(update_fields=["status", "number", "issued_on"])
    ledger.record(
        actor=by, act="planning.issue_plan", subject=plan, data={"number": number, "issued_on": issued_on}
    )
    return plan


@transaction.atomic
def file_plan(*, by: User, plan: AnnualPlan, filed_on: date) -> AnnualPlan:
    """Note the day the plan was filed with the superior. source: XY-4.6, QZ-5.2, WL-7.8"""
    plan = locked(plan)
    check_may(by, "planning.edit", plan.organisation)
    if plan.status not in (Status.APPROVED, Status.ISSUED):
        raise OutOfOrder("计划批准之后才能报备。")
    plan.filed_on = filed_on
    plan.save(update_fields=["filed_on"])
    ledger.record(actor=by, act="planning.file_plan", subject=plan, data={"filed_on": filed_on})
    return plan


def _versions(organisation: Organisation, year: int, kind: str):
    return AnnualPlan.objects.filter(organisation=organisation, year=year, kind=kind).order_by("-version")


def _check_no_open_draft(latest: AnnualPlan | None) -> None:
    if latest and latest.status in (Status.DRAFT, Status.SUBMITTED, Status.RETURNED):
        raise OutOfOrder(
            f"{latest.year} 年已有第 {latest.version} 版计划“{latest.get_status_display()}”。请在那一版上继续，或先办完它。"
        )


def _save_new(plan: AnnualPlan) -> AnnualPlan:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        raise OutOfOrder(f"{plan.year} 年的这一版计划刚刚已由他人建立。请刷新页面。") from None
    return plan


def _checked_rates(
    book: Rulebook, line: Line, rates: Sequence[Decimal | str], reason: str
) -> tuple[Decimal, ...]:
    try:
        found = tuple(Decimal(str(rate)) for rate in rates)
    except InvalidOperation:
        raise RuleBroken("比例要写成数字，例如 0.30 表示 30%。请改正。", code="rate_format") from None
    if found:
        policies.check_rates(book, line, found, reason)
    return () if found == line.rates else found


def _checked_directed(book: Rulebook, directed: bool) -> bool:
    if directed and book.draw.directed == "no":
        clause = book.draw.origin("directed").ref
        raise RuleBroken(
            f"规则书不允许定向抽取（{clause or '产品默认'}）。请改为不定向。",
            code="directed_refused",
            clause=clause,
        )
    return directed


def _check_complete(plan: AnnualPlan) -> None:
    """Every task rests on a published item; every manual number is filled in with its source. source: QS-9.1, AMB-30"""
    bare = plan.tasks.exclude(items__status=InspectionItem.Status.PUBLISHED).distinct()
    if bare:
        names = "、".join(task.name for task in bare[:5])
        raise RuleBroken(
            f"这些任务还没有已公布的抽查事项：{names}。请先在“抽查事项”公布，再到任务里选上。",
            code="task_without_item",
        )
    book = trial.book_of(plan)
    manual = [line.id for line in book.quotas if line.basis == "manual"]
    missing = PlannedNumber.objects.filter(
        task__plan=plan, task__line__in=manual, manual=None
    ).select_related("task")
    if missing:
        names = "、".join(f"{row.task.name} {row.period}" for row in missing[:5])
        raise RuleBroken(
            f"这些数量由其他文件确定，还没有填写：{names}。请填数并注明来源文件。", code="manual_missing"
        )


def _summary(plan: AnnualPlan, book: Rulebook) -> dict:
    total = sum(PlannedNumber.objects.filter(task__plan=plan).values_list("number", flat=True))
    return {"year": plan.year, "kind": plan.kind, "version": plan.version, "rulebook": book.id, "hash": book.hash,
            "tasks": plan.tasks.count(), "required": total}  # fmt: skip
