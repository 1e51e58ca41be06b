"""`manage.py up`, the program behind `make run`: it greets, serves, and one Ctrl-C ends it with every child."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.services import free_port

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.once
SECONDS = 120


@contextlib.contextmanager
def up(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """Running on an empty folder, its words in a pipe as under a service manager."""
    words = [sys.executable, "manage.py", "up", "--no-demo", "--port", str(port)]
    env = {**os.environ, "VAR_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""}
    running = subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )  # fmt: skip
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(SECONDS)


def heard_until(running: subprocess.Popen, words: str) -> str:
    said = ""
    for line in running.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def children_of(pid: int) -> set[int]:
    """Every process below, however deep, from /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found, last = {pid}, set()
    while found != last:
        last, found = found, found | {child for child, parent in parents.items() if parent in found}
    return found - {pid}


def alive(pid: int) -> bool:
    """A zombie is not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="只在 Linux 上能数子进程")
def test_it_greets_serves_and_stops_with_every_child(tmp_path):
    port = free_port()
    with up(tmp_path, port) as running:
        said = heard_until(running, "按 Ctrl-C 停止")
        assert f"http://127.0.0.1:{port}/" in said
        assert "WARNING" not in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/open/", timeout=SECONDS) as page:
            assert page.status == 200
        children = children_of(running.pid)
        assert len(children) >= 3, "broker, worker and clock"

        running.send_signal(signal.SIGINT)
        assert running.wait(SECONDS) == 0
        farewell = running.stdout.read()
        assert "已全部停止" in farewell
        assert "shutdown" not in farewell, "the worker's English farewell stays out of the terminal"
        deadline = time.monotonic() + SECONDS
        while any(map(alive, children)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not [pid for pid in children if alive(pid)]
