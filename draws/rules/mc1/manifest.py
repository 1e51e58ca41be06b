"""The manifest: built before the freeze, checked against its lists afterwards (§4, steps V04–V07)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .canonical import canon
from .errors import ListBroken, QuotaBroken
from .hashing import HashSuite
from .merkle import merkle_root
from .patterns import ZEROS
from .quota import Stratum, check_draw, limit_of
from .schema import check_manifest_format
from .selection import Population

NO_PREVIOUS: dict[str, Any] = {"draw_id": "", "seq": 0, "head": ZEROS}


def freeze_hash(suite: HashSuite, manifest: dict[str, Any]) -> str:
    return suite.h("freeze", canon(manifest))


def strata_of(manifest: dict[str, Any]) -> list[Stratum]:
    return [Stratum.from_manifest(entry) for entry in manifest["strata"]]


def with_draws(strata: Sequence[Stratum], population: Population) -> list[Stratum]:
    """The strata with `draw` filled in: the limit for a last draw; given numbers are kept otherwise (§4)."""
    base, pool = population.counts()
    return [
        replace(stratum, draw=limit_of(stratum, base.get(stratum.id, 0), pool.get(stratum.id, 0)))
        if stratum.last
        else stratum
        for stratum in strata
    ]


def build_manifest(
    suite: HashSuite,
    *,
    kind: str,
    draw_id: str,
    prev: dict[str, Any] | None,
    rulebook: dict[str, str],
    strata: Sequence[Stratum],
    overrides: Sequence[dict[str, str]],
    team: dict[str, Any],
    op_commit: str,
    chains: dict[str, Any],
    seats: Sequence[dict[str, str]],
    pub: dict[str, str] | None,
    targets: Sequence[str],
    inspectors: Sequence[str],
    recusals: Sequence[str],
) -> dict[str, Any]:
    """The body of `freeze`. Rows are the frozen texts (`sorted_rows`); `draw` of last strata is computed.

    Raises `FormatBroken`, `ListBroken` or `QuotaBroken` when anything contradicts §3 or §4.
    """
    population = Population(targets)
    manifest: dict[str, Any] = {
        "v": suite.version,
        "kind": kind,
        "draw_id": draw_id,
        "prev": dict(prev or NO_PREVIOUS),
        "rulebook": dict(rulebook),
        "n_t": len(targets),
        "n_i": len(inspectors),
        "n_r": len(recusals),
        "t_root": merkle_root(suite, targets),
        "i_root": merkle_root(suite, inspectors),
        "r_root": merkle_root(suite, recusals),
        "strata": [stratum.as_manifest() for stratum in with_draws(strata, population)],
        "overrides": sorted(map(dict, overrides), key=lambda entry: (entry["c"], entry["rule"])),
        "team": {"g": team["g"], "ladder": [dict(rung) for rung in team["ladder"]]},
        "op_commit": op_commit,
        "chains": dict(chains),
        "seats": [dict(seat) for seat in seats],
        "pub": None if pub is None else dict(pub),
    }
    check_manifest_format(manifest)
    check_targets(suite, manifest, targets)
    check_inspectors(suite, manifest, inspectors, targets)
    check_recusals(suite, manifest, recusals, targets, inspectors)
    check_strata(manifest, population)
    return manifest


def check_targets(suite: HashSuite, manifest: dict[str, Any], targets: Sequence[str]) -> None:
    """Step V04."""
    _check_size(manifest["n_t"], targets, "检查对象")
    _check_order(targets, "检查对象", once=True)
    _check_root(suite, manifest["t_root"], targets, "检查对象")


def check_inspectors(
    suite: HashSuite, manifest: dict[str, Any], inspectors: Sequence[str], targets: Sequence[str]
) -> None:
    """Step V05."""
    _check_size(manifest["n_i"], inspectors, "检查人员")
    _check_order(inspectors, "检查人员", once=True)
    both = {row[:64] for row in inspectors}.intersection(row[:64] for row in targets)
    if both:
        raise ListBroken(f"盲号 {min(both)[:8]} 同时在检查对象和检查人员名单里")
    _check_root(suite, manifest["i_root"], inspectors, "检查人员")


def check_recusals(
    suite: HashSuite,
    manifest: dict[str, Any],
    recusals: Sequence[str],
    targets: Sequence[str],
    inspectors: Sequence[str],
) -> None:
    """Step V06."""
    _check_size(manifest["n_r"], recusals, "回避")
    _check_order(recusals, "回避", once=False)
    if recusals:
        known_targets, known_inspectors = ({row[:64] for row in rows} for rows in (targets, inspectors))
        for row in recusals:
            if row[:64] not in known_targets or row[65:129] not in known_inspectors:
                raise ListBroken(f"回避行 {row[:8]}… 里的检查对象或检查人员不在名单里")
    _check_root(suite, manifest["r_root"], recusals, "回避")


def check_strata(manifest: dict[str, Any], population: Population) -> None:
    """Step V07: strata of memberships known, overrides, `draw` of each stratum."""
    strata = strata_of(manifest)
    unknown = population.strata() - {stratum.id for stratum in strata}
    if unknown:
        raise QuotaBroken(f"检查对象行里有冻结单没有的层：{'、'.join(sorted(unknown))}")
    for entry in manifest["overrides"]:
        facts = population.index.get(entry["c"])
        if facts is None or not facts.eligible_in():
            raise QuotaBroken(f"获准突破的对象 {entry['c'][:8]} 不在名单里，或没有一层可以抽取")
    base, pool = population.counts()
    for stratum in strata:
        check_draw(stratum, base.get(stratum.id, 0), pool.get(stratum.id, 0))


def _check_size(stated: int, rows: Sequence[str], what: str) -> None:
    if stated != len(rows):
        raise ListBroken(f"冻结单写明{what} {stated} 行，名单有 {len(rows)} 行")


def _check_order(rows: Sequence[str], what: str, *, once: bool) -> None:
    for before, after in itertools.pairwise(rows):
        if before >= after:
            raise ListBroken(f"{what}名单没有按顺序排列，或有重复的行：{after[:8]}")
        if once and before[:64] == after[:64]:
            raise ListBroken(f"{what}名单里盲号 {after[:8]} 出现两次")


def _check_root(suite: HashSuite, stated: str, rows: Sequence[str], what: str) -> None:
    if merkle_root(suite, rows) != stated:
        raise ListBroken(f"{what}名单的指纹与冻结单不同，名单在冻结后被改动过")
