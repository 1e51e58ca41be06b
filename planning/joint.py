"""Which lines are checked together with others, and who leads: the joint plans in force. Reads only.

source: QS-9.3, WL-6.4, NM-21.1, decisions/0041
"""

from collections.abc import Collection
from dataclasses import dataclass

from foundation.organisation.models import Organisation
from planning.models import AnnualPlan, PlanTask
from planning.policies import joined


def plans_in_force(organisation: Organisation, year: int) -> list[AnnualPlan]:
    """One version of every joint kind; where a line stands in several, the plan with other departments goes first."""
    found: dict[str, AnnualPlan] = {}
    rows = AnnualPlan.objects.every_kind_in_force(organisation, year).exclude(kind=AnnualPlan.DEPARTMENT)
    for plan in rows.select_related("lead", "organisation"):
        found.setdefault(plan.kind, plan)
    return sorted(found.values(), key=lambda plan: plan.kind != AnnualPlan.JOINT_DEPARTMENTS)


def tasks_in_force(organisation: Organisation, year: int, lines: Collection[str]) -> dict[str, PlanTask]:
    """line -> the joint task it is part of, with its plan and lead."""
    found: dict[str, PlanTask] = {}
    for plan in plans_in_force(organisation, year):
        for task in plan.tasks.filter(line__in=lines):
            task.plan = plan
            found.setdefault(task.line, task)
    return found


def shared(task: PlanTask) -> bool:
    """Whether an item of the task is checked together with others by the item list. task.items fetched or not"""
    return any(item.joint != "none" or item.partners for item in task.items.all())


def unexplained(plan: AnnualPlan) -> list[PlanTask]:
    """Tasks of a department's plan with shared items, neither in a joint plan nor with a reason. Three queries.

    source: NM-19.2
    """
    if plan.is_joint:
        return []
    known = joined(plan)
    rows = plan.tasks.filter(not_joint_reason="").prefetch_related("items").order_by("no")
    return [task for task in rows if task.line not in known and shared(task)]


@dataclass(frozen=True)
class Together:
    """A joint check in words, for pages, records and the public result."""

    plan: str
    task: str
    lead: str
    participants: tuple[str, ...]

    def as_record(self) -> dict[str, object]:
        return {
            "plan": self.plan,
            "task": self.task,
            "lead": self.lead,
            "participants": list(self.participants),
        }

    @property
    def sentence(self) -> str:
        others = f"，{'、'.join(self.participants)}参与" if self.participants else ""
        return f"“{self.plan}”的“{self.task}”，{self.lead}牵头{others}"


def together(task: PlanTask) -> Together:
    """task: of a joint plan, its lead and participants fetched or not"""
    plan = task.plan
    return Together(plan.name, task.name, plan.led_by, tuple(one.name for one in plan.participants.all()))
