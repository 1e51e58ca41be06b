"""Codes for the screen: 重012. They hold for one draw and follow the order of commitments, which says nothing."""

from collections.abc import Iterable

PREFIXES = {"special": "特", "key": "重", "general": "般"}
OTHER, INSPECTOR = "项", "员"


def prefix_of(tiers: Iterable[str]) -> str:
    """The letter of a stratum from the tiers its rulebook line selects; more than one or none: 项."""
    found = {PREFIXES[tier] for tier in tiers if tier in PREFIXES}
    return found.pop() if len(found) == 1 else OTHER


def codes_of(prefixes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Commitment -> code, from (commitment, prefix) pairs; numbered by commitment inside each prefix."""
    members: dict[str, list[str]] = {}
    for commitment, prefix in prefixes:
        members.setdefault(prefix, []).append(commitment)
    codes = {}
    for prefix, found in members.items():
        width = max(3 if prefix != INSPECTOR else 2, len(str(len(found))))
        for number, commitment in enumerate(sorted(found), 1):
            codes[commitment] = f"{prefix}{number:0{width}}"
    return codes
