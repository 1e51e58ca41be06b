"""What every planning page needs: the scope of a reader, and how a refusal is shown."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from foundation.organisation.models import Organisation
from foundation.organisation.pages import bureau_of
from foundation.organisation.policies import can
from foundation.rulebook.errors import CannotEvaluate
from foundation.rulebook.periods import Period
from planning.models import AnnualPlan


def check_view(request: HttpRequest) -> None:
    if not can(request.user, "planning.view"):
        raise PermissionDenied("计划和配额由计划编制员、分管领导、抽取组织员、纪检监督员和审计员查看。")


def plans(request: HttpRequest) -> QuerySet[AnnualPlan]:
    """Plans of the reader's own bureau and the branches below it."""
    check_view(request)
    return AnnualPlan.objects.visible_to(request.user).select_related("organisation", "author", "approver")


def organisation(request: HttpRequest) -> Organisation:
    """The reader's bureau, or the branch named by ?org=code when it is below."""
    check_view(request)
    return bureau_of(request)


def period_or_404(text: str) -> Period:
    try:
        return Period.parse(text)
    except CannotEvaluate as fault:
        raise Http404(str(fault)) from fault


def fault(form: forms.Form) -> str:
    """The first thing wrong with a form, by the name of its field; for forms without a page of their own."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"“{label}”：{errors[0]}" if label else errors[0]
