"""The year's counts handed down to the register of inspectors, whenever what they are counted from has changed."""

from collections.abc import Iterable

from django.db import transaction

from foundation.errors import NotAllowed
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from inspections import people
from inspections.models import Visit
from personnel.actions import store_tallies


def recount(organisation: Organisation, year: int, inspectors: Iterable[int]) -> int:
    """Count these inspectors' year anew; called inside an action. source: QS-7.10, NM-17.1, WL-5.5"""
    ids = sorted(set(inspectors))
    found = people.year_of(organisation, year, ids)
    return store_tallies(
        year=year, counts={one.row.pk: one.tally for one in found}, inspectors=[one.row.pk for one in found]
    )


def recount_visit(visit: Visit) -> int:
    """Of everybody who is or was in its team."""
    year = visit.completed_on.year if visit.completed_on else int(visit.draw.period[:4])
    return recount(visit.organisation, year, visit.team.values_list("inspector", flat=True))


@transaction.atomic
def recount_all(*, by: User, organisation: Organisation, year: int) -> int:
    """By hand, for a whole bureau, e.g. after an update of the software. returns: rows that differ. raises: NotAllowed"""
    if not can(by, "personnel.edit") or by.organisation_id != organisation.pk:
        raise NotAllowed("重新点数由本机构的计划编制员办理。")
    found = people.year_of(organisation, year)
    changed = store_tallies(
        year=year, counts={one.row.pk: one.tally for one in found}, inspectors=[one.row.pk for one in found]
    )
    ledger.record(
        actor=by, act="inspections.recount", subject=organisation, data={"year": year, "changed": changed}
    )
    return changed
