"""Tiers of one target for every drawing body of the rulebook, and how they replace those on file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from foundation.rulebook import tiers as rulebook_tiers
from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import Facts
from foundation.rulebook.values import Origin

UNLISTED = "unlisted"
LABELS = {"special": "特殊", "key": "重点", "general": "一般", UNLISTED: "未列入"}


@dataclass(frozen=True)
class Tiering:
    """One tier of a target for one body, as the rules have it."""

    body: str
    tier: str
    overlay: bool
    reason: str
    clause: str


@dataclass(frozen=True)
class OnFile:
    """An open row of the register. `tier` differs from `computed` only where a person decided otherwise."""

    id: int
    body: str
    tier: str
    overlay: bool
    reason: str
    clause: str
    computed: str
    overridden: bool


@dataclass(frozen=True)
class Turn:
    """What has to happen to the rows of one target: rows to end, rows to begin, rows to amend in place."""

    ending: tuple[int, ...] = ()
    beginning: tuple[Tiering, ...] = ()
    kept_override: Mapping[int, Tiering] | None = None

    @property
    def empty(self) -> bool:
        return not (self.ending or self.beginning or self.kept_override)


def tierings(book: Rulebook, facts: Facts, on: date) -> tuple[Tiering, ...]:
    """For each body: the first tier that matches (or 未列入, AMB-42), then every overlay. source: AMB-11"""
    found: list[Tiering] = []
    for body in book.bodies:
        results = rulebook_tiers.tiers_of(book, body.id, facts, on)
        rows = [
            Tiering(body.id, result.id, result.tier.overlay, result.reason[:300], clause_of(result.origin))
            for result in results
        ]
        if all(row.overlay for row in rows):
            found.append(Tiering(body.id, UNLISTED, False, "不符合任何类别的认定条件", "AMB-42"))
        found += rows
    return tuple(found)


def clause_of(origin: Origin) -> str:
    """As a rulebook's `src` writes it: clause id, AMB id, LAW:…, DEFAULT."""
    if origin.kind == "default":
        return "DEFAULT"
    return f"LAW:{origin.ref}"[:40] if origin.kind == "other_law" else origin.ref[:40]


def notices(book: Rulebook, facts: Facts, tierings_found: Iterable[Tiering]) -> tuple[str, ...]:
    """Facts that argue for a weaker tier than the one given. source: AMB-11"""
    return rulebook_tiers.conflict_notices(book, facts, {row.tier for row in tierings_found})


def turn(on_file: Iterable[OnFile], computed: Iterable[Tiering]) -> Turn:
    """The least change from the rows on file to the computed ones; what is unchanged gives no new row.

    An override stays; only what the rules would say beside it is brought up to date.
    """
    rows = list(on_file)
    wanted = {(row.body, row.overlay, row.tier if row.overlay else ""): row for row in computed}
    ending: list[int] = []
    kept: dict[int, Tiering] = {}
    for row in rows:
        new = wanted.pop((row.body, row.overlay, row.tier if row.overlay else ""), None)
        if new is None:
            ending.append(row.id)
        elif row.overridden:
            if (new.tier, new.clause) != (row.computed, row.clause) or new.reason != row.reason:
                kept[row.id] = new
        elif (new.tier, new.reason, new.clause) != (row.tier, row.reason, row.clause):
            ending.append(row.id)
            wanted[row.body, row.overlay, row.tier if row.overlay else ""] = new
    return Turn(tuple(ending), tuple(wanted.values()), kept or None)


def with_tier(row: Tiering, tier: str) -> Tiering:
    return replace(row, tier=tier)
