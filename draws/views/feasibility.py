"""可行性试抽: 200 throw-away seeds in the background, the bottleneck named, options beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.models import Draw, FeasibilityRun
from draws.readiness.fingerprint import parts_of, whole
from draws.rules.protocol import REHEARSAL_SEEDS
from draws.views.common import attempt, staff_draw, verb
from foundation.sheets.columns import Column, Sheet
from registry.exports import respond

HOME = "draws:feasibility"
RUNNING = (FeasibilityRun.State.WAITING, FeasibilityRun.State.RUNNING)
SHEET = Sheet("feasibility", "可行性试抽", (
    Column("kind", "卡在"), Column("what", "对象"), Column("runs", "次数", "number"), Column("sentence", "说明"),
    Column("options", "可以怎么办", "lines"),
))  # fmt: skip


@never_cache
@require_safe
def feasibility(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    draw = staff_draw(request, number)
    run = draw.feasibility_runs.select_related("requested_by").order_by("-pk").first()
    context = {
        "draw": draw, "run": run, "running": bool(run and run.state in RUNNING), "seeds": REHEARSAL_SEEDS, **_report(run),
        "why": policies.why_not(policies.check_rehearse_seeds, request.user, draw),
        "stale": bool(run and draw.state in policies.BEFORE_FREEZE and run.inputs != whole(parts_of(draw))),
        "before": draw.feasibility_runs.exclude(pk=run.pk).order_by("-pk")[:5] if run else [],
    }  # fmt: skip
    return render(request, "draws/prep/feasibility.html", context, status=status)


def _report(run: FeasibilityRun | None) -> dict[str, Any]:
    if run is None or run.state != FeasibilityRun.State.DONE:
        return {}
    report = run.report
    clean = report["levels"][0]["runs"] if len(report["levels"]) > 1 or not report["failed"] else 0
    labels = [f"第 {at} 级" for at in range(1, len(report["levels"]) + 1)]
    # The last rung also carries the runs that lack a team; the chart shows them apart.
    values = [row["runs"] for row in report["levels"]]
    values[-1] -= report["failed"]
    return {
        "report": report, "clean": clean, "labels": [*labels, "缺组"], "values": [*values, report["failed"]],
        "levels": [{**row, "label": label, "runs": value} for row, label, value in zip(report["levels"], labels, values, strict=True)],
    }  # fmt: skip


@verb(HOME)
def start(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    return attempt(
        request, draw, lambda: actions.rehearse_seeds(by=request.user, draw=draw, on=timezone.localdate()), page=_page, home=HOME,
        said="已开始试抽，可以离开本页，稍后再来看。",
    )  # fmt: skip


@never_cache
@require_safe
def progress(request: HttpRequest, number: str, run: int) -> HttpResponse:
    """The progress bar alone, asked for every second."""
    draw = staff_draw(request, number)
    return render(
        request,
        "draws/prep/_progress.html",
        {"draw": draw, "run": get_object_or_404(draw.feasibility_runs, pk=run)},
    )


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """Bottlenecks of the last finished run."""
    draw: Draw = staff_draw(request, number)
    run = get_object_or_404(draw.feasibility_runs.filter(state=FeasibilityRun.State.DONE).order_by("-pk")[:1])
    records = ({**row, "runs": row["runs"]} for row in run.report["bottlenecks"])
    return respond(
        SHEET, records, f"{draw.number}可行性试抽", "csv" if request.GET.get("format") == "csv" else "xlsx"
    )
