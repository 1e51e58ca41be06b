"""What a draw has come to: visits with credits and teams, after the result and after each round (§7–§10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .hashing import HashSuite, suite_of
from .manifest import strata_of
from .quota import Stratum
from .rows import InspectorRow, parse_inspector, recusal_pairs
from .selection import Population, StratumResult, credits_of, select
from .teams import Assignment, Problem, Roster, Rung, VisitNeed, assign, ladder_of


@dataclass(frozen=True, slots=True)
class Frozen:
    """The manifest with its lists, read once; nothing in it changes after the freeze."""

    manifest: Mapping[str, Any]
    suite: HashSuite
    strata: tuple[Stratum, ...]
    ladder: tuple[Rung, ...]
    population: Population
    inspectors: Mapping[str, InspectorRow]
    recusals: frozenset[tuple[str, str]]

    @classmethod
    def read(
        cls,
        manifest: dict[str, Any],
        targets: Iterable[str],
        inspectors: Iterable[str],
        recusals: Sequence[str],
        population: Population | None = None,
    ) -> Frozen:
        """Rows as texts; a `Population` that is already built may be passed instead of reading rows again."""
        return cls(
            manifest,
            suite_of(manifest["v"]),
            tuple(strata_of(manifest)),
            ladder_of(manifest),
            population or Population(targets),
            {row[:64]: parse_inspector(row) for row in inspectors},
            frozenset(recusal_pairs(list(recusals))),
        )

    @property
    def team_size(self) -> int:
        return self.manifest["team"]["g"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: the strata credited with it, in manifest order, and its team; the first is the lead."""

    t: str
    credits: tuple[str, ...]
    team: tuple[str, ...] = ()


@dataclass(slots=True)
class Standing:
    """Who is visited by whom now. `copy()` before changing; rounds never change the one they start from."""

    frozen: Frozen
    visits: dict[str, Visit] = field(default_factory=dict)
    inspectors: dict[str, InspectorRow] = field(default_factory=dict)
    barred: set[tuple[str, str]] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    voided: set[str] = field(default_factory=set)
    selected: dict[str, set[str]] = field(default_factory=dict)

    def copy(self) -> Standing:
        return Standing(
            self.frozen,
            dict(self.visits),
            dict(self.inspectors),
            set(self.barred),
            set(self.absent),
            set(self.voided),
            {stratum: set(cs) for stratum, cs in self.selected.items()},
        )

    @classmethod
    def of_selection(cls, frozen: Frozen, results: Iterable[StratumResult]) -> Standing:
        """All selected targets as visits, nobody assigned yet."""
        results = list(results)
        return cls(
            frozen,
            {t: Visit(t, credits) for t, credits in credits_of(results).items()},
            dict(frozen.inspectors),
            set(frozen.recusals),
            selected={result.id: set(result.sel) for result in results},
        )

    def loads(self) -> Counter[str]:
        """Number of teams each inspector is in."""
        return Counter(i for visit in self.visits.values() for i in visit.team)

    def lacking(self) -> list[str]:
        """Visits with fewer than g members, ascending."""
        size = self.frozen.team_size
        return sorted(t for t, visit in self.visits.items() if len(visit.team) < size)

    def needed_skill(self, visit: Visit) -> str:
        """Skill of the first credited stratum that has one, else of the row (§8)."""
        credits = set(visit.credits)
        for stratum in self.frozen.strata:
            if stratum.skill and stratum.id in credits:
                return stratum.skill
        return self.frozen.population.facts(visit.t).skill

    def problem(self, seed: str) -> Problem:
        """The team problem of all visits with fewer than g members."""
        return Problem(
            self.frozen.suite,
            seed,
            [self._need(visit) for visit in self.visits.values() if self._short(visit)],
            Roster(list(self.inspectors.values()), self.absent),
            barred=self._barred_by_visit(),
            loads=self.loads(),
        )

    def _short(self, visit: Visit) -> int:
        return self.frozen.team_size - len(visit.team)

    def _need(self, visit: Visit) -> VisitNeed:
        facts = self.frozen.population.facts(visit.t)
        skill = self.needed_skill(visit)
        return VisitNeed(visit.t, facts.area, facts.body, skill, self._short(visit), visit.team)

    def _barred_by_visit(self) -> dict[str, list[str]]:
        barred: dict[str, list[str]] = {}
        for t, i in self.barred:
            barred.setdefault(t, []).append(i)
        return barred

    def join(self, assignment: Assignment) -> None:
        """Newly assigned members follow those a visit already has."""
        for t, members in assignment.teams:
            self.set_team(t, (*self.visits[t].team, *members))

    def set_team(self, t: str, team: tuple[str, ...]) -> None:
        self.visits[t] = replace(self.visits[t], team=team)

    def leave(self, t: str, i: str) -> None:
        self.set_team(t, tuple(member for member in self.visits[t].team if member != i))

    def credit(self, t: str, stratum: str) -> None:
        """Credit a stratum with t; a target that is no visit yet becomes one. Credits keep manifest order."""
        visit = self.visits.get(t) or Visit(t, ())
        credits = {*visit.credits, stratum}
        order = tuple(its.id for its in self.frozen.strata if its.id in credits)
        self.visits[t] = replace(visit, credits=order)
        self.selected.setdefault(stratum, set()).add(t)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The main draw: selection, teams, and the standing that rounds start from."""

    strata: tuple[StratumResult, ...]
    assignment: Assignment
    standing: Standing
    problem: Problem

    def as_body(self) -> dict[str, Any]:
        """The body of the `result` event (§9)."""
        return {
            "strata": [result.as_body() for result in self.strata],
            **self.assignment.as_body(),
        }


def draw(frozen: Frozen, seed: str) -> Outcome:
    """Select and assign with the seed of the main draw (§7, §8)."""
    results = select(frozen.suite, frozen.strata, frozen.population, seed)
    standing = Standing.of_selection(frozen, results)
    problem = standing.problem(seed)
    assignment = assign(problem, frozen.ladder)
    standing.join(assignment)
    return Outcome(tuple(results), assignment, standing, problem)
