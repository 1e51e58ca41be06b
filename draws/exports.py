"""The files that anybody can verify: transcript.json and openings.json."""

import json
from typing import Any

from draws import queries
from draws.models import Draw


def transcript_json(draw: Draw, audience: str = "public") -> bytes:
    """raises: NotYetPublic with the sentence when this audience may not have it yet"""
    return _bytes(queries.transcript_of(draw, audience))


def openings_json(draw: Draw, audience: str = "public") -> bytes:
    """Names that were opened to this audience; an empty list is a file too."""
    return _bytes(queries.openings_of(draw, audience))


def file_name(draw: Draw, what: str) -> str:
    """`what`: transcript or openings."""
    return f"{draw.number}-{what}.json"


def _bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
