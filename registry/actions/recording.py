"""The register's own history: one row per change, with what was there before. Called inside the actions."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.organisation.models import User
from registry.models import Target, TargetChange

Field = dict[str, str]


def field(label: str, old: Any, new: Any) -> Field:
    return {"label": label, "old": _words(old), "new": _words(new)}


def _words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(map(_words, value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def told(fields: Iterable[Field]) -> list[Field]:
    """What really changed."""
    return [row for row in fields if row["old"] != row["new"]]


def note_change(
    *, target: Target, act: str, fields: Iterable[Field] = (), reason: str = "", by: User | None, approved_by: User | None = None
) -> TargetChange | None:  # fmt: skip
    """Keep what really changed; an act that changed nothing leaves no row."""
    kept = told(fields)
    if not kept and not reason:
        return None
    return TargetChange.objects.create(
        target=target, act=act, fields=kept, reason=reason.strip()[:300], by=by, approved_by=approved_by
    )
