"""Merkle roots and inclusion proofs of row lists (§2; RFC 9162 §2.1.1 and §2.1.3)."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import Mc1Error
from .hashing import HashSuite


def merkle_root(suite: HashSuite, texts: Sequence[str]) -> str:
    """Hex root of the texts in the given order; `H("")` for an empty list."""
    if not texts:
        return suite.digest(b"").hex()
    level = _leaves(suite, texts)
    while len(level) > 1:
        level = _next_level(suite, level)
    return level[0].hex()


def inclusion_proof(suite: HashSuite, texts: Sequence[str], index: int) -> list[str]:
    """Hex siblings of leaf `index`, lowest first; raises when there is no such leaf."""
    if not 0 <= index < len(texts):
        raise Mc1Error(f"名单只有 {len(texts)} 行，没有第 {index + 1} 行")
    level, place, path = _leaves(suite, texts), index, []
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(level[sibling].hex())
        level, place = _next_level(suite, level), place // 2
    return path


def proof_holds(suite: HashSuite, text: str, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether `path` proves that `text` is leaf `index` of a list of `size` texts with this root."""
    if not 0 <= index < size:
        return False
    node, place, last, rest = suite.digest(b"\0" + text.encode()), index, size - 1, list(path)
    while last:
        if place & 1 or place < last:
            if not rest:
                return False
            sibling = bytes.fromhex(rest.pop(0))
            pair = sibling + node if place & 1 else node + sibling
            node = suite.digest(b"\1" + pair)
        place, last = place // 2, last // 2
    return not rest and node.hex() == root


def _leaves(suite: HashSuite, texts: Sequence[str]) -> list[bytes]:
    start = suite.new(b"\0")
    leaves = []
    for text in texts:
        leaf = start.copy()
        leaf.update(text.encode())
        leaves.append(leaf.digest())
    return leaves


def _next_level(suite: HashSuite, level: list[bytes]) -> list[bytes]:
    # An odd last node moves up unchanged: the same tree as the split at the largest power of two.
    start = suite.new(b"\1")
    above = []
    for left in range(0, len(level) - 1, 2):
        node = start.copy()
        node.update(level[left] + level[left + 1])
        above.append(node.digest())
    if len(level) % 2:
        above.append(level[-1])
    return above
