"""Throw-away PostgreSQL and Redis for the tests: started on free ports, gone afterwards, whoever runs it."""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator


def postgres_programs() -> str:
    """Folder of initdb and pg_ctl: PG_BIN, or the newest Debian version, or PATH."""
    found = sorted(
        glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]), reverse=True
    )
    for folder in [os.environ.get("PG_BIN"), *found]:
        if folder and os.path.exists(f"{folder}/initdb"):
            return folder
    on_path = shutil.which("initdb")
    if on_path:
        return os.path.dirname(os.path.realpath(on_path))
    sys.exit("没有找到 PostgreSQL 服务器程序。请安装：apt-get install postgresql")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """URL of a fresh cluster. initdb refuses to run as root, so root lends it to the postgres user."""
    programs, base, owner = postgres_programs(), tempfile.mkdtemp(prefix="mc-pg-"), {}
    if os.geteuid() == 0:
        account = pwd.getpwnam(os.environ.get("PG_USER", "postgres"))
        os.chown(base, account.pw_uid, account.pw_gid)
        owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=base, env=environment, **owner)

    port = free_port()
    # C.UTF-8, never C: trigram search ignores Chinese under plain C.
    run(
        f"{programs}/initdb",
        "-D",
        f"{base}/d",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    )
    run(
        f"{programs}/pg_ctl", "-D", f"{base}/d", "-l", f"{base}/log", "-w", "-t", "60", "-o",
        f"-c listen_addresses=127.0.0.1 -p {port} -k {base} -c fsync=off -c synchronous_commit=off "
        "-c full_page_writes=off -c shared_buffers=128MB -c max_connections=100 -c autovacuum=off",
        "start",
    )  # fmt: skip
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(f"{programs}/pg_ctl", "-D", f"{base}/d", "-m", "immediate", "-w", "stop")
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    port, base = free_port(), tempfile.mkdtemp(prefix="mc-redis-")
    server = subprocess.Popen(
        [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            base,
        ],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 15
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            break
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("redis-server 没有启动成功")
        time.sleep(0.02)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(base, ignore_errors=True)
