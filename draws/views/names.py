"""Names of one draw: who saw which when, what was opened after the visits, what is still closed and why."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, exports, names, policies
from draws.models import Draw
from draws.views.common import attempt, staff_draw, verb
from foundation.errors import OutOfOrder
from foundation.organisation.policies import can

HOME = "draws:names"
WATCHERS = ("draws.supervise", "draws.approve", "ledger.view")


@never_cache
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    draw = staff_draw(request, number)
    codes = names.drawn_codes(draw)
    context = {
        "draw": draw, "watches": _watches(request), "sightings": names.sightings(draw) if _watches(request) else [],
        "opened": [code for code in codes if code.opened], "closed": [code for code in codes if not code.opened],
        "voided": [code for code in codes if code.voided and not code.opened],
        "why_open": policies.why_not(policies.check_open_names, request.user, draw),
        "figures": [
            {"label": "抽中过", "value": len(codes), "unit": "家"},
            {"label": "已公开", "value": sum(code.opened for code in codes), "unit": "家"},
            {"label": "未公开", "value": sum(not code.opened for code in codes), "unit": "家"},
        ],
    }  # fmt: skip
    return render(request, "draws/names.html", context, status=status)


def _watches(request: HttpRequest) -> bool:
    """Who looked is for the discipline officer, the approving leader and the auditor."""
    return any(can(request.user, permission) for permission in WATCHERS)


@require_safe
def download(request: HttpRequest, number: str, what: str, fmt: str) -> HttpResponse:
    """what: seen (who saw which name) or closed (what is not public yet); fmt: csv or xlsx"""
    draw = staff_draw(request, number)
    if what == "closed":
        return exports.table(names.CLOSED_SHEET, list(names.closed_rows(draw)), f"{number}-未公开", fmt)
    if not _watches(request):
        raise PermissionDenied("谁看过名称由纪检监督员、分管领导和审计员查看。")
    return exports.table(names.SHEET, list(names.sighting_rows(draw)), f"{number}-名称查看", fmt)


@verb(HOME)
def open_voided(request: HttpRequest, number: str) -> HttpResponse:
    """Voided targets are never inspected, so nothing else would open them. source: MC1 §12"""
    draw: Draw = staff_draw(request, number)
    chosen = [code.commitment for code in names.drawn_codes(draw) if code.voided and not code.opened]

    def act() -> None:
        if not chosen:
            raise OutOfOrder("没有作废而未公开的对象，请刷新后再看。", code="nothing_to_open")
        actions.open_visited(by=request.user, draw=draw, commitments=chosen)

    said = f"已公开 {len(chosen)} 家作废对象的名称。"
    return attempt(request, draw, act, page=_page, home=HOME, said=said)
