"""The trace from clause to code and test is current, complete, and names only things that exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from foundation.rulebook import clauses

ROOT = Path(__file__).resolve().parents[2]
TRACE = (ROOT / "docs" / "legal-trace.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.once


def test_the_trace_is_current():
    outcome = subprocess.run(
        [sys.executable, "scripts/legal_trace.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_clause_of_the_five_documents_is_there_once():
    listed = re.findall(r"^\| ((?:QS|NM|XY|QZ|WL)-\S+) \|", TRACE, flags=re.M)
    wanted = [clause.ref for code in ("QS", "NM", "XY", "QZ", "WL") for clause in clauses.all_of(code)]
    assert sorted(listed) == sorted(wanted)
    assert len(listed) == 498


def test_it_names_only_files_that_exist():
    named = set(re.findall(r"`([\w/.-]+\.(?:py|html|json|toml))`", TRACE))
    judged = tomllib.loads((ROOT / "docs" / "legal" / "judged.toml").read_text(encoding="utf-8"))["judged"]
    named |= {path for entry in judged for path in (*entry.get("where", ()), *entry.get("tests", ()))}
    missing = [path for path in named if not (ROOT / path).exists() and not (ROOT / "tests" / path).exists()]
    assert missing == []


def test_what_is_not_done_says_why_and_what_is_done_says_where():
    judged = tomllib.loads((ROOT / "docs" / "legal" / "judged.toml").read_text(encoding="utf-8"))["judged"]
    for entry in judged:
        assert entry["status"] in ("implemented", "partial", "later", "none")
        assert entry["status"] == "implemented" or entry["reason"], entry["ids"]
        assert entry["status"] not in ("implemented", "partial") or (entry["where"] and entry["tests"]), (
            entry["ids"]
        )
    ids = [ref for entry in judged for ref in entry["ids"]]
    assert len(ids) == len(set(ids))
