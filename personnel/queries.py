"""What upper apps read of the register, with a fixed number of queries."""

from collections.abc import Iterable
from datetime import date

from foundation.organisation.models import Organisation
from personnel import rules
from personnel.models import Absence, Inspector


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
