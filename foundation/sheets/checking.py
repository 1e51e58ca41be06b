"""The dry run: a file against a register, without writing anything."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from foundation.sheets.changes import Change, Checked, Known, compare
from foundation.sheets.columns import Sheet
from foundation.sheets.errors import Problem, SheetRefused
from foundation.sheets.heads import find_headers
from foundation.sheets.reading import Grid, read
from foundation.sheets.rows import Row, parse_row, parse_rows


@dataclass(frozen=True)
class Match:
    """Which row of the register a row of the file means; `known` None = a new one, to be called `uid`."""

    uid: str
    known: Known | None
    notices: tuple[str, ...] = ()


class Register(Protocol):
    """What an app brings: the columns, and the look-ups that only it can do."""

    @property
    def sheet(self) -> Sheet: ...

    def resolve(self, rows: list[Row], taken: Collection[str]) -> Mapping[int, Match]:
        """Match by row number; faults go to `row.wrong`. `taken`: uids that other rows of the batch already use."""
        ...


def check_file(
    register: Register, name: str, data: bytes, mapping: Mapping[str, str] | None = None
) -> tuple[Grid, Checked]:
    """Read, understand and compare. raises: SheetRefused when nothing can be taken from the file"""
    grid = read(name, data, prefer=register.sheet.title)
    layout = find_headers(register.sheet, grid, mapping)
    rows = list(parse_rows(register.sheet, grid, layout))
    if not rows:
        raise SheetRefused(
            f"工作表“{grid.sheet}”只有第 {layout.row + 1} 行的表头，下面没有数据。请填好再上传。",
            code="no_rows",
        )
    return grid, check_rows(register, rows, unknown=layout.unknown)


def check_rows(
    register: Register, rows: list[Row], *, taken: Collection[str] = (), unknown: Iterable[str] = ()
) -> Checked:
    """Faults and changes of rows already parsed."""
    matches = register.resolve(rows, taken)
    changes: list[Change] = []
    unchanged = 0
    for row in rows:
        match = matches.get(row.number)
        if match and match.known is None:
            _require(register.sheet, row)
        if row.problems or match is None:
            continue
        change = compare(register.sheet, row, match.uid, match.known, match.notices)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    problems = tuple(problem for row in rows for problem in row.problems)
    rejected = tuple({"row": row.number, "cells": row.raw} for row in rows if row.problems)
    return Checked(len(rows), unchanged, tuple(changes), problems, rejected, tuple(unknown))


def _require(sheet: Sheet, row: Row) -> None:
    already = {problem.key for problem in row.problems}
    for column in sheet.required:
        if column.key not in row.values and column.key not in already:
            row.wrong(sheet, column.key, "是必填项，空着。请填写")


def check_corrected(
    register: Register,
    rejected: Iterable[dict],
    corrections: Mapping[int, Mapping[str, str]],
    taken: Collection[str],
) -> Checked:
    """Refused rows once more, with the corrections typed on the page: {row number: {column: text}}."""
    rows = []
    for record in rejected:
        cells = {**record["cells"], **corrections.get(record["row"], {})}
        rows.append(
            parse_row(
                register.sheet, record["row"], {key: text for key, text in cells.items() if text.strip()}
            )
        )
    return check_rows(register, rows, taken=taken)


def summary(checked: Checked, unit: str = "行") -> str:
    """The outcome in one line."""
    return (
        f"共 {checked.rows} {unit}：新增 {checked.added}，变更 {checked.changed}，不变 {checked.unchanged}，"
        f"有错误 {checked.bad_rows}"
    )


def first_problems(problems: Iterable[Problem], limit: int = 20) -> list[str]:
    return [problem.sentence for problem in list(problems)[:limit]]
