"""The whole road for every rulebook, small: from Excel registers to a draw that a stranger's program verifies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line

from config.synthetic.mixes import MIXES

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "static" / "verify" / "verify_draw.py"

pytestmark = pytest.mark.once


@pytest.mark.parametrize("rulebook", sorted(MIXES))
def test_a_quarter_is_walked_from_excel_to_a_verified_publication(rulebook, tmp_path):
    small = ["--rulebook", rulebook, "--targets", "60", "--inspectors", "10", "--out", str(tmp_path)]
    command = [sys.executable, "manage.py", "rehearse", *small]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["problems"] == []
    assert summary["verified"] is True
    assert summary["completed"] > 0
    assert summary["steps"]["V12"] == summary["steps"]["V13"] == summary["steps"]["V19"] == "pass"
    for name in ("transcript.json", "openings.json", "minutes.pdf", "disclosure.xlsx", "public.json"):
        assert (tmp_path / name).stat().st_size > 500, name
    public = (tmp_path / "public.json").read_text(encoding="utf-8")
    assert summary["draw"] in public

    check = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(_tampered(tmp_path / "transcript.json")), "--json"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert check.returncode == 1
    assert json.loads(check.stdout)["failed"] == "V04"


def _tampered(path: Path) -> Path:
    """The same file without its last target."""
    transcript = json.loads(path.read_text(encoding="utf-8"))
    transcript["targets"].pop()
    tampered = path.with_name("tampered.json")
    tampered.write_text(json.dumps(transcript), encoding="utf-8")
    return tampered


@pytest.mark.parametrize(
    "words",
    [
        ("--rulebook", "nowhere"),
        ("--rulebook", "qinshui-2022", "--period", "2026Q9"),
        ("--rulebook", "qinshui-2022", "--targets", "1"),
    ],
)
def test_a_wrong_call_exits_with_two(words, tmp_path):
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "rehearse", *words, "--out", str(tmp_path)])
    assert ended.value.code == 2
