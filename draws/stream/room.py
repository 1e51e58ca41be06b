"""One draw in one process: its events as bytes, and everybody who watches it here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from draws.scenes.frames import Frame
from draws.stream import wire
from draws.stream.feed import News, Standing

QUEUE = 64  # chunks a watcher may be behind before it is dropped
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Watcher:
    """One open stream. `offer` never waits; whoever cannot keep up is dropped and resumes by sequence number."""

    def __init__(self, send: Send, until: float) -> None:
        """until: when the stream is ended so that the page comes back and its rights are asked anew"""
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        self.until = until
        self.sending_since = 0.0
        self.dropped = False
        self._send = send
        self._task = asyncio.current_task()

    def offer(self, chunk: bytes | None) -> None:
        """None ends the stream after what was offered before."""
        try:
            self.queue.put_nowait(chunk)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """Cut the line at once: a peer that does not read must not hold buffers until it does."""
        if self.dropped:
            return
        self.dropped = True
        # uvicorn's `send` is a method of the request cycle, which knows its transport
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
        elif self._task is not None:
            self._task.cancel()

    async def run(self, now: Callable[[], float]) -> None:
        """Send what is offered until None comes."""
        while (chunk := await self.queue.get()) is not None and not self.dropped:
            self.sending_since = now()
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            self.sending_since = 0.0
        if not self.dropped:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class Room:
    """read: reads the draw in a worker thread; clock: the ISO time that marks carry; now: monotonic seconds"""

    def __init__(
        self,
        pk: int,
        number: str,
        *,
        read: Callable[[int, dict[str, int], bool | None], Awaitable[News]],
        clock: Callable[[], str],
        now: Callable[[], float],
    ) -> None:
        self.pk, self.number = pk, number
        self.standing: Standing | None = None
        self.frames: list[Frame] = []
        self.watchers: dict[str, set[Watcher]] = {}
        self.used_at = now()
        self._lines: dict[str, list[bytes]] = {}
        self._secret: bool | None = None
        self._read, self._clock, self._now = read, clock, now
        self._reading: asyncio.Task[None] | None = None
        self._again = False

    @property
    def size(self) -> int:
        return sum(len(those) for those in self.watchers.values())

    async def ready(self, audience: str) -> None:
        """After this the events of the audience are at hand."""
        self.used_at = self._now()
        lines = self._lines.setdefault(audience, [])
        if self.standing is None or len(lines) < self.standing.seq:
            await self.refresh()

    async def refresh(self) -> None:
        """Read what is new and hand it out; calls during a reading share the next one."""
        self._again = True
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all())
        await asyncio.shield(self._reading)

    async def _read_all(self) -> None:
        try:
            while self._again:
                self._again = False
                known = {audience: len(lines) for audience, lines in self._lines.items()}
                self._take(await self._read(self.pk, known, self._secret))
        finally:
            self._reading = None

    def _take(self, news: News) -> None:
        moved = news.standing != self.standing
        self.standing, self.frames, self._secret = news.standing, news.frames, news.secret
        mark = self.mark() if moved else b""
        for audience, events in news.events.items():
            lines = self._lines[audience]
            had = len(lines)
            if audience in news.whole:
                lines.clear()
            lines += [
                wire.step(event) for event in events[0 if audience in news.whole else _overlap(events, had) :]
            ]
            chunk = b"".join(lines[had:]) + mark
            if chunk:
                self._hand_out(audience, chunk)

    def _hand_out(self, audience: str, chunk: bytes) -> None:
        for watcher in tuple(self.watchers.get(audience, ())):
            watcher.offer(chunk)

    def mark(self) -> bytes:
        return wire.mark(self.standing, self._clock(), self.size) if self.standing else b""

    def enter(self, watcher: Watcher, audience: str, after: int) -> None:
        """From here on the watcher gets everything: what is after `after` now, the rest as it comes; no gap, no double."""
        lines = self._lines[audience]
        self.watchers.setdefault(audience, set()).add(watcher)
        watcher.offer(wire.RETRY + b"".join(lines[after:]) + self.mark())

    def leave(self, watcher: Watcher, audience: str) -> None:
        self.watchers.get(audience, set()).discard(watcher)
        self.used_at = self._now()

    def beat(self, stall: float) -> None:
        """Drop who has not read for `stall` seconds, send away whose time is up, tell the others we are here."""
        chunk, now = wire.BEAT + self.mark(), self._now()
        for watchers in self.watchers.values():
            for watcher in tuple(watchers):
                if watcher.sending_since and now - watcher.sending_since > stall:
                    watcher.drop()
                elif now > watcher.until:
                    watcher.offer(wire.BYE)
                    watcher.offer(None)
                else:
                    watcher.offer(chunk)

    def close(self) -> None:
        for watchers in self.watchers.values():
            for watcher in tuple(watchers):
                watcher.offer(None)


def _overlap(events: list[dict[str, Any]], had: int) -> int:
    """How many of the events are known already; seq counts from 1."""
    return sum(event["seq"] <= had for event in events)
