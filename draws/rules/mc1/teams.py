"""Teams: the ladder, candidates by pair ticket, the answer and why rungs failed (§8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .hashing import HashSuite
from .matching import Closure, Demand, Matching, bits, first_assignment
from .ranking import Ranking
from .rows import InspectorRow


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder."""

    cap_add: int
    reach: str
    skill: bool


@dataclass(frozen=True, slots=True)
class VisitNeed:
    """One visit that needs `want` more members; `team` are those it already has."""

    t: str
    area: str
    body: str
    skill: str
    want: int
    team: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why visit `t` lacks a team: visits `r` need more people than inspectors `v` and others can give."""

    t: str
    r: tuple[str, ...]
    v: tuple[str, ...]

    def as_body(self) -> dict[str, Any]:
        return {"t": self.t, "r": list(self.r), "v": list(self.v)}


@dataclass(frozen=True, slots=True)
class Sums:
    """The three sums of §8: Σ want, Σ places of v, Σ out."""

    want: int
    places: int
    outside: int

    @property
    def holds(self) -> bool:
        return self.want > self.places + self.outside


@dataclass(frozen=True, slots=True)
class RungGap:
    """Why a rung is infeasible, for the screen: the proof of its first failing visit in words."""

    level: int
    rung: Rung
    certificate: Certificate
    sums: Sums
    skills: tuple[str, ...]

    def sentence(self, skill_names: Mapping[str, str] | None = None) -> str:
        """“这 7 家都需要危废专业，可用 3 人共 6 个名额，需要 7 个”"""
        visits, names = len(self.certificate.r), skill_names or {}
        all_need = len(self.skills) == 1 and self.rung.skill
        subject = f"这 {visits} 家"
        if all_need:
            subject += f"都需要{names.get(self.skills[0], self.skills[0])}专业"
        people = f"可用 {len(self.certificate.v)} 人共 {self.sums.places} 个名额"
        # What others can give is taken off both sides: 7 visits of two with one open to anybody need 7.
        return f"{subject}，{people}，需要 {self.sums.want - self.sums.outside} 个"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The answer of §8. `teams` has the newly added members of kept visits, in visit order."""

    level: int
    teams: tuple[tuple[str, tuple[str, ...]], ...]
    lacking: tuple[str, ...]
    certs: tuple[Certificate, ...]
    gaps: tuple[RungGap, ...] = ()

    def as_body(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "teams": [[t, list(members)] for t, members in self.teams],
            "lacking": list(self.lacking),
            "certs": [certificate.as_body() for certificate in self.certs],
        }


class Roster:
    """Inspectors by index, with bit masks for every area, body and skill."""

    def __init__(self, inspectors: Sequence[InspectorRow], absent: Collection[str] = ()) -> None:
        self.rows = list(inspectors)
        self.at = {row.c: j for j, row in enumerate(self.rows)}
        self.texts = [row.c.encode() for row in self.rows]
        self.available = 0
        self.by_area: dict[str, int] = {}
        self.by_body: dict[str, int] = {}
        self.by_skill: dict[str, int] = {}
        for j, row in enumerate(self.rows):
            self._enter(row, 1 << j, row.available and row.c not in absent)

    def _enter(self, row: InspectorRow, bit: int, available: bool) -> None:
        if available:
            self.available |= bit
        for area in row.areas:
            self.by_area[area] = self.by_area.get(area, 0) | bit
        for skill in row.skills:
            self.by_skill[skill] = self.by_skill.get(skill, 0) | bit
        if row.body:
            self.by_body[row.body] = self.by_body.get(row.body, 0) | bit

    def within_reach(self, reach: str, area: str, body: str) -> int:
        """Everybody within reach of a visit in `area`, under `body`; empty codes are out of reach."""
        if reach == "area":
            return self.by_area.get(area, 0) if area else 0
        if reach == "body":
            return self.by_body.get(body, 0) if body else 0
        return (1 << len(self.rows)) - 1


class Problem:
    """All visits that need members, in order, against one roster; asked rung by rung."""

    def __init__(
        self,
        suite: HashSuite,
        seed: str,
        needs: Sequence[VisitNeed],
        roster: Roster,
        *,
        barred: Mapping[str, Collection[str]],
        loads: Mapping[str, int],
    ) -> None:
        self.suite = suite
        self.roster = roster
        keyed = sorted((suite.h("visit", seed, need.t), need.t, need) for need in needs)
        self.keys = [key for key, _, _ in keyed]
        self.needs = [need for _, _, need in keyed]
        self.place_of = {need.t: x for x, need in enumerate(self.needs)}
        self.loads = loads
        self._closed = [self.mask(need.team) | self.mask(barred.get(need.t, ())) for need in self.needs]
        self._orders: dict[int, tuple[int, Ranking]] = {}
        self._lists: dict[int, list[tuple[bytes, int]]] = {}

    def mask(self, inspectors: Collection[str]) -> int:
        mask = 0
        for c in inspectors:
            mask |= 1 << self.roster.at[c]
        return mask

    def demands(self, rung: Rung) -> list[Demand]:
        """Want, candidates and skilled candidates of each visit at a rung (§8 "Problem at a rung")."""
        found = []
        for need, closed in zip(self.needs, self._closed, strict=True):
            reach = self.roster.within_reach(rung.reach, need.area, need.body)
            candidates = reach & self.roster.available & ~closed
            holders = self.roster.by_skill.get(need.skill, 0)
            needed = rung.skill and need.skill and not holders & self.mask(need.team)
            found.append(Demand(need.want, candidates, holders & candidates if needed else None))
        return found

    def places(self, rung: Rung) -> list[int]:
        return [max(0, row.capacity + rung.cap_add - self.loads.get(row.c, 0)) for row in self.roster.rows]

    def solve(self, rung: Rung, *, partial: bool) -> Matching:
        demands = self.demands(rung)
        return first_assignment(
            demands, self.places(rung), lambda x: self._order(x, demands[x].candidates), partial=partial
        )

    def _order(self, x: int, candidates: int) -> Ranking:
        """Candidates of visit x by ascending pair ticket; kept while the candidates stay the same."""
        kept = self._orders.get(x)
        if kept is None or kept[0] != candidates:
            start = self.suite.prefix("pair", self.keys[x])
            kept = self._orders[x] = (candidates, Ranking(start, self._listed(candidates)))
        return kept[1]

    def _listed(self, mask: int) -> list[tuple[bytes, int]]:
        # Visits of one area share their candidates; list them once.
        listed = self._lists.get(mask)
        if listed is None:
            listed = self._lists[mask] = [(self.roster.texts[j], j) for j in bits(mask)]
        return listed

    def certificate(self, closure: Closure) -> Certificate:
        return Certificate(
            self.needs[closure.visit].t,
            tuple(sorted(self.needs[x].t for x in closure.visits)),
            tuple(sorted(self.roster.rows[j].c for j in closure.inspectors)),
        )

    def sums(self, rung: Rung, certificate: Certificate) -> Sums:
        """The sums of a certificate whose visits and inspectors are known."""
        return sums_of(
            certificate,
            self.place_of,
            self.demands(rung),
            self.places(rung),
            self.mask(certificate.v),
        )

    def gap(self, level: int, rung: Rung, closure: Closure) -> RungGap:
        certificate = self.certificate(closure)
        skills = sorted({self.needs[x].skill for x in closure.visits})
        return RungGap(level, rung, certificate, self.sums(rung, certificate), tuple(skills))


def sums_of(
    certificate: Certificate,
    place_of: Mapping[str, int],
    demands: Sequence[Demand],
    places: Sequence[int],
    inside: int,
) -> Sums:
    outside = 0
    for t in certificate.r:
        demand = demands[place_of[t]]
        free = demand.candidates & ~inside
        if demand.skilled is None:
            outside += free.bit_count()
        else:
            skilled = (free & demand.skilled).bit_count()
            outside += skilled + min(free.bit_count() - skilled, demand.want - 1)
    want = sum(demands[place_of[t]].want for t in certificate.r)
    return Sums(want, sum(places[j] for j in bits(inside)), outside)


def ladder_of(manifest: Mapping[str, Any]) -> tuple[Rung, ...]:
    return tuple(Rung(**rung) for rung in manifest["team"]["ladder"])


def assign(problem: Problem, ladder: Sequence[Rung]) -> Assignment:
    """The first rung with a complete assignment; else the last rung with lacking visits and certificates."""
    if not problem.needs:
        return Assignment(0, (), (), ())
    gaps: list[RungGap] = []
    for level, rung in enumerate(ladder):
        is_last = level == len(ladder) - 1
        matching = problem.solve(rung, partial=is_last)
        if matching.complete or is_last:
            return _assignment(problem, level, matching, tuple(gaps))
        gaps.append(problem.gap(level, rung, matching.lacking[0]))
    raise AssertionError("a ladder has at least one rung")


def _assignment(problem: Problem, level: int, matching: Matching, gaps: tuple[RungGap, ...]) -> Assignment:
    members = [row.c for row in problem.roster.rows]
    teams = tuple(
        (need.t, tuple(members[j] for j in team))
        for need, team in zip(problem.needs, matching.teams, strict=True)
        if team is not None
    )
    certs = tuple(problem.certificate(closure) for closure in matching.lacking)
    return Assignment(level, teams, tuple(certificate.t for certificate in certs), certs, gaps)
