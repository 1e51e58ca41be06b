"""Who was last in the team of every target that was ever drawn, also of those voided since. source: MC1 §10, §12"""

from collections.abc import Iterable, Mapping
from typing import Any


def last_teams(events: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Target -> inspectors, folded from the chained events; a voided target keeps the team it had."""
    teams: dict[str, set[str]] = {}
    for event in events:
        body = event["body"]
        if event["type"] == "round_causes":
            _leave(teams, body["causes"])
        elif event["type"] in ("result", "round_result"):
            _exchange(teams, body.get("swaps", ()))
            for t, members in body["teams"]:
                teams.setdefault(t, set()).update(members)
            for t in body["lacking"]:
                teams.setdefault(t, set())
    return teams


def _leave(teams: dict[str, set[str]], causes: Iterable[Mapping[str, Any]]) -> None:
    for cause in causes:
        if cause["k"] == "absent":
            for t in cause["ts"]:
                teams[t].discard(cause["i"])
        elif cause["k"] in ("recuse", "swap"):
            teams[cause["t"]].discard(cause["i"])


def _exchange(teams: dict[str, set[str]], swaps: Iterable[Mapping[str, Any]]) -> None:
    for swap in swaps:
        if swap["t2"]:
            teams[swap["t1"]].add(swap["i2"])
            teams[swap["t2"]].remove(swap["i2"])
            teams[swap["t2"]].add(swap["i1"])
