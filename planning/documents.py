"""The plan as an official document."""

from foundation.documents.rendering import Page
from foundation.organisation.models import User
from foundation.organisation.policies import can
from planning import plan_page
from planning.models import AnnualPlan
from planning.sheet_columns import columns


def plan_sheet(subject_id: str) -> Page:
    """A4 landscape: the table in the rulebook's own columns, then the clause behind each number."""
    plan = AnnualPlan.objects.select_related("organisation", "author", "approver").get(pk=subject_id)
    found = plan_page.sheet(plan)
    wanted = columns(found.book)
    context = {
        "plan": plan, "sheet": found, "columns": [column.title for column in wanted],
        "rows": [[column.value(found, line) for column in wanted] for line in found.lines],
        "bureau_name": plan.organisation.name,
        "mark": "" if plan.status in (plan.Status.APPROVED, plan.Status.ISSUED) else plan.get_status_display(),
    }  # fmt: skip
    return Page("planning/plan_sheet.html", plan.name, context)


def may_read(user: User, subject_id: str) -> bool:
    return can(user, "planning.view")
