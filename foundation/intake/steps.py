"""The steps of an import: check, name the columns, correct, write, take back, give up. The only writers of batches.

Short files are done at once. Long ones wait for a worker (jobs.py); the page shows how far it has come.
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.intake import jobs, reading, writing
from foundation.intake.doors import Door, Undone
from foundation.intake.models import Batch, State
from foundation.intake.sources import save_mapping
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.sheets import checking
from foundation.sheets.errors import SheetRefused

LONG_FILE = 256 * 1024
LONG_BATCH = 2000


def check_file(
    *, door: Door, organisation: Organisation, file_name: str, data: bytes, on: date, by: User,
    mapping: Mapping[str, str] | None = None, source: str = "",
) -> Batch:  # fmt: skip
    """Dry run, at once. Writes the batch with its errors and its diff; the register stays as it is.

    mapping: header of the file → our column. raises: NotAllowed; SheetRefused when the file cannot be taken
    """
    door.may(by, organisation)
    register = door.register(organisation, on)
    grid, layout = checking.open_file(register, *door.table(file_name, data), mapping)
    batch = reading.new_batch(
        door, organisation, file_name, data, by, state=State.READING, columns=dict(mapping or {}), source=source,
        started_at=timezone.now(),
    )  # fmt: skip
    batch.save()
    try:
        reading.fill(door, batch, register, grid, layout, by)
    except BaseException:
        door.batches.objects.filter(pk=batch.pk).delete()
        raise
    return batch


@transaction.atomic
def receive(
    *, door: Door, organisation: Organisation, file_name: str, data: bytes, by: User,
    mapping: Mapping[str, str] | None = None, source: str = "",
) -> Batch:  # fmt: skip
    """Take a long file and leave the checking to a worker. raises: NotAllowed"""
    door.may(by, organisation)
    batch = reading.new_batch(
        door,
        organisation,
        file_name,
        data,
        by,
        state=State.READING,
        columns=dict(mapping or {}),
        source=source,
    )
    batch.save()
    jobs.send(door, batch)
    return batch


@transaction.atomic
def ask_columns(
    *, door: Door, organisation: Organisation, file_name: str, data: bytes, by: User, problem: str
) -> Batch:
    """Keep a file whose headers are not understood until a person says which column is which."""
    door.may(by, organisation)
    batch = reading.new_batch(door, organisation, file_name, data, by, state=State.MAPPING, problem=problem)
    batch.save()
    return batch


def choose_columns(
    *, door: Door, batch: Batch, columns: Mapping[str, str], source: str = "", on: date, by: User
) -> Batch:
    """Read the file again with these columns; remember them under the name of the source, if one is given.

    columns: header → our column, "" = leave it out. raises: NotAllowed, OutOfOrder; SheetRefused when it still cannot be read
    """
    door.may(by, batch.organisation)
    check_columns_open(batch)
    data = bytes(batch.upload or b"")
    register = door.register(batch.organisation, on)
    grid, layout = checking.open_file(register, *door.table(batch.file_name, data), columns)
    if source.strip():
        save_mapping(door=door, organisation=batch.organisation, name=source, columns=columns, by=by)
    batch.columns, batch.source, batch.handler = dict(columns), source.strip()[:40], by
    if len(data) > LONG_FILE:
        return _leave_to_worker(door, batch, State.READING)
    try:
        reading.fill(door, batch, register, grid, layout, by)
    except SheetRefused as refused:
        _ask_again(door, batch, refused.message)
        raise
    return batch


def _ask_again(door: Door, batch: Batch, problem: str) -> None:
    empty = {"rows": 0, "added": 0, "changed": 0, "unchanged": 0, "errors": [], "rejected": []}
    door.batches.objects.filter(pk=batch.pk).update(state=State.MAPPING, problem=problem, **empty)


def check_columns_open(batch: Batch) -> None:
    """raises: OutOfOrder unless the columns may still be chosen"""
    if batch.state not in (State.MAPPING, State.CHECKED, State.FAILED) or not batch.upload:
        raise OutOfOrder(
            f"这个批次{batch.get_state_display()}，不能再对列。请重新上传文件。", code="batch_is_settled"
        )


@transaction.atomic
def _leave_to_worker(door: Door, batch: Batch, state: str) -> Batch:
    batch.state, batch.started_at, batch.problem = state, None, ""
    batch.save()
    jobs.send(door, batch)
    return batch


def check_waits(batch: Batch) -> None:
    """raises: OutOfOrder unless the batch waits for confirmation"""
    if batch.state != State.CHECKED:
        raise OutOfOrder(
            f"这个批次{batch.get_state_display()}，不能再改。请重新上传文件。", code="batch_is_settled"
        )


@transaction.atomic
def correct_rows(
    *, door: Door, batch: Batch, rows: Mapping[int, Mapping[str, str]], on: date, by: User
) -> Batch:
    """Type cells of refused rows anew; all refused rows are checked again at once.

    rows: row number → column → text. raises: OutOfOrder when the batch is settled; RuleBroken for an unknown row or column
    """
    door.may(by, batch.organisation)
    row = writing.locked(door, batch)
    check_waits(row)
    refused = {record["row"] for record in row.rejected}
    fine = sorted(set(rows) - refused)
    if fine or not rows:
        raise RuleBroken(
            f"第 {fine[0] if fine else 0} 行没有待改的错误，可能已经改好。请刷新页面。", code="row_is_fine"
        )
    register = door.register(row.organisation, on)
    ours = {column.key for column in register.sheet.columns}
    if any(set(cells) - ours for cells in rows.values()):
        raise RuleBroken("要改的这一列不在名录里。请刷新页面再试。", code="unknown_column")
    reading.recheck(door, row, register, rows)
    row.save()
    for number, cells in rows.items():
        ledger.record(
            actor=by, act=f"{door.app}.correct_row", subject=row, data={"row": number, "values": dict(cells)}
        )
    return row


def check_may_commit(door: Door, batch: Batch, skip_errors: bool, by: User) -> None:
    """raises: NotAllowed, OutOfOrder, RuleBroken"""
    door.may(by, batch.organisation)
    check_waits(batch)
    bad = len(batch.rejected)
    if bad and not skip_errors:
        raise RuleBroken(f"还有 {bad} 行有错误。请先改正，或选择把它们留到下次。", code="rows_have_errors")
    if not batch.good:
        raise RuleBroken("没有可以导入的变化。文件里的内容都已在名录里。", code="nothing_to_import")


@transaction.atomic
def commit(*, door: Door, batch: Batch, skip_errors: bool = False, on: date, by: User) -> Batch:
    """All good rows in one transaction.

    skip_errors: leave the refused rows for another time; otherwise they stop the import.
    raises: OutOfOrder, RegisterMoved, RuleBroken
    """
    row = writing.locked(door, batch)
    check_may_commit(door, row, skip_errors, by)
    return writing.write(door, row, on, by)


@transaction.atomic
def order_commit(*, door: Door, batch: Batch, skip_errors: bool = False, by: User) -> Batch:
    """The same for a long batch: a worker writes it. raises: as `commit`"""
    row = writing.locked(door, batch)
    check_may_commit(door, row, skip_errors, by)
    row.handler = by
    return _leave_to_worker(door, row, State.WRITING)


@transaction.atomic
def undo(*, door: Door, batch: Batch, on: date, by: User) -> Undone:
    """Every row its old values back, except those edited since: they are named. raises: OutOfOrder, RuleBroken"""
    row = writing.locked(door, batch)
    check_may_undo(door, row, by)
    return writing.take_back(door, row, on, by)


def check_may_undo(door: Door, batch: Batch, by: User) -> None:
    """raises: NotAllowed, OutOfOrder"""
    door.may(by, batch.organisation)
    if batch.state != State.COMMITTED:
        raise OutOfOrder(f"这个批次{batch.get_state_display()}，没有可以撤销的。", code="batch_is_settled")


@transaction.atomic
def order_undo(*, door: Door, batch: Batch, by: User) -> Batch:
    """The same for a long batch: a worker does it. raises: as `undo`"""
    row = writing.locked(door, batch)
    check_may_undo(door, row, by)
    row.handler = by
    return _leave_to_worker(door, row, State.UNDOING)


@transaction.atomic
def drop(*, door: Door, batch: Batch, by: User) -> Batch:
    """Give up a file; the batch stays on the list, the file itself does not. raises: OutOfOrder"""
    door.may(by, batch.organisation)
    row = writing.locked(door, batch)
    if row.state not in (State.MAPPING, State.FAILED):
        check_waits(row)
    row.state, row.upload = State.DROPPED, None
    row.save(update_fields=["state", "upload"])
    ledger.record(actor=by, act=f"{door.app}.drop_import", subject=row, data={})
    return row
