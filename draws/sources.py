"""What a draw takes from below: the plan's quotas, published items, the rulebook's window, the verifier files."""

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path

from django.conf import settings

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.rulebook.deadlines import draw_window
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from planning.joint import tasks_in_force
from planning.models import AnnualPlan, Override, PlanTask, Quota
from planning.policies import DRAW_WINDOW
from planning.rules.terms import own_period
from planning.rules.weights import alike
from planning.trial import book_of
from registry.models import InspectionItem

VERIFIERS = ("verify/verify_draw.py", "verify/verifier.html")


def check_planned(
    organisation: Organisation, period: str, quotas: list[Quota]
) -> tuple[AnnualPlan, Rulebook]:
    """The one plan all quotas come from, and the rulebook it was made with.

    raises: RuleBroken when a quota is foreign, unconfirmed or twice there, or an item is not published
    """
    plan = _one_plan(quotas)
    book = book_of(plan)
    for quota in quotas:
        _check_quota(organisation, period, quota, book)
    if plan.status not in (AnnualPlan.Status.APPROVED, AnnualPlan.Status.ISSUED):
        raise RuleBroken(f"计划“{plan}”还没有批准，不能据此抽取。", code="plan_not_approved")
    _check_items(plan, [quota.line for quota in quotas])
    _check_weights(plan, book, [quota.line for quota in quotas])
    return plan, book


def _one_plan(quotas: list[Quota]) -> AnnualPlan:
    if not quotas:
        raise RuleBroken("没有选择配额，不能准备抽取。请至少选一条已确认的配额。", code="no_quota")
    if len({quota.pk for quota in quotas}) != len(quotas):
        raise RuleBroken("同一条配额选了两次，请去掉一条。", code="quota_twice")
    if len({quota.plan_id for quota in quotas}) > 1:
        raise RuleBroken("所选配额来自两份计划，请分两次抽取。", code="two_plans")
    return quotas[0].plan


def _check_quota(organisation: Organisation, period: str, quota: Quota, book: Rulebook) -> None:
    name = f"{quota.line}（{quota.unit}）"
    line = book.line(quota.line)
    wanted = own_period(line, Period.parse(period)).id
    if quota.organisation_id != organisation.pk or quota.period != wanted:
        raise RuleBroken(f"配额 {name} 不属于本局 {wanted}，请重新选择。", code="foreign_quota")
    if quota.confirmed_at is None:
        raise RuleBroken(
            f"配额 {name} 还没有确认，请先由计划编制员确认本期配额。", code="quota_not_confirmed"
        )
    if line.role != "draw":
        raise RuleBroken(f"配额 {name} 只用于年终核对，不抽取。", code="quota_not_drawn")


def _check_items(plan: AnnualPlan, lines: list[str]) -> None:
    hidden = (
        InspectionItem.objects.filter(
            pk__in=PlanTask.objects.filter(plan=plan, line__in=lines).values("items")
        )
        .exclude(status=InspectionItem.Status.PUBLISHED)
        .values_list("name", flat=True)
    )
    if hidden:
        names = "、".join(hidden[:3])
        raise RuleBroken(
            f"抽查事项“{names}”没有公布，未公布的事项不得抽查。请先公布或修订计划。",
            code="item_not_published",
        )


def _check_weights(plan: AnnualPlan, book: Rulebook, lines: list[str]) -> None:
    """A frozen row has one weight for all its strata: lines drawn together give the same. source: QS-10.3, MC1 §3"""
    tasks = list(PlanTask.objects.filter(plan=plan, line__in=lines).order_by("no"))
    if alike([task.weights for task in tasks] or [[]]):
        return
    names = "、".join(task.name for task in tasks if task.weights)
    clause = book.draw.origin("weights").ref
    raise RuleBroken(
        f"“{names}”设了权重（{clause}），与一起抽的其他任务不同；一家在一场里只有一个权重。"
        "请把加权的任务单独开一场抽取会，或与权重完全相同的任务一起抽。",
        code="weights_differ", clause=clause,
    )  # fmt: skip


def joint_of(organisation: Organisation, period: str, lines: Collection[str]) -> dict[str, PlanTask]:
    """line -> the joint task it is part of, as the joint plans of the year stand. source: QS-9.3"""
    return tasks_in_force(organisation, Period.parse(period).year, lines)


def check_window(organisation: Organisation, book: Rulebook, period: str, on: date) -> None:
    """The plan is approved by now, so only the days the text names are left to judge.

    raises: RuleBroken when a formal draw is outside the rulebook's window and no override is approved
    """
    window = draw_window(book, calendar(), period=Period.parse(period))
    if window.contains(on) or _window_set_aside(organisation, period):
        return
    opens = window.open or "计划批准"
    raise RuleBroken(
        f"{on} 不在 {period} 的抽取时间（{opens} 至 {window.close}，{window.origin}）内。"
        f"请改期，或先在计划里申请例外（规则 {DRAW_WINDOW}）并由另一人批准。",
        code="outside_window", clause=str(window.origin),
    )  # fmt: skip


def _window_set_aside(organisation: Organisation, period: str) -> bool:
    return Override.objects.filter(
        organisation=organisation,
        year=int(period[:4]),
        rule=DRAW_WINDOW,
        approved_by__isnull=False,
        target=None,
    ).exists()


def verifier_hashes() -> list[str]:
    """SHA-256 of the verifier files that ship in static/."""
    files = [Path(folder) / name for folder in settings.STATICFILES_DIRS for name in VERIFIERS]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()]
