"""The watchers of a bench, in a process of their own: open connections that only note when which event arrived.

usage: _live_clients.py PORT NUMBER COUNT stream|feed OUT.json   — prints "ready", then waits for the last number on stdin
"""

import asyncio
import json
import random
import re
import resource
import sys
import time
from pathlib import Path

STEP = re.compile(rb"(?:^|\n)id: (\d+)\nevent: step\n")
SEQ = re.compile(rb'"seq": (\d+), "type"')
PERIOD = 2.0  # of the polled feed, as on the page
AT_ONCE = 50
PATIENCE = 20.0


class Watcher(asyncio.Protocol):
    """One EventSource: notes the time at which each message was complete."""

    def __init__(self, path: str, ready: asyncio.Future) -> None:
        self.path, self.ready, self.rest = path, ready, b""
        self.seen: list[tuple[int, float]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        *whole, self.rest = (self.rest + data).split(b"\n\n")
        for message in whole:
            if found := STEP.search(message):
                self.seen.append((int(found[1]), now))
            elif b"event: mark\n" in message and not self.ready.done():
                self.ready.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"refused: {self.rest[:200]!r}"))


class Stalled(asyncio.Protocol):
    """Asks for the stream and never reads a byte of it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def connection_made(self, transport: asyncio.Transport) -> None:
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        transport.pause_reading()


class Poller:
    """A page without a stream: asks every two seconds on one kept connection."""

    def __init__(self, host_port: tuple[str, int], path: str) -> None:
        self.where, self.path, self.seen = host_port, path, []

    async def run(self, ready: asyncio.Semaphore) -> None:
        reader, writer = await asyncio.open_connection(*self.where)
        await asyncio.sleep(random.random() * PERIOD)
        first = True
        while True:
            last = self.seen[-1][0] if self.seen else 0
            writer.write(f"GET {self.path}?after={last} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head.lower())[1]))
            self.seen += [(int(seq), time.time()) for seq in SEQ.findall(body)]
            if first:
                ready.release()
                first = False
            await asyncio.sleep(PERIOD)


async def streams(port: int, number: str, count: int) -> list:
    loop, path = asyncio.get_running_loop(), f"/draw/{number}/stream"
    stalled, _ = await loop.create_connection(lambda: Stalled(path), "127.0.0.1", port)
    watchers = []
    for start in range(0, count, AT_ONCE):
        coming = [Watcher(path, loop.create_future()) for _ in range(min(AT_ONCE, count - start))]
        await asyncio.gather(*(loop.create_connection(lambda w=w: w, "127.0.0.1", port) for w in coming))
        await asyncio.gather(*(w.ready for w in coming))
        watchers += coming
    watchers[0].stalled = stalled  # kept open to the end
    return watchers


async def pollers(port: int, number: str, count: int) -> list:
    ready = asyncio.Semaphore(0)
    made = [Poller(("127.0.0.1", port), f"/draw/{number}/events") for _ in range(count)]
    for poller in made:
        poller.task = asyncio.create_task(poller.run(ready))
    for _ in made:
        await ready.acquire()
    return made


async def main(port: str, number: str, count: str, how: str, out: str) -> None:
    made = await {"stream": streams, "feed": pollers}[how](int(port), number, int(count))
    print("ready", flush=True)
    last = int(await asyncio.to_thread(sys.stdin.readline))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not all(one.seen and one.seen[-1][0] >= last for one in made):
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)  # whatever is sent twice has time to arrive
    Path(out).write_text(json.dumps([one.seen for one in made]), encoding="utf-8")


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:]))
