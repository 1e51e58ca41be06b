"""A simulated year: asked for on the page, done by a worker, kept as a report."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import headcount, policies, simulating
from planning.models import AnnualPlan, PlannedNumber, YearSimulation

logger = logging.getLogger(__name__)
State = YearSimulation.State
RUNS = (100, 1000, 5000)
LOST = timedelta(minutes=10)


@transaction.atomic
def simulate_year(
    *, by: User, plan: AnnualPlan, on: date, runs: int = 1000, seed: int = 1, now: datetime | None = None
) -> YearSimulation:
    """Ask for a simulation of a plan in any state; a worker does it once the transaction is in. One at a time.

    raises: NotAllowed; OutOfOrder while another one of this plan runs; RuleBroken for another number of years
    """
    plan = AnnualPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    _give_up_lost(plan, now or timezone.now())
    policies.check_simulate(by, plan)
    if runs not in RUNS:
        raise RuleBroken(f"模拟年数只能选 {'、'.join(map(str, RUNS))}，现在是 {runs}。", code="runs_unknown")
    run = YearSimulation.objects.create(
        plan=plan, on=on, runs=runs, seed=seed, requested_by=by, requested_at=now or timezone.now(), inputs=fingerprint(plan)
    )  # fmt: skip
    ledger.record(
        actor=by, act="planning.simulate_year", subject=plan, data={"run": run.pk, "runs": runs, "seed": seed, "on": on}
    )  # fmt: skip
    transaction.on_commit(lambda: _send(run.pk))
    return run


def run_simulation(simulation_id: int, of_seed: Callable[[int], Any]) -> None:
    """Do one simulation; safe to repeat: whoever claims it first does it. of_seed: seed → the chance of every year"""
    if not YearSimulation.objects.filter(pk=simulation_id, state=State.WAITING).update(state=State.RUNNING):
        return
    run = YearSimulation.objects.select_related("plan__organisation").get(pk=simulation_id)
    try:
        start = simulating.of_plan(run.plan, run.on)
        workers = headcount.workers(run.plan.organisation, run.plan.year)
        found = simulating.years(start, workers, run.runs, of_seed(run.seed), _teller(run))
    except RuleBroken as broken:
        _end(simulation_id, State.FAILED, problem=broken.message[:500])
    except Exception as problem:
        _end(simulation_id, State.FAILED, problem=f"模拟出错：{type(problem).__name__} {problem}"[:500])
        raise
    else:
        _end(simulation_id, State.DONE, result=found, done=run.runs)


def fingerprint(plan: AnnualPlan) -> str:
    """What of the plan decides the outcome: numbers and rulebook; another value means the report is of an older plan."""
    rows = PlannedNumber.objects.filter(task__plan=plan).order_by("task__line", "unit", "period")
    numbers = [list(row) for row in rows.values_list("task__line", "unit", "period", "number", "manual")]
    return hashlib.sha256(json.dumps([plan.rulebook_hash, numbers]).encode()).hexdigest()


def _teller(run: YearSimulation) -> Callable[[int], None]:
    """A row update for every percent, not for every year."""
    step = max(run.runs // 100, 1)

    def tell(done: int) -> None:
        if done % step == 0:
            YearSimulation.objects.filter(pk=run.pk).update(done=done)

    return tell


def _end(simulation_id: int, state: str, **fields: object) -> None:
    YearSimulation.objects.filter(pk=simulation_id).update(state=state, finished_at=timezone.now(), **fields)


def _give_up_lost(plan: AnnualPlan, now: datetime) -> None:
    """A run whose worker died stands in the way of the next one no longer than ten minutes."""
    running = plan.simulations.filter(state__in=[State.WAITING, State.RUNNING], requested_at__lt=now - LOST)
    running.update(state=State.FAILED, finished_at=now, problem="后台没有做完，请重新发起。")


def _send(simulation_id: int) -> None:
    from planning.tasks import simulate_year as task

    try:
        task.delay(simulation_id)
    except OperationalError as lost:
        logger.warning("模拟 %s 没有派出（消息服务不通：%s）", simulation_id, lost)
        _end(simulation_id, State.FAILED, problem="后台消息服务不通，请稍后重新发起；仍不行请找系统管理员。")
