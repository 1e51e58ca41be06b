"""Whose certificate ends when: month by month, in alarm buckets; renewals in hand are told, not alarmed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet
from personnel import queries, rules
from personnel.models import Certificate, Inspector

MONTHS = 18  # how far the calendar looks ahead; a display choice
BUCKETS = (rules.EXPIRED, rules.SOON, rules.LATER)
SHEET = Sheet("expiry", "证件到期", (
    Column("month", "到期月份"), Column("name", "姓名"), Column("unit", "单位"), Column("number", "证号", "code"), Column("kind", "证件类型"),
    Column("issuer", "发证机关"), Column("entitles", "执法资格", "yes_no"), Column("since", "发证日期", "date"), Column("until", "有效期至", "date"),
    Column("state", "提醒"), Column("renewed", "续证到"),
))  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One certificate that ends. renewed: last day that a renewal in hand carries to, if it joins without a gap"""

    person: Inspector
    number: str
    kind: str
    issuer: str
    entitles: bool
    since: date | None
    until: date
    badge: rules.Badge
    renewed: date | None = None

    @property
    def alarming(self) -> bool:
        return self.renewed is None and self.badge.state in BUCKETS


@dataclass(frozen=True)
class Month:
    first: date
    rows: list[Row]

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        return f"{self.first.year}年{self.first.month}月"


@dataclass(frozen=True)
class Calendar:
    """expired: run out and not renewed, of people in post · months: the coming ones, empty ones too · later: past those"""

    expired: list[Row]
    months: list[Month]
    later: int

    @property
    def rows(self) -> list[Row]:
        return [*self.expired, *(row for month in self.months for row in month.rows)]

    def count(self, state: str) -> int:
        return sum(row.alarming and row.badge.state == state for row in self.rows)


def rows_of(organisation: Organisation, on: date) -> list[Row]:
    """Every certificate of people in post, but those that another has taken over before today. Six queries."""
    rows = Inspector.objects.of(organisation).in_post_on(on).select_related("unit")
    people = list(rows.order_by("unit__code", "name", "id"))
    past = queries.past_of(people)
    papers: dict[int, list[Certificate]] = {}
    for one in Certificate.objects.filter(inspector__in=[p.pk for p in people], revoked_on=None).order_by(
        "id"
    ):
        papers.setdefault(one.inspector_id, []).append(one)
    found = [row for person in people for row in _of(person, papers.get(person.pk, []), past, on)]
    return sorted(found, key=lambda row: (row.until, row.person.name, row.number))


def _of(person: Inspector, papers: list[Certificate], past: queries.Past, on: date) -> Iterator[Row]:
    own, covered = queries.certificate_of(person), past.covered(person.pk, on)
    if own.number and own.valid_until and not any(p.entitles and queries.paper_of(p) == own for p in papers):
        yield _row(person, own, person.certificate_type, person.certificate_issuer, True, covered, on)
    for paper in papers:
        yield _row(person, queries.paper_of(paper), paper.kind, paper.issuer, paper.entitles, covered, on)


def _row(
    person: Inspector, paper: rules.Certificate, kind: str, issuer: str, entitles: bool, covered: rules.Certificate, on: date
) -> Row:  # fmt: skip
    until = paper.valid_until or on
    carried = covered.valid_until if entitles and covered.valid_on(on) else None
    renewed = carried if carried and carried > until else None
    return Row(
        person,
        paper.number,
        kind,
        issuer,
        entitles,
        paper.issued_on,
        until,
        rules.certificate_badge(paper, on),
        renewed,
    )


def calendar_of(rows: Iterable[Row], on: date, months: int = MONTHS) -> Calendar:
    rows = list(rows)
    firsts = [_month(on, n) for n in range(months)]
    end = _month(on, months)
    expired = [row for row in rows if row.until < on and row.renewed is None]
    coming = [row for row in rows if on <= row.until < end]
    by_month = [
        Month(
            first, [row for row in coming if (row.until.year, row.until.month) == (first.year, first.month)]
        )
        for first in firsts
    ]
    return Calendar(expired, by_month, sum(row.until >= end for row in rows))


def _month(on: date, ahead: int) -> date:
    number = on.year * 12 + on.month - 1 + ahead
    return date(number // 12, number % 12 + 1, 1)


def kinds_of(rows: Iterable[Row]) -> list[str]:
    return sorted({row.kind for row in rows if row.kind})


def records(calendar: Calendar) -> Iterator[dict[str, Any]]:
    for row in calendar.rows:
        yield {
            "month": f"{row.until:%Y-%m}", "name": row.person.name, "unit": row.person.unit.name, "number": row.number,
            "kind": row.kind, "issuer": row.issuer, "entitles": row.entitles, "since": row.since, "until": row.until,
            "state": row.badge.words, "renewed": str(row.renewed or ""),
        }  # fmt: skip
