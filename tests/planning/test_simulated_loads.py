"""Simulated teams against the matching of a real draw: who carries how much is the same within a tolerance. source: docs/decisions/0016"""

from datetime import date
from random import Random
from statistics import mean, pstdev

import pytest

from config.simulation import lottery
from draws.rules.ladder import equal_share, ladder_of
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.rows import AVAILABLE, InspectorRow
from draws.rules.mc1.teams import Problem, Roster, Rung, VisitNeed, assign
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Facts
from planning.rules.simulation import Instance, Slot, Year
from planning.rules.spread import Loads
from planning.rules.standing import Jurisdiction, Known
from planning.rules.workload import Worker

YEARS, VISITS, TEAM = 60, 36, 2
SIZES = {1: 10, 2: 6, 3: 4}  # people by area; visits fall on the areas 14, 14, 8, so loads differ by area
SHARES = {1: 14, 2: 14, 3: 8}


def world():
    workers, at = [], 0
    for area, size in SIZES.items():
        for _ in range(size):
            at += 1
            workers.append(Worker(at, f"人{at}", 1, "大队", frozenset({area}), (None, date(2030, 1, 1))))
    targets = [
        Known(1000 * area + n, area, None, Facts())
        for area, share in SHARES.items()
        for n in range(4 * share)
    ]
    return workers, targets


def drawn(targets, run):
    """The same targets for both: so many of each area."""
    chance = Random(f"{run}")  # noqa: S311
    return [
        target for area, share in SHARES.items() for target in chance.sample([one for one in targets if one.area == area], share)
    ]  # fmt: skip


def code(kind, number):
    return f"{number:063x}{kind}"


def real(workers, visits, run):
    """Loads of one real draw of these visits."""
    capacity = equal_share(len(visits) * TEAM, len(workers))
    rows = [
        InspectorRow(code(1, one.id), frozenset(f"a{area}" for area in one.areas), "u1", frozenset(), capacity, AVAILABLE)
        for one in workers
    ]  # fmt: skip
    needs = [VisitNeed(code(2, one.id), f"a{one.area}", "", "", TEAM) for one in visits]
    rungs = [Rung(**rung) for rung in ladder_of(["area"], match_local=False, share=capacity)]
    problem = Problem(suite_of("MC1"), f"{run:064x}", needs, Roster(rows), barred={}, loads={})
    found = assign(problem, rungs)
    return [sum(row.c in team for _, team in found.teams) for row in rows]


@pytest.mark.once
def test_load_per_inspector_agrees_with_the_matching_of_a_real_draw():
    """The mean of the people of each area, and how far the loads of equals lie apart."""
    workers, targets = world()
    book = library.get("qinshui-2022")
    slot = Slot(
        book.line("key"), Instance(1, "大队", "county", Jurisdiction(1, None)), Period(2026, "quarter", 1), VISITS,
        tuple(one.id for one in targets), tuple(one.id for one in targets), {},
    )  # fmt: skip
    loads, matched = Loads([[slot]], workers, targets, TEAM), []
    chance = lottery.of_seed(5)
    for run in range(YEARS):
        visits = drawn(targets, run)
        loads.add([[slot]], Year(taken={slot.key: tuple(one.id for one in visits)}), chance.people(str(run)))
        matched.append(real(workers, visits, run))
    ours = [[loads.counts[one.id][run] for one in workers] for run in range(YEARS)]
    assert {sum(year) for year in ours} == {sum(year) for year in matched} == {VISITS * TEAM}
    for area in SIZES:
        equals = [at for at, one in enumerate(workers) if one.areas == {area}]
        mine, theirs = ([[year[at] for at in equals] for year in years] for years in (ours, matched))
        assert mean(map(mean, mine)) == pytest.approx(mean(map(mean, theirs)), rel=0.05)
        assert mean(map(pstdev, mine)) == pytest.approx(mean(map(pstdev, theirs)), rel=0.25)
