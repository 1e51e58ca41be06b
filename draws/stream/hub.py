"""All draws that are watched in this process: one subscription, one reading per change, the same bytes for everybody."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from random import random
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections
from django.http import HttpRequest
from django.utils import timezone

from draws import news
from draws.stream import doors, feed
from draws.stream.pages import Pages
from draws.stream.room import Room

POLL = 1.0  # seconds between looks into the database while no broker answers
SAFETY = 5  # looks left out while the broker answers: a message that got lost costs at most so many seconds
BEAT = 15.0
STALL = 20.0
LIFE = 900.0  # a stream is ended after so long, give or take half; the page comes back and its rights are asked anew
IDLE = 60.0  # an empty room is forgotten after so long

logger = logging.getLogger(__name__)
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Full(Exception):
    """This process watches as many streams as it may."""


class Hub:
    """Lives in one event loop. Worker threads: one that reads, two at the door, one that draws pages."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = settings.LIVE_MAX_WATCHERS if limit is None else limit
        self.rooms: dict[str, Room] = {}
        self.watching = 0
        self.closing = False
        self.subscribed = False
        self.pages = Pages()
        self._reader = ThreadPoolExecutor(1, "live-read")
        self._doors = ThreadPoolExecutor(2, "live-door")
        self._painter = ThreadPoolExecutor(1, "live-page")
        self._tasks: set[asyncio.Task[Any]] = set()
        for work in (self._listen, self._look, self._keep):
            self.spawn(work())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.warning("live stream: %s: %s", type(error).__name__, error)

    # -- worker threads -------------------------------------------------------------------------------

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    async def read(self, act: Callable[Given, Answer], *args: Given.args, **given: Given.kwargs) -> Answer:
        """In the one reading thread, on one connection that is given back afterwards."""
        return await self._in(self._reader, lambda: _kept(act, *args, **given))

    async def paint(self, act: Callable[Given, Answer], *args: Given.args, **given: Given.kwargs) -> Answer:
        return await self._in(self._painter, lambda: _closed(act, *args, **given))

    # -- rooms ----------------------------------------------------------------------------------------

    async def enter(self, request: HttpRequest, number: str) -> tuple[Room, str]:
        """The room and the audience; raises: Http404, Full. Strangers cost a query only if the room is not open."""
        if self.closing:
            raise Full
        room = self.rooms.get(number)
        if (
            room is not None
            and room.standing is not None
            and room.standing.seq
            and doors.is_anonymous(request)
        ):
            audience = "public"
        else:
            entry = await self._in(self._doors, lambda: _closed(doors.enter, request, number))
            room, audience = self._room(entry), entry.audience
        await room.ready(audience)
        return room, audience

    def _room(self, entry: doors.Entry) -> Room:
        if entry.number not in self.rooms:
            self.rooms[entry.number] = Room(
                entry.pk, entry.number, read=lambda *known: self.read(feed.read, *known), clock=_clock,
                now=asyncio.get_running_loop().time,
            )  # fmt: skip
        return self.rooms[entry.number]

    def take_place(self) -> None:
        """raises: Full. Every place taken is given back by `give_back`."""
        if self.closing or self.watching >= self.limit:
            raise Full
        self.watching += 1

    def give_back(self) -> None:
        self.watching -= 1

    def until(self) -> float:
        """When a stream that begins now shall end; not all at once."""
        return asyncio.get_running_loop().time() + LIFE * (0.5 + random())  # noqa: S311  spreads load, decides nothing

    # -- what wakes the rooms -------------------------------------------------------------------------

    def heard(self, number: str) -> None:
        room = self.rooms.get(number)
        if room is not None:
            self.spawn(room.refresh())

    async def _listen(self) -> None:
        """Subscribed for as long as the broker answers; then again and again."""
        while not self.closing:
            try:
                await self._subscribe()
            except Exception as error:
                logger.info("live stream without broker: %s", error)
            self.subscribed = False
            await asyncio.sleep(POLL)

    async def _subscribe(self) -> None:
        from redis import asyncio as redis

        client = redis.Redis.from_url(
            settings.LIVE_REDIS_URL, socket_connect_timeout=2, health_check_interval=10
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as line:
            await line.subscribe(news.CHANNEL)
            self.subscribed = True
            for number in self.rooms:  # what was said before we listened
                self.heard(number)
            while not self.closing:
                said = await line.get_message(timeout=5)
                if said is not None:
                    self.heard(said["data"].decode().partition(" ")[0])

    async def _look(self) -> None:
        """Every second without a broker, now and then with one: compare the standing of all watched draws."""
        turn = 0
        while not self.closing:
            await asyncio.sleep(POLL)
            turn += 1
            if self.subscribed and turn % SAFETY:
                continue
            await self._guarded(self._compare)

    async def _compare(self) -> None:
        watched = {room.pk: room for room in self.rooms.values() if room.size}
        if not watched:
            return
        for pk, standing in (await self.read(feed.standings, list(watched))).items():
            if standing != watched[pk].standing:
                await watched[pk].refresh()

    async def _keep(self) -> None:
        while not self.closing:
            await asyncio.sleep(BEAT)
            await self._guarded(self._beat)

    async def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        for room in tuple(self.rooms.values()):
            room.beat(STALL)
            if not room.size and now - room.used_at > IDLE:
                self.rooms.pop(room.number, None)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A database that is away must not end the loop."""
        try:
            await work()
        except Exception as error:
            logger.warning("live stream: %s: %s", type(error).__name__, error)

    # -- the end --------------------------------------------------------------------------------------

    def close(self) -> None:
        """End every stream properly; may be called twice."""
        if self.closing:
            return
        self.closing = True
        for room in self.rooms.values():
            room.close()
        for task in tuple(self._tasks):
            task.cancel()
        for threads in (self._reader, self._doors, self._painter):
            threads.shutdown(wait=False, cancel_futures=True)


def _kept(act: Callable[Given, Answer], *args: Given.args, **given: Given.kwargs) -> Answer:
    close_old_connections()
    try:
        return act(*args, **given)
    finally:
        close_old_connections()


def _closed(act: Callable[Given, Answer], *args: Given.args, **given: Given.kwargs) -> Answer:
    try:
        return act(*args, **given)
    finally:
        connections.close_all()


def _clock() -> str:
    return timezone.localtime().isoformat(timespec="seconds")
