"""H, h(tag, …), HMAC-H and prefix hashing (§2). Version `MC1` uses SHA-256, `MC1-SM3` uses SM3."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import Protocol

from .errors import FormatBroken, HashUnavailable

HASH_NAMES = {"MC1": "sha256", "MC1-SM3": "sm3"}


class Hasher(Protocol):
    """The part of a hashlib object that MC1 uses."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Hasher: ...


class HashSuite:
    """All hashing of one draw. The text prefix is `MC1|` in both versions."""

    def __init__(self, version: str) -> None:
        if version not in HASH_NAMES:
            raise FormatBroken(f"版本“{version}”不是 MC1 或 MC1-SM3")
        self.version = version
        self.name = HASH_NAMES[version]
        try:
            self._blank: Hasher = hashlib.new(self.name)
        except ValueError as missing:
            raise HashUnavailable(
                f"本机没有 {self.name.upper()} 算法，不能计算 {version} 抽取；请换用带国密算法的 OpenSSL"
            ) from missing

    def new(self, data: bytes = b"") -> Hasher:
        hasher = self._blank.copy()
        hasher.update(data)
        return hasher

    def digest(self, data: bytes) -> bytes:
        return self.new(data).digest()

    def h(self, tag: str, *fields: str | int) -> str:
        """`h(tag, f1, …, fn)` of §2, 64 lower-case hex digits."""
        return self.new("|".join(("MC1", tag, *map(str, fields))).encode()).hexdigest()

    def prefix(self, tag: str, *fields: str | int) -> Hasher:
        """A hasher fed with `MC1|tag|…|`, to be copied for each last field (§14 Speed)."""
        return self.new("|".join(("MC1", tag, *map(str, fields), "")).encode())

    def hmac(self, key: bytes, message: str) -> str:
        return hmac.digest(key, message.encode(), self.name).hex()


@cache
def suite_of(version: str) -> HashSuite:
    """The suite of a version; raises `HashUnavailable` where SM3 is missing."""
    return HashSuite(version)
