"""Tiers: computed from the rulebook, dated, explained; a person may decide otherwise, visibly."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_another
from foundation.rulebook.model import Rulebook
from registry import policies
from registry.actions.recording import field as told
from registry.actions.recording import note_change
from registry.facts import facts_of_rows
from registry.imports.bulk import insert_rows
from registry.models import Target, TierAssignment
from registry.rules import tiers as rules

_CHUNK = 500


@dataclass
class TierSummary:
    """What a recomputation did. `notices`: target name and what the register's owner should look at (AMB-11)."""

    targets: int = 0
    changed: int = 0
    overridden: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def recompute_tiers(*, organisation: Organisation, on: date, by: User | None) -> TierSummary:
    """Bring every target's tiers up to the rulebook in force on the day; unchanged ones get no new row.

    by: None when a timer does it
    """
    if by is not None:
        policies.check_may_edit(by, organisation)
    book = rulebook_of(organisation, on)
    summary = recompute_for(Target.objects.of(organisation).values_list("pk", flat=True), book, on)
    ledger.record(
        actor=by, act="registry.recompute_tiers", subject=organisation,
        data={"rulebook": book.id, "on": on, "targets": summary.targets, "changed": summary.changed},
    )  # fmt: skip
    return summary


def recompute_for(target_ids: Iterable[int], book: Rulebook, on: date) -> TierSummary:
    """The same for some targets, inside another action's transaction and under its ledger entry."""
    ids, summary = list(target_ids), TierSummary()
    for start in range(0, len(ids), _CHUNK):
        rows = list(Target.objects.filter(pk__in=ids[start : start + _CHUNK]).order_by("id"))
        _recompute_chunk(rows, book, on, summary)
    return summary


def recompute_rows(targets: list[Target], book: Rulebook, on: date, *, fresh: bool = False) -> TierSummary:
    """The same for targets in memory. fresh: just made, so that nothing is on file for them"""
    summary = TierSummary()
    for start in range(0, len(targets), _CHUNK):
        _recompute_chunk(targets[start : start + _CHUNK], book, on, summary, made_now=fresh)
    return summary


def _recompute_chunk(
    targets: list[Target], book: Rulebook, on: date, summary: TierSummary, *, made_now: bool = False
) -> None:
    facts = facts_of_rows(targets, on)
    on_file = {} if made_now else _on_file(targets)
    ending: list[int] = []
    fresh: list[tuple] = []
    amended: list[TierAssignment] = []
    for target in targets:
        computed = rules.tierings(book, facts[target.pk], on)
        turn = rules.turn(on_file.get(target.pk, ()), computed)
        summary.targets += 1
        summary.changed += bool(turn.ending or turn.beginning)
        summary.overridden += any(row.overridden for row in on_file.get(target.pk, ()))
        summary.notices += [(target.name, text) for text in rules.notices(book, facts[target.pk], computed)]
        ending += turn.ending
        fresh += [(target.pk, *_row(tiering, on)) for tiering in turn.beginning]
        amended += _amended(turn)
    if ending:
        end_rows(ending, on)
    insert_rows(TierAssignment, ("target", *_COLUMNS), fresh)
    for row in amended:
        row.save(update_fields=["computed_tier", "reason", "clause"])


def _on_file(targets: list[Target]) -> dict[int, list[rules.OnFile]]:
    found: dict[int, list[rules.OnFile]] = {}
    rows = TierAssignment.objects.filter(target__in=[t.pk for t in targets], until=None).order_by("id")
    for row in rows:
        entry = rules.OnFile(
            row.pk,
            row.body,
            row.tier,
            row.overlay,
            row.reason,
            row.clause,
            row.computed_tier,
            bool(row.override_reason),
        )
        found.setdefault(row.target_id, []).append(entry)
    return found


_COLUMNS = ("body", "tier", "computed_tier", "overlay", "since", "reason", "clause")


def _row(tiering: rules.Tiering, on: date) -> tuple:
    return tiering.body, tiering.tier, tiering.tier, tiering.overlay, on, tiering.reason, tiering.clause


def _amended(turn: rules.Turn) -> list[TierAssignment]:
    """Overridden rows whose computed side changed: the person's tier stays, the rule's is brought up to date."""
    if not turn.kept_override:
        return []
    rows = TierAssignment.objects.filter(pk__in=turn.kept_override)
    for row in rows:
        new = turn.kept_override[row.pk]
        row.computed_tier, row.reason, row.clause = new.tier, new.reason, new.clause
    return list(rows)


def end_rows(ids: list[int], on: date) -> None:
    """Close rows on the day before; a row that began on the day itself was never in force and goes."""
    rows = TierAssignment.objects.filter(pk__in=ids)
    rows.filter(since__gte=on).delete()
    rows.filter(since__lt=on).update(until=on - timedelta(days=1))


@transaction.atomic
def override_tier(
    *, target: Target, body: str, tier: str, reason: str, on: date, by: User, requested_by: User
) -> TierAssignment:
    """A person with approval rights grants another tier than the rules'; the rules' tier stays beside it.

    by: who approves; another than who asked for it. Carried out by `approve_change`.
    raises: NotAllowed; RuleBroken without a reason, for an unknown tier or body, or without a difference
    """
    policies.check_may_approve(by, target.organisation)
    check_another(by, requested_by, "这项改定")
    policies.check_stands_alone(target)
    book = rulebook_of(target.organisation, on)
    check_override(book, body, tier, reason)
    row = (
        TierAssignment.objects.select_for_update(of=("self",), no_key=True)
        .filter(target=target, body=body, overlay=False, until=None)
        .first()
    )
    if row is None:
        recompute_for([target.pk], book, on)
        row = TierAssignment.objects.get(target=target, body=body, overlay=False, until=None)
    if row.tier == tier:
        raise RuleBroken(f"现在就是“{rules.LABELS[tier]}”，不用改定。", code="tier_is_the_same")
    new = TierAssignment(
        target=target, body=body, tier=tier, overlay=False, since=on, reason=row.reason, clause=row.clause,
        computed_tier=row.computed_tier, override_reason=reason.strip(), override_by=by,
    )  # fmt: skip
    end_rows([row.pk], on)
    new.save()
    note_change(
        target=target, act="人工改定层级", fields=[told("层级", rules.LABELS.get(row.tier, row.tier), rules.LABELS[tier])],
        reason=reason, by=requested_by, approved_by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="registry.override_tier", subject=target,
        data={"body": body, "from": row.tier, "to": tier, "computed": row.computed_tier, "reason": reason, "on": on,
              "requested_by": requested_by.name},
    )  # fmt: skip
    return new


def check_override(book: Rulebook, body: str, tier: str, reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("人工改定层级必须写明理由，请写清依据的事实或文件。", code="override_needs_a_reason")
    able = {row.id for row in book.tiers_for(body) if not row.overlay} | {rules.UNLISTED}
    if tier not in able:
        names = "、".join(rules.LABELS[name] for name in rules.LABELS if name in able)
        raise RuleBroken(f"规则书里这个主体没有这一层级。可以改成：{names}。", code="unknown_tier")


def check_overridden(row: TierAssignment) -> None:
    """raises: RuleBroken"""
    if row.until is not None or not row.override_reason:
        raise RuleBroken("这一层级现在不是人工改定的，不用取消。", code="nothing_to_end")


@transaction.atomic
def end_override(
    *, assignment: TierAssignment, reason: str, on: date, by: User, requested_by: User
) -> TierAssignment:
    """Back to what the rules say; carried out by `approve_change`. raises: NotAllowed, RuleBroken"""
    policies.check_may_approve(by, assignment.target.organisation)
    check_another(by, requested_by, "这项取消")
    row = TierAssignment.objects.select_for_update(of=("self",), no_key=True).get(pk=assignment.pk)
    check_overridden(row)
    if not reason.strip():
        raise RuleBroken("取消人工改定也要写明理由。", code="override_needs_a_reason")
    new = TierAssignment(
        target_id=row.target_id, body=row.body, tier=row.computed_tier, computed_tier=row.computed_tier,
        overlay=False, since=on, reason=row.reason, clause=row.clause,
    )  # fmt: skip
    end_rows([row.pk], on)
    new.save()
    old, back = rules.LABELS.get(row.tier, row.tier), rules.LABELS.get(row.computed_tier, row.computed_tier)
    note_change(
        target=assignment.target, act="取消人工改定", fields=[told("层级", old, back)], reason=reason, by=requested_by,
        approved_by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="registry.end_override", subject=assignment.target,
        data={"body": row.body, "from": row.tier, "to": row.computed_tier, "reason": reason, "on": on,
              "requested_by": requested_by.name},
    )  # fmt: skip
    return new
