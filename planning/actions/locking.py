"""The plan's row, locked until the transaction ends."""

from planning.models import AnnualPlan


def locked(plan: AnnualPlan) -> AnnualPlan:
    return AnnualPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
