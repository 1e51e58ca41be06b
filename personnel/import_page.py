"""What the pages of an import show: steps, counts, faults with their boxes, changes, new people."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.sheets.changes import ADD
from foundation.sheets.columns import Column, Sheet
from personnel.actions.batches import register_of
from personnel.models import PersonnelImport

SHOWN_FAULTS, SHOWN_CHANGES = 50, 200
State = PersonnelImport.State


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

    @property
    def box(self) -> str:
        return f"fix-{self.row}-{self.key}"


@dataclass(frozen=True)
class ImportPage:
    steps: list[dict[str, str]]
    figures: list[dict[str, Any]]
    faults: list[Fault]
    more_faults: int
    changes: list[dict[str, Any]]
    additions: list[dict[str, Any]]
    bad: int
    good: int


def import_page(batch: PersonnelImport, on: date) -> ImportPage:
    sheet = register_of(batch.organisation, on).sheet
    faults = _faults(batch, sheet)
    added = [change for change in batch.changes if change["kind"] == ADD]
    changed = [change for change in batch.changes if change["kind"] != ADD]
    bad = len(batch.rejected)
    return ImportPage(
        _steps(batch), _figures(batch, bad, len(added), len(changed)),
        faults[:SHOWN_FAULTS], max(0, len(faults) - SHOWN_FAULTS),
        _changes(changed), [_addition(sheet, change) for change in added[:SHOWN_CHANGES]], bad, len(batch.changes),
    )  # fmt: skip


def upload_steps() -> list[dict[str, str]]:
    return [
        {"label": "上传", "note": "先试读，不直接写入", "state": "now"},
        {"label": "核对", "note": "修正错误，看清变化", "state": "todo"},
        {"label": "确认", "note": "整批写入，可整批撤销", "state": "todo"},
    ]


def _steps(batch: PersonnelImport) -> list[dict[str, str]]:
    waits = batch.state == State.CHECKED
    unknown = f"没有认出 {len(batch.unknown)} 列" if batch.unknown else "列都已认出"
    return [
        {"label": "上传", "note": unknown, "state": "done"},
        {"label": "核对", "note": "修正错误，看清变化", "state": "now" if waits else "done"},
        {
            "label": "确认", "note": "整批写入，可整批撤销" if waits else batch.get_state_display(),
            "state": "todo" if waits else "now",
        },
    ]  # fmt: skip


def _figures(batch: PersonnelImport, bad: int, added: int, changed: int) -> list[dict[str, Any]]:
    return [
        {"label": "错误", "value": bad, "unit": "行", "tone": "bad" if bad else ""},
        {"label": "新增", "value": added, "unit": "人"},
        {"label": "变更", "value": changed, "unit": "人"},
        {"label": "不变", "value": batch.unchanged, "unit": "人"},
        {"label": "共", "value": batch.rows, "unit": "行", "note": "空单元格表示不改原来的内容"},
    ]


def _faults(batch: PersonnelImport, sheet: Sheet) -> list[Fault]:
    cells = {record["row"]: record["cells"] for record in batch.rejected}
    columns = {column.key: column for column in sheet.columns}
    return [
        Fault(
            error["row"], cells[error["row"]].get("name", ""), error["key"], error["column"],
            error["value"], error["message"], _options(columns.get(error["key"])),
        )
        for error in batch.errors
    ]  # fmt: skip


def _options(column: Column | None) -> list[str]:
    if column is None:
        return []
    if column.kind == "yes_no":
        return ["是", "否"]
    return list(column.choices.values()) if column.kind == "choice" else []


def _changes(changed: list[dict]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"第 {change['row']} 行 {change['name']}",
            "label": f["label"],
            "old": f["old"],
            "new": f["new"],
        }
        for change in changed[:SHOWN_CHANGES]
        for f in change["fields"]
    ]


def _addition(sheet: Sheet, change: dict) -> dict[str, Any]:
    shown: dict[str, str] = defaultdict(str)
    for key, value in change["values"].items():
        shown[key] = sheet.column(key).shown(value)
    return {
        "row": change["row"], "uid": change["uid"], "name": change["name"], "unit": shown["unit"],
        "certificate": shown["certificate_no"], "until": shown["certificate_valid_until"], "areas": shown["areas"],
    }  # fmt: skip
