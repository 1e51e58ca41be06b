"""Teams for 10,000 visits out of 500 inspectors, with room to spare and with none.

Compared with a bare loop that hashes as many pair tickets as the loose case needs: no implementation can do without.
"""

import hashlib
import os
import random

from benches._figures import Figure, compared, timed

VISITS = int(os.environ.get("BENCH_VISITS", "10000"))
PEOPLE = 500
AREAS = 25
SEED = "5" * 64
LOOSE, TIGHT = 5.0, 15.0  # seconds of processor time; the protocol's targets on one core


def run() -> list[Figure]:
    from draws.rules.mc1.teams import Rung

    bare, _ = timed(pair_tickets)
    anybody, local = [Rung(0, "any", True)], [Rung(0, "area", True)]
    cases = [
        ("宽松，人人可去", loose(), anybody, LOOSE),
        ("宽松，限片区和专业", loose(), local, LOOSE),
        ("名额刚好，人人可去", tight(), anybody, TIGHT),
        ("名额刚好，限片区和专业", tight(), local, TIGHT),
    ]
    pairs = f"{VISITS * PEOPLE} 个配对签的裸循环"
    return [
        compared(f"{VISITS} 家 × {PEOPLE} 人分组（{name}）", assigned(office, ladder), pairs, bare, at_most=limit)
        for name, office, ladder, limit in cases
    ]  # fmt: skip


def pair_tickets() -> None:
    texts = [hashlib.sha256(str(j).encode()).hexdigest().encode() for j in range(PEOPLE)]
    for x in range(VISITS):
        copy = hashlib.sha256(b"MC1|pair|%064d|" % x).copy
        for text in texts:
            hasher = copy()
            hasher.update(text)
            hasher.digest()


def loose() -> tuple[list, list]:
    """Everybody has twice the places that are needed."""
    return office([4 * VISITS // PEOPLE] * PEOPLE)


def tight() -> tuple[list, list]:
    """Exactly the places of a plan that exists: one more visit, or one place less, would be infeasible."""
    needs, people = office([0] * PEOPLE)
    return needs, planned(needs, people)


def office(places: list[int]) -> tuple[list, list]:
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.rows import InspectorRow
    from draws.rules.mc1.teams import VisitNeed

    suite, rng = suite_of("MC1"), random.Random(7)
    people = [
        InspectorRow(suite.h("bench", f"i{j}"), frozenset({f"A{j % AREAS}", f"A{rng.randrange(AREAS)}"}), "",
                     frozenset({"HW"} if j % 4 == 0 else ()), places[j], "A")
        for j in range(PEOPLE)
    ]  # fmt: skip
    needs = [
        VisitNeed(suite.h("bench", f"t{x}"), f"A{rng.randrange(AREAS)}", "", "HW" if x % 5 == 0 else "", 2)
        for x in range(VISITS)
    ]
    return needs, people


def planned(needs: list, people: list) -> list:
    """Capacities that exactly fit a random plan in which everybody stays within area and skill."""
    from dataclasses import replace

    rng, places = random.Random(11), dict.fromkeys((row.c for row in people), 0)
    for need in needs:
        local = [row for row in people if need.area in row.areas]
        holders = [row for row in local if need.skill in row.skills] if need.skill else local
        first = rng.choice(holders or local)
        for row in (first, rng.choice([other for other in local if other is not first])):
            places[row.c] += 1
    return [replace(row, capacity=places[row.c]) for row in people]


def assigned(office: tuple[list, list], ladder: list) -> float:
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.teams import Problem, Roster, assign

    needs, people = office

    def work():
        problem = Problem(suite_of("MC1"), SEED, needs, Roster(people), barred={}, loads={})
        return assign(problem, ladder)

    seconds, found = timed(work)
    if found.lacking or len(found.teams) != VISITS:
        raise SystemExit(f"分组没有排满：{len(found.teams)} 组，缺 {len(found.lacking)} 组")
    return seconds
