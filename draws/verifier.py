"""The verifier page over http: the shipped single file, with its own script and style allowed by their digests."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured

NAME = "verify/verifier.html"


class Verifier(NamedTuple):
    """The bytes of the file and the CSP sources of its inline script and style."""

    content: bytes
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def verifier() -> Verifier:
    """raises: ImproperlyConfigured when static/verify/verifier.html is missing"""
    found = finders.find(NAME)
    if not found:
        raise ImproperlyConfigured(f"缺少核验页 static/{NAME}，请恢复该文件。")
    return _read(found, Path(found).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: str, changed: int) -> Verifier:
    content = Path(path).read_bytes()
    return Verifier(content, _digests(content, b"script"), _digests(content, b"style"))


def _digests(content: bytes, tag: bytes) -> tuple[str, ...]:
    bodies = re.findall(rb"<%s>(.*?)</%s>" % (tag, tag), content, flags=re.S)
    return tuple(f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'" for body in bodies)
