"""Handing out a stored upload: pictures are shown, everything else is saved."""

from typing import Any

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from foundation.documents.uploads import SHOWN_INLINE
from foundation.errors import RuleBroken


def stored(file: FieldFile) -> File:
    """A stored file, opened. raises: RuleBroken when it is gone from the disk"""
    try:
        return file.open("rb")
    except OSError as lost:
        raise RuleBroken(
            "这个文件在存储里读不到了，请管理员从备份恢复，并报告纪检。", code="file_lost"
        ) from lost


def send(upload: Any) -> FileResponse:
    """Never run, never guessed at (nosniff). upload: a row with file, name and media_type"""
    inline = upload.media_type in SHOWN_INLINE
    response = FileResponse(
        stored(upload.file), as_attachment=not inline, filename=upload.name,
        content_type=upload.media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
