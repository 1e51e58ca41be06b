"""Fix the quotas of a period: from here on they are what the draws rest on."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_may
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning import trial
from planning.models import AnnualPlan, Drawn, Quota
from planning.rules.figures import Figure
from registry.models import Target


class PlanMissing(RuleBroken):
    """No approved plan of the year: nothing may be drawn. source: AMB-35"""

    code = "plan_missing"


def plan_in_force(organisation: Organisation, year: int) -> AnnualPlan:
    """raises: PlanMissing with the remedy"""
    plan = AnnualPlan.objects.in_force(organisation, year).first()
    if plan is None:
        raise PlanMissing(
            f"{organisation.name} {year} 年还没有已批准的年度计划，不能确认配额。"
            "请先编制并批准年度计划；来不及的，编一份暂行计划，按规则书的最低比例由分管领导批准。"
        )
    return plan


@transaction.atomic
def confirm_quotas(
    *, organisation: Organisation, period: str, on: date, by: User, exclusions: Collection[str] = ()
) -> list[Quota]:
    """Work out and keep the quota of everything in play in the period, with the snapshot of its base.

    A quota that a formal draw has used (a standing Drawn row) stays as it is; the others follow today's register.
    exclusions: optional exclusions of the rulebook to apply. returns: quotas in the order of the book
    source: rulebooks.md §5, AMB-03
    """
    check_may(by, "planning.edit", organisation)
    asked = Period.parse(period)
    plan = plan_in_force(organisation, asked.year)
    AnnualPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    book = trial.book_of(plan)
    _check_exclusions(book, exclusions)
    register = trial.read(organisation, book, on, asked)
    used = _used(organisation, asked.year)
    kept, written = [], []
    for fresh in trial.figures(
        organisation, register, trial.terms_of(plan), asked, exclusions=exclusions, fresh=True
    ):
        key = (fresh.period.id, fresh.line.id, fresh.unit)
        if key in used and key in register.frozen:
            kept.append(register.frozen[key])
            continue
        quota = _write(plan, fresh, on, by, exclusions, _digest(organisation, fresh))
        kept.append(quota)
        written.append(quota)
    ledger.record(
        actor=by, act="planning.confirm_quotas", subject=plan,
        data={"period": period, "on": on, "exclusions": list(exclusions), "quotas": [_line(quota) for quota in written]},
    )  # fmt: skip
    return kept


def _check_exclusions(book: Rulebook, chosen: Collection[str]) -> None:
    optional = {rule.id for rule in book.exclusions if rule.use == "optional" and rule.effect == "pool"}
    unknown = sorted(set(chosen) - optional)
    if unknown:
        raise RuleBroken(f"这些不是规则书里可选的排除规则：{'、'.join(unknown)}。", code="unknown_exclusion")


def _used(organisation: Organisation, year: int) -> set[tuple[str, str, int]]:
    rows = Drawn.objects.standing().of_year(organisation, year)
    return set(rows.values_list("period", "line", "unit").distinct())


def _write(
    plan: AnnualPlan, found: Figure, on: date, by: User, exclusions: Collection[str], digest: str
) -> Quota:
    quota, _ = Quota.objects.update_or_create(
        organisation=plan.organisation, period=found.period.id, line=found.line.id, unit_id=found.unit,
        defaults={
            "plan": plan, "base": found.base, "officers": found.explanation["arithmetic"]["officers"] or 0,
            "pool": found.pool, "required": found.required, "floor": found.floor, "shortfall": found.short.count,
            "reasons": list(found.short.reasons), "explanation": found.explanation, "snapshot_on": on,
            "snapshot": found.members.base, "snapshot_hash": digest, "exclusions": list(exclusions),
            "confirmed_by": by, "confirmed_at": timezone.now(),
        },
    )  # fmt: skip
    return quota


def _digest(organisation: Organisation, found: Figure) -> str:
    """sha256 over the sorted target codes of the base, one per line."""
    uids = (
        Target.objects.of(organisation).filter(pk__in=found.members.base)
        if found.members.base
        else Target.objects.none()
    )
    return digest_of(list(uids.values_list("uid", flat=True)))


def digest_of(uids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(uids)).encode()).hexdigest()


def _line(quota: Quota) -> dict:
    return {"line": quota.line, "unit": quota.unit_id, "period": quota.period, "base": quota.base, "required": quota.required,
            "pool": quota.pool, "snapshot": quota.snapshot_hash}  # fmt: skip
