"""How large a picture says it is, read from its head alone: nothing is unpacked."""

import struct
from typing import BinaryIO

_PNG_HEAD = struct.Struct(">8sI4sII")
# Markers of a JPEG whose segment holds height and width; the other C-markers are tables.
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_BARE = {0x01, *range(0xD0, 0xD9)}
_MOST_SEGMENTS = 2000


def size_of(kind: str, file: BinaryIO) -> tuple[int, int] | None:
    """Width and height of a png or jpg; None where the head does not say."""
    file.seek(0)
    try:
        return _png(file) if kind == "png" else _jpg(file)
    except (struct.error, IndexError):
        return None
    finally:
        file.seek(0)


def _png(file: BinaryIO) -> tuple[int, int] | None:
    _, _, chunk, width, height = _PNG_HEAD.unpack(file.read(_PNG_HEAD.size))
    return (width, height) if chunk == b"IHDR" else None


def _jpg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        marker = _marker(file)
        if marker is None:
            return None
        if marker in _BARE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    return None


def _marker(file: BinaryIO) -> int | None:
    """The next marker, after any number of fill bytes; None at the pixels or the end."""
    if file.read(1) != b"\xff":
        return None
    code = file.read(1)
    while code == b"\xff":
        code = file.read(1)
    return None if not code or code[0] in (0xD9, 0xDA) else code[0]
