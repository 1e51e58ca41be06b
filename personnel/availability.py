"""Who can be sent when: people × days or weeks, with the counts per column, area and speciality."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from foundation.sheets.columns import Column, Sheet
from personnel import queries, rules
from personnel.models import Inspector

WEEKS, DAYS = 13, 28  # columns of the picture; display choices
WORKDAYS = 5  # Monday to Friday; a picture, not a deadline, so holidays are left in
_DAY = timedelta(1)
SHORT = {
    rules.AVAILABLE: "可", rules.ON_LEAVE: "假", rules.NO_CERTIFICATE: "证", rules.SECONDED: "借", rules.ON_DUTY: "值",
    rules.OTHERWISE: "离",
}  # fmt: skip
CSS = {
    rules.AVAILABLE: "ok", rules.ON_LEAVE: "away", rules.NO_CERTIFICATE: "cert", rules.SECONDED: "lent", rules.ON_DUTY: "duty",
    rules.OTHERWISE: "off",
}  # fmt: skip
LEGEND = [(SHORT[code], CSS[code], label) for code, label in rules.STATUS_LABELS.items()]


@dataclass(frozen=True)
class Span:
    """One column: a day, or a week from Monday to Friday."""

    first: date
    last: date

    @property
    def label(self) -> str:
        return f"{self.first.month}-{self.first.day:02}"

    @property
    def days(self) -> list[date]:
        return [self.first + n * _DAY for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Cell:
    """status: the only one, or what keeps the person out · days: days available of the column"""

    status: str
    days: int
    of: int

    @property
    def text(self) -> str:
        if self.days == self.of:
            return SHORT[rules.AVAILABLE]
        return SHORT[self.status] if not self.days else f"{self.days}/{self.of}"

    @property
    def css(self) -> str:
        return CSS[self.status] if not self.days else "part" if self.days < self.of else "ok"

    @property
    def words(self) -> str:
        if self.days == self.of:
            return rules.STATUS_LABELS[rules.AVAILABLE]
        reason = rules.STATUS_LABELS[self.status]
        return reason if not self.days else f"{reason}，可派 {self.days} 天"


@dataclass(frozen=True)
class Line:
    person: Inspector
    cells: list[Cell]


@dataclass(frozen=True)
class Tally:
    """Least number available on any one day of each column."""

    label: str
    counts: list[int]


@dataclass(frozen=True)
class Picture:
    spans: list[Span]
    lines: list[Line]
    tallies: list[Tally]


def weeks_from(first: date, count: int = WEEKS) -> list[Span]:
    monday = first - first.weekday() * _DAY
    return [Span(monday + 7 * n * _DAY, monday + (7 * n + WORKDAYS - 1) * _DAY) for n in range(count)]


def days_from(first: date, count: int = DAYS) -> list[Span]:
    days = (first + n * _DAY for n in range(count))
    return [Span(day, day) for day in days if day.weekday() < WORKDAYS]


def picture_of(people: Iterable[Inspector], spans: Sequence[Span]) -> Picture:
    """people: fetched with unit and areas; who is in post on none of the days is left out. Three queries."""
    past = queries.past_of(people)
    days = {day for span in spans for day in span.days}
    statuses = {
        pk: {day: past.status(pk, day) for day in days}
        for pk in past.people
        if any(past.term(pk, day) is not None for day in days)
    }
    lines = [Line(past.people[pk], [_cell(held, span) for span in spans]) for pk, held in statuses.items()]
    return Picture(list(spans), lines, _tallies([line.person for line in lines], statuses, spans))


def _cell(held: dict[date, str], span: Span) -> Cell:
    found = [held[day] for day in span.days]
    out = [code for code in found if code != rules.AVAILABLE]
    return Cell(max(out, key=out.count) if out else rules.AVAILABLE, len(found) - len(out), len(found))


def _tallies(
    people: list[Inspector], statuses: dict[int, dict[date, str]], spans: Sequence[Span]
) -> list[Tally]:
    groups: list[tuple[str, list[int]]] = [("可派人数", [one.pk for one in people])]
    areas = {area.code: area.name for one in people for area in one.areas.all()}
    for code, name in sorted(areas.items()):
        groups.append(
            (f"片区 {name}", [one.pk for one in people if any(a.code == code for a in one.areas.all())])
        )
    for word in sorted({word for one in people for word in one.specialities}):
        groups.append((f"专长 {word}", [one.pk for one in people if word in one.specialities]))
    return [Tally(label, [_least(ids, statuses, span) for span in spans]) for label, ids in groups]


def _least(ids: list[int], statuses: dict[int, dict[date, str]], span: Span) -> int:
    return min((sum(statuses[pk][day] == rules.AVAILABLE for pk in ids) for day in span.days), default=0)


def sheet_of(picture: Picture) -> Sheet:
    columns = [Column(f"c{n}", f"{span.first}", "text") for n, span in enumerate(picture.spans)]
    return Sheet("availability", "可派情况", (Column("name", "姓名"), Column("unit", "单位"), *columns))


def records(picture: Picture) -> Iterator[dict[str, Any]]:
    for line in picture.lines:
        yield {"name": line.person.name, "unit": line.person.unit.name} | {
            f"c{n}": cell.words for n, cell in enumerate(line.cells)
        }
    for tally in picture.tallies:
        yield {"name": tally.label, "unit": ""} | {
            f"c{n}": str(count) for n, count in enumerate(tally.counts)
        }
