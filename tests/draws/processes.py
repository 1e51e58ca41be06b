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


WRITES = ("INSERT", "UPDATE", "DELETE")


def after_writes(number: int, work: Callable[[], object]) -> Callable[[], None]:
    """The same work in a process that is killed right after its number-th write, before anything is committed."""

    def run() -> None:
        done = 0

        def count(execute, sql, params, many, context):
            nonlocal done
            found = execute(sql, params, many, context)
            if sql.lstrip().upper().startswith(WRITES):
                done += 1
                if done == number:
                    die()
            return found

        with connection.execute_wrapper(count):
            work()

    return run


def killed_at_each_write(work: Callable[[], object], check: Callable[[bool], None], step: int = 1) -> int:
    """Kill the work after its first, second, … write until it gets through; check(killed) each time. returns: kills"""
    for kills, number in enumerate(range(1, 400, step)):
        (code,) = wait_all([child(after_writes(number, work))])
        assert code in (-9, 0)
        check(code == -9)
        if code == 0:
            return kills
    raise AssertionError("the work never got through")
