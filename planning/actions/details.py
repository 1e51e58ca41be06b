"""What a plan says beside its numbers: who leads, what was weighed, months, where it was made public."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Unit, User
from foundation.rulebook.periods import Period
from planning import policies
from planning.actions.locking import locked
from planning.models import AnnualPlan, PlannedNumber
from planning.rules import months as monthly
from planning.rules.terms import short_zh

_DETAILS = (
    "name",
    "lead",
    "lead_kind",
    "lead_name",
    "level",
    "weighed",
    "superior_document",
    "superior_issued_on",
)


@transaction.atomic
def edit_details(
    *, by: User, plan: AnnualPlan, name: str, weighed: str = "", superior_document: str = "",
    superior_issued_on: date | None = None, lead: Unit | None = None, lead_kind: str = AnnualPlan.LeadKind.OWN, lead_name: str = "",
    level: str = "",
) -> AnnualPlan:  # fmt: skip
    """Change the head of a draft. lead, level: of a joint plan only. source: NM-3.1, NM-20.1, NM-23.1, WL-2.6, NM-25.2, WL-7.10"""
    plan = locked(plan)
    policies.check_edit(by, plan)
    if not name.strip():
        raise RuleBroken("请填写计划名称。", code="name_missing")
    if lead is not None and lead.organisation_id != plan.organisation_id:
        raise RuleBroken("发起科室须是本局的内设机构。请从列表里选。", code="foreign_unit")
    if superior_issued_on and not superior_document.strip():
        raise RuleBroken("填了上级计划的印发日期，还要写明文件名称或文号。", code="document_missing")
    own = lead_kind == AnnualPlan.LeadKind.OWN
    if lead_kind not in AnnualPlan.LeadKind.values or (plan.is_joint and not own and not lead_name.strip()):
        raise RuleBroken("别的部门牵头的，请写明牵头单位，例如 县市场监督管理局。", code="lead_missing")
    values = (name.strip(), lead if plan.is_joint else None, lead_kind if plan.is_joint else AnnualPlan.LeadKind.OWN,
              lead_name.strip() if plan.is_joint and not own else "", level.strip() if plan.is_joint else "", weighed.strip(),
              superior_document.strip(), superior_issued_on)  # fmt: skip
    for field, value in zip(_DETAILS, values, strict=True):
        setattr(plan, field, value)
    plan.save(update_fields=_DETAILS)
    ledger.record(
        actor=by, act="planning.edit_details", subject=plan,
        data={"name": plan.name, "lead": lead, "lead_kind": lead_kind, "lead_name": lead_name, "level": plan.level, "weighed": plan.weighed, "superior": plan.superior_document},
    )  # fmt: skip
    return plan


@transaction.atomic
def set_months(*, by: User, number: PlannedNumber, months: Sequence[int]) -> PlannedNumber:
    """Lay a period's number out over its months; [] goes back to even parts. source: WL-7.3

    raises: RuleBroken when the parts do not add up to the number
    """
    plan = locked(number.task.plan)
    policies.check_edit(by, plan)
    number = PlannedNumber.objects.select_for_update(of=("self",), no_key=True).get(pk=number.pk)
    period = Period.parse(number.period)
    if months and not monthly.fits(number.number, period, months):
        wanted = "、".join(f"{month}月" for month in monthly.months_of(period))
        raise RuleBroken(
            f"{short_zh(period)}应抽 {number.number} 家，分到 {wanted}的数加起来是 {sum(months)}。请改到合计相等。",
            code="months_do_not_add_up",
        )
    number.months = list(months)
    number.save(update_fields=["months"])
    ledger.record(
        actor=by, act="planning.set_months", subject=number.task, organisation=plan.organisation,
        data={"period": number.period, "unit": number.unit, "months": number.months},
    )  # fmt: skip
    return number


@transaction.atomic
def note_published(*, by: User | None, plan: AnnualPlan, published_on: date, published_at: str) -> AnnualPlan:
    """Keep the first day a plan was public and where; written by who publishes it. Safe to repeat. source: QS-9.8, WL-7.8"""
    plan = locked(plan)
    if plan.issued_on is None:
        raise OutOfOrder(f"计划“{plan.name}”还没有印发，不能公开。请先登记印发。")
    if plan.published_on:
        return plan
    plan.published_on, plan.published_at = published_on, published_at.strip()
    plan.save(update_fields=["published_on", "published_at"])
    ledger.record(
        actor=by, act="planning.note_published", subject=plan,
        data={"published_on": published_on, "published_at": published_at},
    )  # fmt: skip
    return plan
