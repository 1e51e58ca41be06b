"""The assignment is the lexicographically first complete one, whatever the algorithm does inside."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from draws.rules.mc1.certificates import check_certificates
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.rows import InspectorRow
from draws.rules.mc1.teams import Problem, Roster, Rung, VisitNeed, assign
from draws.vectors.micro import solve

SUITE = suite_of("MC1")


def brute_force(candidates, skilled, want, places):
    """All teams of all visits in lexicographic order; the first combination that fits, or None."""
    if not candidates:
        return []
    for team in combinations(candidates[0], want[0]):
        if skilled[0] is not None and not set(team) & set(skilled[0]):
            continue
        if any(places[j] < 1 for j in team):
            continue
        left = [number - (j in team) for j, number in enumerate(places)]
        rest = brute_force(candidates[1:], skilled[1:], want[1:], left)
        if rest is not None:
            return [list(team), *rest]
    return None


def brute_force_kept(candidates, skilled, want, places):
    """The lacking rule of §8 word by word."""
    kept, lacking = [], []
    for x in range(len(candidates)):
        tried = [*kept, x]
        pick = [[whole[y] for y in tried] for whole in (candidates, skilled, want)]
        if brute_force(*pick, places) is None:
            lacking.append(x)
        else:
            kept = tried
    answer = brute_force(*[[whole[y] for y in kept] for whole in (candidates, skilled, want)], places)
    teams = dict(zip(kept, answer, strict=True))
    return [teams.get(x) for x in range(len(candidates))], lacking


@st.composite
def problems(draw):
    size, visits = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    everybody = list(range(size))
    candidates = [draw(st.permutations(everybody))[: draw(st.integers(0, size))] for _ in range(visits)]
    skilled = [draw(st.none() | st.lists(st.sampled_from(everybody), unique=True)) for _ in range(visits)]
    want = [draw(st.integers(1, min(3, size))) for _ in range(visits)]
    places = [draw(st.integers(0, 3)) for _ in everybody]
    return candidates, skilled, want, places


@given(problems())
@settings(max_examples=400, deadline=None)
def test_the_answer_equals_brute_force_with_skills_and_lacking_visits(problem):
    matching = solve(*problem)
    teams, lacking = brute_force_kept(*problem)
    assert matching.teams == teams
    assert [closure.visit for closure in matching.lacking] == lacking


@given(problems())
@settings(max_examples=200, deadline=None)
def test_every_lacking_visit_has_a_certificate_whose_sums_hold(problem):
    candidates, skilled, want, places = problem
    matching = solve(*problem)
    lacking = {closure.visit for closure in matching.lacking}
    for closure in matching.lacking:
        inside = set(closure.inspectors)
        supply = sum(places[j] for j in inside)
        for x in closure.visits:
            outside = [j for j in candidates[x] if j not in inside]
            holders = [j for j in outside if skilled[x] is None or j in skilled[x]]
            others = len(outside) - len(holders)
            supply += len(holders) + (min(others, want[x] - 1) if skilled[x] is not None else 0)
        assert sum(want[x] for x in closure.visits) > supply
        assert closure.visit in closure.visits
        assert all(x not in lacking and x < closure.visit for x in closure.visits if x != closure.visit)


CODES = st.sampled_from(["", "A", "B"])
LADDER = [Rung(0, "area", True), Rung(0, "body", True), Rung(1, "any", True), Rung(1, "any", False)]


@st.composite
def offices(draw):
    inspectors = [
        InspectorRow(
            SUITE.h("x", f"i{j}"),
            frozenset(draw(st.sets(st.sampled_from("AB")))),
            draw(CODES),
            frozenset(draw(st.sets(st.sampled_from("AB")))),
            draw(st.integers(0, 2)),
            draw(st.sampled_from(["A", "A", "L.DUTY"])),
        )
        for j in range(draw(st.integers(1, 5)))
    ]
    needs = [
        VisitNeed(SUITE.h("x", f"t{x}"), draw(CODES), draw(CODES), draw(CODES), 2)
        for x in range(draw(st.integers(1, 4)))
    ]
    ladder = LADDER[draw(st.integers(0, 3)) :][: draw(st.integers(1, 4))]
    return needs, inspectors, ladder


def by_index(problem, rung):
    """The problem at a rung as plain lists, straight from the text of §8."""
    candidates, skilled = [], []
    for x, need in enumerate(problem.needs):
        able = [
            j for j, row in enumerate(problem.roster.rows)
            if row.status == "A"
            and (
                rung.reach == "any"
                or (rung.reach == "area" and need.area and need.area in row.areas)
                or (rung.reach == "body" and need.body and need.body == row.body)
            )
        ]  # fmt: skip
        able.sort(key=lambda j, x=x: SUITE.h("pair", problem.keys[x], problem.roster.rows[j].c))
        candidates.append(able)
        asks = rung.skill and need.skill
        holders = [j for j, row in enumerate(problem.roster.rows) if need.skill in row.skills]
        skilled.append(holders if asks else None)
    places = [row.capacity + rung.cap_add for row in problem.roster.rows]
    return candidates, skilled, [need.want for need in problem.needs], places


@given(offices())
@settings(max_examples=300, deadline=None)
def test_the_ladder_stops_at_the_first_rung_brute_force_can_fill(office):
    needs, inspectors, ladder = office
    problem = Problem(SUITE, "1" * 64, needs, Roster(inspectors), barred={}, loads={})
    assignment = assign(problem, ladder)
    answers = [brute_force(*by_index(problem, rung)) for rung in ladder]
    feasible = [level for level, answer in enumerate(answers) if answer is not None]
    members = [row.c for row in inspectors]
    if feasible:
        assert assignment.level == feasible[0]
        assert [[members.index(i) for i in team] for _, team in assignment.teams] == answers[feasible[0]]
        assert assignment.lacking == ()
    else:
        assert assignment.level == len(ladder) - 1
        teams, lacking = brute_force_kept(*by_index(problem, ladder[-1]))
        assert [problem.place_of[t] for t in assignment.lacking] == lacking
        assert [[members.index(i) for i in its] for _, its in assignment.teams] == [t for t in teams if t]
    certs = assignment.as_body()["certs"]
    check_certificates(problem, ladder[assignment.level], assignment.lacking, certs)
    assert len(assignment.gaps) == assignment.level
    assert all(gap.sums.holds for gap in assignment.gaps)


def test_visits_and_inspectors_in_another_order_give_the_same_teams():
    rows = [InspectorRow(SUITE.h("x", f"i{j}"), frozenset(), "", frozenset(), 3, "A") for j in range(6)]
    needs = [VisitNeed(SUITE.h("x", f"t{x}"), "", "", "", 2) for x in range(8)]
    ladder = [Rung(0, "any", True)]
    forth = assign(Problem(SUITE, "1" * 64, needs, Roster(rows), barred={}, loads={}), ladder)
    back = assign(Problem(SUITE, "1" * 64, needs[::-1], Roster(rows[::-1]), barred={}, loads={}), ladder)
    assert forth == back
    assert len(forth.teams) == 8


def test_the_sentence_for_the_screen_names_visits_people_places_and_need():
    holders = [
        InspectorRow(SUITE.h("x", f"h{j}"), frozenset(), "", frozenset({"HW"}), 2, "A") for j in range(3)
    ]
    others = [InspectorRow(SUITE.h("x", f"o{j}"), frozenset(), "", frozenset(), 99, "A") for j in range(3)]
    needs = [VisitNeed(SUITE.h("x", f"t{x}"), "", "", "HW", 2) for x in range(7)]
    problem = Problem(SUITE, "1" * 64, needs, Roster([*holders, *others]), barred={}, loads={})
    assignment = assign(problem, [Rung(0, "any", True), Rung(0, "any", False)])
    assert assignment.level == 1
    sentence = assignment.gaps[0].sentence({"HW": "危废"})
    assert sentence == "这 7 家都需要危废专业，可用 3 人共 6 个名额，需要 7 个"


def test_ten_thousand_visits_are_settled_with_few_searches():
    """Counts searches, not seconds: failed ones split components, so they stay below visits + inspectors."""
    from draws.rules.mc1 import matching

    counted, splits = [], []
    search, split = matching.Search.from_inspector, matching.Flow._split

    def counting(self, j):
        counted.append(j)
        return search(self, j)

    def splitting(self, j, its):
        splits.append(j)
        return split(self, j, its)

    visits, people, areas = 3000, 150, 15
    by_area = [[j for j in range(people) if j % areas in (area, area - 1)] for area in range(areas)]
    orders = [by_area[x % areas][x % 7 :] + by_area[x % areas][: x % 7] for x in range(visits)]
    places = [0] * people
    for x, order in enumerate(orders):
        for j in (order[-1 - x % 5], order[-7]):
            places[j] += 1
    demands = [matching.Demand(2, sum(1 << j for j in order)) for order in orders]
    matching.Search.from_inspector, matching.Flow._split = counting, splitting
    try:
        done = matching.first_assignment(demands, places, orders.__getitem__, partial=False)
    finally:
        matching.Search.from_inspector, matching.Flow._split = search, split
    assert done.complete
    assert len(splits) <= visits + people
    assert len(counted) <= 6 * visits
