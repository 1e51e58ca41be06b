"""Inspections already done this year, ours and others'."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
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


_CHUNK = 500


@transaction.atomic
def note_checks_below(*, organisation: Organisation, on: date, by: User) -> int:
    """What the branches checked this year, onto the superior's own entries of the same targets. source: NM-30.2, AMB-40

    The same target: the same number, or the same credit code and name. Not counted for anybody: it only can be drawn again.
    returns: how many checks are new
    raises: NotAllowed
    """
    check_may(by, "registry.edit", organisation)
    below = Organisation.objects.filter(Q(parent=organisation) | Q(parent__parent=organisation))
    checks = PriorInspection.objects.filter(
        target__organisation__in=below, level=PriorInspection.Level.OWN, on__year=on.year, on__lte=on
    ).select_related("target__entity", "target__organisation")
    new = 0
    part: list[PriorInspection] = []
    for check in checks.order_by("id").iterator(chunk_size=_CHUNK):
        part.append(check)
        if len(part) == _CHUNK:
            new, part = new + _note_below(organisation, part), []
    new += _note_below(organisation, part)
    ledger.record(
        actor=by, act="registry.note_checks_below", subject=organisation, data={"year": on.year, "new": new}
    )
    return new


def _note_below(organisation: Organisation, checks: list[PriorInspection]) -> int:
    """Three queries for a chunk."""
    own = Target.objects.of(organisation).unmerged()
    uids = {check.target.uid for check in checks}
    codes = {check.target.entity.uscc for check in checks if check.target.entity}
    by_uid = dict(own.filter(uid__in=uids).values_list("uid", "pk"))
    by_code = {
        (code, name): pk
        for code, name, pk in own.filter(entity__uscc__in=codes).values_list("entity__uscc", "name", "pk")
    }
    rows = []
    for check in checks:
        code = check.target.entity.uscc if check.target.entity else ""
        pk = by_uid.get(check.target.uid) or by_code.get((code, check.target.name))
        if pk:
            source = (
                f"{check.target.organisation.short_name or check.target.organisation.name} {check.source}"[
                    :100
                ]
            )
            rows.append(
                PriorInspection(
                    target_id=pk, level=PriorInspection.Level.SUBORDINATE, on=check.on, counted=False,
                    problem_found=check.problem_found, source=source,
                )
            )  # fmt: skip
    known = set(
        PriorInspection.objects.filter(target__in=[row.target_id for row in rows], level=PriorInspection.Level.SUBORDINATE)
        .values_list("target", "on", "source")
    )  # fmt: skip
    fresh = {(row.target_id, row.on, row.source): row for row in rows}
    missing = [row for key, row in fresh.items() if key not in known]
    PriorInspection.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
