"""What the pages of both lists share: scope, the outcome of an action, forms on a page of their own."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from foundation.asked import whole
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can
from registry.models import InspectionItem, Target

PAGE = 30


def visible_targets(request: HttpRequest) -> QuerySet[Target]:
    _check_view(request)
    rows = Target.objects.visible_to(request.user).select_related("entity", "area", "unit", "organisation")
    return rows.defer("search")


def visible_items(request: HttpRequest) -> QuerySet[InspectionItem]:
    _check_view(request)
    return InspectionItem.objects.visible_to(request.user).select_related(
        "organisation", "created_by", "approved_by"
    )


def _check_view(request: HttpRequest) -> None:
    if not can(request.user, "registry.view"):
        raise PermissionDenied("您没有查看名录的角色。请联系安全管理员授予。")


def number(text: str) -> int | None:
    """A row's number as an address or a form gives it; None for anything else."""
    return whole(text)


def require(allowed: bool, what: str) -> None:
    """raises: PermissionDenied"""
    if not allowed:
        raise PermissionDenied(what)


def today() -> date:
    return timezone.localdate()


def refused(request: HttpRequest, broken: RuleBroken) -> int:
    """Show the reason on the page that is about to be rendered; the status to render it with."""
    messages.error(request, broken.message)
    return status_of(broken)


def put_errors(form: forms.BaseForm, error: RuleBroken | ValidationError) -> None:
    """Reasons of an action onto the form: on their field where the form has it, else on top."""
    if isinstance(error, RuleBroken):
        form.add_error(None, error.message)
    elif hasattr(error, "error_dict"):
        for name, faults in error.error_dict.items():
            form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, faults)
    else:
        form.add_error(None, error)


def act_page(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], Any],
    *,
    done: str,
    back: str,
    **context: Any,
) -> HttpResponse:
    """A form on a page of its own: shows it, runs the action, returns to `back`."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do(form.cleaned_data)
            except RuleBroken as broken:
                put_errors(form, broken)
                status = status_of(broken)
            except ValidationError as error:
                put_errors(form, error)
            else:
                messages.success(request, done)
                return redirect(back)
    return render(request, "registry/act.html", {"form": form, "back": back, **context}, status=status)
