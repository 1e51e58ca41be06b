"""Section registers: an Excel file of targets into the register, against django-import-export on the same database.

Both read the same workbook, check every cell and code by the same rules, show what would change before they write
(a dry run), then write targets with their entities, permits, status periods and tiers, one bureau each.

BENCH_IMPORT_EXPORT_ROWS says how many of the rows django-import-export gets, "all" for every one; it takes hours for
100,000. With fewer, both are measured on those first rows (nothing scaled), and ours on the whole file besides, which
is set against the scaled time of the other and says so. Each runs in a process of its own; times are processor seconds,
so that a busy machine does not change the ratio.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benches._figures import SECONDS, Figure

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("BENCH_REGISTER_ROWS", "100000"))
_ASKED = os.environ.get("BENCH_IMPORT_EXPORT_ROWS", "1000")
THEIRS = ROWS if _ASKED == "all" else min(ROWS, int(_ASKED))
MEGABYTES = 600


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        whole, same, theirs = _measured(Path(folder))
    memory, count = whole["megabytes"], theirs["rows"]
    figures = [
        Figure(
            _name(same), same["seconds"], SECONDS, f"django-import-export 同样 {count} 行，实测 {theirs['seconds']} 秒",
            round(same["seconds"] / theirs["seconds"], 4), limit=0.1,
        )
    ]  # fmt: skip
    if count < whole["rows"]:
        share = theirs["seconds"] * whole["rows"] / count
        other = f"django-import-export 同样的行数，由实测的 {count} 行折算 {share:.0f} 秒"
        figures.append(
            Figure(
                _name(whole), whole["seconds"], SECONDS, other, round(whole["seconds"] / share, 4), limit=0.1
            )
        )
    return [
        *figures,
        Figure(
            f"导入 {whole['rows']} 行时内存峰值", memory, "MB", f"上限 {MEGABYTES} MB", round(memory / MEGABYTES, 2), at_most=MEGABYTES
        ),
    ]  # fmt: skip


def _name(ours: dict) -> str:
    return f"{ours['rows']} 行检查对象导入，实测（{ours['database']}；核对 {ours['checking']} 秒，写入 {ours['writing']} 秒）"


def _measured(folder: Path) -> tuple[dict, dict, dict]:
    environment = {
        **os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")]),
        "BENCH_REGISTER_ROWS": str(ROWS), "BENCH_IMPORT_EXPORT_ROWS": str(THEIRS),
    }  # fmt: skip
    for step in ("prepare", "same", "theirs", "ours"):
        done = subprocess.run(
            [sys.executable, "-m", "benches._registers_run", step, str(folder)],
            cwd=ROOT, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"registers {step}：{done.stderr[-2000:]}")
    ours, same, theirs = (
        json.loads((folder / f"{who}.json").read_text()) for who in ("ours", "same", "theirs")
    )
    return ours, same, theirs
