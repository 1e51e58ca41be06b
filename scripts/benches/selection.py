"""Ranking a million rows of one stratum and taking a quarter of them.

Compared with as many bare SHA-256 digests of 150-byte texts, and with consistent_sampler, the sampler of election
audits, which takes the same number out of as many names.
"""

import hashlib
import os

from benches._figures import Figure, compared, timed

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
TAKE = ROWS // 4


def run() -> list[Figure]:
    codes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(ROWS)]
    bare, _ = timed(bare_loop)
    ours, ranked = timed(lambda: rank_all([f"{code}|0|1||||S:E" for code in codes]))
    theirs, sampled = timed(lambda: sampler(codes))
    if len(ranked) != TAKE or len(sampled) != TAKE:
        raise SystemExit(f"样本大小不同：{len(ranked)} 和 {len(sampled)}，不能比较")
    name = f"{ROWS} 行单层抽取 {TAKE} 家"
    return [
        compared(name, ours, f"{ROWS} 次 hashlib.sha256", bare, limit=4),
        compared(name, ours, "consistent_sampler 抽同样多", theirs, limit=0.5),
    ]


def bare_loop() -> None:
    text = b"x" * 150
    for _ in range(ROWS):
        hashlib.sha256(text).digest()


def rank_all(rows: list[str]) -> list[str]:
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.quota import Stratum
    from draws.rules.mc1.selection import Population, rank

    stratum = Stratum("S", "line", "body", "rate", 25, 100, 0, 0, 0, 0, True, TAKE, "uniform", "")
    return rank(suite_of("MC1"), stratum, Population(rows), "0" * 64, take=TAKE)


def sampler(codes: list[str]) -> list:
    from consistent_sampler import sampler as consistent

    return list(consistent(codes, with_replacement=False, take=TAKE, seed="0" * 64))
