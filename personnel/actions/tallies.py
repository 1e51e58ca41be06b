"""Yearly counts, handed down by the app that knows the visits."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from personnel.models import Inspector, YearTally

FIELDS = ("led", "assisted", "recused", "replaced", "problems")


@transaction.atomic
def store_tallies(*, year: int, counts: Mapping[int, Mapping[str, Any]], inspectors: Iterable[int]) -> int:
    """Overwrite the year's counts of these inspectors; who is not in `counts` has none. source: QS-7.10, NM-17.1, WL-5.5

    Not in the ledger: the figures follow from acts that are. returns: how many rows differ now
    """
    ids = sorted(set(inspectors))
    list(Inspector.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk"))
    known = {row.inspector_id: row for row in YearTally.objects.filter(inspector__in=ids, year=year)}
    changed = 0
    for pk in ids:
        wanted = {name: int(counts.get(pk, {}).get(name, 0)) for name in FIELDS}
        row = known.get(pk) or YearTally(inspector_id=pk, year=year)
        if (row.pk is None and not any(wanted.values())) or (
            row.pk is not None and wanted == {name: getattr(row, name) for name in FIELDS}
        ):
            continue
        for name, value in wanted.items():
            setattr(row, name, value)
        row.counted_at = timezone.now()
        row.save()
        changed += 1
    return changed
