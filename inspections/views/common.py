"""What the pages of this app share: asking for a role, doing one act, sending a stored file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.policies import can
from inspections.models import Evidence
from inspections.rules.files import SHOWN_INLINE


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


def stored(file: FieldFile) -> File:
    """A stored file, opened. raises: RuleBroken when it is gone from the disk"""
    try:
        return file.open("rb")
    except OSError as lost:
        raise RuleBroken(
            "这个文件在存储里读不到了，请管理员从备份恢复，并报告纪检。", code="file_lost"
        ) from lost


def send(evidence: Evidence) -> FileResponse:
    """Pictures are shown, everything else is saved; never run, never guessed at (nosniff)."""
    inline = evidence.media_type in SHOWN_INLINE
    response = FileResponse(
        stored(evidence.file), as_attachment=not inline, filename=evidence.name,
        content_type=evidence.media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def posted(request: HttpRequest) -> Any:
    """What was sent, even if it was nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def number_in(text: str | None) -> int:
    """A primary key as a form sent it; 0, which nothing has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() else 0
