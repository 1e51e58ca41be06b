"""Standings from results as they were written, without recomputing them (§9, §10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .rounds import NO_PARTNER, Opened, exchange
from .standing import Frozen, Standing, Visit


def replay_result(frozen: Frozen, body: Mapping[str, Any]) -> Standing:
    """The standing after a `result` event."""
    credits: dict[str, tuple[str, ...]] = {}
    for stratum in body["strata"]:
        for t in stratum["sel"]:
            credits[t] = (*credits.get(t, ()), stratum["id"])
    standing = Standing(
        frozen,
        {t: Visit(t, its) for t, its in credits.items()},
        dict(frozen.inspectors),
        set(frozen.recusals),
        selected={stratum["id"]: set(stratum["sel"]) for stratum in body["strata"]},
    )
    _join(standing, body)
    return standing


def replay_round(opened: Opened, body: Mapping[str, Any]) -> Standing:
    """The standing after a `round_result` event."""
    standing = opened.standing.copy()
    for swap in body["swaps"]:
        if swap["level"] == NO_PARTNER:
            standing.leave(swap["t1"], swap["i1"])
        else:
            exchange(standing, swap["t1"], swap["i1"], swap["t2"], swap["i2"])
    for stratum in body["strata"]:
        for t in stratum["sel"]:
            standing.credit(t, stratum["id"])
    _join(standing, body)
    return standing


def _join(standing: Standing, body: Mapping[str, Any]) -> None:
    for t, members in body["teams"]:
        standing.set_team(t, (*standing.visits[t].team, *members))
