"""What every signed-in request passes."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class LoginRequired(LoginRequiredMiddleware):
    """Django's, but a page that asks for no login is answered without opening the session."""

    def process_view(self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


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
