"""Transcripts and openings as files (§14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .events import heads
from .hashing import HashSuite
from .rows import Commitment


def assemble_transcript(
    suite: HashSuite,
    draw_id: str,
    events: Sequence[dict[str, Any]],
    *,
    targets: Sequence[str],
    inspectors: Sequence[str],
    recusals: Sequence[str],
) -> dict[str, Any]:
    """The transcript file as a value; `head` is computed from the events."""
    return {
        "format": "MC1-transcript",
        "v": suite.version,
        "draw_id": draw_id,
        "events": list(events),
        "targets": list(targets),
        "inspectors": list(inspectors),
        "recusals": list(recusals),
        "head": heads(suite, draw_id, events)[-1],
    }


def assemble_openings(draw_id: str, commitments: Iterable[Commitment]) -> dict[str, Any]:
    """The openings file as a value, ascending by commitment."""
    opened = sorted((commitment.opening for commitment in commitments), key=lambda opening: opening["c"])
    return {"format": "MC1-openings", "draw_id": draw_id, "openings": opened}
