"""How many people an instance has: officers for the ratio, people for the capacity check. Two queries."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.periods import Period
from personnel.models import Absence, Inspector
from personnel.queries import certificates_on, units_on
from planning.rules.workload import Worker


def officers(organisation: Organisation, units: Sequence[Unit], on: date, period: Period) -> dict[int, int]:
    """Certified, established, in-post officers per drawing instance on the day; people seconded out or away for
    the whole period do not count. A bureau with one drawing instance counts everyone. source: INV-09, AMB-31
    """
    away = Absence.objects.filter(
        Q(since__lte=period.first) & (Q(until=None) | Q(until__gte=period.last))
        | Q(reason=Absence.Reason.SECONDED, since__lte=on) & (Q(until=None) | Q(until__gte=on))
    )
    counted = Inspector.objects.of(organisation).officers_on(on).exclude(pk__in=away.values("inspector"))
    homes = Counter(units_on(counted, on).values())
    if len(units) == 1:
        return {units[0].pk: homes.total()}
    return {unit.pk: homes[unit.pk] for unit in units}


def posted(organisation: Organisation, on: date) -> int:
    """Certified, established officers in post on the day, of the whole bureau. One query."""
    return Inspector.objects.of(organisation).officers_on(on).count()


@dataclass(frozen=True)
class Crew:
    """People for the capacity check on a day.

    available: certified and not away · expired: in post, certificate run out · expiring: runs out before `until`
    """

    available: int
    expired: tuple[str, ...]
    expiring: tuple[str, ...]


def crew(organisation: Organisation, on: date, until: date) -> Crew:
    """Who can be sent on the day, and whose certificate is or will be invalid by `until`."""
    people = Inspector.objects.of(organisation)
    available = people.available_on(on).certified_on(on).count()
    holders = list(people.active().exclude(certificate_no="").order_by("uid"))
    held = certificates_on(holders, on)
    rows = [(one.name, held[one.pk].valid_until) for one in holders]
    ending = [(name, last) for name, last in rows if last and last < until]
    return Crew(
        available, tuple(name for name, last in ending if last < on), tuple(name for name, last in ending if last >= on)
    )  # fmt: skip


def workers(organisation: Organisation, year: int) -> list[Worker]:
    """Everybody in post with a certificate, with areas and the absences that touch the year. Three queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    absences: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Absence.objects.filter(inspector__organisation=organisation, since__lte=last)
    for inspector, since, until in rows.filter(Q(until=None) | Q(until__gte=first)).values_list(
        "inspector", "since", "until"
    ):
        absences[inspector].append((since, until))
    holders = Inspector.objects.of(organisation).active().exclude(certificate_no="").order_by("uid")
    people = list(holders.select_related("unit").prefetch_related("areas"))
    held = certificates_on(people, first)
    return [
        Worker(
            one.pk, one.name, one.unit_id, one.unit.name, frozenset(area.pk for area in one.areas.all()),
            (held[one.pk].issued_on, held[one.pk].valid_until), tuple(absences[one.pk]),
        )
        for one in people
    ]  # fmt: skip
