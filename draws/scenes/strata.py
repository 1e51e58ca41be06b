"""The strata of a draw in words and numbers: what is drawn from, how much, why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from draws.models import Draw
from draws.rules.mc1.patterns import TARGET_STATUSES
from planning.joint import together
from planning.models import PlanTask
from planning.rules.naming import short_name, tier_of
from planning.trial import book_as_planned
from planning.weighted import words_of

# The order of the screens (a choice of display, ui.md §2.3 S6); the manifest keeps its own.
SHOW_ORDER = ("key", "special", "general")


class Tiered(Protocol):
    """`tier`: key, special, general, or "" for a line that is about something else."""

    @property
    def tier(self) -> str: ...


T = TypeVar("T", bound=Tiered)


def in_show_order(rows: Iterable[T]) -> list[T]:
    """重点, 特殊, 一般, then lines without a tier; inside each as in the manifest."""
    return sorted(
        rows, key=lambda row: SHOW_ORDER.index(row.tier) if row.tier in SHOW_ORDER else len(SHOW_ORDER)
    )


@dataclass(frozen=True)
class StratumLine:
    """One line of the quota table. Before the freeze `draw` is what is planned; `statuses` are known after it."""

    id: str
    label: str
    unit: str
    tier: str
    base: int
    pool: int
    need: int
    draw: int
    before: int
    sentence: str
    last: bool = True
    extra: int = 0
    extra_reason: str = ""
    statuses: list[tuple[str, int]] = field(default_factory=list)
    joint: str = ""
    weights: tuple[str, ...] = ()


def lines_of(
    draw: Draw, manifest: dict[str, Any] | None = None, counts: dict[str, dict[str, int]] | None = None
) -> list[StratumLine]:
    """In the order of the manifest. One query, and one for each joint plan.

    counts: rows per stratum and status after the freeze
    """
    book = book_as_planned(draw.plan)
    frozen = {entry["id"]: entry for entry in manifest["strata"]} if manifest else {}
    rows = list(draw.strata.select_related("quota", "unit", "joint_task__plan__lead").order_by("pk"))
    weights = weights_of(draw, [row.line for row in rows])
    shared = len({row.unit_id for row in rows}) > 1
    found = []
    for row in rows:
        line, entry = book.line(row.line), frozen.get(row.stratum, {})
        statuses = (counts or {}).get(row.stratum, {})
        base = (
            sum(n for status, n in statuses.items() if not status.startswith("X"))
            if counts
            else row.quota.base
        )
        need = row.quota.required
        found.append(StratumLine(
            row.stratum, short_name(book, line), row.unit.name if shared else "", tier_of(line), base,
            statuses.get("E", 0) if counts else row.quota.pool, need, entry.get("draw", _planned(row)), entry.get("before", row.before),
            row.quota.explanation.get("sentence", ""), row.last, row.extra, row.extra_reason,
            [(TARGET_STATUSES[status], n) for status, n in sorted(statuses.items()) if status != "E"],
            together(row.joint_task).sentence if row.joint_task else "", weights.get(row.line, ()),
        ))  # fmt: skip
    return found


def weights_of(draw: Draw, lines: list[str]) -> dict[str, tuple[str, ...]]:
    """Line -> its weights in words, as approved with the plan; lines without any are left out. source: QS-10.3"""
    tasks = PlanTask.objects.filter(plan=draw.plan_id, line__in=lines).exclude(weights=[])
    return {
        task.line: tuple(words_of(task)) for task in tasks.select_related("plan__organisation").order_by("no")
    }


def _planned(row: Any) -> int:
    if row.planned is not None:
        return row.planned
    return min(max(row.quota.required - row.before, 0) + row.extra, row.quota.pool)
