"""How every public page is served: without login, session or cookie, cacheable, with the same bytes for the same content."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import conditional_page, require_safe

from disclosure.models import Objection, Publication
from foundation.ledger.models import Entry

MAX_AGE = 300
View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """GET and HEAD only; ETag from the content, 304 when it is unchanged, five minutes in shared caches."""

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        response = view(request, *args, **given)
        if response.status_code == 200 and not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return login_not_required(require_safe(conditional_page(served)))


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, modified: datetime | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    """Render a public page. `messages` is emptied on purpose: reading them would open the session.

    modified: when the page depends on published rows alone
    """
    values = {"messages": (), "data_as_of": as_of(), "checkpoint": checkpoint(), **(context or {})}
    response = render(request, template, values, status=status)
    if modified is not None:
        response["Last-Modified"] = http_date(modified.timestamp())
    return response


def as_of() -> datetime | None:
    """Time of the latest publication or correction: what 数据截至 says."""
    return Publication.objects.order_by("-published_at").values_list("published_at", flat=True).first()


def checkpoint() -> Entry | None:
    """Ledger entry of the latest publication: its hash on this page would betray a rewritten history."""
    return Entry.objects.filter(subject_type="disclosure.publication").order_by("-seq").first()


def latest_change(number: str, published_at: datetime, drawn_at: datetime | None) -> datetime:
    """Of one record's page: publication, last event of its draw, last objection received or answered."""
    times = [published_at, *([drawn_at] if drawn_at else [])]
    for received, answered in Objection.objects.filter(number=number).values_list(
        "received_at", "answered_at"
    ):
        times += [time for time in (received, answered) if time]
    return max(times)
