"""Section registers: an Excel file of targets into the register, against django-import-export on the same database.

Both read the same workbook, check every cell and code by the same rules, show what would change before they write
(a dry run), then write targets with their entities, permits, status periods and tiers. Ours takes the whole file,
django-import-export its first rows (BENCH_IMPORT_EXPORT_ROWS), since it is that slow; what counts is the time per row.
Each runs in a process of its own; times are processor seconds, so that a busy machine does not change the ratio.
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
THEIRS = int(os.environ.get("BENCH_IMPORT_EXPORT_ROWS", "1000"))
MEGABYTES = 600


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = _measured(Path(folder))
    share = theirs["seconds"] * ours["rows"] / theirs["rows"]
    name = f"{ours['rows']} 行检查对象导入（{ours['database']}；核对 {ours['checking']} 秒，写入 {ours['writing']} 秒）"
    other = f"django-import-export 同样的行数（{share:.0f} 秒，由前 {theirs['rows']} 行 {theirs['seconds']} 秒折算）"
    memory = ours["megabytes"]
    return [
        Figure(name, ours["seconds"], SECONDS, other, round(ours["seconds"] / share, 4), limit=0.1),
        Figure(
            "导入时内存峰值",
            memory,
            "MB",
            f"上限 {MEGABYTES} MB",
            round(memory / MEGABYTES, 2),
            at_most=MEGABYTES,
        ),
    ]


def _measured(folder: Path) -> tuple[dict, dict]:
    environment = {
        **os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")]),
        "BENCH_REGISTER_ROWS": str(ROWS), "BENCH_IMPORT_EXPORT_ROWS": str(THEIRS),
    }  # fmt: skip
    for step in ("prepare", "ours", "theirs"):
        done = subprocess.run(
            [sys.executable, "-m", "benches._registers_run", step, str(folder)],
            cwd=ROOT, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"registers {step}：{done.stderr[-2000:]}")
    return json.loads((folder / "ours.json").read_text()), json.loads((folder / "theirs.json").read_text())
