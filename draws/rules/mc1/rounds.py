"""Replacement rounds: causes, swaps, substitutes, teams (§10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import CauseRejected
from .rows import parse_inspector
from .selection import rank
from .standing import Standing, Visit
from .teams import Assignment, Problem, Rung, assign

KINDS = ("add", "void", "absent", "recuse", "swap")  # the order in which causes are applied
NO_PARTNER = -1


@dataclass(frozen=True, slots=True)
class Swap:
    """One entry of `round_result.swaps`; level -1 and empty t2, i2 when nobody could be exchanged."""

    t1: str
    i1: str
    t2: str = ""
    i2: str = ""
    level: int = NO_PARTNER

    def as_body(self) -> dict[str, Any]:
        return {"t1": self.t1, "i1": self.i1, "t2": self.t2, "i2": self.i2, "level": self.level}


@dataclass(frozen=True, slots=True)
class Substitution:
    """One entry of `round_result.strata`."""

    id: str
    vacant: int
    sel: tuple[str, ...]

    def as_body(self) -> dict[str, Any]:
        return {"id": self.id, "vacant": self.vacant, "sel": list(self.sel)}


@dataclass(frozen=True, slots=True)
class Opened:
    """A round whose causes hold: the standing after step 1, before either key is released."""

    standing: Standing
    vacancies: Mapping[str, int]
    swaps: tuple[tuple[str, str], ...]
    started: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """The end of a round."""

    strata: tuple[Substitution, ...]
    swaps: tuple[Swap, ...]
    assignment: Assignment
    standing: Standing
    problem: Problem

    def as_body(self, *, r: int, xa: str, xb: str, seed: str) -> dict[str, Any]:
        """The body of the `round_result` event."""
        return {
            "r": r,
            "xa": xa,
            "xb": xb,
            "seed": seed,
            "strata": [substitution.as_body() for substitution in self.strata],
            "swaps": [swap.as_body() for swap in self.swaps],
            **self.assignment.as_body(),
        }


def open_round(before: Standing, causes: Sequence[Mapping[str, Any]], started: Sequence[str]) -> Opened:
    """Judge and apply step 1, then judge the swaps and bar their pairs; raises `CauseRejected`."""
    _check_started(before, causes, started)
    standing, vacancies = before.copy(), Counter[str]()
    for kind in KINDS[:-1]:
        for cause in causes:
            if cause["k"] == kind:
                _STEPS[kind](standing, cause, vacancies)
    swaps = tuple((cause["t"], cause["i"]) for cause in causes if cause["k"] == "swap")
    _check_swaps(standing, swaps)
    standing.barred.update(swaps)
    return Opened(standing, vacancies, swaps, frozenset(started))


def _check_started(standing: Standing, causes: Sequence[Mapping[str, Any]], started: Sequence[str]) -> None:
    for t in started:
        visit = standing.visits.get(t)
        if visit is None or len(visit.team) < standing.frozen.team_size:
            raise CauseRejected(f"已开始的检查 {t[:8]} 不在抽中名单里，或检查组没有满员")
    begun = set(started)
    for cause in causes:
        for t in (*cause.get("ts", ()), cause.get("t", "")):
            if t in begun:
                raise CauseRejected(f"检查 {t[:8]} 已经开始，不能再替换")


def _add(standing: Standing, cause: Mapping[str, Any], vacancies: Counter[str]) -> None:
    for row in cause["rows"]:
        c = row[:64]
        if c in standing.inspectors or c in standing.frozen.population.index:
            raise CauseRejected(f"补充人员 {c[:8]} 已经在本次抽取的名单里")
        standing.inspectors[c] = parse_inspector(row)


def _void(standing: Standing, cause: Mapping[str, Any], vacancies: Counter[str]) -> None:
    visit = _visit(standing, cause["t"])
    del standing.visits[visit.t]
    standing.voided.add(visit.t)
    vacancies.update(visit.credits)


def _absent(standing: Standing, cause: Mapping[str, Any], vacancies: Counter[str]) -> None:
    for t in cause["ts"]:
        _member(standing, t, cause["i"])
        standing.leave(t, cause["i"])
    standing.absent.add(cause["i"])


def _recuse(standing: Standing, cause: Mapping[str, Any], vacancies: Counter[str]) -> None:
    _member(standing, cause["t"], cause["i"])
    standing.leave(cause["t"], cause["i"])
    standing.barred.add((cause["t"], cause["i"]))


_STEPS: dict[str, Callable[[Standing, Mapping[str, Any], Counter[str]], None]] = {
    "add": _add,
    "void": _void,
    "absent": _absent,
    "recuse": _recuse,
}


def _visit(standing: Standing, t: str) -> Visit:
    if t not in standing.visits:
        raise CauseRejected(f"{t[:8]} 不是抽中的检查，或已经撤销")
    return standing.visits[t]


def _member(standing: Standing, t: str, i: str) -> None:
    if i not in _visit(standing, t).team:
        raise CauseRejected(f"人员 {i[:8]} 不在检查 {t[:8]} 的检查组里")


def _check_swaps(standing: Standing, swaps: Sequence[tuple[str, str]]) -> None:
    named: set[tuple[str, str]] = set()
    for t, i in swaps:
        _member(standing, t, i)
        if i in standing.absent:
            raise CauseRejected(f"人员 {i[:8]} 已缺席，不能对调")
        if (t, i) in named:
            raise CauseRejected(f"人员 {i[:8]} 在检查 {t[:8]} 的对调写了两次")
        named.add((t, i))


def play_round(opened: Opened, seed: str) -> RoundOutcome:
    """Swaps, substitutes and teams with `seed_r`; does not change `opened`."""
    standing = opened.standing.copy()
    swaps = tuple(_swap(standing, opened, seed, t, i) for t, i in opened.swaps)
    strata = _substitute(standing, opened.vacancies, seed)
    problem = standing.problem(seed)
    assignment = assign(problem, standing.frozen.ladder)
    standing.join(assignment)
    return RoundOutcome(strata, swaps, assignment, standing, problem)


def _swap(standing: Standing, opened: Opened, seed: str, t1: str, i1: str) -> Swap:
    level, possible = _possible(standing, opened, t1, i1)
    if possible:
        suite = standing.frozen.suite
        _, t2, i2 = min((suite.h("swap", seed, t1, i1, t2, i2), t2, i2) for t2, i2 in possible)
        exchange(standing, t1, i1, t2, i2)
        return Swap(t1, i1, t2, i2, level)
    standing.leave(t1, i1)
    return Swap(t1, i1)


def possible_partners(opened: Opened, t1: str, i1: str) -> tuple[int, list[tuple[str, str]]]:
    """The first rung with a possible partner and everybody the seed may choose there, before any key is released."""
    return _possible(opened.standing, opened, t1, i1)


def _possible(standing: Standing, opened: Opened, t1: str, i1: str) -> tuple[int, list[tuple[str, str]]]:
    partners = _partners(standing, opened, t1, i1)
    for level, rung in enumerate(standing.frozen.ladder):
        possible = [(t2, i2) for t2, i2 in partners if _fits(standing, rung, t1, i1, t2, i2)]
        if possible:
            return level, possible
    return NO_PARTNER, []


def _partners(standing: Standing, opened: Opened, t1: str, i1: str) -> list[tuple[str, str]]:
    """Partners that are possible as far as the rung does not matter."""
    named, team1, barred = set(opened.swaps), standing.visits[t1].team, standing.barred
    found = []
    for t2, visit in standing.visits.items():
        if t2 == t1 or t2 in opened.started or i1 in visit.team or (t2, i1) in barred:
            continue
        for i2 in visit.team:
            usable = standing.inspectors[i2].available and i2 not in standing.absent
            if usable and i2 not in team1 and (t1, i2) not in barred and (t2, i2) not in named:
                found.append((t2, i2))
    return found


def _fits(standing: Standing, rung: Rung, t1: str, i1: str, t2: str, i2: str) -> bool:
    if not (_reaches(standing, rung, i2, t1) and _reaches(standing, rung, i1, t2)):
        return False
    return not rung.skill or (
        _has_holder(standing, t1, leaving=i1, joining=i2)
        and _has_holder(standing, t2, leaving=i2, joining=i1)
    )


def _reaches(standing: Standing, rung: Rung, i: str, t: str) -> bool:
    inspector, facts = standing.inspectors[i], standing.frozen.population.facts(t)
    if rung.reach == "area":
        return facts.area != "" and facts.area in inspector.areas
    if rung.reach == "body":
        return facts.body != "" and facts.body == inspector.body
    return True


def _has_holder(standing: Standing, t: str, *, leaving: str, joining: str) -> bool:
    visit = standing.visits[t]
    skill = standing.needed_skill(visit)
    after = [joining if member == leaving else member for member in visit.team]
    return not skill or any(skill in standing.inspectors[member].skills for member in after)


def exchange(standing: Standing, t1: str, i1: str, t2: str, i2: str) -> None:
    for t, leaving, joining in ((t1, i1, i2), (t2, i2, i1)):
        team = standing.visits[t].team
        standing.set_team(t, tuple(joining if member == leaving else member for member in team))


def _substitute(standing: Standing, vacancies: Mapping[str, int], seed: str) -> tuple[Substitution, ...]:
    frozen, found = standing.frozen, []
    for stratum in frozen.strata:
        vacant = vacancies.get(stratum.id, 0)
        if not vacant:
            continue
        without = standing.selected.get(stratum.id, set()) | standing.voided
        taken = rank(frozen.suite, stratum, frozen.population, seed, take=vacant, without=without)
        for t in taken:
            standing.credit(t, stratum.id)
        found.append(Substitution(stratum.id, vacant, tuple(taken)))
    return tuple(found)
