"""Sending a stored upload to a browser."""

from typing import Protocol

from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from foundation.documents.uploads import SHOWN_INLINE


class Stored(Protocol):
    """A row with a file that was checked when it was uploaded."""

    file: FieldFile
    name: str
    media_type: str


def send(stored: Stored) -> FileResponse:
    """Pictures are shown, everything else is saved; never run, never guessed at (nosniff)."""
    inline = stored.media_type in SHOWN_INLINE
    response = FileResponse(
        stored.file.open("rb"), as_attachment=not inline, filename=stored.name,
        content_type=stored.media_type if inline else "application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
