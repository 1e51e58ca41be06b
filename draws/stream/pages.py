"""Pictures of the stage: what a page swaps in after an event. Rendered once, whoever asks, and kept in memory."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string

from draws.models import Draw
from draws.scenes.frames import Frame
from draws.views.common import WITH
from draws.views.live import chained, page_context, template_of

MAX_BYTES = 64 * 1024 * 1024


class Key(NamedTuple):
    """All that a picture depends on. base: scheme and host, which are in its QR code"""

    number: str
    head: str
    mark: str
    state: str
    audience: str
    frame: Frame
    screen: bool
    base: str


class Page(NamedTuple):
    body: bytes
    packed: bytes
    etag: str


class Pages:
    """The latest pages up to MAX_BYTES; whoever asks while one is being rendered waits for that one."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.rendered = 0
        self._most, self._held = most, 0
        self._kept: OrderedDict[Key, Page] = OrderedDict()
        self._coming: dict[Key, asyncio.Future[Page]] = {}

    async def get(self, key: Key, render: Callable[[], Awaitable[Page]]) -> Page:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._coming:
            self._coming[key] = asyncio.ensure_future(self._make(key, render))
        return await asyncio.shield(self._coming[key])

    async def _make(self, key: Key, render: Callable[[], Awaitable[Page]]) -> Page:
        try:
            page = await render()
        finally:
            del self._coming[key]
        self.rendered += 1
        self._kept[key] = page
        self._held += len(page.body) + len(page.packed)
        while self._held > self._most and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._held -= len(old.body) + len(old.packed)
        return page


def render(key: Key) -> Page:
    """The live page as a stranger to it: nothing personal, no messages, no session. Slow: call it in a thread."""
    draw = Draw.objects.select_related(*WITH).get(number=key.number)
    request = _stranger(key.base, f"/draw/{key.number}/")
    context = page_context(draw, key.audience, chained(draw), key.frame, screen=key.screen, base=key.base)
    body = render_to_string(template_of(key.screen), context, request).encode()
    return Page(body, gzip.compress(body, 6, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _stranger(base: str, path: str) -> HttpRequest:
    request = HttpRequest()
    scheme, _, host = base.partition("://")
    request.method, request.path = "GET", path
    request.META = {
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": "443" if scheme == "https" else "80",
    }
    request.user = AnonymousUser()
    return request
