"""What a table looks like: columns, their kinds, and how a cell becomes a value."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from foundation.sheets.errors import CellWrong

Kind = Literal["text", "code", "date", "choice", "yes_no", "number", "words", "lines"]
CLEAR = "清空"
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)
_EXACT_DIGITS = 15
_YES = frozenset({"是", "有", "√", "✓", "y", "yes", "true", "1", "在", "对"})
_NO = frozenset({"否", "无", "×", "x", "n", "no", "false", "0", "不在", "没有"})
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?\Z")
_BLANKS = re.compile(r"[\s\u3000\u200b\ufeff]+")
_WIDE = range(0xFF01, 0xFF5F)
_HALF = {wide: wide - 0xFEE0 for wide in _WIDE if chr(wide - 0xFEE0).isalnum() or chr(wide) in "－＿．＠＋"}
_STOP = re.compile(r"[；;]")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    choices: stored word → Chinese; either may be written in the file
    needs: another column that says which thing this cell belongs to; it travels with every change of this one
    shape: regular expression of what is usually written here; only to notice that a table has slipped sideways
    second: a change of what is on file needs a second person; the import only asks for it
    """

    key: str
    title: str
    kind: Kind = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 200
    help: str = ""
    example: str = ""
    needs: str = ""
    shape: str = ""
    second: bool = False

    def has_shape(self, text: str) -> bool:
        return re.fullmatch(self.shape, text) is not None

    def parse(self, cell: Any) -> Any:
        """The value of a non-empty cell. raises: CellWrong"""
        value = _PARSERS[self.kind](self, cell)
        if isinstance(value, str) and len(value) > self.max_length:
            raise CellWrong(f"有 {len(value)} 个字，最多 {self.max_length} 个。请缩短")
        return value

    def shown(self, value: Any) -> str:
        """The value as a person writes it in the file."""
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if self.kind == "lines":
            return "\n".join(value) + ("\n" if len(value) == 1 and _STOP.search(value[0]) else "")
        if isinstance(value, (list, tuple)):
            return "、".join(self.choices.get(item, item) for item in value)
        if isinstance(value, (date, Decimal)):
            return str(value)
        return self.choices.get(str(value), str(value))


@dataclass(frozen=True)
class Sheet:
    """A kind of table: `key` names the register, `title` the worksheet, `unit` the measure word of its rows,
    `identity` the column in which a file may name a row of the register outright, `parts` what is put together from
    several rows of the file and has no header of its own.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    unit: str = "行"
    notes: tuple[str, ...] = ()
    identity: str = ""
    parts: tuple[Column, ...] = ()
    _by_key: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {c.key: c for c in (*self.columns, *self.parts)})

    def column(self, key: str) -> Column:
        return self._by_key[key]

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)


def tidy(text: str) -> str:
    """Full-width letters and digits to half-width, odd blanks to one blank, ends trimmed; punctuation stays."""
    return _BLANKS.sub(" ", text.translate(_HALF)).strip()


def written(cell: Any) -> str:
    """The cell as text, as a person sees it; 12.0 is 12."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return tidy(unguarded(str(cell)))


def guarded(text: str) -> str:
    """Text that a spreadsheet cannot take for a formula: with an apostrophe in front, which `unguarded` takes off."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\u200b\ufeff"))


def _text(_column: Column, cell: Any) -> str:
    _not_a_formula(cell)
    return written(cell)


def _code(column: Column, cell: Any) -> str:
    """A number typed by a person but never counted with: codes, telephone and certificate numbers."""
    _not_a_formula(cell)
    if isinstance(cell, (float, int)) and not isinstance(cell, bool) and abs(cell) >= 10**_EXACT_DIGITS:
        raise CellWrong(
            "是按数字存的，第 15 位以后的数字已被表格软件改成 0。请先把这一列的格式设为“文本”，再重新填写"
        )
    text = written(cell)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text):
        raise CellWrong("被表格软件写成了科学计数，数字已经损坏。请先把这一列的格式设为“文本”，再重新填写")
    return text.replace(" ", "")


def _date(_column: Column, cell: Any) -> date:
    _not_a_formula(cell)
    day = _as_date(cell)
    if not EARLIEST <= day <= LATEST:
        raise CellWrong(
            f"日期是 {day}，不合常理，多半是空单元格或序号被当成了日期。请改成像 2026-03-01 这样的日期，没有就留空"
        )
    return day


def _as_date(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = written(cell)
    match = _DATE.match(text) or _COMPACT.match(text)
    if match:
        return _calendar_day(*map(int, match.groups()))
    if isinstance(cell, time) or re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        raise CellWrong(
            f"不是日期，是数字 {text}，多半是日期序号。请把单元格格式改为日期，或写成像 2026-03-01 这样"
        )
    raise CellWrong("看不懂这个日期。请写成像 2026-03-01 这样，没有就留空")


def _calendar_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        fault = f"没有 {month} 月" if not 1 <= month <= 12 else f"{year} 年 {month} 月没有 {day} 日"
        raise CellWrong(f"{fault}。请改成日历上有的日期") from None


def _choice(column: Column, cell: Any) -> str:
    _not_a_formula(cell)
    return _one_choice(column, written(cell))


def _one_choice(column: Column, text: str) -> str:
    for stored, label in column.choices.items():
        if text in (label, stored):
            return stored
    labels = list(column.choices.values())
    near = difflib.get_close_matches(text, labels, n=1, cutoff=0.4)
    hint = f"是不是“{near[0]}”？" if near else ""
    raise CellWrong(f"没有“{text}”这个叫法。{hint}只能填：{'、'.join(labels)}")


def _yes_no(_column: Column, cell: Any) -> bool:
    _not_a_formula(cell)
    if isinstance(cell, bool):
        return cell
    text = written(cell).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise CellWrong("只能填“是”或“否”")


def _number(_column: Column, cell: Any) -> Decimal:
    _not_a_formula(cell)
    text = written(cell).replace(",", "").replace("，", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellWrong("不是数字。请只写数字，不带单位") from None
    if not number.is_finite():
        raise CellWrong("不是数字。请只写数字，不带单位")
    return number.normalize() if number else Decimal(0)


def _words(column: Column, cell: Any) -> list[str]:
    _not_a_formula(cell)
    words = [word.strip() for word in re.split(r"[、，,;；\n]+", written(cell)) if word.strip()]
    if column.choices:
        words = [_one_choice(column, word) for word in words]
    too_long = next((word for word in words if len(word) > column.max_length), None)
    if too_long:
        raise CellWrong(f"“{too_long[:20]}…”太长，每个最多 {column.max_length} 个字。请用顿号分开")
    return list(dict.fromkeys(words))


def _lines(column: Column, cell: Any) -> list[str]:
    """One entry per line of the cell; a cell of one line is split at its semicolons."""
    _not_a_formula(cell)
    text = unguarded(cell) if isinstance(cell, str) else written(cell)
    parts = text.splitlines() if "\n" in text else _STOP.split(text)
    lines = [tidy(part) for part in parts if part.strip()]
    if sum(map(len, lines)) > column.max_length:
        raise CellWrong(f"太长，最多 {column.max_length} 个字。请缩短")
    return lines


def _not_a_formula(cell: Any) -> None:
    if isinstance(cell, str) and cell.lstrip().startswith("="):
        raise CellWrong("是公式。请改成文字或数字（复制后“选择性粘贴为数值”）")


_PARSERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "code": _code,
    "date": _date,
    "choice": _choice,
    "yes_no": _yes_no,
    "number": _number,
    "words": _words,
    "lines": _lines,
}


def load(column: Column, plain: Any) -> Any:
    """The value again from its JSON form (changes.plain)."""
    if plain is None or plain == "":
        return None
    if column.kind == "date":
        return date.fromisoformat(plain)
    if column.kind == "number":
        return Decimal(plain)
    return plain
