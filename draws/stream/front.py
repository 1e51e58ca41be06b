"""The ASGI layer before Django: /draw/<number>/stream and …/frame; everything else goes on to the site."""

import asyncio
import contextlib
import logging
import re
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404

from draws.scenes.frames import choose
from draws.stream import doors, pages
from draws.stream.hub import Full, Hub
from draws.stream.room import Room, Send, Watcher
from draws.views.live import whole_number

DOORS = re.compile(r"/draw/(?P<number>[-a-zA-Z0-9_]{1,40})/(?P<what>stream|frame)")
COMMON = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"), (b"vary", b"Cookie")]
STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"), *COMMON,
]  # fmt: skip
FRAME = [
    (b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"private, no-cache"), (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; img-src 'self' data:"), *COMMON,
]  # fmt: skip
PLAIN = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *COMMON]
RETRY_AFTER = b"10"

logger = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[dict[str, Any]]]
Site = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Front:
    """One per process; its hub is made on the first need, in the loop that serves."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        if self._hub is None:
            self._hub = Hub()
        return self._hub

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        door = (
            DOORS.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        )
        if door is None:
            await self.site(scope, receive, send)
            return
        answer = self._stream if door["what"] == "stream" else self._frame
        try:
            await answer(doors.request_of(scope), door["number"], receive, send)
        except DisallowedHost:
            await _say(send, 400, "请求的主机名不在 ALLOWED_HOSTS 里。")
        except Http404:
            await _say(send, 404, "没有这次抽取会，或者它还没有公告。")
        except Full:
            await _say(
                send,
                503,
                "观看的人太多，请稍候；页面会改用定时查询，不会漏掉进展。",
                (b"retry-after", RETRY_AFTER),
            )

    # -- the stream -----------------------------------------------------------------------------------

    async def _stream(self, request: ASGIRequest, number: str, receive: Receive, send: Send) -> None:
        hub = self.hub
        hub.take_place()
        try:
            room, audience = await self._enter(request, number)
            await send({"type": "http.response.start", "status": 200, "headers": STREAM})
            await _watch(room, audience, doors.last_seen(request), Watcher(send, hub.until()), receive)
        finally:
            hub.give_back()

    async def _enter(self, request: ASGIRequest, number: str) -> tuple[Room, str]:
        try:
            return await self.hub.enter(request, number)
        except (Http404, Full, asyncio.CancelledError):
            raise
        except Exception as error:
            logger.warning("live stream of %s: %s: %s", number, type(error).__name__, error)
            raise Full from error

    # -- pictures of the stage ------------------------------------------------------------------------

    async def _frame(self, request: ASGIRequest, number: str, receive: Receive, send: Send) -> None:
        """?at=&scene=&mode= as on the page itself; ?seq=&mark= what the asking page knows already."""
        room, audience = await self._enter(request, number)
        asked = request.GET
        await _catch_up(room, whole_number(asked.get("seq")) or 0, asked.get("mark", ""))
        assert room.standing is not None  # `ready` has read it
        key = pages.Key(
            room.number, room.standing.head, room.standing.mark, room.standing.state, audience,
            choose(room.frames, whole_number(asked.get("at")), asked.get("scene", "")), asked.get("mode") == "screen",
            f"{request.scheme}://{request.get_host()}",
        )  # fmt: skip
        page = await self.hub.pages.get(key, lambda: self.hub.paint(pages.render, key))
        if page.etag in request.headers.get("If-None-Match", ""):
            await _answer(send, 304, [*FRAME, (b"etag", page.etag.encode())], b"")
            return
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        extra = [(b"etag", page.etag.encode())] + ([(b"content-encoding", b"gzip")] if packed else [])
        await _answer(send, 200, [*FRAME, *extra], page.packed if packed else page.body)

    # -- the life of the process ----------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            said = await receive()
            if said["type"] == "lifespan.startup":
                self._hear_signals()
                await send({"type": "lifespan.startup.complete"})
            else:
                self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _hear_signals(self) -> None:
        """The server waits for open streams before it says shutdown, so the streams have to end on the signal itself."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.getsignal(number)
            if not callable(before):
                continue

            def on(signum: int, frame: Any, before: Callable[..., Any] = before) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._close)
                before(signum, frame)

            with contextlib.suppress(ValueError):  # not the main thread: a server inside a test
                signal.signal(number, on)

    def _close(self) -> None:
        if self._hub is not None:
            self._hub.close()


async def _watch(room: Room, audience: str, after: int, watcher: Watcher, receive: Receive) -> None:
    loop = asyncio.get_running_loop()
    gone = loop.create_task(_until_gone(receive, watcher))
    room.enter(watcher, audience, after)
    try:
        await watcher.run(loop.time)
    except asyncio.CancelledError:
        if not watcher.dropped:
            raise
    finally:
        room.leave(watcher, audience)
        gone.cancel()


async def _until_gone(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.offer(None)


async def _catch_up(room: Room, seq: int, mark: str) -> None:
    """Another process may have told the page already what this one has not read yet."""
    standing = room.standing
    if standing is None or seq > standing.seq or (mark and mark != standing.mark):
        await room.refresh()


async def _say(send: Send, status: int, text: str, *more: tuple[bytes, bytes]) -> None:
    await _answer(send, status, [*PLAIN, *more], text.encode())


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    size = [] if status == 304 else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *size]})
    await send({"type": "http.response.body", "body": body})
