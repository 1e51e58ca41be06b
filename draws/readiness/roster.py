"""Who could be drawn on the day of the draw, what keeps the others out, and whether they are enough."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from draws.freezing import expertise
from draws.models import Draw
from draws.rules import ladder
from draws.scenes.strata import lines_of
from foundation.rulebook.model import Rulebook
from personnel.models import Absence, Inspector
from personnel.queries import Past, past_of
from personnel.rules import (
    AVAILABLE,
    CERTIFICATE_LABELS,
    EXPIRED,
    FUTURE,
    LATER,
    NONE,
    SOON,
    STATUS_LABELS,
    certificate_state,
)
from planning.rules.naming import short_name
from planning.trial import book_of

ALARMS = (EXPIRED, NONE, FUTURE, SOON, LATER)


@dataclass(frozen=True)
class Row:
    """One inspector on the day. certificate: bucket of personnel.rules · away: period in words"""

    pk: int
    name: str
    unit: str
    areas: str
    specialities: str
    number: str
    until: date | None
    certificate: str
    certificate_words: str
    status: str
    status_words: str
    away: str

    @property
    def available(self) -> bool:
        return self.status == AVAILABLE

    @property
    def alarming(self) -> bool:
        return self.certificate in ALARMS


@dataclass(frozen=True)
class Needs:
    """Head-counts against the rulebook. share: visits each may get at most on the strictest rung"""

    team_size: int
    least: int
    visits: int
    seats: int
    available: int
    total: int
    share: int
    by_area: list[tuple[str, int]] = field(default_factory=list)
    by_speciality: list[tuple[str, int]] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        return self.available >= self.team_size

    @property
    def bare(self) -> list[str]:
        """Areas and specialities that nobody available covers with a whole team."""
        return [name for name, count in (*self.by_area, *self.by_speciality) if count < self.team_size]


def roster_of(draw: Draw, on: date) -> list[Row]:
    """Everybody in post on the day, those who cannot be drawn first. Eight queries."""
    people = list(
        Inspector.objects.of(draw.organisation).in_post_on(on).select_related("unit").prefetch_related("areas").order_by("unit__code", "name")
    )  # fmt: skip
    past, away = past_of(people), _absences(draw, on)
    rows = [_row(person, past, away.get(person.pk, ""), on) for person in people]
    return sorted(rows, key=lambda row: (row.available, not row.alarming))


def needs_of(draw: Draw, rows: list[Row]) -> Needs:
    """source: rulebooks.md `[team]`, draw-protocol.md §8"""
    book = book_of(draw.plan)
    visits = sum(line.draw for line in lines_of(draw))
    able = [row for row in rows if row.available]
    seats = visits * draw.team_size
    return Needs(
        draw.team_size, book.team.min, visits, seats, len(able), len(rows), ladder.equal_share(seats, len(able)),
        *_coverage(book, rows, able), *_expertise(draw, book, able),
    )  # fmt: skip


def _expertise(draw: Draw, book: Rulebook, able: list[Row]) -> tuple[list[str], list[str]]:
    """What the items ask for, line by line, and what stands in the way. source: QS-12.2"""
    if "expertise" not in book.team.match:
        return [], []
    names = {line: short_name(book, book.line(line)) for line in draw.strata.values_list("line", flat=True)}
    wanted = expertise.wanted_by_line(draw, list(names))
    return [f"{names[line]}：{'、'.join(words)}" for line, words in wanted.items()], expertise.warnings_of(
        names, wanted, [row.specialities.split("、") for row in able]
    )


def _coverage(
    book: Rulebook, rows: list[Row], able: list[Row]
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Available people per area and per speciality, where the book matches by them."""
    return tuple(
        _tally([getattr(row, name) for row in rows], [getattr(row, name) for row in able])
        if factor in book.team.match
        else []
        for name, factor in (("areas", "area"), ("specialities", "expertise"))
    )  # type: ignore[return-value]


def _tally(everybody: list[str], able: list[str]) -> list[tuple[str, int]]:
    names = sorted({word for words in everybody for word in words.split("、") if word})
    counts = Counter(word for words in able for word in words.split("、"))
    return [(name, counts[name]) for name in names]


def _absences(draw: Draw, on: date) -> dict[int, str]:
    rows = Absence.objects.filter(inspector__organisation=draw.organisation, since__lte=on).order_by("since")
    return {
        row.inspector_id: f"{row.get_reason_display()}，{row.since} 至 {row.until or '未定'}"
        for row in rows
        if row.until is None or row.until >= on
    }


def _row(person: Inspector, past: Past, away: str, on: date) -> Row:
    status, paper = past.status(person.pk, on), past.covered(person.pk, on)
    bucket = certificate_state(paper, on)
    return Row(
        person.pk, person.name, person.unit.name, "、".join(area.name for area in person.areas.all()), "、".join(person.specialities),
        paper.number, paper.valid_until, bucket, CERTIFICATE_LABELS[bucket], status, STATUS_LABELS[status], away,
    )  # fmt: skip
