"""Declared conflicts of interest that touch a draw, with the pairs they would bar."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from draws.models import ConflictOfInterest, Draw
from draws.readiness.counts import members_of
from registry.models import Target


@dataclass(frozen=True)
class Touching:
    """pairs: inspector × target rows the freeze would write · all_barred: the inspector is barred from the whole base"""

    conflict: ConflictOfInterest
    pairs: int
    all_barred: bool = False

    @property
    def subject(self) -> str:
        named = self.conflict.target or self.conflict.entity
        return named.name if named else ""


def conflicts_of(draw: Draw, on: date) -> list[Touching]:
    """Those in force whose inspector is in post and whose target or entity is in the base of a stratum."""
    members = set(members_of(draw, on))
    by_entity: dict[int, set[int]] = defaultdict(set)
    owned = Target.objects.of(draw.organisation).exclude(entity=None).values_list("pk", "entity_id")
    for pk, entity in owned:
        if pk in members and entity:
            by_entity[entity].add(pk)
    rows = ConflictOfInterest.objects.filter(organisation=draw.organisation).in_force(on)
    found: list[tuple[ConflictOfInterest, int]] = []
    barred: dict[int, set[int]] = defaultdict(set)
    for row in (
        rows.filter(inspector__in_post=True)
        .select_related("inspector__unit", "target", "entity")
        .order_by("inspector__name")
    ):
        targets = {row.target_id} & members if row.target_id else by_entity[row.entity_id or 0]
        if targets:
            barred[row.inspector_id or 0] |= targets
            found.append((row, len(targets)))
    return [Touching(row, pairs, len(barred[row.inspector_id or 0]) == len(members)) for row, pairs in found]
