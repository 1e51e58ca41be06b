"""Inspections already done this year, ours and others'."""

from datetime import date

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.organisation.policies import check_may
from registry.actions.recording import field, note_change
from registry.models import PriorInspection, Target


@transaction.atomic
def record_prior_inspection(
    *,
    target: Target,
    level: str,
    on: date,
    problem_found: bool,
    source: str,
    counted: bool = True,
    by: User | None,
) -> PriorInspection:
    """One row per visit; recording the same one again brings the row up to date.

    by: None when a completed visit of this system is booked; a person needs registry.edit
    counted: only checks of this bureau count towards the yearly cap. source: AMB-08
    raises: NotAllowed, RuleBroken
    """
    if by is not None and level != PriorInspection.Level.OWN:
        check_may(by, "registry.edit", target.organisation)
    if level not in PriorInspection.Level.values:
        raise RuleBroken("检查层级只能是本局、上级或下级。", code="unknown_level")
    if not source.strip():
        raise RuleBroken("请写明来源，例如台账名称或检查任务编号。", code="source_missing")
    row, created = PriorInspection.objects.update_or_create(
        target=target, level=level, on=on, source=source.strip(),
        defaults={"problem_found": problem_found, "counted": counted and level == PriorInspection.Level.OWN},
    )  # fmt: skip
    if by is not None:
        words = f"{row.get_level_display()} {on}，{'发现问题' if problem_found else '未发现问题'}"
        note_change(target=target, act="登记检查", fields=[field("检查", "", words)], reason=source, by=by)
    ledger.record(
        actor=by, act="registry.record_prior_inspection", subject=target,
        data={"level": level, "on": on, "problem_found": problem_found, "counted": row.counted, "source": source, "new": created},
    )  # fmt: skip
    return row
