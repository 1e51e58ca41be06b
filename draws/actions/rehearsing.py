"""The feasibility rehearsal on throw-away seeds: asked for on the page, done by a worker, kept as a report."""

import logging
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from draws import freezing, policies
from draws.actions.common import lock, moment
from draws.models import Draw, FeasibilityRun
from draws.readiness.fingerprint import parts_of, whole
from draws.refusals import act
from draws.rules.mc1.errors import Mc1Error
from draws.rules.protocol import REHEARSAL_SEEDS
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User

logger = logging.getLogger(__name__)
State = FeasibilityRun.State
STEP = 5
LOST = timedelta(minutes=10)


@act("draws.rehearse_seeds")
def rehearse_seeds(
    *, by: User, draw: Draw, on: date, seeds: int = REHEARSAL_SEEDS, now: datetime | None = None
) -> FeasibilityRun:
    """Ask for one run; a worker does it once the transaction is in. One at a time per draw."""
    lock(draw)
    _give_up_lost(draw, moment(now))
    policies.check_rehearse_seeds(by, draw)
    run = FeasibilityRun.objects.create(
        draw=draw, on=on, seeds=seeds, requested_by=by, requested_at=moment(now), inputs=whole(parts_of(draw))
    )
    ledger.record(
        actor=by, act="draws.rehearse_seeds", subject=draw, data={"run": run.pk, "seeds": seeds, "on": on}
    )
    transaction.on_commit(lambda: _send(run.pk))
    return run


def run_seeds(run_id: int, seeds: Iterable[str] | None = None) -> None:
    """Do one run; safe to repeat: whoever claims it first does it. seeds: 64 hex digits each; None = fresh chance"""
    claimed = FeasibilityRun.objects.filter(pk=run_id, state=State.WAITING).update(state=State.RUNNING)
    if not claimed:
        return
    run = FeasibilityRun.objects.select_related("draw__organisation", "draw__plan").get(pk=run_id)
    chosen = [secrets.token_hex(32) for _ in range(run.seeds)] if seeds is None else list(seeds)
    try:
        report = freezing.tally_of(run.draw, run.on, chosen, lambda done: _tell(run_id, done))
    except (RuleBroken, Mc1Error) as broken:
        _end(run_id, State.FAILED, problem=broken.message[:500])
    except Exception as problem:
        _end(run_id, State.FAILED, problem=f"试抽出错：{type(problem).__name__} {problem}"[:500])
        raise
    else:
        _end(run_id, State.DONE, report=report, done=len(chosen))


def _tell(run_id: int, done: int) -> None:
    if done % STEP == 0:
        FeasibilityRun.objects.filter(pk=run_id).update(done=done, told_at=timezone.now())


def _end(run_id: int, state: str, **fields: object) -> None:
    FeasibilityRun.objects.filter(pk=run_id).update(state=state, finished_at=timezone.now(), **fields)


def _give_up_lost(draw: Draw, now: datetime) -> None:
    """A run whose worker died stands in the way of the next one no longer than ten minutes; one that goes on does not end."""
    since = now - LOST
    running = draw.feasibility_runs.filter(state__in=[State.WAITING, State.RUNNING]).filter(
        Q(told_at__lt=since) | Q(told_at=None, requested_at__lt=since)
    )
    running.update(state=State.FAILED, finished_at=now, problem="后台没有做完，请重新发起。")


def _send(run_id: int) -> None:
    from draws.tasks import rehearse_seeds as task

    try:
        task.delay(run_id)
    except OperationalError as lost:
        logger.warning("试抽 %s 没有派出（消息服务不通：%s）", run_id, lost)
        _end(run_id, State.FAILED, problem="后台消息服务不通，请稍后重新发起；仍不行请找系统管理员。")
