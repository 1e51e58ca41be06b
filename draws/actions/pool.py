"""Exclusions and put-backs of one draw: asked for with reason and evidence, decided by two others. source: draw-protocol.md §13

There is no “must be drawn”: equal chances inside a stratum (MC1 G1) leave no room for it. Putting back means that a cap or an
exclusion the rulebook calls a principle is set aside, so that the target may be drawn like any other.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File

from draws import policies
from draws.actions.common import lock, moment
from draws.models import Draw, PoolChange, PoolChangeFile
from draws.refusals import act
from foundation.documents.serving import stored
from foundation.documents.uploads import Upload
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import actions as planning
from planning.policies import check_overridable, check_proof
from planning.trial import book_of
from registry.models import Target


@act("draws.ask_pool_change")
def ask_pool_change(
    *, by: User, draw: Draw, kind: str, target: Target, reason: str, evidence: str, rule: str = "",
    files: Sequence[File] = (), no_file_reason: str = "", now: datetime | None = None,
) -> PoolChange:  # fmt: skip
    """Ask to leave a target out of this draw, or to put one back that a principle keeps out.

    kind: "exclude" or "include" · rule: for "include", id of a cap or exclusion of the rulebook
    raises: RuleBroken without reason, evidence or rule, or for a rule without exceptions
    """
    lock(draw)
    policies.check_ask_pool_change(by, draw)
    if not reason.strip() or not evidence.strip():
        raise RuleBroken("排除或放回要写明理由和证据，请补上。", code="reason_missing")
    if target.organisation_id != draw.organisation_id:
        raise RuleBroken("这个检查对象不属于本局，请从本局名录里选。", code="foreign_target")
    if kind == PoolChange.Kind.INCLUDE:
        if not rule:
            raise RuleBroken("放回要选明为它放开的是哪一条上限或排除规则。", code="rule_missing")
        check_proof(files, no_file_reason, check_overridable(book_of(draw.plan), rule))
    change = PoolChange(
        draw=draw, kind=kind, target=target, reason=reason.strip(), evidence=evidence.strip(), requested_by=by,
        requested_at=moment(now), rule=rule if kind == PoolChange.Kind.INCLUDE else "",
        no_file_reason="" if files else no_file_reason.strip(),
    )  # fmt: skip
    change.full_clean(exclude=["override"])
    change.save()
    hashes = [_keep(change, file, by) for file in files]
    _note(
        by,
        "draws.ask_pool_change",
        change,
        kind=kind,
        target=target,
        rule=change.rule,
        reason=change.reason,
        files=hashes,
    )
    return change


@act("draws.approve_pool_change")
def approve_pool_change(*, by: User, change: PoolChange, now: datetime | None = None) -> PoolChange:
    """The leader's approval, the first of two."""
    _lock(change)
    policies.check_approve_pool_change(by, change)
    change.approved_by, change.approved_at = by, moment(now)
    change.save(update_fields=["approved_by", "approved_at"])
    _take_effect(change)
    _note(by, "draws.approve_pool_change", change)
    return change


@act("draws.endorse_pool_change")
def endorse_pool_change(*, by: User, change: PoolChange, now: datetime | None = None) -> PoolChange:
    """The discipline officer's endorsement, the other of two."""
    _lock(change)
    policies.check_endorse_pool_change(by, change)
    change.endorsed_by, change.endorsed_at = by, moment(now)
    change.save(update_fields=["endorsed_by", "endorsed_at"])
    _take_effect(change)
    _note(by, "draws.endorse_pool_change", change)
    return change


@act("draws.refuse_pool_change")
def refuse_pool_change(
    *, by: User, change: PoolChange, reason: str, now: datetime | None = None
) -> PoolChange:
    """Either of the two says no; the request stays in the record with the reason."""
    _lock(change)
    policies.check_refuse_pool_change(by, change)
    if not reason.strip():
        raise RuleBroken("不同意要写明理由。", code="reason_missing")
    change.refused_by, change.refused_at, change.refused_reason = by, moment(now), reason.strip()
    change.save(update_fields=["refused_by", "refused_at", "refused_reason"])
    _note(by, "draws.refuse_pool_change", change, reason=change.refused_reason)
    return change


def _lock(change: PoolChange) -> None:
    change.draw = lock(change.draw)
    change.refresh_from_db(from_queryset=PoolChange.objects.select_for_update(of=("self",), no_key=True))


def _take_effect(change: PoolChange) -> None:
    """With both signatures a put-back becomes an approved exception of the year, which the freeze reads."""
    if not change.in_force or change.kind != PoolChange.Kind.INCLUDE or change.approved_by is None:
        return
    override = planning.request_override(
        by=change.requested_by, organisation=change.draw.organisation, year=int(change.draw.period[:4]), rule=change.rule,
        reason=change.reason, evidence=change.evidence, target=change.target, no_file_reason=change.no_file_reason,
        files=[File(stored(row.file), name=row.name) for row in change.files.order_by("pk")],
    )  # fmt: skip
    change.override = planning.approve_override(
        by=change.approved_by, override=override, at=change.approved_at
    )
    change.save(update_fields=["override"])


def _keep(change: PoolChange, file: File, by: User) -> str:
    """Judged by its bytes, hashed, stored. raises: FileRefused"""
    row = PoolChangeFile(change=change, uploaded_by=by)
    Upload.judged(file).fill(row)
    row.save()
    return row.sha256


def _note(by: User, name: str, change: PoolChange, **data: object) -> None:
    ledger.record(
        actor=by,
        act=name,
        subject=change.draw,
        data={"change": change.pk, "state": change.state_words, **data},
    )
