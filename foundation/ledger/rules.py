"""The hash chain of the ledger, on values."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(frozen=True)
class Link:
    """What one entry binds. `content` is the canonical JSON text exactly as stored."""

    seq: int
    previous_hash: str
    content: str
    hash: str


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no blanks, UTF-8 as is; refuses NaN and unknown types."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_hash(seq: int, previous_hash: str, content: str) -> str:
    """SHA-256 over number, previous hash and content, so that none of the three can move alone."""
    return hashlib.sha256(f"mingchou-ledger|{seq}|{previous_hash}|{content}".encode()).hexdigest()


def first_broken(links: Iterable[Link]) -> tuple[int, str] | None:
    """(seq, reason in Chinese) of the first entry that breaks the chain, or None. Reads in order, keeps one link."""
    expected_seq, previous = 1, GENESIS
    for link in links:
        if link.seq != expected_seq:
            return expected_seq, f"第 {expected_seq} 条缺失，其后直接是第 {link.seq} 条"
        if link.previous_hash != previous:
            return link.seq, f"第 {link.seq} 条记的前一条指纹与第 {link.seq - 1} 条不符"
        if link.hash != entry_hash(link.seq, link.previous_hash, link.content):
            return link.seq, f"第 {link.seq} 条内容与自身指纹不符，内容被改动过"
        expected_seq, previous = expected_seq + 1, link.hash
    return None
