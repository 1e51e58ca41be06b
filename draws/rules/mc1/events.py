"""The event chain (§5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .canonical import canon
from .errors import OrderBroken
from .hashing import HashSuite
from .schema import check_event


def start_head(suite: HashSuite, draw_id: str) -> str:
    """`head_0`."""
    return suite.h("start", draw_id)


def next_head(suite: HashSuite, head: str, event: Mapping[str, Any]) -> str:
    """`head_n` from `head_(n-1)` and event n."""
    return suite.h("event", head, canon(dict(event)))


def make_event(seq: int, kind: str, at: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A checked event; `at` is `YYYY-MM-DDThh:mm:ss+hh:mm`. Store `canon(event)`, never re-serialise it."""
    event = {"seq": seq, "type": kind, "at": at, "body": dict(body)}
    check_event(event)
    return event


def heads(suite: HashSuite, draw_id: str, events: Iterable[Mapping[str, Any]]) -> list[str]:
    """`[head_0, head_1, …]`; raises `OrderBroken` when a sequence number is not the next one."""
    chain = [start_head(suite, draw_id)]
    for seq, event in enumerate(events, start=1):
        if event["seq"] != seq:
            raise OrderBroken(f"第 {seq} 个事件的序号写成了 {event['seq']}，事件有缺失或被调换")
        chain.append(next_head(suite, chain[-1], event))
    return chain
