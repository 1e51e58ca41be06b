"""Targets set aside by hand for this draw: they count in the base but cannot be drawn (C.OFFPOOL). source: MC1 §3, §13"""

import hashlib
from dataclasses import replace

from draws.freezing.targets import Membership
from draws.models import Draw, PoolChange
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.rows import ELIGIBLE

SET_ASIDE = "C.OFFPOOL"


def set_aside(draw: Draw, members: dict[int, Membership]) -> dict[int, Membership]:
    """Memberships with the exclusions that both signers allowed; one query. Only E becomes C.OFFPOOL."""
    rows = draw.pool_changes.filter(kind=PoolChange.Kind.EXCLUDE, refused_at=None)
    found = dict(members)
    for change in rows.exclude(approved_at=None).exclude(endorsed_at=None):
        place = members.get(change.target_id)
        if place is not None and ELIGIBLE in place.statuses.values():
            statuses = {
                key: SET_ASIDE if status == ELIGIBLE else status for key, status in place.statuses.items()
            }
            found[change.target_id] = replace(place, statuses=statuses, approval=approval_digest(change))
    return found


def approval_digest(change: PoolChange) -> str:
    """What the evidence of the row carries: who asked, who allowed, why; the text stays in the bureau's files."""
    text = canon({
        "approved_at": str(change.approved_at), "approved_by": change.approved_by_id, "endorsed_at": str(change.endorsed_at),
        "endorsed_by": change.endorsed_by_id, "evidence": change.evidence, "id": change.pk, "reason": change.reason,
        "requested_by": change.requested_by_id,
    })  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()
