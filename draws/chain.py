"""The stored event chain of a draw: folding it into a state, and the one way to append to it."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from draws.models import Draw, DrawEvent
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.entropy import EntropyLog
from draws.rules.mc1.errors import Mc1Error
from draws.rules.mc1.events import next_head
from draws.rules.mc1.standing import Frozen
from draws.rules.mc1.state import DrawState
from foundation.errors import OutOfOrder

STATE_AFTER = {
    "announce": Draw.State.ANNOUNCED,
    "freeze": Draw.State.FROZEN,
    "lock": Draw.State.LOCKED,
    "retry": Draw.State.FROZEN,
    "reveal": Draw.State.REVEALED,
    "result": Draw.State.RESULT,
    "sign": Draw.State.SIGNED,
    "void": Draw.State.VOID,
    "close": Draw.State.CLOSED,
}


class StoredState(DrawState):
    """`DrawState` that reads the frozen rows only when a step needs them."""

    def __init__(self, version: str, draw_id: str, read: Callable[[dict[str, Any]], Frozen]) -> None:
        super().__init__(version, draw_id)
        self._read = read
        self._manifest: dict[str, Any] | None = None

    @property
    def frozen(self) -> Frozen:
        if self._frozen is None and self._manifest is not None:
            self._frozen = self._read(self._manifest)
        return super().frozen

    @property
    def manifest(self) -> Mapping[str, Any]:
        return super().manifest if self._manifest is None else self._manifest

    def _take_freeze(self, body: dict[str, Any]) -> None:
        self._manifest = body
        self.entropy = EntropyLog(body["seats"])
        self.keys = (body["chains"]["a"], body["chains"]["b"])


def stamp(now: datetime) -> str:
    """`at` of an event: Beijing time, whole seconds."""
    return timezone.localtime(now).isoformat(timespec="seconds")


def events_of(draw: Draw, after: int = 0) -> list[dict[str, Any]]:
    """Stored events in order, parsed from their canonical bytes; those after a sequence number."""
    rows = DrawEvent.objects.filter(draw=draw, seq__gt=after)
    contents = rows.order_by("seq").values_list("content", flat=True)
    return [json.loads(content) for content in contents]


def rows_of(draw: Draw) -> tuple[list[str], list[str], list[str]]:
    """Frozen target, inspector and recusal rows in their frozen order; without rows added in rounds."""
    targets = draw.snapshot_targets.values_list("row", flat=True)
    inspectors = draw.snapshot_inspectors.filter(added_round=0).values_list("row", flat=True)
    return sorted(targets), sorted(inspectors), sorted(draw.recusal_rows.values_list("row", flat=True))


def state_of(draw: Draw) -> StoredState:
    """The draw folded from its events; do not change what you get: it is shared within the process."""
    return _folded(draw.pk, draw.number, draw.version, draw.head)


@lru_cache(maxsize=64)
def _folded(pk: int, number: str, version: str, head: str) -> StoredState:
    draw = Draw(pk=pk, number=number, version=version)
    state = _resumed(draw, head)
    if state is None:
        state = StoredState(version, number, lambda manifest: _frozen(pk, canon(manifest)))
        _apply_until(state, events_of(draw), head)
    if head and state.head != head:
        raise OutOfOrder(f"{number} 的事件链与链首对不上，记录可能被改动过。请停止操作并报告审计员。")
    if state.place in SETTLED:
        _settled[pk] = state
        while len(_settled) > MOST_SETTLED:
            _settled.popitem(last=False)
    return state


# Places from which on an event replaces parts of the state and changes none in place, so that a copy may go on.
SETTLED = ("resulted", "signed", "round", "void")
MOST_SETTLED = 64
_settled: OrderedDict[int, StoredState] = OrderedDict()


def _resumed(draw: Draw, head: str) -> StoredState | None:
    """The last state of a draw with a result, with the later events applied; None when they do not lead to the head.

    A draw gets an event per opened name: folding all of them again for each would be quadratic.
    """
    known = _settled.get(draw.pk)
    if known is None or known.draw_id != draw.number:
        return None
    state = copy(known)
    try:
        _apply_until(state, events_of(draw, after=state.seq), head)
    except Mc1Error:
        return None
    return state if state.head == head else None


def _apply_until(state: StoredState, events: Iterable[dict[str, Any]], head: str) -> None:
    for event in events:
        if state.head == head:
            break
        state.apply(event)


@lru_cache(maxsize=8)
def _frozen(pk: int, manifest: str) -> Frozen:
    return Frozen.read(json.loads(manifest), *rows_of(Draw(pk=pk)))


def append(draw: Draw, kind: str, body: Mapping[str, Any], *, now: datetime) -> DrawEvent:
    """Chain one event after the rules of MC1 allow it; the caller holds the draw's lock.

    raises: Mc1Error when the step may not come now; OutOfOrder when another console was faster
    """
    state = state_of(draw)
    event = state.next_event(kind, stamp(now), body)
    content, head = canon(event), next_head(state.suite, state.head, event)
    after = STATE_AFTER.get(kind, draw.state)
    if kind == "close" and draw.state == Draw.State.VOID:
        after = Draw.State.VOID
    moved = Draw.objects.filter(pk=draw.pk, head_seq=draw.head_seq, head=draw.head).update(
        head=head, head_seq=event["seq"], state=after
    )
    if not moved:
        raise OutOfOrder("另一台控制台刚刚推进了这次抽取，请刷新后再看。", code="overtaken")
    draw.head, draw.head_seq, draw.state = head, event["seq"], after
    return DrawEvent.objects.create(
        draw=draw, seq=event["seq"], type=kind, at=event["at"], content=content, head=head, recorded_at=now
    )
