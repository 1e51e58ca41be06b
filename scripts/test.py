"""make test: every check, then the whole suite on SQLite, then on PostgreSQL with Redis."""

import os
import subprocess
import sys
import time
from pathlib import Path

import check
import services

ROOT = Path(__file__).resolve().parent.parent
WORKERS = os.environ.get("TEST_WORKERS", "2")


def suite(name: str, environment: dict[str, str], extra: list[str]) -> int:
    started = time.monotonic()
    print(f"[测试] {name}", flush=True)
    spread = ["-n", WORKERS, "--dist", "loadgroup", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *spread, "--durations", "25", *extra, *sys.argv[1:]]
    outcome = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment})
    print(
        f"[测试] {name}：{'通过' if outcome.returncode == 0 else '没有通过'}，{time.monotonic() - started:.0f} 秒",
        flush=True,
    )
    return outcome.returncode


def main() -> int:
    if check.main():
        return 1
    quiet = {"DATABASE_URL": "", "REDIS_URL": ""}
    if suite("SQLite", quiet, []):
        return 1
    with services.postgres() as database, services.redis() as broker:
        # What touches no database, or the browser alone, has been proved above.
        only = ["-m", "not once"]
        return suite("PostgreSQL 与 Redis", {"DATABASE_URL": database, "REDIS_URL": broker}, only)


if __name__ == "__main__":
    sys.exit(main())
