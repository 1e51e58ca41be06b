"""The yearly holiday notice as a file: CSV, JSON or XLSX in, rows and Chinese errors out. Writes nothing.

Table columns: 日期 (2027-01-01, or 2027-02-05至2027-02-11 for a run of days) · 类型 (休 or 班) · 名称.
JSON: a list of {"date", "kind", "name"}, or {"days": [...]}.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from foundation.errors import RuleBroken
from foundation.sheets.errors import SheetRefused
from foundation.sheets.reading import read

from .rules import DayKind
from .statutory import statutory_days

KINDS: dict[str, DayKind] = {
    "休": "rest",
    "rest": "rest",
    "放假": "rest",
    "班": "work",
    "work": "work",
    "上班": "work",
    "调休上班": "work",
}
_COLUMNS = {"日期": "date", "date": "date", "类型": "kind", "kind": "kind", "名称": "name", "name": "name"}
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_LONGEST_RUN = 31
_SATURDAY = 5


class UnreadableFile(RuleBroken):
    code = "holiday_file_unreadable"


@dataclass(frozen=True)
class HolidayRow:
    """One day of the notice; `line` = row of the file it came from."""

    line: int
    date: date
    kind: DayKind
    name: str


@dataclass(frozen=True)
class RowError:
    line: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.text}"


@dataclass(frozen=True)
class HolidayFile:
    """A file after checking. It may be imported only if `errors` is empty; `notices` ask for a second look."""

    year: int
    rows: tuple[HolidayRow, ...]
    errors: tuple[RowError, ...]
    notices: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.errors


def parse_holidays(content: bytes, filename: str, year: int) -> HolidayFile:
    """Checks every row of the file for this year.

    raises: UnreadableFile if the file is not of the kind its name says, or has no rows or columns we know
    """
    rows: list[HolidayRow] = []
    errors: list[RowError] = []
    seen: dict[date, int] = {}
    for line, raw in _records(content, filename):
        for row in _days(line, raw, errors):
            error = _fault(row, year, seen)
            if error:
                errors.append(RowError(line, error))
            else:
                rows.append(row)
            seen.setdefault(row.date, line)
    rows.sort(key=lambda row: row.date)
    return HolidayFile(year, tuple(rows), tuple(errors), tuple(_notices(year, rows)))


def _records(content: bytes, filename: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Tables go through the same door as every workbook; only JSON is a kind of its own."""
    if filename.lower().endswith(".json"):
        return _json_rows(content)
    try:
        grid = read(filename, content)
    except SheetRefused as refused:
        raise UnreadableFile(refused.message) from refused
    return _table(list(grid.rows()))


def _json_rows(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(f"不是有效的 JSON 文件{_place(error)}。请检查后重新上传。") from error
    days = found.get("days") if isinstance(found, dict) else found
    if not isinstance(days, list) or not days or not all(isinstance(day, dict) for day in days):
        raise UnreadableFile("JSON 中没有日期列表。请写成 [{“date”…}] 或 {“days”: [ … ]}。")
    return (
        (line, {_COLUMNS.get(key, key): value for key, value in day.items()})
        for line, day in enumerate(days, 1)
    )


def _place(error: Exception) -> str:
    return (
        f"，第 {error.lineno} 行第 {error.colno} 列读不下去"
        if isinstance(error, json.JSONDecodeError)
        else ""
    )


def _table(table: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    if not table:
        raise UnreadableFile("文件是空的。请按“日期、类型、名称”三列填写后上传。")
    names = [_COLUMNS.get(str(cell).strip().lower(), "") for cell in table[0]]
    missing = [zh for zh, name in (("日期", "date"), ("类型", "kind"), ("名称", "name")) if name not in names]
    if missing:
        raise UnreadableFile(f"第一行缺少列：{'、'.join(missing)}。请按“日期、类型、名称”写表头。")
    records = (
        (line, {name: cell for name, cell in zip(names, cells, strict=False) if name})
        for line, cells in enumerate(table[1:], 2)
        if any(str(cell).strip() for cell in cells)
    )
    found = list(records)
    if not found:
        raise UnreadableFile("文件只有表头，没有数据。请逐日填写后上传。")
    return iter(found)


def _days(line: int, raw: dict[str, Any], errors: list[RowError]) -> Iterator[HolidayRow]:
    kind = KINDS.get(str(raw.get("kind", "")).strip().lower())
    name = str(raw.get("name", "") or "").strip()
    try:
        first, last = _span(raw.get("date", ""))
    except ValueError as error:
        errors.append(RowError(line, str(error)))
        return
    if kind is None:
        errors.append(RowError(line, f"类型“{raw.get('kind', '')}”不认识，请填“休”或“班”"))
    if not name:
        errors.append(RowError(line, "名称为空，请填写节日名称"))
    if len(name) > 40:
        errors.append(RowError(line, "名称超过 40 个字，请缩短"))
        return
    if kind is None or not name:
        return
    for offset in range((last - first).days + 1):
        yield HolidayRow(line, first + timedelta(days=offset), kind, name)


def _span(raw: Any) -> tuple[date, date]:
    """One day, or first and last day of a run; ValueError with the Chinese reason."""
    if isinstance(raw, datetime):
        return raw.date(), raw.date()
    if isinstance(raw, date):
        return raw, raw
    text = str(raw).strip()
    first, *rest = (_one_day(part) for part in re.split(r"至|~|～|—", text))
    if len(rest) > 1:
        raise ValueError(f"日期“{text}”写法不对，请写成 2027-01-01 或 2027-02-05至2027-02-11")
    last = rest[0] if rest else first
    if last < first:
        raise ValueError(f"日期“{text}”的结束早于开始，请核对")
    if (last - first).days >= _LONGEST_RUN:
        raise ValueError(f"日期“{text}”超过一个月，请核对")
    return first, last


def _one_day(text: str) -> date:
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"日期“{text.strip()}”写法不对，请写成 2027-01-01")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise ValueError(f"日期“{text.strip()}”不存在，请核对") from None


def _fault(row: HolidayRow, year: int, seen: dict[date, int]) -> str:
    if row.date.year != year:
        return f"{row.date} 不是 {year} 年的日期，请核对年份"
    if row.date in seen:
        return f"{row.date} 与第 {seen[row.date]} 行重复，请删去一行"
    if row.kind == "work" and row.date.weekday() < _SATURDAY:
        return f"{row.date} 是星期{'一二三四五'[row.date.weekday()]}，本来就是工作日，不能标为调休上班"
    return ""


def _notices(year: int, rows: Iterable[HolidayRow]) -> Iterator[str]:
    rows = list(rows)
    rest = {row.date for row in rows if row.kind == "rest"}
    for day, name in sorted(statutory_days(year).items()):
        if day not in rest:
            yield f"{day} 是法定节假日（{name}），文件中没有列为休息日，请核对通知原文"
    if not any(row.kind == "work" for row in rows):
        yield "文件中没有调休上班的日子，请核对通知原文"
