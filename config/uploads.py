"""Taking files in: what is larger than allowed is counted to its end but not kept."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLarge(FileUploadHandler):
    """First in the line: lets a file pass up to the limit and swallows the rest, so that no disk is filled.

    What comes out of a file that is too large has its name and its true size and no content: whoever takes it sees
    the size first and says so.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.UPLOAD_MAX_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if file_size <= settings.UPLOAD_MAX_BYTES:
            return None
        given: dict[str, Any] = {"charset": self.charset, "content_type_extra": self.content_type_extra}
        return InMemoryUploadedFile(
            BytesIO(), self.field_name, self.file_name, self.content_type, file_size, **given
        )
