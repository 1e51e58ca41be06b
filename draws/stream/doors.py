"""Who may watch which draw: the rules of the polled feed, asked once per stream, in a worker thread."""

from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders

from draws.views.common import audience_of, live_draw

SEAT_COOKIE = "seat-"


class Entry(NamedTuple):
    pk: int
    number: str
    audience: str


def request_of(scope: dict[str, Any]) -> ASGIRequest:
    """The request as Django sees it. raises: DisallowedHost"""
    request = ASGIRequest(scope, BytesIO())
    request.get_host()
    return request


def is_anonymous(request: HttpRequest) -> bool:
    """No cookie that could make it more than the public."""
    return not any(
        name == settings.SESSION_COOKIE_NAME or name.startswith(SEAT_COOKIE) for name in request.COOKIES
    )


def enter(request: HttpRequest, number: str) -> Entry:
    """raises: Http404 when there is no such draw, or the public may not watch it yet"""
    SessionMiddleware(_nothing).process_request(request)
    AuthenticationMiddleware(_nothing).process_request(request)
    draw = live_draw(request, number)
    return Entry(draw.pk, draw.number, audience_of(request, draw))


def last_seen(request: HttpRequest) -> int:
    """The last sequence number the page has: Last-Event-ID on a reconnect, else ?after=."""
    headers: HttpHeaders = request.headers
    said = headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
