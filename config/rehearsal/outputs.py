"""What the walk leaves behind, and the check by a program that shares nothing with us."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from draws import queries
from draws.models import Draw
from foundation.documents import actions as documents
from foundation.documents.models import Document

VERIFIER = settings.BASE_DIR / "static" / "verify" / "verify_draw.py"


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def write_draw(folder: Path, draw: Draw) -> None:
    """transcript.json and openings.json as a discipline officer would hold them."""
    write_json(folder / "transcript.json", queries.transcript_of(draw, "closed"))
    write_json(folder / "openings.json", queries.openings_of(draw))


def write_pdf(folder: Path, name: str, kind: str, subject_id: object, title: str, draw: Draw) -> str:
    """Render one document now. returns "" or the reason why there is none."""
    document = documents.request(
        kind=kind, subject_id=subject_id, title=title, organisation=draw.organisation, by=draw.operator
    )
    if document.state != Document.State.READY:
        documents.make(document.pk)
    document.refresh_from_db()
    if document.state != Document.State.READY:
        return document.problem
    with document.file.open("rb") as file:
        (folder / name).write_bytes(file.read())
    return ""


def verify(folder: Path) -> dict:
    """verify_draw.py as a separate process over what was written."""
    command = [
        sys.executable,
        "-I",
        str(VERIFIER),
        str(folder / "transcript.json"),
        "--openings",
        str(folder / "openings.json"),
        "--json",
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        said = json.loads(outcome.stdout)
    except ValueError:
        said = {"ok": False, "failed": None, "steps": {}}
    return {**said, "exit_code": outcome.returncode, "stderr": outcome.stderr[-500:]}
