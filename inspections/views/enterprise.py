"""What an enterprise sees when it scans the notice: that the visit is genuine, and nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from inspections import books, tokens
from inspections.models import Visit
from inspections.rules import modes


@login_not_required
@require_GET
@never_cache
def notice(request: HttpRequest, token: str) -> HttpResponse:
    found = tokens.visit_of(token)
    if found is None:
        raise Http404("没有这次检查")
    context = {
        "visit": found, "organisation": found.organisation, "team": books.team_of(found), "mode": modes.MODES[found.mode],
        "items": [row.item.name for row in found.items.select_related("item").order_by("id")],
        "cancelled": found.state in (Visit.State.VOID, Visit.State.WAIVED),
    }  # fmt: skip
    return render(request, "phone/enterprise.html", context)
