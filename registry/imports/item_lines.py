"""The lines and check points of an item in a file: adjoining rows with the same 事项编号, one line and one point a row."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row
from registry.models import ItemScope

LINE = {
    "scope_target": "target", "scope_size": "size", "scope_frequency": "frequency", "scope_period": "period",
    "scope_ratio": "ratio", "scope_rate": "rate", "scope_count": "count", "scope_quota": "quota",
}  # fmt: skip
POINT = {
    "point_title": "title",
    "point_points": "points",
    "point_standard": "standard",
    "point_method": "method",
}
COLUMNS = (
    Column("scope_target", "对象范围", max_length=300, help="一条范围占一行，各行的事项编号相同、排在一起；不写的取检查对象", example="重点排污单位"),
    Column("scope_size", "现有数量", max_length=40, synonyms=("对象数量",), help="照文件，如“约26家”", example="约26家"),
    Column("scope_frequency", "抽查频次", max_length=60, synonyms=("检查频次", "频次"), example="4次/年"),
    Column("scope_period", "周期", "choice", choices=dict(ItemScope.Period.choices), synonyms=("抽查周期",), example="每季度"),
    Column("scope_ratio", "抽查比例", synonyms=("比例", "抽取比例"), example="每季度抽查10%"),
    Column("scope_rate", "比例数", "number", help="10% 填 0.1", example="0.1"),
    Column("scope_count", "抽取数量", max_length=40, synonyms=("抽取对象数量",), example="约12"),
    Column("scope_quota", "配额行", "code", max_length=40, help="规则书配额的编号；自列的不填"),
    Column("point_title", "检查项", synonyms=("检查项目",), help="检查单一项占一行；整列不写的，按检查内容一条一项", example="治理设施运行记录"),
    Column("point_points", "检查要点", max_length=500),
    Column("point_standard", "检查标准", max_length=500),
    Column("point_method", "检查项的方式", max_length=60, synonyms=("检查项方式",)),
)  # fmt: skip
_ORDER = ("quota", "target", "size", "frequency", "period", "ratio", "rate", "count")


@dataclass(frozen=True)
class ManyRows(Column):
    """A value put together from several rows of the file: a list of lines or of check points."""

    def shown(self, value: Any) -> str:
        return "\n".join(f"{n}. {_words(one)}" for n, one in enumerate(value or (), 1))


PARTS = (ManyRows("scopes", "对象范围"), ManyRows("points", "检查单"))


def _words(one: Mapping[str, Any]) -> str:
    """What a person would say of the line: its words, not the figures worked out from them."""
    return "，".join(
        str(value) for key, value in one.items() if value and key not in ("quota", "period", "rate")
    )


def scope_record(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _ORDER}


def point_record(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in POINT.values()}


def file_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one item in a file: everything in the first, then code, name and the further lines."""
    scopes, points = record["scopes"], record["points"]
    for at in range(max(1, len(scopes), len(points))):
        head = dict(record) if at == 0 else {"code": record["code"], "name": record["name"]}
        if at < len(scopes):
            head |= {key: scopes[at][name] for key, name in LINE.items()}
        if at < len(points):
            head |= {key: points[at][name] for key, name in POINT.items()}
        yield head


def groups(rows: Iterable[Row]) -> list[list[Row]]:
    """Adjoining rows of one item; a row without a code stands alone."""
    return [
        list(group) for _, group in groupby(rows, key=lambda row: row.values.get("code") or row.number)
    ]  # fmt: skip


def gather(sheet: Sheet, group: list[Row], known: Mapping[str, Any], quotas: Collection[str]) -> None:
    """Lines and points of all rows into the first one; what the further rows repeat must not contradict it.

    known: the item on file, empty for a new one. quotas: ids of the rulebook's quotas
    """
    first = group[0]
    known_quotas = quotas and {*quotas, *(line["quota"] for line in known.get("scopes", ()))}
    scopes = [_scope(sheet, row, known_quotas) for row in group if _speaks(row, LINE)]
    points = [_point(sheet, row) for row in group if _speaks(row, POINT)]
    if scopes:
        first.values["scopes"] = _completed([one for one in scopes if one], known.get("scopes", ()))
    if points:
        first.values["points"] = [
            {"title": "", "points": "", "standard": "", "method": "", **one} for one in points if one
        ]
    for row in group:
        for key in (*LINE, *POINT):
            row.values.pop(key, None)
    for row in group[1:]:
        _repeats(sheet, row, first, known)


def _speaks(row: Row, names: Mapping[str, str]) -> bool:
    return any(key in row.values for key in names)


def _scope(sheet: Sheet, row: Row, quotas: Collection[str]) -> dict[str, Any]:
    """Empty for a row that says 清空. The first of several rows may name its targets in 检查对象."""
    if row.values.get("scope_target", "") is None:
        return {}
    given = {name: row.values[key] for key, name in LINE.items() if key in row.values}
    given["target"] = given.get("target") or row.values.get("targets")
    if not given["target"]:
        row.wrong(sheet, "scope_target", "这一行写了频次、比例或数量，没有写是哪些对象。请填写对象范围")
    if (rate := given.get("rate")) is not None and not 0 < rate < 10_000:
        row.wrong(sheet, "scope_rate", "比例数要大于 0。10% 请填 0.1；没有定比例的空着")
    if given.get("quota") and quotas and given["quota"] not in quotas:
        row.wrong(sheet, "scope_quota", f"规则书没有编号 {given['quota']} 的配额。自列的范围请空着")
    return given


def _point(sheet: Sheet, row: Row) -> dict[str, Any]:
    if row.values.get("point_title", "") is None:
        return {}
    given = {name: row.values[key] or "" for key, name in POINT.items() if key in row.values}
    if not given.get("title"):
        row.wrong(sheet, "point_title", "这一行写了要点、标准或方式，没有写检查项。请填写检查项")
    return given


def _completed(lines: list[dict[str, Any]], on_file: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An empty cell keeps what the line with the same words has on file."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for line in on_file:
        held.setdefault(line["target"], []).append(line)
    blank: dict[str, Any] = dict.fromkeys(_ORDER, "") | {"rate": None}
    found = []
    for line in lines:
        same = held.get(line["target"], [])
        whole = blank | dict(same.pop(0) if same else {}) | line
        found.append({name: whole[name] if name == "rate" else whole[name] or "" for name in _ORDER})
    return found


def _repeats(sheet: Sheet, row: Row, first: Row, known: Mapping[str, Any]) -> None:
    for key in [key for key in row.values if key not in ("code", "targets")]:
        if row.values[key] != first.values.get(key, known.get(key)):
            row.wrong(
                sheet,
                key,
                f"与同一事项的第 {first.number} 行不同。事项的各栏只写在第一行，下面的行只写对象范围和检查项",
            )


def one_fate(sheet: Sheet, group: list[Row]) -> None:
    """A fault in one row holds back the whole item."""
    bad = next((row for row in group if row.problems), None)
    for row in group if bad else ():
        if bad and not row.problems:
            row.wrong(sheet, "", f"同一事项的第 {bad.number} 行有错误，改好后一起导入")


def load_parts(values: Iterable[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Lines again from their stored form."""
    return [
        line | ({"rate": Decimal(line["rate"]) if line["rate"] else None} if "rate" in line else {})
        for line in values or ()
    ]
