"""From the commit of an event to its last byte at every watcher: real connections, the real server, a whole ceremony.

Two shapes: embedded (`manage.py up`: one web process, SQLite, the built-in broker) and production (several uvicorn
processes, PostgreSQL, Redis). One more watcher in each never reads. Compared with the polled feed, watched by
BENCH_POLLERS pages on the same server right after: 1,000 of those would only measure how long they queue.
"""

import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import services

from benches._figures import Figure

ROOT = Path(__file__).resolve().parents[2]
WATCHERS = int(os.environ.get("BENCH_WATCHERS", "1000"))
POLLERS = int(os.environ.get("BENCH_POLLERS", "200"))
PROCESSES = int(os.environ.get("BENCH_PROCESSES", "3"))
LIMIT = 200.0  # ms at the 99th percentile


def run() -> list[Figure]:
    figures = []
    for shape, serve in (("单机一个进程", embedded), (f"{PROCESSES} 个进程", production)):
        with tempfile.TemporaryDirectory(prefix="mc-live-") as folder, serve(Path(folder)) as (port, env):
            out = Path(folder) / "seen.json"
            room = [
                sys.executable,
                str(Path(__file__).with_name("_live_room.py")),
                str(port),
                str(WATCHERS),
                str(POLLERS),
                str(out),
            ]
            subprocess.run(room, cwd=ROOT, env=env, check=True)
            figures += judged(shape, json.loads(out.read_text(encoding="utf-8")))
    return figures


def judged(shape: str, found: dict) -> list[Figure]:
    stream, feed = delays(found["stream"]), delays(found["feed"])
    slow = percentile(feed, 99)
    events = found["stream"]["last"] - found["stream"]["first"]
    lost, doubled = mistakes(found["stream"])
    other = f"{POLLERS} 页每 2 秒查询一次的同一分位"

    def figure(name: str, value: float, reference: float, at_most: float | None = None) -> Figure:
        return Figure(
            f"{shape}，{WATCHERS} 人看 {events} 个事件，{name}", round(value, 1), "毫秒", f"{other}（{reference:.0f} 毫秒）",
            round(value / reference, 3), at_most=at_most,
        )  # fmt: skip

    received = Figure(
        f"{shape}，丢失 {lost}、重复 {doubled}", lost + doubled, "个", f"应收（{WATCHERS * events} 个）",
        round((lost + doubled) / (WATCHERS * events), 6), at_most=0,
    )  # fmt: skip
    return [
        figure("提交到收到，中位数", statistics.median(stream), statistics.median(feed)),
        figure("提交到收到，99 分位", percentile(stream, 99), slow, LIMIT),
        figure("提交到收到，最慢", max(stream), max(feed)),
        received,
    ]


def delays(found: dict) -> list[float]:
    """Milliseconds from commit to arrival of every event at every watcher."""
    commits = {int(seq): at for seq, at in found["commits"].items()}
    return [(at - commits[seq]) * 1000 for seen in found["seen"] for seq, at in seen if seq > found["first"]]


def mistakes(found: dict) -> tuple[int, int]:
    """How many events never arrived, and how many arrived more than once, over all watchers."""
    wanted = range(1, found["last"] + 1)
    lost = sum(len(set(wanted) - {seq for seq, _ in seen}) for seen in found["seen"])
    doubled = sum(len(seen) - len({seq for seq, _ in seen}) for seen in found["seen"])
    return lost, doubled


def percentile(values: list[float], at: int) -> float:
    return statistics.quantiles(values, n=100)[at - 1]


@contextlib.contextmanager
def embedded(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """`manage.py up` as on one machine, without the demo bureau."""
    port = services.free_port()
    env = environment(VAR_DIR=str(folder))
    with process([sys.executable, "manage.py", "up", "--no-demo", "--port", str(port)], env, port):
        yield port, env


@contextlib.contextmanager
def production(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The command of docker-compose.yml on throw-away services."""
    port = services.free_port()
    with services.postgres() as database, services.redis() as broker:
        env = environment(
            VAR_DIR=str(folder),
            DATABASE_URL=database,
            REDIS_URL=broker,
            SECRET_KEY="b" * 60,
            ALLOWED_HOSTS="127.0.0.1,testserver",
        )
        for command in ("migrate", "collectstatic"):
            subprocess.run(
                [sys.executable, "manage.py", command, "--noinput", "-v0"], cwd=ROOT, env=env, check=True
            )
        server = [
            sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--workers", str(PROCESSES),
            "--log-level", "warning", "--timeout-graceful-shutdown", "5",
        ]  # fmt: skip
        with process(server, env, port):
            yield port, env


def environment(**given: str) -> dict[str, str]:
    """Of this process without whatever database it may have, and with what is given."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "VAR_DIR")
    }
    return {**ours, "DJANGO_SETTINGS_MODULE": "config.settings", **given}


@contextlib.contextmanager
def process(command: list[str], env: dict[str, str], port: int) -> Iterator[None]:
    """Running and answering; ended by the signal that ends it in service."""
    running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        answering(running, port)
        yield
    finally:
        running.terminate()
        running.wait(60)


def answering(running: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit("服务没有启动成功，不能量")


if __name__ == "__main__":
    for row in run():
        print(row)
