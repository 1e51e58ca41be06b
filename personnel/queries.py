"""What upper apps read of the register, with a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from foundation.rulebook.model import Rulebook
from personnel import rules
from personnel.models import Absence, Certificate, Inspector, Posting, Speciality, YearTally, label_of

_WANTED = (
    "name", "sex", "post", "phone", "duty", "certificate_no", "certificate_type", "certificate_issuer", "certificate_issued_on",
    "certificate_valid_until", "specialities", "service_since",
)  # fmt: skip


def readable_by(user: User) -> QuerySet[Inspector]:
    """Everybody of the bureau and its branches; an inspector sees himself only. source: design.md §7"""
    if can(user, "personnel.view"):
        return Inspector.objects.visible_to(user)
    if can(user, "personnel.own"):
        return Inspector.objects.filter(user=user)
    return Inspector.objects.none()


@dataclass(frozen=True)
class Past:
    """Everything dated about some people, by inspector id; asked for any day without another query."""

    people: dict[int, Inspector]
    papers: dict[int, list[rules.Certificate]]
    terms: dict[int, list[rules.Term]]
    away: dict[int, list[rules.Away]]

    def certificate(self, pk: int, day: date) -> rules.Certificate:
        return rules.held(self.papers[pk], day)

    def covered(self, pk: int, day: date) -> rules.Certificate:
        """With the end put off by renewals that join without a gap."""
        return rules.covered(self.papers[pk], day)

    def term(self, pk: int, day: date) -> rules.Term | None:
        """The period in post that covers the day; who has none registered is judged by the mark of today."""
        if pk in self.terms:
            return rules.term_on(self.terms[pk], day)
        row = self.people[pk]
        return rules.Term(row.unit_id, row.post, row.established) if row.in_post else None

    def absence(self, pk: int, day: date) -> rules.Away | None:
        return next((away for away in self.away.get(pk, ()) if away.covers(day)), None)

    def status(self, pk: int, day: date) -> str:
        return rules.status_on(
            day, in_post=self.term(pk, day) is not None, certificate=self.certificate(pk, day), away=self.away.get(pk, ()),
        )  # fmt: skip

    def officer(self, pk: int, day: date) -> bool:
        """Counts to the officer ratio. source: INV-09, XY-2.7, QZ-4.7"""
        term = self.term(pk, day)
        return term is not None and term.established and self.certificate(pk, day).valid_on(day)


def past_of(inspectors: Iterable[Inspector]) -> Past:
    """Three queries, however many people and days."""
    people = {row.pk: row for row in inspectors}
    papers = {pk: [certificate_of(row)] for pk, row in people.items()}
    for one in Certificate.objects.filter(inspector__in=list(people), entitles=True).order_by("id"):
        paper = paper_of(one)
        if paper.valid_until and (paper.issued_on is None or paper.valid_until >= paper.issued_on):
            papers[one.inspector_id].append(paper)
    terms: dict[int, list[rules.Term]] = {}
    for posting in Posting.objects.filter(inspector__in=list(people)).order_by("id"):
        terms.setdefault(posting.inspector_id, []).append(term_of(posting))
    away: dict[int, list[rules.Away]] = {}
    for absence in Absence.objects.filter(inspector__in=list(people)).order_by("since", "id"):
        away.setdefault(absence.inspector_id, []).append(away_of(absence))
    return Past(people, papers, terms, away)


def statuses_on(inspectors: Iterable[Inspector], on: date) -> dict[int, str]:
    """Roster status code by inspector id on a day. Three queries."""
    past = past_of(inspectors)
    return {pk: past.status(pk, on) for pk in past.people}


def certificates_on(inspectors: Iterable[Inspector], on: date) -> dict[int, rules.Certificate]:
    """The certificate that counts on the day, by inspector id, its end put off by renewals in hand."""
    past = past_of(inspectors)
    return {pk: past.covered(pk, on) for pk in past.people}


def units_on(inspectors: Iterable[Inspector], on: date) -> dict[int, int]:
    """Unit id by inspector id, of those in post on the day."""
    past = past_of(inspectors)
    found = {pk: past.term(pk, on) for pk in past.people}
    return {pk: term.unit for pk, term in found.items() if term}


def certificate_of(row: Inspector) -> rules.Certificate:
    """What stands on the inspector himself: the one held today."""
    return rules.Certificate(row.certificate_no, row.certificate_issued_on, row.certificate_valid_until)


def paper_of(row: Certificate) -> rules.Certificate:
    return rules.Certificate(row.number, row.issued_on, rules.cut(row.valid_until, row.revoked_on))


def term_of(row: Posting) -> rules.Term:
    return rules.Term(row.unit_id, row.post, row.established, row.since, row.until)


def away_of(absence: Absence) -> rules.Away:
    return rules.Away(absence.reason, absence.since, absence.until)


def officers(organisation: Organisation, on: date, unit_ids: Iterable[int] | None = None) -> int:
    """Head-count for officer ratios: certified, established and in post on the day. source: INV-09, QZ-4.7"""
    rows = Inspector.objects.of(organisation).officers_on(on)
    if unit_ids is None:
        return rows.count()
    wanted = set(unit_ids)
    return sum(unit in wanted for unit in units_on(rows, on).values())


@dataclass(frozen=True)
class Roll:
    """Head-counts of a bureau on a day.

    total: on the register · officers: 在编在岗持证 · available: may be drawn · ending: certificate run out or
    running out within rules.LATER_DAYS, of those in post
    """

    total: int
    officers: int
    available: int
    ending: int


def roll(organisation: Organisation, on: date) -> Roll:
    """Four queries, however many people."""
    past = past_of(Inspector.objects.of(organisation))
    alarms = (rules.EXPIRED, rules.SOON, rules.LATER)
    return Roll(
        len(past.people),
        sum(past.officer(pk, on) for pk in past.people),
        sum(past.status(pk, on) == rules.AVAILABLE for pk in past.people),
        sum(
            past.term(pk, on) is not None and rules.certificate_state(past.covered(pk, on), on) in alarms
            for pk in past.people
        ),
    )


def in_status(inspectors: QuerySet[Inspector], status: str, on: date) -> QuerySet[Inspector]:
    """Those with a roster status on the day, by the same rule as the freeze. Two queries."""
    found = statuses_on(inspectors, on)
    return inspectors.filter(pk__in=[pk for pk, code in found.items() if code == status])


def in_certificate(inspectors: QuerySet[Inspector], state: str, on: date) -> QuerySet[Inspector]:
    """Those whose certificate is in an alarm bucket on the day, renewals taken into account."""
    found = certificates_on(inspectors, on)
    return inspectors.filter(
        pk__in=[pk for pk, one in found.items() if rules.certificate_state(one, on) == state]
    )


def with_speciality(inspectors: QuerySet[Inspector], word: str) -> QuerySet[Inspector]:
    """JSON lists are compared here, so that SQLite and PostgreSQL agree. One query."""
    held = inspectors.values_list("pk", "specialities")
    return inspectors.filter(pk__in=[pk for pk, words in held if word in words])


def specialities(organisation: Organisation) -> list[str]:
    """Every speciality named in the register, in order."""
    lists = Inspector.objects.of(organisation).values_list("specialities", flat=True)
    return sorted({word for words in lists for word in words})


def expertise_words(organisation: Organisation) -> list[str]:
    """The dictionary's words on offer, and words of their own that somebody has. source: QS-12.2"""
    offered = Speciality.objects.of(organisation).offered().values_list("word", flat=True)
    return sorted({*offered, *specialities(organisation)})


def tallies(inspectors: Iterable[Inspector], year: int) -> dict[int, YearTally]:
    """The year's counts by inspector id, of those who have any. One query."""
    rows = YearTally.objects.filter(inspector__in=[row.pk for row in inspectors], year=year)
    return {row.inspector_id: row for row in rows}


def incomplete(inspectors: QuerySet[Inspector], book: Rulebook | None) -> dict[int, list[str]]:
    """Names of what the rulebook wants and the register lacks, by inspector id, of those in post. Two queries."""
    if book is None:
        return {}
    found = {}
    for row in inspectors.filter(in_post=True).prefetch_related("areas"):
        values = {name: getattr(row, name) for name in _WANTED} | {
            "areas": list(row.areas.all()),
            "unit": row.unit_id,
        }
        lacking = rules.missing_fields(values, book.personnel.fields)
        lacking += rules.missing_labels(values, book.personnel.labels)
        if lacking:
            found[row.pk] = [label_of(name) for name in dict.fromkeys(lacking)]
    return found
