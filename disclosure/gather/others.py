"""Public records of a draw and of an annual plan."""

from typing import Any

from django.utils import timezone

from disclosure.rules import records
from draws import queries as draws
from draws.models import Draw, DrawStratum
from draws.scenes.strata import weights_of
from foundation.rulebook import library
from inspections.rules.modes import MODES
from planning.joint import together
from planning.models import AnnualPlan, PlanTask
from planning.rules.naming import line_name
from planning.trial import book_as_planned
from planning.weighted import words_of


def draw_record(draw: Draw) -> dict[str, Any]:
    """Numbers, seats by title and the chain's head; never a name of a target or an inspector."""
    book = book_as_planned(draw.plan)
    strata = (
        DrawStratum.objects.filter(draw=draw)
        .select_related("unit", "quota", "joint_task__plan__lead")
        .order_by("pk")
    )
    state = draws.state_of(draw) if draw.freeze_hash else None
    drawn, weights = _drawn_per_stratum(draw), weights_of(draw, [row.line for row in strata])
    return {
        "format": records.FORMAT, "kind": "draw", "number": draw.number,
        "organisation": {"code": draw.organisation.code, "name": draw.organisation.name},
        "rulebook": {"id": book.id, "name": book.zh, "sha256": book.hash},
        "period": draw.period, "held_on": timezone.localtime(draw.scheduled_at).date().isoformat(),
        "place": draw.place, "state": draw.get_state_display(), "void": draw.state == Draw.State.VOID,
        "freeze_hash": draw.freeze_hash, "head": draw.head, "seed": (state.seed or "") if state else "",
        "targets": state.manifest["n_t"] if state else 0, "inspectors": state.manifest["n_i"] if state else 0,
        "strata": [
            {
                "name": f"{row.unit.name} {line_name(book, book.line(row.line))}", "period": row.period,
                "base": row.quota.base, "required": row.quota.required, "drawn": drawn.get(row.stratum, 0),
                **({"weights": list(weights[row.line])} if row.line in weights else {}),
                **({"joint": together(row.joint_task).as_record()} if row.joint_task else {}),
            }
            for row in strata
        ],
        "seats": [seat.title for seat in draw.seats.exclude(joined_at=None).order_by("position")],
        "previous": draw.previous.number if draw.previous else "", "retries": draw.retries.number if draw.retries else "",
    }  # fmt: skip


def _drawn_per_stratum(draw: Draw) -> dict[str, int]:
    standing = draws.state_of(draw).standing if draw.freeze_hash else None
    counts: dict[str, int] = {}
    for visit in standing.visits.values() if standing else ():
        for stratum in visit.credits:
            counts[stratum] = counts.get(stratum, 0) + 1
    return counts


def plan_record(plan: AnnualPlan | None) -> dict[str, Any]:
    """The issued plan line by line with its numbers."""
    assert plan is not None
    book = library.get(plan.rulebook_id)
    tasks = PlanTask.objects.filter(plan=plan).prefetch_related("numbers", "items").order_by("no")
    return {
        "format": records.FORMAT, "kind": "plan", "name": plan.name, "document_no": plan.number, "year": plan.year,
        "version": plan.version, "organisation": {"code": plan.organisation.code, "name": plan.organisation.name},
        "rulebook": {"id": book.id, "name": book.zh, "sha256": book.hash},
        "issued_on": plan.issued_on.isoformat() if plan.issued_on else "",
        "amendment_reason": plan.amendment_reason,
        "tasks": [
            {
                "no": task.no, "name": task.name, "type": "定向" if task.directed else "不定向", "scope": task.scope,
                "items": [item.name for item in task.items.all()], "basis": task.basis, "period": task.period,
                "method": MODES.get(task.method, task.method), "offices": task.offices,
                "number": sum(row.number for row in task.numbers.all()), "note": task.note,
                **({"weights": words_of(task)} if task.weights else {}),
                **({"not_joint_reason": task.not_joint_reason} if task.not_joint_reason else {}),
                **({"origin": task.get_origin_display(), "source": task.source} if task.is_local else {}),
            }
            for task in tasks
        ],
    }  # fmt: skip
