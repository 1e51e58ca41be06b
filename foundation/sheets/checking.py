"""The dry run: a file against a register, without writing anything."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from foundation.sheets.changes import Change, Checked, Known, compare
from foundation.sheets.columns import Sheet, is_empty, written
from foundation.sheets.errors import Problem, SheetRefused
from foundation.sheets.heads import Layout, find_headers
from foundation.sheets.reading import Grid, read
from foundation.sheets.rows import Row, parse_row, parse_rows
from foundation.sheets.shifts import check_not_shifted

PART = 2000


@dataclass(frozen=True)
class Match:
    """Which row of the register a row of the file means; `known` None = a new one, to be called `uid`."""

    uid: str
    known: Known | None
    notices: tuple[str, ...] = ()


@dataclass
class Met:
    """What the rest of the batch already speaks of.

    taken: uids of rows already accepted · used: uids a new row must not get · firsts: per column, value → first row
    """

    taken: Collection[str] = ()
    used: set[str] = field(default_factory=set)
    firsts: dict[str, dict[Any, int]] = field(default_factory=lambda: defaultdict(dict))


class Register(Protocol):
    """What an app brings: the columns, and the look-ups that only it can do."""

    @property
    def sheet(self) -> Sheet: ...

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        """Match by row number; faults go to `row.wrong`. Called once for every part of a long file."""
        ...


def open_file(
    register: Register, name: str, data: bytes, mapping: Mapping[str, str] | None = None
) -> tuple[Grid, Layout]:
    """Read and understand. raises: SheetRefused when nothing can be taken from the file"""
    grid = read(name, data, prefer=register.sheet.title)
    layout = find_headers(register.sheet, grid, mapping)
    if grid.height <= layout.row + 1:
        raise SheetRefused(
            f"工作表“{grid.sheet}”只有第 {layout.row + 1} 行的表头，下面没有数据。请填好再上传。",
            code="no_rows",
        )
    check_not_shifted(register.sheet, grid, layout)
    return grid, layout


def check_parts(register: Register, grid: Grid, layout: Layout) -> Iterator[Checked]:
    """Faults and changes of an opened file, part by part, so that a long one takes little memory."""
    met = Met(used=_named(register.sheet, grid, layout))
    rows = parse_rows(register.sheet, grid, layout)
    while part := list(islice(rows, PART)):
        yield check_rows(register, part, met)


def check_file(
    register: Register, name: str, data: bytes, mapping: Mapping[str, str] | None = None
) -> tuple[Grid, Checked]:
    """The whole file in one piece. raises: SheetRefused"""
    grid, layout = open_file(register, name, data, mapping)
    parts = list(check_parts(register, grid, layout))
    return grid, Checked(
        sum(part.rows for part in parts),
        sum(part.unchanged for part in parts),
        tuple(change for part in parts for change in part.changes),
        tuple(problem for part in parts for problem in part.problems),
        tuple(record for part in parts for record in part.rejected),
        layout.unknown,
    )


def _named(sheet: Sheet, grid: Grid, layout: Layout) -> set[str]:
    """Every uid written anywhere in the file."""
    place = layout.places.get(sheet.identity)
    if place is None:
        return set()
    cells = (row[place] for row in grid.rows(layout.row + 1) if place < len(row))
    return {written(cell) for cell in cells if not is_empty(cell)}


def check_rows(register: Register, rows: list[Row], met: Met) -> Checked:
    """Faults and changes of rows already parsed."""
    matches = register.resolve(rows, met)
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
    problems: tuple[Problem, ...] = tuple(problem for row in rows for problem in row.problems)
    rejected = tuple({"row": row.number, "cells": row.raw} for row in rows if row.problems)
    return Checked(len(rows), unchanged, tuple(changes), problems, rejected)


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
    return check_rows(register, rows, Met(taken, set(taken)))


def summary(checked: Checked, unit: str = "行") -> str:
    """The outcome in one line."""
    return (
        f"共 {checked.rows} {unit}：新增 {checked.added}，变更 {checked.changed}，不变 {checked.unchanged}，"
        f"有错误 {checked.bad_rows}"
    )


def first_problems(problems: Iterable[Problem], limit: int = 20) -> list[str]:
    return [problem.sentence for problem in list(problems)[:limit]]
