"""Credit schemes: which grades each one has, best first, and which of them a rulebook speaks of. source: QS-10.13b, WL-7.4"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from foundation.errors import RuleBroken

_FILE = Path(__file__).parent.parent / "data" / "credit_schemes.toml"


class GradeUnknown(RuleBroken):
    code = "grade_unknown"


@dataclass(frozen=True)
class Scheme:
    """since, until: days between which it may be used; None = open"""

    id: str
    zh: str
    grades: tuple[str, ...]
    basis: str
    since: date | None = None
    until: date | None = None
    environmental: bool = True


@dataclass(frozen=True)
class Rating:
    scheme: str
    grade: str
    rated_on: date
    valid_until: date | None = None


@lru_cache(maxsize=1)
def schemes() -> tuple[Scheme, ...]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["schemes"]
    return tuple(
        Scheme(row["id"], row["zh"], tuple(row["grades"]), row["basis"], row.get("from"), row.get("until"), row.get("environmental", True))
        for row in rows
    )  # fmt: skip


def scheme(id_: str) -> Scheme:
    """raises: GradeUnknown"""
    for row in schemes():
        if row.id == id_:
            return row
    raise GradeUnknown(f"没有“{id_}”这套评价办法。可以选：{'、'.join(row.zh for row in schemes())}。")


def check(id_: str, grade: str, rated_on: date) -> Scheme:
    """raises: GradeUnknown when the scheme has no such grade or was not in use on the day"""
    row = scheme(id_)
    if grade not in row.grades:
        raise GradeUnknown(f"“{row.zh}”没有“{grade}”这一级。可以选：{'、'.join(row.grades)}。")
    if (row.since and rated_on < row.since) or (row.until and rated_on > row.until):
        raise GradeUnknown(f"“{row.zh}”在 {rated_on} 不在用。请核对评定日期或换一套办法。")
    return row


def speaks_of(book_grades: Iterable[str], id_: str) -> bool:
    """Whether the rulebook's grades are those of the scheme: only then does the rating decide about tiers."""
    row = scheme(id_)
    return row.environmental and bool(tuple(book_grades)) and set(book_grades) <= set(row.grades)


def grade_on(book_grades: Iterable[str], ratings: Iterable[Rating], on: date) -> str:
    """The latest grade in force on the day under a scheme the rulebook speaks of; empty when there is none."""
    grades = tuple(book_grades)
    in_force = [
        row for row in ratings
        if speaks_of(grades, row.scheme) and row.rated_on <= on and (row.valid_until is None or row.valid_until >= on)
    ]  # fmt: skip
    return max(in_force, key=lambda row: row.rated_on).grade if in_force else ""
