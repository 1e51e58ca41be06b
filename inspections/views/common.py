"""What the pages of this app share: asking for a role, doing one act, sending a stored file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from foundation.asked import whole
from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.policies import can


def need(request: HttpRequest, *permissions: str) -> None:
    """raises: PermissionDenied unless the user holds one of them"""
    if not any(can(request.user, permission) for permission in permissions):
        raise PermissionDenied("您没有查看这一页的角色。")


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Do one act and say how it went. A person who may not at all gets a 403 page."""
    try:
        act()
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return False
    messages.success(request, done)
    return True


def posted(request: HttpRequest) -> Any:
    """What was sent, even if it was nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def number_in(text: str | None) -> int:
    """A primary key as a form sent it; 0, which nothing has, for anything else."""
    return whole(text) or 0
