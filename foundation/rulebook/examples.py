"""Running worked examples: a file, a directory, and what differs.

An example names what is given and what is expected; every expected key is compared, keys the example leaves
out are not. The types of examples are in `example_types`.
"""

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
    """Every example of every *.toml in the directory, files in name order; the file stem names the rulebook."""
    outcomes = []
    for path in sorted(directory.glob("*.toml")):
        outcomes += check_file(path, calendar)
    return outcomes


def check_file(path: Path, calendar: Calendar) -> list[Outcome]:
    """Outcomes of one file; none for a rulebook file that happens to lie beside the examples."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        if "schema" in content and "examples" not in content:
            return []
        examples = content.get("examples")
        if not isinstance(examples, list) or not examples or not all(isinstance(e, dict) for e in examples):
            raise CannotEvaluate("文件中没有 [[examples]]。")
        book = library.get(content.get("rulebook", path.stem))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RuleBroken) as error:
        return [Outcome(path.name, "", "", (str(error),))]
    return [check_example(path.name, book, example, calendar) for example in examples]


def check_example(file: str, book: Rulebook, example: Mapping[str, Any], calendar: Calendar) -> Outcome:
    try:
        differences = tuple(_differences(book, example, calendar))
    except RuleBroken as error:
        differences = (error.message,)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        differences = (f"示例写法有误（{type(error).__name__}：{error}）",)
    return Outcome(file, str(example.get("id", "（无编号）")), str(example.get("title", "")), differences)


def _differences(book: Rulebook, example: Mapping[str, Any], calendar: Calendar) -> list[str]:
    kind, expect = example.get("type"), example["expect"]
    given = {_ALIASES.get(key, key): value for key, value in example["given"].items()}
    if kind not in TYPES:
        raise CannotEvaluate(f"不认识的示例类型“{kind}”。可用：{'、'.join(TYPES)}。")
    evaluate, allowed = TYPES[str(kind)]
    unknown = set(given) - allowed
    if unknown:
        raise CannotEvaluate(f"given 中有不认识的键：{'、'.join(sorted(unknown))}。")
    if not expect:
        raise CannotEvaluate("expect 为空，没有可核对的结果。")
    actual = evaluate(book, given, expect, calendar)
    return [
        f"{key} 应为 {_shown(wanted)}，实为 {_shown(actual[key]) if key in actual else '（不计算此项）'}"
        for key, wanted in expect.items()
        if key not in actual or not equal(key, actual[key], wanted, unordered=kind == "tier")
    ]


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
