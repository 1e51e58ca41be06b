"""make bench [SECTION=…]: each figure beside what it is compared with, in one run; also var/bench.json.

A section is a module of `scripts/benches` whose `run()` returns figures; each runs in a process of its own, so that
memory, settings and databases of one do not touch the next. Names with an underscore are helpers.
"""

import importlib
import json
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import benches  # noqa: E402
from benches._figures import Figure, sentence  # noqa: E402


def sections() -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(benches.__path__) if found.name[0] != "_")


def one(name: str, out: Path) -> None:
    """What the child process does: run one section and leave its figures in a file."""
    figures: list[Figure] = importlib.import_module(f"benches.{name}").run()
    out.write_text(
        json.dumps([figure.as_row(name) for figure in figures], ensure_ascii=False), encoding="utf-8"
    )


def in_a_process_of_its_own(name: str) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        if subprocess.run([sys.executable, __file__, name, str(out)], cwd=ROOT).returncode:
            sys.exit(f"“{name}”这一节没有量成，原因见上。")
        return json.loads(out.read_text(encoding="utf-8"))


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    if wanted != "all" and wanted not in sections():
        sys.exit(f"没有“{wanted}”这一节。可选：{'、'.join(sections())}、all")
    if len(sys.argv) == 3:
        one(wanted, Path(sys.argv[2]))
        return 0
    rows = []
    for name in sections() if wanted == "all" else [wanted]:
        found = in_a_process_of_its_own(name)
        print("\n".join(map(sentence, found)), flush=True)
        rows += found
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(row["met"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
