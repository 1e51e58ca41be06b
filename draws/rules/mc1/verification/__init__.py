"""The server's own verification of a transcript, V01–V21 in the order of §14."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import HashUnavailable, Mc1Error
from .case import Case
from .frame import (
    v01_format,
    v02_chain,
    v03_order,
    v04_targets,
    v05_inspectors,
    v06_recusals,
    v07_quotas,
)
from .main import (
    v08_sealed_first,
    v09_opens,
    v10_operator,
    v11_seed,
    v12_selection,
    v13_teams,
    v14_certificates,
)
from .record import v18_other_events, v19_names, v20_rows, v21_outside
from .replacement import check_rounds
from .steps import NA, PASS, SENTENCES, WORDS, Report

__all__ = ["SENTENCES", "WORDS", "Report", "verify"]

Step = Callable[[Case], bool]
BEFORE_ROUNDS: tuple[Step, ...] = (
    v01_format,
    v02_chain,
    v03_order,
    v04_targets,
    v05_inspectors,
    v06_recusals,
    v07_quotas,
    v08_sealed_first,
    v09_opens,
    v10_operator,
    v11_seed,
    v12_selection,
    v13_teams,
    v14_certificates,
)
AFTER_ROUNDS: tuple[Step, ...] = (v18_other_events, v19_names, v20_rows, v21_outside)


def verify(transcript: Any, openings: Any = None, anchors: Any = None, prev: Any = None) -> Report:
    """Verify parsed files; stops at the first failure. Raises `HashUnavailable` for SM3 without SM3.

    `anchors` is a list of `{"seq", "head"}` from paper, `prev` the previous draw's transcript.
    """
    case, report = Case(transcript, openings, anchors, prev), Report()
    if _run(BEFORE_ROUNDS, case, report):
        _note(case, report)
        check_rounds(case, report)
        if report.ok:
            _run(AFTER_ROUNDS, case, report)
    _note(case, report)
    return report


def _run(steps: tuple[Step, ...], case: Case, report: Report) -> bool:
    for step in steps:
        name = step.__name__[:3].upper()
        try:
            report.steps[name] = PASS if step(case) else NA
        except HashUnavailable:
            raise
        except Mc1Error as broken:
            report.fail(name, broken.message)
            return False
    return True


def _note(case: Case, report: Report) -> None:
    """Seed, head and number of visits; informative only after a failure."""
    if report.steps.get("V01") != PASS:
        return
    reveal = case.body("reveal")
    report.seed = reveal["seed"] if reveal else None
    report.head = case.transcript["head"]
    report.visits = len(case.standing.visits) if case.standing else 0
