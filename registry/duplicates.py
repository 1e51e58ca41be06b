"""Pairs of the register that deserve a look; read in three queries."""

from dataclasses import dataclass

from django.db.models import Q

from foundation.organisation.models import Organisation
from registry.models import DistinctPair, PendingChange, Permit, Target
from registry.rules.duplicates import Listed, pairs

READ_AT_ONCE = 50_000


@dataclass(frozen=True)
class Suspicion:
    """`waiting`: a merge of one of the two waits for approval."""

    first: Target
    second: Target
    grounds: tuple[str, ...]
    waiting: bool


def too_many(organisation: Organisation, area: int | None = None) -> bool:
    """Whether the register must be gone through area by area."""
    return _rows(organisation, area).count() > READ_AT_ONCE


def suspicions(organisation: Organisation, area: int | None = None) -> list[Suspicion]:
    """Likeliest first, those told apart left out."""
    found = pairs(listed(organisation, area), _apart(organisation))
    ids = {pk for pair in found for pk in (pair.first, pair.second)}
    rows = Target.objects.select_related("area", "entity").defer("search").in_bulk(ids)
    waiting = set(
        PendingChange.objects.waiting()
        .filter(organisation=organisation, kind="merge")
        .values_list("target", flat=True)
    )
    return [
        Suspicion(
            rows[pair.first], rows[pair.second], pair.grounds, bool({pair.first, pair.second} & waiting)
        )
        for pair in found
    ]


def listed(organisation: Organisation, area: int | None = None) -> list[Listed]:
    rows = _rows(organisation, area)
    permits: dict[int, list[str]] = {}
    for pk, number in Permit.objects.filter(target__in=rows.values("pk")).values_list("target", "number"):
        permits.setdefault(pk, []).append(number)
    found = rows.values_list("pk", "name", "former_names", "entity__uscc", "address", "phone")
    return [
        Listed(pk, name, tuple(former), uscc or "", address, phone, tuple(permits.get(pk, ())))
        for pk, name, former, uscc, address, phone in found.order_by("pk")
    ]


def _rows(organisation: Organisation, area: int | None):
    rows = Target.objects.of(organisation).present()
    return rows.filter(area=area) if area else rows


def _apart(organisation: Organisation) -> set[tuple[int, int]]:
    rows = DistinctPair.objects.filter(Q(first__organisation=organisation))
    return set(rows.values_list("first", "second"))
