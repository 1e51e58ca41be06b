"""The plan as an official document."""

from foundation.documents.rendering import Page
from foundation.organisation.models import User
from foundation.organisation.policies import can
from planning import layouts, plan_page, trial
from planning.models import AnnualPlan


def subject(plan: AnnualPlan, layout: str) -> str:
    """The subject id of a printed plan: the plan alone for the rulebook's default table."""
    usual = layouts.default(trial.book_of(plan))
    return str(plan.pk) if layout == usual else f"{plan.pk}-{layout}"


def plan_sheet(subject_id: str) -> Page:
    """A4 landscape: the table, then the clause behind each number. subject_id: `12` or `12-item`"""
    pk, _, layout = subject_id.partition("-")
    plan = AnnualPlan.objects.select_related("organisation", "author", "approver", "lead").get(pk=pk)
    found = plan_page.sheet(plan)
    table = layouts.table(found, layout or layouts.default(found.book))
    context = {
        "plan": plan, "sheet": found, "table": table, "bureau_name": plan.organisation.name,
        "participants": list(plan.participants.order_by("pk")),
        "total_width": sum(column.width for column in table.columns),
        "mark": "" if plan.status in (plan.Status.APPROVED, plan.Status.ISSUED, plan.Status.SUPERSEDED) else plan.get_status_display(),
    }  # fmt: skip
    return Page("planning/plan_sheet.html", plan.name, context)


def may_read(user: User, subject_id: str) -> bool:
    return can(user, "planning.view")
