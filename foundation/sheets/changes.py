"""What an import would do to a register: new rows, changed fields, rows that say nothing new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.sheets.columns import Sheet
from foundation.sheets.errors import Problem
from foundation.sheets.rows import Row

ADD, CHANGE = "add", "change"
KIND_LABELS = {ADD: "新增", CHANGE: "变更"}


@dataclass(frozen=True)
class Known:
    """A row of the register as the file would write it: plain values by column key."""

    id: int
    version: int
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class FieldChange:
    key: str
    label: str
    old: str
    new: str
    note: str = ""


@dataclass(frozen=True)
class Change:
    """One row's effect. `values`: all given values (new row) or only the changed ones; `old`: what they replace."""

    row: int
    kind: str
    uid: str
    name: str
    id: int | None
    version: int | None
    values: Mapping[str, Any]
    old: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[FieldChange, ...] = ()
    notices: tuple[str, ...] = ()

    def plain(self) -> dict:
        return {
            "row": self.row, "kind": self.kind, "uid": self.uid, "name": self.name, "id": self.id, "version": self.version,
            "values": {key: plain(value) for key, value in self.values.items()},
            "old": {key: plain(value) for key, value in self.old.items()},
            "fields": [{"key": f.key, "label": f.label, "old": f.old, "new": f.new, "note": f.note} for f in self.fields],
            "notices": list(self.notices),
        }  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """The result of a dry run; nothing has been written."""

    rows: int
    unchanged: int
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    rejected: tuple[dict, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        return sum(1 for change in self.changes if change.kind == ADD)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.added

    @property
    def bad_rows(self) -> int:
        return len({problem.row for problem in self.problems})


def compare(
    sheet: Sheet, row: Row, uid: str, known: Known | None, notices: tuple[str, ...] = ()
) -> Change | None:
    """The change a row makes, or None if it says nothing new."""
    if known is None:
        values = {key: value for key, value in row.values.items() if value is not None}
        return Change(row.number, ADD, uid, str(values.get("name", uid)), None, None, values, notices=notices)
    values = {key: value for key, value in row.values.items() if _differ(value, known.values.get(key))}
    if not values:
        return None
    old = {key: known.values.get(key) for key in values}
    fields = tuple(
        FieldChange(
            key, sheet.column(key).title, sheet.column(key).shown(old[key]), sheet.column(key).shown(value)
        )
        for key, value in values.items()
    )
    for key in [sheet.column(key).needs for key in values]:
        if key and key in row.values and key not in values:
            values[key], old[key] = row.values[key], known.values.get(key)
    return Change(row.number, CHANGE, uid, known.name, known.id, known.version, values, old, fields, notices)


def plain(value: Any) -> Any:
    """JSON-able form, the same on both sides of a comparison."""
    if isinstance(value, Decimal):
        number = value.normalize() if value else Decimal(0)
        return format(number, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def _differ(one: Any, other: Any) -> bool:
    """Nothing, an empty text and an empty list are the same."""
    empty: tuple[Any, ...] = (None, "", [], ())
    if one in empty and other in empty:
        return False
    return plain(one) != plain(other)
