"""Whoever starts a joint check holds its draw. source: QS-9.3, WL-6.4, NM-21.1, decisions/0041"""

from collections.abc import Iterable

from draws.models import Draw
from foundation.errors import NotAllowed
from foundation.organisation.models import User
from planning.models import AnnualPlan, PlanTask
from planning.rules.principles import lead_clause
from planning.trial import book_as_planned


def check_lead(by: User, tasks: Iterable[PlanTask]) -> None:
    """tasks: of joint plans, with plan and lead. raises: NotAllowed naming the clause and the lead"""
    for task in tasks:
        plan = task.plan
        clause = lead_clause(book_as_planned(plan))
        said = f"“{task.name}”列在联合计划“{plan.name}”里，由{plan.led_by}牵头；谁发起、谁组织（{clause or '联合计划'}）。"
        if plan.lead_kind != AnnualPlan.LeadKind.OWN:
            raise NotAllowed(
                f"{said}抽取由{plan.led_by}举行，本局不能代办；抽出的结果请在“平台外抽取”登记。",
                clause=clause,
            )
        if plan.lead is not None and by.unit_id != plan.lead.pk:
            raise NotAllowed(
                f"{said}请由{plan.led_by}的抽取组织员办理；您的账号{f'登记在{by.unit.name}' if by.unit else '没有登记科室，请系统管理员在账号页登记'}。",
                clause=clause,
            )


def check_leads(by: User, draw: Draw) -> None:
    """The same for a draw as prepared; a rehearsal decides nothing and is open to every operator."""
    if draw.kind == Draw.Kind.FORMAL:
        check_lead(by, joint_tasks(draw))


def joint_tasks(draw: Draw) -> list[PlanTask]:
    """The joint tasks behind the strata of a draw, each once."""
    rows = draw.strata.exclude(joint_task=None).select_related("joint_task__plan__lead").order_by("pk")
    tasks = {row.joint_task.pk: row.joint_task for row in rows if row.joint_task}
    return list(tasks.values())
