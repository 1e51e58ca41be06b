"""What upper apps read of the register, with a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from personnel import rules
from personnel.models import Absence, Inspector


def readable_by(user: User) -> QuerySet[Inspector]:
    """Everybody of the bureau and its branches; an inspector sees himself only. source: design.md §7"""
    if can(user, "personnel.view"):
        return Inspector.objects.visible_to(user)
    if can(user, "personnel.own"):
        return Inspector.objects.filter(user=user)
    return Inspector.objects.none()


def statuses_on(inspectors: Iterable[Inspector], on: date) -> dict[int, str]:
    """Roster status code by inspector id on a day. One query."""
    rows = list(inspectors)
    away: dict[int, list[rules.Away]] = {}
    absences = Absence.objects.filter(inspector__in=[row.pk for row in rows], since__lte=on).order_by(
        "since", "id"
    )
    for absence in absences:
        away.setdefault(absence.inspector_id, []).append(away_of(absence))
    return {
        row.pk: rules.status_on(
            on, in_post=row.in_post, certificate=certificate_of(row), away=away.get(row.pk, ())
        )
        for row in rows
    }


def certificate_of(row: Inspector) -> rules.Certificate:
    return rules.Certificate(row.certificate_no, row.certificate_issued_on, row.certificate_valid_until)


def away_of(absence: Absence) -> rules.Away:
    return rules.Away(absence.reason, absence.since, absence.until)


def officers(organisation: Organisation, on: date, unit_ids: Iterable[int] | None = None) -> int:
    """Head-count for officer ratios: certified, established and in post on the day. source: INV-09, QZ-4.7"""
    rows = Inspector.objects.of(organisation).officers_on(on)
    if unit_ids is not None:
        rows = rows.filter(unit__in=list(unit_ids))
    return rows.count()


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
    """Three queries, however many people."""
    rows = list(Inspector.objects.of(organisation))
    statuses = statuses_on(rows, on)
    alarms = (rules.EXPIRED, rules.SOON, rules.LATER)
    return Roll(
        len(rows),
        officers(organisation, on),
        sum(status == rules.AVAILABLE for status in statuses.values()),
        sum(row.in_post and rules.certificate_state(certificate_of(row), on) in alarms for row in rows),
    )


def in_status(inspectors: QuerySet[Inspector], status: str, on: date) -> QuerySet[Inspector]:
    """Those with a roster status on the day, by the same rule as the freeze. Two queries."""
    found = statuses_on(inspectors, on)
    return inspectors.filter(pk__in=[pk for pk, code in found.items() if code == status])


def with_speciality(inspectors: QuerySet[Inspector], word: str) -> QuerySet[Inspector]:
    """JSON lists are compared here, so that SQLite and PostgreSQL agree. One query."""
    held = inspectors.values_list("pk", "specialities")
    return inspectors.filter(pk__in=[pk for pk, words in held if word in words])


def specialities(organisation: Organisation) -> list[str]:
    """Every speciality named in the register, in order."""
    lists = Inspector.objects.of(organisation).values_list("specialities", flat=True)
    return sorted({word for words in lists for word in words})
