"""What every page here needs: the scope of a reader, and how a refusal is shown."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import bureau_of
from foundation.organisation.policies import can
from personnel import policies, queries
from personnel.models import Inspector

REFUSED = "检查人员名录由计划编制员维护，抽取组织员、纪检监督员、分管领导和审计员查看。"


def check_view(request: HttpRequest) -> None:
    if not can(request.user, "personnel.view"):
        raise PermissionDenied(REFUSED)


def inspector_or_404(request: HttpRequest, inspector_id: int) -> Inspector:
    """One the reader may see; an inspector sees only himself."""
    if not (can(request.user, "personnel.view") or can(request.user, "personnel.own")):
        raise PermissionDenied(REFUSED)
    found = queries.readable_by(request.user).select_related("organisation", "unit", "user")
    return get_object_or_404(found, pk=inspector_id)


def editable_or_404(request: HttpRequest, inspector_id: int) -> Inspector:
    found = inspector_or_404(request, inspector_id)
    if not policies.can_edit(request.user, found.organisation):
        raise PermissionDenied("检查人员名录由本机构的计划编制员维护。")
    return found


def organisation(request: HttpRequest) -> Organisation:
    """The reader's bureau, or the branch named by ?org=code when it is below."""
    check_view(request)
    return bureau_of(request)


def note_broken(form: BaseForm, broken: RuleBroken) -> None:
    """The reason beside the fields it speaks of, or above the form."""
    names = [name for name in broken.facts.get("fields", ()) if name in form.fields]
    for name in names:
        form.add_error(name, broken.message)
    if not names:
        form.add_error(None, broken.message)


def note_invalid(form: BaseForm, invalid: ValidationError) -> None:
    """A constraint that only the database could see."""
    form.add_error(None, ValidationError(invalid.messages))
