"""What every desk page needs: whose bureau it speaks of, and how a refusal is shown."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import Organisation


def bureau_of(request: HttpRequest) -> Organisation:
    """The reader's bureau, or the branch named by ?org=code when it is below."""
    code = request.GET.get("org")
    if not code:
        return request.user.organisation
    found = Organisation.objects.visible_to(request.user).filter(code=code).first()
    if found is None:
        raise Http404("没有这个机构，或不归您查看")
    return found


def status_of(broken: RuleBroken) -> int:
    """403 when the person may not, 409 when the state does not allow."""
    return 403 if isinstance(broken, NotAllowed) else 409


def refused(request: HttpRequest, broken: RuleBroken, page: Callable[[], HttpResponse]) -> HttpResponse:
    """The same page again with the reason on top."""
    messages.error(request, broken.message)
    response = page()
    response.status_code = status_of(broken)
    return response


def over_version(data: Any, version: int) -> Any:
    """What was typed, as if typed over the version that came between: saving again is a decision, not an accident."""
    typed = data.copy()
    typed["version"] = str(version)
    return typed
