"""Declared conflicts of interest between inspectors and targets or entities."""

from datetime import date, datetime

from draws import policies
from draws.actions.common import moment
from draws.models import ConflictOfInterest
from draws.refusals import act
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from personnel.models import Inspector
from registry.models import Entity, Target


@act("draws.declare_conflict")
def declare_conflict(
    *, by: User, inspector: Inspector, relation: str, since: date, evidence: str, target: Target | None = None,
    entity: Entity | None = None, until: date | None = None, now: datetime | None = None,
) -> ConflictOfInterest:  # fmt: skip
    """Declare a relation to one target or to one entity (then all its targets)."""
    policies.check_declare_conflict(by, inspector)
    subject = target or entity
    if subject is not None and subject.organisation_id != inspector.organisation_id:
        raise RuleBroken("检查人员与对象不属于同一个局，请核对。", code="foreign_target")
    conflict = ConflictOfInterest(
        organisation=inspector.organisation, inspector=inspector, target=target, entity=entity, relation=relation,
        since=since, until=until, evidence=evidence.strip(), declared_by=by, declared_at=moment(now),
    )  # fmt: skip
    conflict.full_clean()
    conflict.save()
    ledger.record(
        actor=by,
        act="draws.declare_conflict",
        subject=conflict,
        data={"inspector": inspector.pk, "relation": relation},
    )
    return conflict


@act("draws.withdraw_conflict")
def withdraw_conflict(
    *, by: User, conflict: ConflictOfInterest, now: datetime | None = None
) -> ConflictOfInterest:
    """End a declaration; it stays in the record."""
    conflict.refresh_from_db(
        from_queryset=ConflictOfInterest.objects.select_for_update(of=("self",), no_key=True)
    )
    policies.check_withdraw_conflict(by, conflict)
    conflict.withdrawn_at = moment(now)
    conflict.save(update_fields=["withdrawn_at"])
    ledger.record(actor=by, act="draws.withdraw_conflict", subject=conflict)
    return conflict
