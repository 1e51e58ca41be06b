"""What the pages of an import show: steps, counts, faults with their boxes, changes, new rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.urls import reverse

from foundation.intake.doors import Door
from foundation.intake.models import Batch, State
from foundation.sheets.changes import ADD
from foundation.sheets.columns import Column, Sheet, load
from foundation.sheets.guard import MAX_BYTES

SHOWN_FAULTS, SHOWN_CHANGES = 50, 100
_STEP = {State.MAPPING: 0, State.READING: 1, State.FAILED: 1, State.CHECKED: 1}
BUSY_WORDS = {State.READING: "正在核对", State.WRITING: "正在写入", State.UNDOING: "正在撤销"}


class Urls:
    """Addresses of one door's pages: `urls.upload`, `urls.batch` …; those of one batch when it is given."""

    def __init__(self, door: Door, batch_id: int | None = None) -> None:
        self._place, self._args = door.place, [] if batch_id is None else [batch_id]
        self.upload, self.home = reverse(door.place), reverse(door.home)
        self.template, self.sources = reverse(f"{door.place}-template"), reverse(f"{door.place}-sources")

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return reverse(f"{self._place}-{name}", args=self._args)


@dataclass(frozen=True)
class Fault:
    """One fault with what is needed to correct it in place; no options = a text box."""

    row: int
    name: str
    key: str
    column: str
    value: str
    message: str
    options: list[str]
    guess: str

    @property
    def box(self) -> str:
        return f"fix-{self.row}-{self.key}"


def upload_page(door: Door, sheet: Sheet) -> dict[str, Any]:
    return {
        "door": door, "urls": Urls(door), "steps": steps(None), "sheet": sheet,
        "hint": f"xlsx、xls 或 csv（UTF-8、GBK），最大 {MAX_BYTES // 1024 // 1024} MB；取第一张可见的工作表，或名为“{sheet.title}”的那张",
    }  # fmt: skip


def steps(batch: Batch | None) -> list[dict[str, str]]:
    now = -1 if batch is None else _STEP.get(State(batch.state), 3)
    ended = batch is not None and now == 3
    notes = [
        ("上传", "认出表头和列" if batch is None or not batch.source else f"来源：{batch.source}"),
        ("核对", "修正错误，看清变化"),
        ("确认", batch.get_state_display() if batch and ended else "整批写入，可整批撤销"),
    ]
    at = 2 if ended else max(now, 0)
    return [
        {"label": label, "note": note, "state": "done" if n < at else "now" if n == at else "todo"}
        for n, (label, note) in enumerate(notes)
    ]


def batch_page(door: Door, batch: Batch, sheet: Sheet) -> dict[str, Any]:
    faults = _faults(batch, sheet)
    return {
        "door": door, "batch": batch, "urls": Urls(door, batch.pk), "unit": sheet.unit, "steps": steps(batch),
        "waits": batch.state == State.CHECKED, "committed": batch.state == State.COMMITTED,
        "bad": len(batch.rejected), "figures": _figures(batch, sheet), "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(faults) - SHOWN_FAULTS), "busy_words": BUSY_WORDS.get(State(batch.state), ""),
        "asked": door.asked(batch), "diff": _diff(batch, sheet), "more_changed": max(0, batch.changed - SHOWN_CHANGES),
        "heads": [sheet.column(key).title for key in shown_keys(door, sheet)], "additions": _additions(door, batch, sheet),
        "more_added": max(0, batch.added - SHOWN_CHANGES), "notices": _notices(batch),
        "columns_url": Urls(door, batch.pk).columns if steps_open(batch) else "",
    }  # fmt: skip


def steps_open(batch: Batch) -> bool:
    """May the columns still be chosen?"""
    return batch.state in (State.MAPPING, State.CHECKED, State.FAILED)


def _figures(batch: Batch, sheet: Sheet) -> list[dict[str, Any]]:
    bad = len(batch.rejected)
    return [
        {"label": "错误", "value": bad, "unit": "行", "tone": "bad" if bad else ""},
        {"label": "新增", "value": batch.added, "unit": sheet.unit},
        {"label": "变更", "value": batch.changed, "unit": sheet.unit},
        {"label": "不变", "value": batch.unchanged, "unit": sheet.unit},
        {"label": "共", "value": batch.rows, "unit": "行", "note": "空单元格表示不改原来的内容"},
    ]


def _faults(batch: Batch, sheet: Sheet) -> list[Fault]:
    cells = {record["row"]: record["cells"] for record in batch.rejected}
    columns = {column.key: column for column in sheet.columns}
    return [_fault(error, cells.get(error["row"], {}), columns.get(error["key"])) for error in batch.errors]


def _fault(error: dict, cells: dict[str, str], column: Column | None) -> Fault:
    guess = re.search(r"是不是“(.+?)”", error["message"])
    return Fault(
        error["row"], cells.get("name") or cells.get("uid", ""), error["key"] if column else "", error["column"],
        error["value"], error["message"], options_of(column), guess.group(1) if guess else "",
    )  # fmt: skip


def options_of(column: Column | None) -> list[str]:
    if column is None:
        return []
    if column.kind == "yes_no":
        return ["是", "否"]
    return list(column.choices.values()) if column.kind == "choice" else []


def _walk(batch: Batch, **wanted: Any) -> Iterator[dict]:
    for changes in batch.each_part(**wanted):
        yield from changes


def _diff(batch: Batch, sheet: Sheet) -> list[dict[str, Any]]:
    changed = (change for change in _walk(batch, changed__gt=0) if change["kind"] != ADD)
    return [
        {
            "name": change["name"], "label": f["label"], "old": f["old"], "new": f["new"],
            "note": f"第 {change['row']} 行{'，另一人批准后生效' if sheet.column(f['key']).second else ''}",
        }
        for change in islice(changed, SHOWN_CHANGES)
        for f in change["fields"]
    ]  # fmt: skip


def shown_keys(door: Door, sheet: Sheet) -> list[str]:
    ours = {column.key for column in sheet.columns}
    return [key for key in door.shown if key in ours]


def _additions(door: Door, batch: Batch, sheet: Sheet) -> list[dict[str, Any]]:
    keys = shown_keys(door, sheet)
    added = (change for change in _walk(batch, added__gt=0) if change["kind"] == ADD)
    return [
        {
            "row": change["row"], "name": change["name"], "uid": change["uid"],
            "cells": [shown(sheet, key, change["values"].get(key)) for key in keys],
        }
        for change in islice(added, SHOWN_CHANGES)
    ]  # fmt: skip


def shown(sheet: Sheet, key: str, plain: Any) -> str:
    """A stored value as the file would write it."""
    column = sheet.column(key)
    return column.shown(load(column, plain))


def _notices(batch: Batch) -> list[tuple[int, str, str]]:
    rows = ((c["row"], c["name"], text) for c in _walk(batch, noticed__gt=0) for text in c["notices"])
    return list(islice(rows, SHOWN_CHANGES))
