"""The front door, signing in and out, the workbench (the one page that sees every app)."""

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from config import desk_cards, workbench
from draws.models import Draw
from foundation.organisation import actions, roles
from foundation.organisation.forms import LoginForm


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    return redirect("/desk/" if request.user.is_authenticated else "/open/")


@method_decorator(login_not_required, name="dispatch")
class Login(auth.LoginView):
    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(auth.LogoutView):
    pass


class PasswordChange(auth.PasswordChangeView):
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("desk")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        actions.note_password_changed(user=self.request.user)
        messages.success(self.request, "密码已改。")
        return response


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The workbench: one list of what to do, the quarter's progress, the next draw."""
    on = timezone.localdate()
    own = request.user.organisation
    next_draw = (
        Draw.objects.filter(organisation=own)
        .exclude(state__in=["signed", "closed", "void"])
        .order_by("scheduled_at")
        .first()
    )
    desk = workbench.desk_of(request.user, on)
    held = roles.permissions_of(request.user)
    everything = request.GET.get("all") == "1"
    context = {
        "desk": desk, "todos": desk.todos if everything else desk.todos[: workbench.SHOWN], "everything": everything,
        "today": on, "ladder": workbench.ladder_of(own, on, held), "next_draw": next_draw,
        "preparation": desk_cards.preparation_of(next_draw, held), "shortcuts": [] if desk.todos else desk_cards.shortcuts_of(held),
    }  # fmt: skip
    return render(request, "home/desk.html", context)
