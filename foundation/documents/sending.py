"""Handing out a stored upload: pictures are shown, everything else is saved."""

from typing import Any

from django.http import FileResponse

from foundation.documents.uploads import SHOWN_INLINE


def send(upload: Any) -> FileResponse:
    """Never run, never guessed at (nosniff). upload: a row with file, name and media_type"""
    inline = upload.media_type in SHOWN_INLINE
    response = FileResponse(
        upload.file.open("rb"), as_attachment=not inline, filename=upload.name,
        content_type=upload.media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
