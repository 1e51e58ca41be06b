"""Codes instead of names: who stands behind a commitment on the screen, as far as the rulebook lets it be seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from draws.models import Draw
from foundation.rulebook import library


@dataclass(frozen=True)
class Member:
    """An inspector on a public screen. `name` and `tail` (of the certificate) are empty where the rulebook masks them."""

    commitment: str
    code: str
    name: str = ""
    tail: str = ""


def members_of(draw: Draw, commitments: Iterable[str]) -> dict[str, Member]:
    """One query. source: rulebooks.md [draw] mask"""
    masked = "inspector_name" in library.get(draw.rulebook_id).draw.mask
    rows = draw.snapshot_inspectors.filter(commitment__in=list(commitments)).select_related("inspector")
    return {
        row.commitment: Member(row.commitment, row.code)
        if masked
        else Member(row.commitment, row.code, row.name, row.inspector.certificate_no[-4:])
        for row in rows
    }


def target_codes(draw: Draw, commitments: Iterable[str]) -> dict[str, str]:
    return dict(
        draw.snapshot_targets.filter(commitment__in=list(commitments)).values_list("commitment", "code")
    )
