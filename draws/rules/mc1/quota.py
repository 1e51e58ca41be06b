"""How many a stratum needs, may and does draw (§4). Integers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import QuotaBroken


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of the manifest, field for field (§4)."""

    id: str
    line: str
    body: str
    basis: str
    num: int
    den: int
    officers: int
    floor: int
    before: int
    extra: int
    last: bool
    draw: int
    order: str
    skill: str

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> Stratum:
        return cls(**{name: entry[name] for name in cls.__slots__})

    def as_manifest(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def ceil_div(number: int, den: int) -> int:
    return (number + den - 1) // den


def need_of(stratum: Stratum, base: int) -> int:
    """`max(raw, floor)`; raw is 0 for an empty base."""
    raw = 0
    if base:
        raw = {
            "rate": ceil_div(stratum.num * base, stratum.den),
            "officers": ceil_div(stratum.num * stratum.officers, stratum.den),
            "count": stratum.num,
            "all": base,
        }[stratum.basis]
    return max(raw, stratum.floor)


def limit_of(stratum: Stratum, base: int, pool: int) -> int:
    """`min(max(need - before, 0) + extra, pool)`: the most this draw may take."""
    return min(max(need_of(stratum, base) - stratum.before, 0) + stratum.extra, pool)


def shortfall_of(stratum: Stratum, base: int) -> int:
    """What the period still lacks after its last draw; 0 for a draw that is not the last."""
    if not stratum.last:
        return 0
    return max(need_of(stratum, base) - stratum.before - stratum.draw, 0)


def check_draw(stratum: Stratum, base: int, pool: int) -> None:
    """`draw` equals the limit in the last draw of the period, and stays within it before."""
    limit = limit_of(stratum, base, pool)
    if stratum.last and stratum.draw != limit:
        raise QuotaBroken(
            f"层 {stratum.id} 写明抽 {stratum.draw} 家，按基数 {base}、可抽 {pool} 应抽 {limit} 家，请改正"
        )
    if stratum.draw > limit:
        raise QuotaBroken(f"层 {stratum.id} 写明抽 {stratum.draw} 家，超过上限 {limit} 家，请改正冻结单")
