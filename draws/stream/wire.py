"""Server-sent events as bytes. `step`: one event of the chain, its id is the sequence number; `mark`: the standing."""

import json
from collections.abc import Mapping
from typing import Any

from draws.stream.feed import Standing

RETRY = b"retry: 3000\n\n"
BEAT = b": beat\n"  # a comment for proxies; the mark after it tells the page that the line is alive
BYE = b"event: bye\ndata: {}\n\n"  # come back at once, nothing is wrong
SPREAD_PER_WATCHER = 2
MAX_SPREAD = 2000


def step(event: Mapping[str, Any]) -> bytes:
    return b"id: %d\nevent: step\ndata: %b\n\n" % (event["seq"], _json(event))


def mark(standing: Standing, now: str, watchers: int) -> bytes:
    """now: ISO 8601; `spread`: milliseconds over which the pages spread their requests for the new picture."""
    said = {
        "now": now, "seq": standing.seq, "head": standing.head, "mark": standing.mark, "state": standing.state,
        "version": standing.version, "spread": min(MAX_SPREAD, SPREAD_PER_WATCHER * watchers),
    }  # fmt: skip
    return b"event: mark\ndata: %b\n\n" % _json(said)


def _json(value: Mapping[str, Any]) -> bytes:
    """One line: JSON escapes every line break."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
