"""Long files: sent to a worker, claimed by one, sent again when the message was lost."""

import logging
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from foundation.errors import RuleBroken
from foundation.intake import progress, reading, writing
from foundation.intake.doors import Door, door, doors
from foundation.intake.models import BUSY, Batch, State
from foundation.organisation.models import User
from foundation.sheets import checking

logger = logging.getLogger(__name__)
LATE = timedelta(seconds=60)
LOST = timedelta(minutes=30)
_BACK = {State.READING: State.FAILED, State.WRITING: State.CHECKED, State.UNDOING: State.COMMITTED}


def send(gate: Door, batch: Batch) -> None:
    """To a worker, once the transaction is in."""
    transaction.on_commit(lambda: _send(gate.kind, batch.pk))


def _send(kind: str, batch_id: int) -> None:
    from foundation.intake.tasks import work_on

    try:
        work_on.delay(kind, batch_id)
    except OperationalError as lost:
        logger.warning("导入批次 %s %s 暂未派出（消息服务不通：%s），定时任务会补派", kind, batch_id, lost)


def redispatch_late() -> int:
    """Send again what waits for a worker too long, or whose worker has died."""
    now, sent = timezone.now(), 0
    for gate in doors():
        waiting = gate.batches.objects.filter(state__in=BUSY, **gate.scope).filter(
            Q(started_at=None, created_at__lt=now - LATE) | Q(started_at__lt=now - LOST)
        )
        for pk in waiting.values_list("pk", flat=True):
            _send(gate.kind, pk)
            sent += 1
    return sent


def work(kind: str, batch_id: int, on: date) -> None:
    """Read, write or take back one batch, whichever it waits for; safe to repeat, two workers never do the same."""
    gate = door(kind)
    batch = _claimed(gate, batch_id)
    if batch is None:
        return
    wanted = State(batch.state)
    try:
        _DO[wanted](gate, batch, on)
    except RuleBroken as broken:
        _give_back(gate, batch_id, _BACK[wanted], broken.message)
    except BaseException:
        _give_back(
            gate,
            batch_id,
            _BACK[wanted],
            "后台处理时出了差错，名录没有改动。请再试一次；仍不行请联系管理员。",
        )
        raise
    finally:
        progress.forget(kind, batch_id)


def _claimed(gate: Door, batch_id: int) -> Batch | None:
    free = Q(started_at=None) | Q(started_at__lt=timezone.now() - LOST)
    mine = gate.batches.objects.filter(free, pk=batch_id, state__in=BUSY, **gate.scope)
    if not mine.update(started_at=timezone.now()):
        return None
    return gate.batches.objects.select_related("organisation", "handler").get(pk=batch_id)


def _give_back(gate: Door, batch_id: int, state: str, problem: str) -> None:
    gate.batches.objects.filter(pk=batch_id).update(state=state, started_at=None, problem=problem)


def _handler(batch: Batch) -> User:
    """Who ordered the work; every batch in a worker's hands has one."""
    assert batch.handler is not None
    return batch.handler


def _read(gate: Door, batch: Batch, on: date) -> None:
    register = gate.register(batch.organisation, on)
    grid, layout = checking.open_file(
        register, *gate.table(batch.file_name, bytes(batch.upload or b"")), batch.columns
    )
    reading.fill(gate, batch, register, grid, layout, _handler(batch))


def _write(gate: Door, batch: Batch, on: date) -> None:
    with transaction.atomic():
        row = writing.locked(gate, batch)
        by = _handler(row)
        gate.may(by, row.organisation)
        row.started_at, row.problem = None, ""
        writing.write(gate, row, on, by)


def _take_back(gate: Door, batch: Batch, on: date) -> None:
    with transaction.atomic():
        row = writing.locked(gate, batch)
        by = _handler(row)
        gate.may(by, row.organisation)
        row.started_at = None
        writing.take_back(gate, row, on, by)


_DO = {State.READING: _read, State.WRITING: _write, State.UNDOING: _take_back}
