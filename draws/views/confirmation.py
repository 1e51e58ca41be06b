"""纪检确认: everything prepared on one page, and the discipline officer's word on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.readiness import missing
from draws.readiness.exceptions import changes_of, overrides_of
from draws.readiness.fingerprint import changed_since, latest_check, parts_of, whole
from draws.readiness.roster import needs_of, roster_of
from draws.rules.lotteries import LOTTERIES
from draws.scenes.strata import lines_of
from draws.views.common import attempt, staff_draw, verb

HOME = "draws:confirm"


@require_safe
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    draw = staff_draw(request, number)
    check = latest_check(draw)
    open_still = draw.state in policies.BEFORE_FREEZE
    context = {
        "draw": draw, "lines": lines_of(draw), "changes": changes_of(draw), "overrides": overrides_of(draw),
        "seats": draw.seats.order_by("position"), "needs": needs_of(draw, roster_of(draw, timezone.localdate(draw.scheduled_at))),
        "run": draw.feasibility_runs.filter(state="done").order_by("-pk").first(), "check": check,
        "changed": changed_since(check, draw) if check and open_still else [], "fingerprint": whole(parts_of(draw)),
        "lottery": LOTTERIES.get(draw.pub_source, ""), "waiting": missing.undecided(draw), "why": policies.why_not(policies.check_confirm_preparation, request.user, draw),
    }  # fmt: skip
    return render(request, "draws/prep/confirm.html", context, status=status)


@verb(HOME)
def give(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    note = request.POST.get("note", "")[:300]
    return attempt(
        request, draw, lambda: actions.confirm_preparation(by=request.user, draw=draw, note=note), page=_page, home=HOME,
        said="已确认准备。之后再改时间、名额、席位或排除，要重新确认。",
    )  # fmt: skip
