"""What every signed-in request passes."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import bad_request, permission_denied

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation import actions

READING = ("GET", "HEAD", "OPTIONS")
TWICE = "同一件事刚刚已经有人办理（或您在另一个页面提交过），这一次没有再记。请返回刷新，看清现在的状态。"
BUSY = "另一项大批量的办理正在写入，等了一会儿还没有轮到，这一次没有记。请过一会儿回到刚才那一页再交，填过的会填回。"
# How a database says that somebody else holds what is needed: SQLite; PostgreSQL (lock timeout, deadlock).
_BUSY_WORDS = ("database is locked", "lock timeout", "deadlock detected")
log = logging.getLogger(__name__)


class LoginRequired(LoginRequiredMiddleware):
    """Django's, but a page that asks for no login is answered without opening the session.

    A form sent after the session ended did nothing: the person is told so, signs in, and comes back to the page
    the form was on (an address that only takes forms would answer 405). A part of a page goes there as a whole.
    """

    def process_view(self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        part = request.headers.get("HX-Request") == "true"
        sent = request.method not in READING
        if not (part or sent):
            return super().handle_no_permission(request, view_func)
        query = {"next": _page_before(request, "HX-Current-URL" if part else "Referer")}
        if sent:
            query["unsent"] = "1"
        login = f"{reverse('login')}?{urlencode(query)}"
        if not part:
            return redirect(login)
        return HttpResponse(headers={"HX-Redirect": login})


def _page_before(request: HttpRequest, header: str) -> str:
    """The page a request came from, if it is one of ours; else the front of what was asked for."""
    came_from = request.headers.get(header, "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/m/" if request.path.startswith("/m/") else "/desk/"


class Refusals:
    """Whoever tries to do what is not his to do is refused with the reason, and the attempt stands in the ledger.

    What a rule says and no page caught is shown too: an answer with the remedy, never a bare error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refused = isinstance(exception, (PermissionDenied, NotAllowed))
        if refused and request.method not in READING and request.user.is_authenticated:
            actions.note_refused(user=request.user, path=request.path, reason=str(exception))
        if isinstance(exception, NotAllowed):
            return permission_denied(request, exception)
        if isinstance(exception, RuleBroken):
            return render(request, "409.html", {"reason": exception.message}, status=409)
        if isinstance(exception, IntegrityError):
            log.exception("constraint broken at %s", request.path, exc_info=exception)
            return render(request, "409.html", {"reason": TWICE}, status=409)
        if isinstance(exception, OperationalError) and any(word in str(exception) for word in _BUSY_WORDS):
            log.exception("database busy at %s", request.path, exc_info=exception)
            return render(request, "409.html", {"reason": BUSY}, status=409)
        if isinstance(exception, (OverflowError, DataError)) or "NUL (0x00)" in str(exception):
            return bad_request(request, exception)  # a number or a character no database holds, made by hand
        return None


class OwnPasswordFirst:
    """Whoever still uses the password the administrator chose has to choose another before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        doors = {reverse("password"), reverse("logout")}
        if (
            request.path.startswith(("/desk/", "/m/"))
            and request.path not in doors
            and user.is_authenticated
            and user.must_change_password
        ):
            messages.warning(request, "您用的是管理员设的初始密码，请先改成自己的密码。")
            return redirect("password")
        return self.get_response(request)
