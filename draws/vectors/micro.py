"""Micro vectors against the server's rules: one generator of failures per section of micro.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from draws.rules.mc1.canonical import canon, read_json
from draws.rules.mc1.chains import chain_release, chain_tip
from draws.rules.mc1.errors import NotCanonical, Unreadable
from draws.rules.mc1.hashing import HASH_NAMES, suite_of
from draws.rules.mc1.matching import Demand, Matching, first_assignment
from draws.rules.mc1.merkle import inclusion_proof, merkle_root, proof_holds
from draws.rules.mc1.quota import Stratum, limit_of, need_of, shortfall_of
from draws.rules.mc1.rows import salt_of
from foundation.errors import RuleBroken

from .cases import MALFORMED

Outcome = tuple[Any, Any]  # what was expected, what came out


def check_micro(vectors: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """`(name, detail)` for every micro vector; the detail is empty when it holds."""
    for section, entries in vectors.items():
        check = _SECTIONS.get(section)
        if check is None:
            yield f"micro {section}", "不认识这一类微向量"
            continue
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            yield f"micro {section}[{number}]", _faults(check, entry)


def _faults(check: Callable[[Any], Iterable[Outcome]], entry: Any) -> str:
    try:
        return "；".join(f"应为 {want}，得到 {got}" for want, got in check(entry) if want != got)
    except RuleBroken as broken:
        return broken.message
    except MALFORMED as broken:
        return f"微向量写法有误（{type(broken).__name__}：{broken}）"


def _hash(entry: dict[str, Any]) -> Iterable[Outcome]:
    yield entry["text"], "|".join(["MC1", *entry["fields"]])
    for version in HASH_NAMES:
        yield entry[version], suite_of(version).h(*entry["fields"])


def _canon(entry: dict[str, Any]) -> Iterable[Outcome]:
    text = canon(entry["value"])
    yield entry["text"], text
    yield entry["sha256"], suite_of("MC1").digest(text.encode()).hex()


def _canon_invalid(entry: dict[str, Any]) -> Iterable[Outcome]:
    try:
        yield "拒绝", canon(read_json(entry["json"]))
    except (NotCanonical, Unreadable):
        return


def _merkle(entry: dict[str, Any]) -> Iterable[Outcome]:
    for version in HASH_NAMES:
        yield entry[version], merkle_root(suite_of(version), entry["texts"])


def _inclusion(entry: dict[str, Any]) -> Iterable[Outcome]:
    suite, size, index = suite_of("MC1"), entry["n"], entry["index"]
    texts = [f"row{place}" for place in range(size)]
    yield entry["path"], inclusion_proof(suite, texts, index)
    yield entry["root"], merkle_root(suite, texts)
    yield True, proof_holds(suite, entry["text"], index, size, entry["path"], entry["root"])


def _salt(entry: dict[str, Any]) -> Iterable[Outcome]:
    master = bytes.fromhex(entry["master"])
    for version in HASH_NAMES:
        salt = salt_of(suite_of(version), master, entry["draw_id"], entry["k"], entry["uid"])
        yield entry[version], salt


def _chain(entry: dict[str, Any]) -> Iterable[Outcome]:
    suite = suite_of("MC1")
    yield entry["tip"], chain_tip(suite, entry["secret"], entry["len"])
    for r, link in entry["releases"].items():
        yield link, chain_release(suite, entry["secret"], entry["len"], int(r))


def _quota(entry: dict[str, Any]) -> Iterable[Outcome]:
    numbers: dict[str, Any] = {
        key: entry[key] for key in ("basis", "num", "den", "officers", "floor", "before", "extra")
    }
    base, pool = entry["base"], entry["pool"]
    shape: dict[str, Any] = {
        "id": "s",
        "line": "s",
        "body": "b",
        "last": True,
        "order": "uniform",
        "skill": "",
    }
    limit = limit_of(Stratum(**shape, **numbers, draw=0), base, pool)
    stratum = Stratum(**shape, **numbers, draw=limit)
    yield entry["need"], need_of(stratum, base)
    yield entry["limit"], limit
    yield entry["shortfall_if_last"], shortfall_of(stratum, base)


def _assignment(entry: dict[str, Any]) -> Iterable[Outcome]:
    matching = solve(entry["candidates"], entry["skilled"], entry["want"], entry["places"])
    yield entry["answer"], matching.teams if matching.complete else None
    yield entry["lacking"], [closure.visit for closure in matching.lacking]
    yield entry["kept_answer"], matching.teams
    if "certs" in entry:
        yield (
            entry["certs"],
            [
                {"t": closure.visit, "r": list(closure.visits), "v": list(closure.inspectors)}
                for closure in matching.lacking
            ],
        )


def solve(
    candidates: list[list[int]], skilled: list[list[int] | None], want: list[int], places: list[int]
) -> Matching:
    """The assignment by index: candidates in ticket order, `skilled` None where no skill is needed."""
    demands = [
        Demand(number, _mask(able), None if holders is None else _mask(holders) & _mask(able))
        for number, able, holders in zip(want, candidates, skilled, strict=True)
    ]
    return first_assignment(demands, places, candidates.__getitem__, partial=True)


def _mask(indexes: list[int]) -> int:
    return sum(1 << index for index in indexes)


_SECTIONS: dict[str, Callable[[Any], Iterable[Outcome]]] = {
    "hash": _hash,
    "canon": _canon,
    "canon_invalid": _canon_invalid,
    "merkle": _merkle,
    "inclusion": _inclusion,
    "salt": _salt,
    "chain": _chain,
    "quota": _quota,
    "assignment": _assignment,
}
