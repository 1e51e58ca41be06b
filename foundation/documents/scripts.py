"""What in a document would act by itself when somebody opens it: scripts in a PDF, macros in an Office file."""

import re
import zlib
from collections.abc import Iterator

_ACTS = re.compile(rb"/(?:JavaScript|Launch|RichMedia)(?![A-Za-z])")
# A name may be written with any of its letters as #xx.
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm(?![A-Za-z])[^>]{0,400}>>\s*stream\r?\n", re.DOTALL)
# Objects packed together are unpacked to look into them; no more than this of all of them, so that a bomb gains nothing.
_MOST_UNPACKED = 64 * 1024 * 1024


def acts_in_pdf(data: bytes) -> bool:
    """Whether a PDF runs a script, starts a program or plays something embedded."""
    return any(_ACTS.search(part) or _ACTS.search(_plain(part)) for part in (data, *_unpacked(data)))


def _plain(part: bytes) -> bytes:
    if b"#" not in part:
        return b""
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked(data: bytes) -> Iterator[bytes]:
    left = _MOST_UNPACKED
    for found in _PACKED.finditer(data):
        try:
            part = zlib.decompressobj().decompress(memoryview(data)[found.end() :], max(1, left))
        except zlib.error:
            continue
        left -= len(part)
        yield part
        if left <= 0:
            return


def has_macros(members: set[str]) -> bool:
    """members: names inside an Office file"""
    return any(name.lower().endswith("vbaproject.bin") for name in members)
