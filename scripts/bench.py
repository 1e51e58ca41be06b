"""make bench [SECTION=…]: each figure beside what it is compared with, in one run; also var/bench.json.

Sections so far: selection (rule time of a single-stratum draw against a bare hashlib loop).
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))


def selection() -> list[dict]:
    """Ranking ROWS rows of one stratum, against as many bare SHA-256 digests of 150-byte texts."""
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.quota import Stratum
    from draws.rules.mc1.selection import Population, rank

    rows = [f"{hashlib.sha256(str(n).encode()).hexdigest()}|0|1||||S:E" for n in range(ROWS)]
    stratum = Stratum("S", "line", "body", "rate", 25, 100, 0, 0, 0, 0, True, ROWS // 4, "uniform", "")
    text = b"x" * 150
    started = time.process_time()
    for _ in range(ROWS):
        hashlib.sha256(text).digest()
    bare = time.process_time() - started
    started = time.process_time()
    rank(suite_of("MC1"), stratum, Population(rows), "0" * 64, take=ROWS // 4)
    ours = time.process_time() - started
    return [{"section": "selection", "name": f"{ROWS} 行单层抽取", "value": round(ours, 3), "unit": "秒（处理器）",
             "against": f"{ROWS} 次 hashlib.sha256", "ratio": round(ours / bare, 2)}]  # fmt: skip


SECTIONS = {"selection": selection}


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    if wanted != "all" and wanted not in SECTIONS:
        sys.exit(f"没有“{wanted}”这一节。可选：{'、'.join(SECTIONS)}、all")
    figures = [row for name, run in SECTIONS.items() if wanted in ("all", name) for row in run()]
    for row in figures:
        print(
            f"{row['section']:<12}{row['name']}：{row['value']} {row['unit']}，是{row['against']}的 {row['ratio']} 倍"
        )
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
