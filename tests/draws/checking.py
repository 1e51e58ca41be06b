"""Both verifiers on one draw: the server's own and the independent one as a subprocess."""

import json
import subprocess
import sys
from pathlib import Path

from draws import exports, queries
from draws.models import Draw
from draws.rules.mc1.verification import verify

VERIFIER = Path(__file__).parents[2] / "static" / "verify" / "verify_draw.py"


def verdicts(draw: Draw, folder: Path, *, prev: Draw | None = None) -> dict[str, str]:
    """Steps V01–V21; asserts that both verifiers pass and say the same of the same files."""
    draw.refresh_from_db()
    transcript, openings = queries.transcript_of(draw, "observer"), queries.openings_of(draw)
    anchors = [
        {"seq": event.seq, "head": event.head} for event in draw.events.filter(type__in=["freeze", "result"])
    ]
    before = queries.transcript_of(prev, "observer") if prev else None
    report = verify(transcript, openings, anchors, before)
    (folder / "t.json").write_bytes(exports.transcript_json(draw, "observer"))
    (folder / "o.json").write_bytes(exports.openings_json(draw))
    command = [
        sys.executable,
        str(VERIFIER),
        str(folder / "t.json"),
        "--openings",
        str(folder / "o.json"),
        "--json",
    ]
    for anchor in anchors:
        command += ["--anchor", f"{anchor['seq']}:{anchor['head']}"]
    if prev:
        (folder / "p.json").write_bytes(exports.transcript_json(prev, "observer"))
        command += ["--prev", str(folder / "p.json")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    independent = json.loads(said.stdout)
    assert independent["steps"] == report.steps, (independent, report.steps)
    assert independent["ok"], (independent, said.stderr)
    assert said.returncode == 0
    return report.steps
