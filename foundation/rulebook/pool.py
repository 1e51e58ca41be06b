"""Who of a base may be drawn now, and why not the others. source: rulebooks.md §5, AMB-07, AMB-40"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .model import Rulebook
from .selectors import Facts, matches
from .tables import Cap, Exclusion, Quota
from .values import Origin

CauseCode = Literal["cap_limited", "exclusion_limited", "drawn_in_period", "drawn_before", "closed"]


@dataclass(frozen=True)
class Standing:
    """What happened to one target before this draw.

    counted_visits: drawn tasks of the calendar year, open or done (AMB-08) · drawn_in_period: already drawn
    in this line and period · drawn_before: drawn under this line at any time · closed: since the snapshot ·
    overrides: ids of caps or exclusions set aside by an approved override (AMB-57)
    """

    counted_visits: int = 0
    drawn_in_period: bool = False
    drawn_before: bool = False
    closed: bool = False
    overrides: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cause:
    """One reason why a member of the base cannot be drawn. `rule`: id of the cap or exclusion."""

    code: CauseCode
    rule: str
    sentence: str
    origin: Origin


def exclusions_in_force(
    book: Rulebook, *, chosen: Collection[str] = (), switches: Collection[str] = ()
) -> tuple[Exclusion, ...]:
    """Exclusions that apply: optional ones only if chosen, switched ones only while their switch is on."""
    return tuple(
        exclusion
        for exclusion in book.exclusions
        if (exclusion.use != "optional" or exclusion.id in chosen)
        and (exclusion.switch is None or exclusion.switch in switches)
    )


def binding_cap(
    book: Rulebook, facts: Facts, on: date, tiers: Collection[str], standing: Standing
) -> Cap | None:
    """The cap this target has reached, unless exempt or overridden. source: AMB-07, AMB-09"""
    for cap in book.caps:
        if standing.counted_visits < cap.max or cap.id in standing.overrides:
            continue
        if not matches(cap.exempt, facts, on, tiers=tiers):
            return cap
    return None


def causes(
    book: Rulebook,
    line: Quota,
    facts: Facts,
    on: date,
    *,
    tiers: Collection[str],
    standing: Standing,
    in_force: Sequence[Exclusion] = (),
) -> tuple[Cause, ...]:
    """Why this member of the base is not in the pool; empty = it may be drawn.

    in_force: from `exclusions_in_force`; only effect `pool` takes a target out.
    """
    found = []
    if standing.closed:
        found.append(Cause("closed", "", "名录快照之后已关停或注销", Origin("interpretation", "AMB-14")))
    if standing.drawn_in_period:
        found.append(Cause("drawn_in_period", "", "本期已在本行抽中", Origin("interpretation", "AMB-53")))
    if line.lifetime_once and standing.drawn_before:
        found.append(Cause("drawn_before", "", "以前已在本行抽中，终身一次", line.origin("lifetime_once")))
    for exclusion in in_force:
        if _takes_out(exclusion, facts, on, tiers, standing):
            found.append(Cause("exclusion_limited", exclusion.id, exclusion.zh, exclusion.origin("when")))
    cap = binding_cap(book, facts, on, tiers, standing)
    if cap:
        sentence = f"本年度已查 {standing.counted_visits} 次，达到上限 {cap.max} 次"
        found.append(Cause("cap_limited", cap.id, sentence, cap.origin("max")))
    return tuple(found)


def _takes_out(
    exclusion: Exclusion, facts: Facts, on: date, tiers: Collection[str], standing: Standing
) -> bool:
    if exclusion.effect != "pool" or exclusion.id in standing.overrides:
        return False
    return matches(exclusion.when, facts, on, tiers=tiers)


@dataclass(frozen=True)
class ModeRule:
    """Inspection modes open to one target: `modes[0]` is the default; `refused`: mode → reason."""

    modes: tuple[str, ...]
    refused: dict[str, str]


def mode_rule(
    book: Rulebook,
    facts: Facts,
    on: date,
    *,
    tiers: Collection[str],
    chosen: Collection[str] = (),
    switches: Collection[str] = (),
) -> ModeRule:
    """Default and refused modes: an `offsite` exclusion refuses on-site (always) or puts it last.

    chosen: optional exclusions claimed for this task · source: INV-12, AMB-37
    """
    modes, refused = list(book.inspection.modes), {}
    for exclusion in exclusions_in_force(book, chosen=chosen, switches=switches):
        if exclusion.effect != "offsite" or not matches(exclusion.when, facts, on, tiers=tiers):
            continue
        if "onsite" in modes:
            modes.remove("onsite")
            if exclusion.use == "always":
                refused["onsite"] = f"{exclusion.zh}（{exclusion.origin('effect')}）"
            else:
                modes.append("onsite")
    return ModeRule(tuple(mode for mode in modes if mode not in refused), refused)
