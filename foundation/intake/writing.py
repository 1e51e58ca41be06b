"""Writing a batch and taking it back, inside a transaction that holds it; used at once or by a worker."""

from datetime import date

from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.intake import progress
from foundation.intake.doors import Door, Undone
from foundation.intake.models import Batch, State
from foundation.ledger import actions as ledger
from foundation.organisation.models import User


def locked(door: Door, batch: Batch) -> Batch:
    return door.batches.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)


def write(door: Door, row: Batch, on: date, by: User) -> Batch:
    """All good rows. raises: RegisterMoved"""
    told = door.write(row, on, by, progress.teller(door.kind, row.pk, row.good))
    row.state, row.committed_at, row.handler, row.upload = State.COMMITTED, timezone.now(), by, None
    row.save()
    ledger.record(
        actor=by, act=f"{door.app}.commit_import", subject=row,
        data={
            "file": row.file_name, "sha256": row.sha256, "skipped": len(row.rejected), "added": row.added,
            "changed": row.changed, **told,
        },
    )  # fmt: skip
    return row


def take_back(door: Door, row: Batch, on: date, by: User) -> Undone:
    """Old values back. raises: RuleBroken when not one row can be taken back"""
    undone = door.undo(row, on, by, progress.teller(door.kind, row.pk, row.good))
    if not undone.restored:
        raise RuleBroken(
            f"这一批的 {len(undone.kept)} 行都在导入后改过或用过，没有一行能撤销。请到各自页面修改。",
            code="nothing_to_undo",
        )
    row.state, row.undone_at, row.problem = State.UNDONE, timezone.now(), kept_sentence(undone)
    row.save()
    ledger.record(
        actor=by, act=f"{door.app}.undo_import", subject=row,
        data={"restored": undone.restored, "kept": undone.kept[:200]},
    )  # fmt: skip
    return undone


def kept_sentence(undone: Undone) -> str:
    if not undone.kept:
        return ""
    names = "、".join(undone.kept[:10]) + ("等" if len(undone.kept) > 10 else "")
    return f"{len(undone.kept)} 行导入后改过或用过，保持现状：{names}。"
