"""Who comes first for one visit: its candidates by ascending pair ticket, ranked no further than somebody asks (§8).

Most visits take one of the first few, and sorting everybody for everybody costs as much as the hashing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from .hashing import Hasher

HEAD = 40  # candidates ranked at once, about


class Ranking:
    """Candidates in ticket order; iterating past the head ranks the rest, which hashes them again.

    start: hasher fed with `MC1|pair|K|` · listed: commitment and index of every candidate
    """

    __slots__ = ("_head", "_listed", "_rest", "_start")

    def __init__(self, start: Hasher, listed: Sequence[tuple[bytes, int]]) -> None:
        self._start = start
        self._listed = listed
        self._rest: array[int] | None = array("H") if len(listed) <= 2 * HEAD else None
        self._head = array(
            "H", [j for _, j in sorted(self._tickets() if self._rest is not None else self._lowest())]
        )

    def __iter__(self) -> Iterator[int]:
        yield from self._head
        if self._rest is None:
            ranked = sorted(self._tickets())
            self._rest = array("H", [j for _, j in ranked[len(self._head) :]])
        yield from self._rest

    def _tickets(self) -> list[tuple[bytes, int]]:
        copy, found = self._start.copy, []
        for text, j in self._listed:
            hasher = copy()
            hasher.update(text)
            found.append((hasher.digest(), j))
        return found

    def _lowest(self) -> list[tuple[bytes, int]]:
        """Tickets below a bound that about `HEAD` candidates stay under. No call per candidate: this is the hot loop."""
        bound = (HEAD * 2**32 // len(self._listed)).to_bytes(4, "big")
        copy, found = self._start.copy, []
        for text, j in self._listed:
            hasher = copy()
            hasher.update(text)
            ticket = hasher.digest()
            if ticket < bound:
                found.append((ticket, j))
        return found
