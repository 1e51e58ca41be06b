"""Check points and lines of an item; called inside an action."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.models import CheckPoint, InspectionItem, ItemScope

POINT_FIELDS = ("title", "points", "standard", "method")
SCOPE_FIELDS = ("quota", "target", "size", "frequency", "period", "ratio", "rate", "count")


def save_points(item: InspectionItem, points: Sequence[Mapping[str, Any]] | None) -> None:
    """Replace the check points; without any, each content line is one."""
    rows = points or [_point(line) for line in item.contents] or [{"title": item.name}]
    CheckPoint.objects.filter(item=item).delete()
    CheckPoint.objects.bulk_create(
        CheckPoint(item=item, no=number, **row) for number, row in enumerate(rows, 1)
    )


def _point(line: str) -> dict[str, str]:
    return {"title": line[:200], "points": line[:500]}


def keep_points(item: InspectionItem, old: Sequence[str]) -> None:
    """After a change of the contents: points of the lines that stay and points of one's own stay, new lines get one."""
    held = list(item.checkpoints.order_by("no").values(*POINT_FIELDS))
    gone = {line[:200] for line in old} - {line[:200] for line in item.contents}
    kept = [row for row in held if row["title"] not in gone]
    titles = {row["title"] for row in kept}
    save_points(item, [*kept, *(_point(line) for line in item.contents if line[:200] not in titles)])


def save_scopes(item: InspectionItem, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace the lines of the item."""
    ItemScope.objects.filter(item=item).delete()
    ItemScope.objects.bulk_create(
        ItemScope(item=item, no=number, **row) for number, row in enumerate(rows, 1)
    )


def plain(line: Mapping[str, Any]) -> dict[str, str]:
    """A line as the ledger keeps it."""
    return {name: "" if value is None else str(value) for name, value in line.items()}


def copy_parts(old: InspectionItem, new: InspectionItem) -> None:
    save_points(new, list(old.checkpoints.order_by("no").values(*POINT_FIELDS)))
    save_scopes(new, list(old.scopes.order_by("no").values(*SCOPE_FIELDS)))


def drop(item: InspectionItem) -> None:
    """A draft that is taken back leaves with its parts."""
    CheckPoint.objects.filter(item=item).delete()
    ItemScope.objects.filter(item=item).delete()
    item.delete()
