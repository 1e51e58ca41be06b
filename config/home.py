"""The front door, signing in and out, the workbench (the one page that sees every app)."""

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from foundation.organisation import actions
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


def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "home/desk.html")
