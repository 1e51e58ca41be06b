"""A whole formal draw through the actions stands up to both verifiers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from draws import actions, queries
from draws.models import Draw, DrawEvent
from draws.rules.mc1.verification import verify
from tests.draws import factories as make
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[2] / "static" / "verify" / "verify_draw.py"


def verdicts(draw: Draw, tmp_path: Path, *, prev: Draw | None = None) -> dict:
    """The server's steps; asserts that the independent verifier says the same of the same files."""
    transcript, openings = queries.transcript_of(draw, "observer"), queries.openings_of(draw)
    anchors = [
        {"seq": event.seq, "head": event.head} for event in draw.events.filter(type__in=["freeze", "result"])
    ]
    before = queries.transcript_of(prev, "observer") if prev else None
    report = verify(transcript, openings, anchors, before)
    files = {"t.json": transcript, "o.json": openings}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    command = [
        sys.executable,
        str(VERIFIER),
        str(tmp_path / "t.json"),
        "--openings",
        str(tmp_path / "o.json"),
        "--json",
    ]
    for anchor in anchors:
        command += ["--anchor", f"{anchor['seq']}:{anchor['head']}"]
    if before:
        (tmp_path / "p.json").write_text(json.dumps(before, ensure_ascii=False), encoding="utf-8")
        command += ["--prev", str(tmp_path / "p.json")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    independent = json.loads(said.stdout)
    assert independent["steps"] == report.steps, (independent, report.steps)
    assert independent["ok"], independent
    return report.steps


def test_a_formal_draw_passes_both_verifiers(tmp_path):
    house = make.create_house()
    draw, _ = make.signed(house)
    visits = queries.visits_of(draw)
    actions.open_names(
        by=house.operator, draw=draw, commitments=[visit.commitment for visit in visits], to="public"
    )
    actions.close(by=house.operator, draw=draw)
    steps = verdicts(draw, tmp_path)
    assert "fail" not in steps.values()
    assert [steps[step] for step in ("V12", "V13", "V19", "V20", "V21")] == ["pass"] * 5
    assert draw.state == Draw.State.CLOSED
    assert sum(quota.required for quota in house.quotas) >= len(visits) > 0
    assert all(len(visit.team) == 2 and not visit.lacking for visit in visits)


@pytest.mark.parametrize("book", [book for book in plan.BOOKS if book != "qinshui-2022"])
def test_a_draw_of_every_other_rulebook_passes_both_verifiers(book, tmp_path):
    house = make.create_house(book)
    draw, _ = make.signed(house, kind="R")
    assert "fail" not in verdicts(draw, tmp_path).values()
    assert len(draw.strata.all()) == len(house.quotas)
    assert DrawEvent.objects.filter(draw=draw).count() == draw.head_seq
