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
    changed = [
        YearTally(inspector_id=pk, year=year, counted_at=timezone.now(), **wanted)
        for pk in ids
        if (wanted := _wanted(counts.get(pk, {}))) != _held(known.get(pk))
    ]
    YearTally.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["inspector", "year"], update_fields=[*FIELDS, "counted_at"]
    )  # fmt: skip
    return len(changed)


def _wanted(counted: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(counted.get(name, 0)) for name in FIELDS}


def _held(row: YearTally | None) -> dict[str, int]:
    """Nothing on file is the same as nothing counted."""
    return {name: getattr(row, name) if row else 0 for name in FIELDS}
