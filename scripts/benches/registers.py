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

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("BENCH_REGISTER_ROWS", "100000"))
THEIRS = int(os.environ.get("BENCH_IMPORT_EXPORT_ROWS", "3000"))
MEGABYTES = 600


def registers() -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        for step in ("prepare", "ours", "theirs"):
            done = subprocess.run(
                [sys.executable, "-m", "scripts.benches.registers", step, folder],
                cwd=ROOT, env=environment, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                sys.exit(f"registers {step}：{done.stderr[-2000:]}")
        ours, theirs = (json.loads((Path(folder) / f"{who}.json").read_text()) for who in ("ours", "theirs"))
    per_row = ours["seconds"] / ours["rows"]
    against = theirs["seconds"] / theirs["rows"]
    kind = ours["database"]
    return [
        {"section": "registers", "name": f"{ours['rows']} 行检查对象导入（{kind}，核对 {ours['checking']} 秒，写入 {ours['writing']} 秒）",
         "value": ours["seconds"], "unit": "秒（处理器）",
         "against": f"django-import-export（前 {theirs['rows']} 行 {theirs['seconds']} 秒）折成同样行数", "ratio": round(per_row / against, 3)},
        {"section": "registers", "name": "每行快多少倍", "value": round(against / per_row, 1), "unit": "倍",
         "against": "目标 10 倍", "ratio": round(against / per_row / 10, 2)},
        {"section": "registers", "name": "导入时内存峰值", "value": ours["megabytes"], "unit": "MB",
         "against": f"上限 {MEGABYTES} MB", "ratio": round(ours["megabytes"] / MEGABYTES, 2)},
    ]  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from scripts.benches.registers_run import main

    main(sys.argv[1], Path(sys.argv[2]))
