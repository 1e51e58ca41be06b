"""A file against a register, written down part by part in its batch; the register stays as it is."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from foundation.intake import progress
from foundation.intake.doors import Door
from foundation.intake.models import Batch, State
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.sheets import checking
from foundation.sheets.changes import ADD, Checked
from foundation.sheets.errors import SheetRefused
from foundation.sheets.heads import Layout
from foundation.sheets.reading import Grid

MAX_REJECTED = 20_000


@dataclass
class Tally:
    """What has been read so far. `rejected` and `problems` are kept whole, changes are not."""

    rows: int = 0
    unchanged: int = 0
    added: int = 0
    changed: int = 0
    sheet: str = ""
    problems: list[dict] = field(default_factory=list)
    rejected: list[dict] = field(default_factory=list)

    def count(self, part: Checked) -> None:
        self.rows += part.rows
        self.unchanged += part.unchanged
        self.added += part.added
        self.changed += part.changed
        self.problems += [problem.plain() for problem in part.problems]
        self.rejected += part.rejected
        if len(self.rejected) > MAX_REJECTED:
            raise SheetRefused(_too_many(self.problems, self.rows, self.sheet), code="too_many_errors")


def _too_many(problems: list[dict], rows: int, sheet: str) -> str:
    often = Counter((fault["column"] or "整行", fault["message"]) for fault in problems).most_common(3)
    told = "；".join(f"“{column}”{message}（{count} 行）" for (column, message), count in often)
    return (
        f"工作表“{sheet}”读了 {rows} 行，已有 {MAX_REJECTED} 多行有错误，没有再读下去，名录没有改动。最多的是：{told}。"
        "请先在文件里成批改正，再上传。"
    )


def new_batch(
    door: Door, organisation: Organisation, file_name: str, data: bytes, by: User, **fields: Any
) -> Batch:
    return door.batches(
        organisation=organisation, **door.scope, file_name=file_name[-200:], upload=data,
        sha256=hashlib.sha256(data).hexdigest(), created_by=by, handler=by, **fields,
    )  # fmt: skip


def fill(door: Door, batch: Batch, register: checking.Register, grid: Grid, layout: Layout, by: User) -> None:
    """Check every row; the changes go to parts, the rest to the batch, which then waits for confirmation.

    raises: SheetRefused when nearly everything is wrong; then no part is left behind
    """
    batch.parts.all().delete()
    tally, tell = Tally(sheet=grid.sheet), progress.teller(door.kind, batch.pk, grid.height)
    try:
        for no, part in enumerate(checking.check_parts(register, grid, layout)):
            tally.count(part)
            store(batch, no, part)
            tell(tally.rows)
        if not tally.rows:
            raise SheetRefused(
                f"工作表“{grid.sheet}”只有第 {layout.row + 1} 行的表头，下面没有数据。请填好再上传。",
                code="no_rows",
            )
    except BaseException:
        batch.parts.all().delete()
        raise
    finally:
        progress.forget(door.kind, batch.pk)
    _settle(door, batch, tally, grid, layout, by)


def store(batch: Batch, no: int, part: Checked) -> None:
    if part.changes:
        batch.parts.create(
            no=no,
            changes=[change.plain() for change in part.changes],
            added=part.added,
            changed=part.changed,
            noticed=sum(1 for change in part.changes if change.notices),
        )


@transaction.atomic
def _settle(door: Door, batch: Batch, tally: Tally, grid: Grid, layout: Layout, by: User) -> None:
    batch.rows, batch.unchanged = tally.rows, tally.unchanged
    batch.added, batch.changed = tally.added, tally.changed
    batch.errors, batch.rejected = tally.problems, tally.rejected
    batch.unknown, batch.sheet = list(layout.unknown), grid.sheet[:60]
    batch.state, batch.problem, batch.started_at = State.CHECKED, "", None
    batch.save()
    ledger.record(
        actor=by, act=f"{door.app}.check_file", subject=batch,
        data={
            "kind": door.kind, "file": batch.file_name, "sha256": batch.sha256, "rows": tally.rows,
            "added": tally.added, "changed": tally.changed, "unchanged": tally.unchanged, "bad": len(tally.rejected),
        },
    )  # fmt: skip


def uids(batch: Batch) -> set[str]:
    """What the accepted rows of a batch are called."""
    return {change["uid"] for part in batch.each_part() for change in part}


def recheck(
    door: Door, batch: Batch, register: checking.Register, corrections: Mapping[int, Mapping[str, str]]
) -> None:
    """All refused rows once more, with what was typed; the good ones join the batch. The caller saves it."""
    checked = checking.check_corrected(register, batch.rejected, corrections, uids(batch))
    last = batch.parts.order_by("-no").values_list("no", flat=True).first()
    store(batch, 0 if last is None else last + 1, checked)
    batch.errors = [problem.plain() for problem in checked.problems]
    batch.rejected = list(checked.rejected)
    batch.unchanged += checked.unchanged
    batch.added += checked.added
    batch.changed += sum(change.kind != ADD for change in checked.changes)
