"""Dated risk flags with evidence; revoking never deletes."""

from datetime import date

from django.db import IntegrityError, transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import User
from registry import policies
from registry.actions.recording import field, note_change
from registry.actions.tiers import recompute_for
from registry.models import Target, TargetFlag


@transaction.atomic
def record_flag(
    *, target: Target, flag: str, happened_on: date, evidence: str, on: date, by: User
) -> TargetFlag:
    """Record a fact of the rulebook's list, then bring the target's tiers up to date.

    raises: NotAllowed; RuleBroken for an unknown flag, no evidence, a day to come or a repetition
    """
    policies.check_may_edit(by, target.organisation)
    policies.check_stands_alone(target)
    book = rulebook_of(target.organisation, on)
    known = {row.id: row.zh for row in book.flags}
    if flag not in known:
        raise RuleBroken(
            f"规则书里没有这种标记。可以登记：{'、'.join(known.values())}。", code="unknown_flag"
        )
    if not evidence.strip():
        raise RuleBroken("登记风险标记必须写明依据，例如处罚决定书文号。", code="flag_needs_evidence")
    if happened_on > on:
        raise RuleBroken(f"发生日期 {happened_on} 还没有到，请核对。", code="flag_in_the_future")
    try:
        with transaction.atomic():
            row = TargetFlag.objects.create(
                target=target, flag=flag, happened_on=happened_on, evidence=evidence.strip(), recorded_by=by
            )
    except IntegrityError:
        raise RuleBroken(f"{happened_on} 的“{known[flag]}”已经登记过。", code="flag_is_repeated") from None
    recompute_for([target.pk], book, on)
    words = f"{known[flag]}（{happened_on}）"
    note_change(
        target=target, act="登记风险标记", fields=[field("风险标记", "", words)], reason=evidence, by=by
    )
    ledger.record(
        actor=by, act="registry.record_flag", subject=target,
        data={"flag": flag, "happened_on": happened_on, "evidence": evidence},
    )  # fmt: skip
    return row


@transaction.atomic
def revoke_flag(*, flag: TargetFlag, revoked_on: date, reason: str, on: date, by: User) -> TargetFlag:
    """From that day on the fact no longer holds. raises: NotAllowed, RuleBroken"""
    policies.check_may_edit(by, flag.target.organisation)
    row = TargetFlag.objects.select_for_update(of=("self",), no_key=True).get(pk=flag.pk)
    if row.revoked_on:
        raise RuleBroken(f"这个标记已于 {row.revoked_on} 撤销。", code="flag_is_revoked")
    if not reason.strip():
        raise RuleBroken("撤销标记必须写明依据，例如复核意见文号。", code="flag_needs_evidence")
    if not row.happened_on <= revoked_on <= on:
        raise RuleBroken(
            f"撤销日期应在 {row.happened_on} 至 {on} 之间，请核对。", code="revoked_on_wrong_day"
        )
    row.revoked_on = revoked_on
    row.save(update_fields=["revoked_on"])
    book = rulebook_of(flag.target.organisation, on)
    recompute_for([row.target_id], book, on)
    name = next((known.zh for known in book.flags if known.id == row.flag), row.flag)
    fields = [field(f"{name}（{row.happened_on}）", "有效", f"{revoked_on} 撤销")]
    note_change(target=flag.target, act="撤销风险标记", fields=fields, reason=reason, by=by)
    ledger.record(
        actor=by, act="registry.revoke_flag", subject=flag.target,
        data={"flag": row.flag, "happened_on": row.happened_on, "revoked_on": revoked_on, "reason": reason},
    )  # fmt: skip
    return row
