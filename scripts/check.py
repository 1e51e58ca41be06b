"""make check: format, lint, types, import direction, templates, migrations. Stops at the first failure."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

STEPS = [
    ("格式", ["ruff", "format", "--check", "-q", "."]),
    ("规范", ["ruff", "check", "-q", "."]),
    ("依赖方向", ["lint-imports", "--no-cache"]),
    (
        "类型",
        [
            "mypy",
            "--no-error-summary",
            "foundation",
            "registry",
            "personnel",
            "planning",
            "draws",
            "inspections",
            "disclosure",
            "config",
        ],
    ),
    ("模板", ["djlint", "--lint", "--quiet", "templates"]),
    ("迁移", ["python", "manage.py", "makemigrations", "--check", "--dry-run", "-v0"]),
    ("系统检查", ["python", "manage.py", "check", "--fail-level", "WARNING"]),
]


def main() -> int:
    for name, command in STEPS:
        print(f"[检查] {name}", flush=True)
        outcome = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT)
        if outcome.returncode:
            print(f"[检查] {name} 没有通过", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
