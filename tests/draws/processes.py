"""Real processes on a real database: what two consoles and a killed server do cannot be seen inside one transaction."""

import os
import signal
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_inherited = []  # connections of the parent that a child must neither use nor close


@contextmanager
def shared_database(folder: Path) -> Iterator[None]:
    """On SQLite the tests' database lives in memory: for the time of the test it moves into a file."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    target = folder / "shared.sqlite3"
    with sqlite3.connect(target) as file:
        memory.backup(file)
    file.close()
    connection.settings_dict["NAME"], connection.connection = str(target), None
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], connection.connection = name, memory


def child(work: Callable[[], None]) -> int:
    """Fork, run, leave without any clean-up; the process id."""
    pid = os.fork()
    if pid:
        return pid
    _inherited.append(connection.connection)
    connection.connection = None
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def wait_all(pids: list[int]) -> list[int]:
    """Exit codes; -9 for a killed one."""
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
