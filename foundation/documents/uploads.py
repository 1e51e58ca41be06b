"""Uploaded files are distrusted: what a file is, is read from its bytes, not from its name or what a browser says."""

import hashlib
import re
import secrets
import zipfile
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files import File

from foundation.documents import pictures, scripts
from foundation.errors import RuleBroken

LARGEST = 20 * 1024 * 1024
# A display choice: no telephone takes a picture of more dots; a larger one stops the browser or the printer of whoever opens it.
MOST_DOTS = 250_000_000
# The same for Office files: nothing here unpacks them, but whoever opens one does.
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
HEAD = 16
OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
MEDIA_TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf", "mp4": "video/mp4",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
SHOWN_INLINE = ("image/jpeg", "image/png")


class FileRefused(RuleBroken):
    code = "file_refused"


def plain_name(name: str) -> str:
    """The last part of the name, without control characters or path, at most 120 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069<>:\"|?*]", "", last).strip()[-120:]


def extension(name: str) -> str:
    """Lower case; jpeg is jpg. raises: FileRefused for a kind that is not evidence"""
    found = plain_name(name).rpartition(".")[2].lower()
    found = "jpg" if found == "jpeg" else found
    if found not in MEDIA_TYPES or "." not in plain_name(name):
        raise FileRefused(f"“{plain_name(name) or name}”不能上传，只收 jpg、png、pdf、mp4、docx、xlsx。")
    return found


def identify(name: str, file: BinaryIO, size: int) -> str:
    """Extension of a file whose bytes agree with its name; leaves the file at its start.

    raises: FileRefused for an empty or large file, another kind, or bytes of another kind
    """
    kind = extension(name)
    if size <= 0:
        raise FileRefused(f"“{plain_name(name)}”是空文件。请重新选择。")
    if size > LARGEST:
        raise FileRefused(f"“{plain_name(name)}”超过 20 MB。请压缩或分段后再传。")
    file.seek(0)
    fits = _fits(kind, file.read(HEAD), file)
    file.seek(0)
    if not fits:
        raise FileRefused(f"“{plain_name(name)}”的内容不是 {kind} 文件。请用原始文件上传，不要改后缀名。")
    _check_harmless(kind, file, plain_name(name))
    file.seek(0)
    return kind


def _check_harmless(kind: str, file: BinaryIO, name: str) -> None:
    """raises: FileRefused for what would do harm to whoever opens it"""
    if kind in ("jpg", "png"):
        width, height = pictures.size_of(kind, file) or (0, 0)
        if width * height > MOST_DOTS:
            raise FileRefused(f"“{name}”是 {width}×{height} 的图，太大，打开会卡死。请缩小后再传。")
    elif kind == "pdf":
        if scripts.acts_in_pdf(file.read()):
            raise FileRefused(f"“{name}”里带有脚本或会自动启动的内容。请打印成普通 PDF 再传。")
    elif kind in OFFICE:
        _check_office(file, name)


def _check_office(file: BinaryIO, name: str) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if scripts.has_macros({part.filename for part in parts}):
        raise FileRefused(f"“{name}”带有宏。请另存为不带宏的文件再传。")
    if unpacked > MOST_UNPACKED or (unpacked > MOST_UNPACKED // 8 and unpacked > MOST_RATIO * packed):
        raise FileRefused(
            f"“{name}”解开后有 {unpacked // 1024 // 1024} MB，与它的大小极不相称。请另存成新文件再传。"
        )


def _fits(kind: str, head: bytes, file: BinaryIO) -> bool:
    if kind == "jpg":
        return head.startswith(b"\xff\xd8\xff")
    if kind == "png":
        return head.startswith(b"\x89PNG\r\n\x1a\n")
    if kind == "pdf":
        return head.startswith(b"%PDF-")
    if kind == "mp4":
        return head[4:8] == b"ftyp"
    return head.startswith(b"PK\x03\x04") and OFFICE[kind] in _members(file)


def _members(file: BinaryIO) -> set[str]:
    """Names in the archive; nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return set()


def digest(file: Any) -> str:
    """SHA-256 of the bytes, in hex; leaves the file at its start."""
    total = hashlib.sha256()
    file.seek(0)
    for chunk in iter(lambda: file.read(1 << 20), b""):
        total.update(chunk)
    file.seek(0)
    return total.hexdigest()


@dataclass(frozen=True)
class Upload:
    """A file that is what its name says. name: plain · kind: extension · size in bytes · sha256 in hex"""

    file: File
    name: str
    kind: str
    size: int
    sha256: str

    @classmethod
    def judged(cls, file: File, name: str = "") -> "Upload":
        """name: instead of the one it came with. raises: FileRefused"""
        plain = plain_name(name or file.name or "")
        kind = identify(plain, cast(BinaryIO, file), file.size)
        return cls(file, plain, kind, file.size, digest(file))

    def fill(self, row: Any) -> None:
        """Into a row with file, name, media_type, size and sha256; stored under a name nobody can guess, row not saved."""
        row.name, row.media_type, row.size, row.sha256 = (
            self.name,
            MEDIA_TYPES[self.kind],
            self.size,
            self.sha256,
        )
        row.file.save(f"{secrets.token_hex(16)}.{self.kind}", self.file, save=False)
