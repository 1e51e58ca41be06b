"""One draw on the desk: what is ready, what is not, what may be done next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.actions.freeze import missing_before_freeze
from draws.models import Draw, Presence
from draws.scenes.strata import lines_of
from draws.views.common import attempt, staff_draw, verb
from draws.views.tasks import groups_of, rehearsals_of
from foundation.documents import actions as documents
from foundation.documents.rendering import unavailable_reason
from foundation.errors import RuleBroken

HOME = "draws:draw"
S = Draw.State


@require_safe
def draw(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    held = staff_draw(request, number)
    lines = lines_of(held)
    context = {
        "draw": held, "lines": lines, "total": sum(line.draw for line in lines), "groups": groups_of(held),
        "checks": _missing(held), "presences": held.presences.select_related("user").order_by("pk"),
        "why": _reasons(request, held), "refusals": held.refusals.order_by("-pk")[:10], "document": documents.latest("draw_minutes", held.pk),
        "pdf_reason": unavailable_reason(), "successor": Draw.objects.filter(retries=held).first(),
        "rehearsals": rehearsals_of(held), **more,
    }  # fmt: skip
    return render(request, "draws/draw.html", context, status=status)


def _reasons(request: HttpRequest, held: Draw) -> dict[str, str]:
    check, user = policies.why_not, request.user
    return {
        "withdraw": "" if held.state in policies.BEFORE_FREEZE else "名单已冻结",
        "presence": check(policies.check_confirm_presence, user, held, Presence.Role.OPERATOR),
        "rehearse": check(policies.check_prepare, user, held.organisation), "close": check(policies.check_close, user, held),
        "operate": check(policies.check_operator, user, held), "supervise": check(policies.check_supervisor, user, held),
    }  # fmt: skip


def _missing(held: Draw) -> list[str]:
    """What the freeze would still refuse, in the words of the action."""
    if held.state not in (S.PREPARING, S.ANNOUNCED):
        return []
    try:
        return missing_before_freeze(held, timezone.localdate())
    except RuleBroken as broken:
        return [broken.message]


# -- verbs ------------------------------------------------------------------------------------------------


@verb(HOME)
def presence(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    return attempt(
        request, held, lambda: actions.confirm_presence(by=request.user, draw=held, role=Presence.Role.OPERATOR), page=_page, home=HOME,
        said="已确认在场。",
    )  # fmt: skip


@verb(HOME)
def rehearse(request: HttpRequest, number: str) -> HttpResponse:
    """A rehearsal of the same quotas with the same people; its number has an R."""
    held = staff_draw(request, number)
    made: list[Draw] = []
    quotas = [
        (row.quota, row.planned, row.last, row.extra, row.extra_reason)
        for row in held.strata.select_related("quota__unit", "quota__plan")
    ]

    def act() -> None:
        made.append(actions.prepare(
            by=request.user, organisation=held.organisation, period=held.period, kind=Draw.Kind.REHEARSAL, quotas=quotas,
            scheduled_at=held.scheduled_at, place=held.place, discipline=held.discipline, team_size=held.team_size,
        ))  # fmt: skip

    refused = attempt(request, held, act, page=_page, home=HOME, said="已建立演练，席位要另外安排。")
    return redirect(HOME, made[0].number) if made else refused


@verb(HOME)
def close(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    return attempt(
        request,
        held,
        lambda: actions.close(by=request.user, draw=held),
        page=_page,
        home=HOME,
        said="已办结。",
    )


@verb(HOME)
def minutes(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the PDF; it is made outside the request."""
    held = staff_draw(request, number)
    return attempt(
        request, held,
        lambda: documents.request(
            kind="draw_minutes", subject_id=held.pk, title=f"{held.number}抽取记录单", organisation=held.organisation, by=request.user
        ),
        page=_page, home=HOME, said="正在生成抽取记录单，好了这里会变成下载链接。",
    )  # fmt: skip


@require_safe
def minutes_state(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the page that says how far the PDF is; asked for every second while it waits."""
    held = staff_draw(request, number)
    return render(
        request, "draws/_minutes.html", {"draw": held, "document": documents.latest("draw_minutes", held.pk)}
    )
