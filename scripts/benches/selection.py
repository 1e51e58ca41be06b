"""Ranking a million rows of one stratum, against as many bare SHA-256 digests of 150-byte texts."""

import hashlib
import os

from benches._figures import Figure, compared, timed

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))


def run() -> list[Figure]:
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.quota import Stratum
    from draws.rules.mc1.selection import Population, rank

    rows = [f"{hashlib.sha256(str(n).encode()).hexdigest()}|0|1||||S:E" for n in range(ROWS)]
    stratum = Stratum("S", "line", "body", "rate", 25, 100, 0, 0, 0, 0, True, ROWS // 4, "uniform", "")
    bare, _ = timed(bare_loop)
    ours, _ = timed(lambda: rank(suite_of("MC1"), stratum, Population(rows), "0" * 64, take=ROWS // 4))
    return [compared(f"{ROWS} 行单层抽取", ours, f"{ROWS} 次 hashlib.sha256", bare, limit=4)]


def bare_loop() -> None:
    text = b"x" * 150
    for _ in range(ROWS):
        hashlib.sha256(text).digest()
