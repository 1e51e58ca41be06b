"""Target rows: who belongs to which stratum with which status, counted visits, codes, evidence. source: MC1 §3"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from draws.freezing.frame import Frame
from draws.models import SnapshotTarget
from draws.rules import screen, skills
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.rows import ELIGIBLE, TARGET, TargetFacts
from foundation.organisation.models import Area, Unit
from foundation.rulebook.periods import Period
from planning import population
from planning.rules.weights import ONE, weight_of
from registry.models import Target

MAX_VISITS = 999
READ = ("id", "uid", "name", "status", "area_id", "unit_id", "entity_id", "categories", "radiation")


@dataclass(frozen=True)
class Membership:
    """One target's place in the draw: status by stratum, counted visits of the year, tickets.

    approval: digest of the approvals that set it aside by hand
    """

    statuses: dict[str, str]
    visits: int
    approval: str = ""
    weight: int = ONE

    def counts_in(self, stratum: str) -> bool:
        """In the base of the stratum."""
        return not self.statuses.get(stratum, "X").startswith("X")


class Places(NamedTuple):
    """Areas and units of the organisation by id, read once: an object per row would double the time of the freeze."""

    areas: dict[int, Area]
    units: dict[int, Unit]


def memberships(frame: Frame) -> dict[int, Membership]:
    """By target id; the registers are read once for all strata."""
    statuses: dict[int, dict[str, str]] = {}
    visits: dict[int, int] = {}
    draw = frame.draw
    named = {name for rule in frame.weights for name in rule.names}
    register = population.read(
        draw.organisation, frame.book, frame.on, year=int(draw.period[:4]), beside=named
    )
    tickets = _tickets(frame, register)
    for stratum in frame.strata:
        found = register.members(frame.line(stratum), stratum.unit, Period.parse(stratum.period))
        for target in {*found.base, *found.status}:
            statuses.setdefault(target, {})[stratum.stratum] = found.status.get(target, ELIGIBLE)
            visits[target] = max(visits.get(target, 0), found.visits.get(target, 0))
    return {
        target: Membership(its, min(visits[target], MAX_VISITS), weight=tickets(target, its))
        for target, its in statuses.items()
    }


def _tickets(frame: Frame, register: population.Register) -> Callable[[int, dict[str, str]], int]:
    """Weight of a target by the rules of the plan, its tiers as its first stratum sees them. source: QS-10.3, AMB-52"""
    if not frame.weights:
        return lambda target, its: ONE
    known = {one.id: one for one in register.targets}
    bodies = {stratum.stratum: stratum.unit.body for stratum in frame.strata}

    def found(target: int, its: dict[str, str]) -> int:
        one = known.get(target)
        if one is None:
            return ONE
        body = bodies[next(iter(its))]
        return weight_of(frame.weights, one.facts, frame.on, one.tiers.get(body, ()))

    return found


def target_rows(frame: Frame, members: dict[int, Membership]) -> list[SnapshotTarget]:
    """Unsaved rows in the frozen order, each with its screen code by its first stratum."""
    targets = Target.objects.only(*READ).in_bulk(list(members))
    places = Places(
        {area.pk: area for area in frame.draw.organisation.areas.all()},
        {unit.pk: unit for unit in frame.draw.organisation.units.all()},
    )
    prefixes = {
        stratum.stratum: screen.prefix_of(frame.line(stratum).when.names("tier")) for stratum in frame.strata
    }
    made = [(_row(frame, places, targets[pk], its), _first(prefixes, its)) for pk, its in members.items()]
    codes = screen.codes_of((row.commitment, prefix) for row, prefix in made)
    for row, _ in made:
        row.code = codes[row.commitment]
    return sorted((row for row, _ in made), key=lambda row: row.row)


def _first(prefixes: dict[str, str], membership: Membership) -> str:
    return next(prefix for stratum, prefix in prefixes.items() if stratum in membership.statuses)


def _row(frame: Frame, places: Places, target: Target, membership: Membership) -> SnapshotTarget:
    skill = skills.needed_skill(target.categories, target.radiation, frame.skills)
    area, unit = places.areas[target.area_id], places.units.get(target.unit_id or 0)
    _explain(frame, area, unit, skill)
    body = unit.code if unit else ""
    statuses = tuple(sorted(membership.statuses.items()))
    facts = TargetFacts(membership.visits, membership.weight, area.code, body, skill, statuses).text
    evidence = _evidence(frame, target, membership)
    one = frame.commit(TARGET, target.uid, target.name, facts, evidence)
    return SnapshotTarget(
        draw=frame.draw, target=target, commitment=one.c, uid=target.uid, name=target.name, row=one.row, evidence=evidence
    )  # fmt: skip


def _explain(frame: Frame, area: Area, unit: Unit | None, skill: str) -> None:
    frame.legend["areas"][area.code] = area.name
    if unit:
        frame.legend["bodies"][unit.code] = unit.name
    if skill:
        frame.legend["skills"][skill] = next(word for word, code in frame.skills.items() if code == skill)


def _evidence(frame: Frame, target: Target, membership: Membership) -> str:
    """What every status other than E rests on, as the register had it on the day."""
    if set(membership.statuses.values()) == {ELIGIBLE}:
        return ""
    return canon({
        "on": frame.on.isoformat(), "status": target.status, "uid": target.uid, "visits": membership.visits,
        "strata": [[stratum, status] for stratum, status in sorted(membership.statuses.items())],
        **({"approval": membership.approval} if membership.approval else {}),
    })  # fmt: skip
