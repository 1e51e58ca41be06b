"""在编在岗 on a chosen day, unit by unit, each figure opening to its people. source: XY-3.4, QZ-4.7, QZ-4.8, CAP-34"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.organisation.models import Organisation, Unit
from foundation.sheets.columns import Column, Sheet
from personnel import queries, rules
from personnel.models import Inspector

IN_POST, ESTABLISHED, OFFICERS, SECONDED, AVAILABLE = (
    "in_post",
    "established",
    "officers",
    "seconded",
    "available",
)
LABELS = {
    IN_POST: "在岗", ESTABLISHED: "在编在岗", OFFICERS: "在编在岗持证", SECONDED: "其中借调在外", AVAILABLE: "当天可派",
}  # fmt: skip
SUMS = Sheet("headcount", "各单位人数", (
    Column("unit", "单位"), *(Column(key, f"{label}，人", "number") for key, label in LABELS.items()),
))  # fmt: skip
PEOPLE = Sheet("headcount-people", "人员明细", (
    Column("unit", "单位"), Column("name", "姓名"), Column("uid", "人员编号", "code"), Column("post", "职务"), Column("established", "在编", "yes_no"),
    Column("since", "任职起"), Column("until", "任职止"), Column("number", "执法证号", "code"), Column("ends", "有效期至", "date"),
    Column("officer", "计入在编在岗持证", "yes_no"), Column("why", "没有计入的原因"), Column("status", "当天"),
))  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One person in post on the day."""

    person: Inspector
    unit: int
    term: rules.Term
    certificate: rules.Certificate
    status: str
    officer: bool

    @property
    def kinds(self) -> set[str]:
        marks = {
            ESTABLISHED: self.term.established, OFFICERS: self.officer,
            SECONDED: self.officer and self.status == rules.SECONDED, AVAILABLE: self.status == rules.AVAILABLE,
        }  # fmt: skip
        return {IN_POST} | {name for name, held in marks.items() if held}

    @property
    def why(self) -> str:
        """Why the person does not count to the officer ratio."""
        reasons = [] if self.term.established else ["非在编"]
        return "、".join([*reasons, *([] if self.officer or reasons else ["当天没有有效执法证"])])

    @property
    def words(self) -> str:
        return rules.STATUS_LABELS[self.status]


@dataclass(frozen=True)
class Line:
    """One unit, or all of them (unit None)."""

    unit: Unit | None
    counts: dict[str, int]

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        return [(key, label, self.counts[key]) for key, label in LABELS.items()]


@dataclass(frozen=True)
class Count:
    on: date
    lines: list[Line]
    total: Line
    rows: list[Row]

    def people(self, kind: str, unit: int | None) -> list[Row]:
        """The people behind one figure."""
        return [row for row in self.rows if kind in row.kinds and (unit is None or row.unit == unit)]


def count_of(organisation: Organisation, on: date) -> Count:
    """Five queries."""
    people = list(Inspector.objects.of(organisation).order_by("name", "id"))
    return _count(organisation, queries.past_of(people), on)


def _count(organisation: Organisation, past: queries.Past, on: date) -> Count:
    rows = [row for pk in past.people if (row := _row(past, pk, on))]
    units = {unit.pk: unit for unit in Unit.objects.filter(organisation=organisation).order_by("code")}
    used = [unit for pk, unit in units.items() if any(row.unit == pk for row in rows)]
    lines = [Line(unit, _sums([row for row in rows if row.unit == unit.pk])) for unit in used]
    return Count(on, lines, Line(None, _sums(rows)), sorted(rows, key=lambda row: units[row.unit].code))


def _row(past: queries.Past, pk: int, on: date) -> Row | None:
    term = past.term(pk, on)
    if term is None:
        return None
    return Row(
        past.people[pk], term.unit, term, past.certificate(pk, on), past.status(pk, on), past.officer(pk, on)
    )


def _sums(rows: list[Row]) -> dict[str, int]:
    return {key: sum(key in row.kinds for row in rows) for key in LABELS}


def year_of(organisation: Organisation, on: date) -> tuple[list[str], list[int]]:
    """Officers on the first day of each of the twelve months up to the day, for the picture. Four queries."""
    past = queries.past_of(Inspector.objects.of(organisation))
    number = on.year * 12 + on.month - 1
    days = [date((number - n) // 12, (number - n) % 12 + 1, 1) for n in range(11, -1, -1)]
    return [f"{day:%y-%m}" for day in days], [
        sum(past.officer(pk, day) for pk in past.people) for day in days
    ]


def sum_records(count: Count) -> Iterator[dict[str, Any]]:
    for line in [*count.lines, count.total]:
        yield {"unit": line.unit.name if line.unit else "合计", **line.counts}


def people_records(rows: list[Row], units: dict[int, str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "unit": units[row.unit], "name": row.person.name, "uid": row.person.uid, "post": row.term.post,
            "established": row.term.established, "since": str(row.term.since or "建档以前"), "until": str(row.term.until or "至今"),
            "number": row.certificate.number, "ends": row.certificate.valid_until, "officer": row.officer, "why": row.why,
            "status": row.words,
        }  # fmt: skip
