"""Drafts that are still on the phone: the list itself is in the browser, the server only lends the names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inspections.models import Visit
from inspections.views.common import need


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    need(request, "inspections.own")
    mine = Visit.objects.of_inspector(request.user).exclude(dispatched_at=None).to_do()
    rows = mine.order_by("id").values_list("pk", "target__name")
    return render(request, "phone/drafts.html", {"visits": rows})
