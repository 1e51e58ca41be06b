"""Sending a stored upload to a browser."""

from typing import Protocol

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from foundation.documents.uploads import SHOWN_INLINE
from foundation.errors import RuleBroken


class Stored(Protocol):
    """A row with a file that was checked when it was uploaded."""

    file: FieldFile
    name: str
    media_type: str


def stored(file: FieldFile) -> File:
    """A stored file, opened. raises: RuleBroken when it is gone from the disk"""
    try:
        return file.open("rb")
    except OSError as lost:
        raise RuleBroken(
            "这个文件在存储里读不到了，请管理员从备份恢复，并报告纪检。", code="file_lost"
        ) from lost


def send(upload: Stored) -> FileResponse:
    """Pictures are shown, everything else is saved; never run, never guessed at (nosniff)."""
    inline = upload.media_type in SHOWN_INLINE
    response = FileResponse(
        stored(upload.file), as_attachment=not inline, filename=upload.name,
        content_type=upload.media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
