"""Weights of a task, set in the draft and approved with the plan. source: QS-10.3, AMB-52"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import policies, trial
from planning.actions.locking import locked
from planning.models import PlanTask


@transaction.atomic
def set_weights(*, by: User, task: PlanTask, rows: Sequence[Mapping[str, Any]]) -> PlanTask:
    """Replace the rules of a task, in the order they are tried; [] takes them away.

    rows: {when: one alternative of conditions, weight: 2…20, reason: the published ground}
    raises: RuleBroken with the clause where the book knows no weights, for a rule that is incomplete
    """
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    policies.check_own_plan(plan)
    kept = [
        {"when": [dict(one) for one in row["when"]], "weight": row["weight"], "reason": str(row["reason"]).strip()}
        for row in rows
    ]  # fmt: skip
    policies.check_weights(trial.book_of(plan), kept)
    task.weights = kept
    task.save(update_fields=["weights"])
    ledger.record(
        actor=by, act="planning.set_weights", subject=task, organisation=plan.organisation,
        data={"plan": plan, "name": task.name, "weights": kept},
    )  # fmt: skip
    return task
