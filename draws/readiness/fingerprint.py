"""What the discipline officer confirms: a fingerprint of each part of the preparation, so that a later change shows."""

import hashlib
from typing import Any

from django.utils import timezone

from draws.models import Draw, PreparationCheck
from draws.rules.mc1.canonical import canon

ARRANGEMENT, LINES, POOL, SEATS = "arrangement", "lines", "pool", "seats"
PARTS_ZH = {ARRANGEMENT: "时间、地点、人员或彩票", LINES: "名额", POOL: "排除与放回", SEATS: "席位"}


def parts_of(draw: Draw) -> dict[str, str]:
    """Part → SHA-256 of its canonical text. Four queries. Names of seats and codes on paper are no part of it."""
    return {
        name: _digest(value)
        for name, value in (
            (ARRANGEMENT, _arrangement(draw)), (LINES, _lines(draw)), (POOL, _pool(draw)), (SEATS, _seats(draw)),
        )
    }  # fmt: skip


def whole(parts: dict[str, str]) -> str:
    return _digest([[name, parts[name]] for name in sorted(parts)])


def latest_check(draw: Draw) -> PreparationCheck | None:
    return draw.preparation_checks.select_related("by").order_by("-pk").first()


def changed_since(check: PreparationCheck, draw: Draw) -> list[str]:
    """Parts that are no longer what was confirmed, in words; empty when it still holds."""
    now = parts_of(draw)
    return [PARTS_ZH[name] for name in PARTS_ZH if check.parts.get(name) != now[name]]


def _digest(value: Any) -> str:
    return hashlib.sha256(canon(value).encode()).hexdigest()


def _arrangement(draw: Draw) -> list[Any]:
    expected = draw.pub_expected_at
    return [
        draw.number, timezone.localtime(draw.scheduled_at).isoformat(), draw.place, draw.team_size, draw.operator_id,
        draw.discipline_id, draw.pub_source, draw.pub_issue, timezone.localtime(expected).isoformat() if expected else "",
    ]  # fmt: skip


def _lines(draw: Draw) -> list[list[Any]]:
    keys = ("stratum", "quota_id", "planned", "last", "extra", "extra_reason")
    return [list(row) for row in draw.strata.order_by("stratum").values_list(*keys)]


def _pool(draw: Draw) -> list[list[Any]]:
    rows = draw.pool_changes.exclude(approved_at=None).exclude(endorsed_at=None).filter(refused_at=None)
    return [list(row) for row in rows.order_by("pk").values_list("pk", "kind", "target_id", "rule")]


def _seats(draw: Draw) -> list[list[Any]]:
    return [
        list(row) for row in draw.seats.order_by("position").values_list("seat", "role", "method", "title")
    ]
