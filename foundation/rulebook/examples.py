"""Running worked examples: a file, a directory, and what differs.

An example names what is given and what is expected; every expected key is compared, keys the example leaves
out are not. The types of examples are in `example_types`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from foundation.errors import RuleBroken

from . import library
from .comparing import equal
from .deadlines import Calendar
from .errors import CannotEvaluate
from .example_shape import check_given, parts_of
from .example_types import TYPES
from .model import Rulebook

_ALIASES = {"numbers": "manual", "planned": "plan", "plan_numbers": "plan", "override": "override_cap"}


@dataclass(frozen=True)
class Outcome:
    """One example after checking: `differences` is empty if it passed."""

    file: str
    id: str
    title: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    @property
    def line(self) -> str:
        return f"{self.file} {self.id}：{'；'.join(self.differences)}"


def check_directory(directory: Path, calendar: Calendar) -> list[Outcome]:
    """Every example of every *.toml in the directory and below it, files in name order."""
    outcomes = []
    for path in sorted(directory.rglob("*.toml")):
        if path.is_file():
            outcomes += check_file(path, calendar, name=str(path.relative_to(directory)))
    return outcomes


def check_file(path: Path, calendar: Calendar, *, name: str = "") -> list[Outcome]:
    """Outcomes of one file; none for a rulebook file that happens to lie beside the examples.

    name: how the file is called in the lines of the report
    """
    name = name or path.name
    try:
        content = _read(path)
        if "schema" in content and "examples" not in content:
            return []
        examples = content.get("examples")
        if not isinstance(examples, list) or not examples or not all(isinstance(e, dict) for e in examples):
            raise CannotEvaluate("文件中没有 [[examples]]。请按规则书示例的写法补上。")
        book = library.get(_book_id(content, path))
    except RuleBroken as error:
        return [Outcome(name, "（整个文件）", "", (error.message,))]
    return [check_example(name, book, example, calendar) for example in examples]


def _read(path: Path) -> dict[str, Any]:
    """The file as TOML; a byte order mark and Windows line ends are fine."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise CannotEvaluate("文件不是 UTF-8 编码。请另存为 UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotEvaluate(f"不是有效的 TOML 文件（{error}）。请按提示的行列改正。") from None
    except OSError as error:
        raise CannotEvaluate(f"文件读不出来（{error.strerror}）。请检查文件权限。") from None


def _book_id(content: Mapping[str, Any], path: Path) -> str:
    """The rulebook the examples are of: named in the file, else by the file, else by its folder.

    A file may say more after the id: `qinshui-2022-further.toml`.
    """
    named = content.get("rulebook", path.stem)
    if isinstance(named, Mapping):
        named = named.get("id", path.stem)
    if "rulebook" in content or named in library.available():
        return str(named)
    for place in (path.stem, path.parent.name):
        for book in library.available():
            if re.fullmatch(rf"{re.escape(book)}(?:[^0-9A-Za-z].*)?", place):
                return book
    return str(named)


def check_example(file: str, book: Rulebook, example: Mapping[str, Any], calendar: Calendar) -> Outcome:
    try:
        differences = tuple(_differences(book, example, calendar))
    except RuleBroken as error:
        differences = (error.message,)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        differences = (
            f"示例写法有误，算不出来（{type(error).__name__}：{error}）。请对照规则书的示例改正。",
        )
    return Outcome(file, str(example.get("id", "（无编号）")), str(example.get("title", "")), differences)


def _differences(book: Rulebook, example: Mapping[str, Any], calendar: Calendar) -> list[str]:
    kind, raw, expect = parts_of(example)
    given = {_ALIASES.get(key, key): value for key, value in raw.items()}
    if kind not in TYPES:
        raise CannotEvaluate(f"不认识的示例类型“{kind}”。可用：{'、'.join(TYPES)}。")
    example_type = TYPES[kind]
    unknown = set(given) - example_type.allowed
    if unknown:
        raise CannotEvaluate(f"given 中有不认识的键：{'、'.join(sorted(unknown))}。请删去或改正。")
    check_given(given, example_type.required)
    actual = example_type.evaluate(book, given, expect, calendar)
    return [
        f"{key} 应为 {_shown(wanted)}，实为 {_shown(actual[key]) if key in actual else '（不计算此项）'}"
        for key, wanted in expect.items()
        if key not in actual or not equal(key, actual[key], wanted, unordered=kind == "tier")
    ]


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
