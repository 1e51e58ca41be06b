"""χ² against printed tables, the test of areas against full enumeration, pairs and rates."""

import math
from collections import Counter

import pytest

from draws.rules.fairness.chisquare import quadratic, tail
from draws.rules.fairness.evenness import NO_LOTS, ONE_GROUP, TOO_FEW, evenness, merge_small
from draws.rules.fairness.lots import Lot, chances_of, is_weighted, lots_of
from draws.rules.fairness.people import leaving_of, pairs_of
from draws.rules.mc1.quota import Stratum
from draws.rules.mc1.selection import Population

# Upper critical values as printed in statistical tables: (degrees of freedom, χ², probability).
TABLE = [
    (1, 3.841458820694124, 0.05), (1, 6.634896601021213, 0.01), (1, 10.827566170662733, 0.001), (2, 5.991464547107979, 0.05),
    (3, 7.814727903251179, 0.05), (4, 13.276704135987622, 0.01), (5, 0.41174, 0.995), (10, 18.307038053275146, 0.05),
    (10, 2.15586, 0.995), (20, 37.56623478662507, 0.01), (30, 43.77297182574219, 0.05), (100, 124.34211340400407, 0.05),
    (200, 249.44512298, 0.01),
]  # fmt: skip


@pytest.mark.parametrize("df, x, p", TABLE)
def test_the_tail_agrees_with_the_printed_table(df, x, p):
    assert tail(x, df) == pytest.approx(p, rel=1e-4)


def test_the_tail_is_exact_for_two_degrees_and_falls():
    for x in (0.01, 0.5, 1, 4, 12, 60, 400):
        assert tail(x, 2) == pytest.approx(math.exp(-x / 2), rel=1e-12)
    values = [tail(x / 4, 7) for x in range(200)]
    assert values[0] == 1
    assert all(a > b for a, b in zip(values, values[1:], strict=False))


@pytest.mark.parametrize("x, df", [(-1, 3), (1, 0)])
def test_the_tail_refuses_what_is_not_a_chi_square(x, df):
    with pytest.raises(ValueError):
        tail(x, df)


def test_the_quadratic_form_leaves_out_what_cannot_vary():
    assert quadratic([[4.0, 0.0], [0.0, 0.0]], [2.0, 0.0]) == (1.0, 1)
    assert quadratic([[2.0, -2.0], [-2.0, 2.0]], [1.0, -1.0]) == (0.5, 1)
    assert quadratic([], []) == (0.0, 0)


def test_one_lot_gives_the_textbook_statistic():
    lot = Lot({"A": 60, "B": 30, "C": 30}, {"A": 20, "B": 15, "C": 5})
    found = evenness([lot])
    n, size = 40, 120
    pearson = (20 - 20) ** 2 / 20 + (15 - 10) ** 2 / 10 + (5 - 10) ** 2 / 10
    assert found.df == 2
    assert found.statistic == pytest.approx((size - 1) / (size - n) * pearson)
    assert [cell.expected for cell in found.cells] == [20, 10, 10]


def test_over_all_possible_samples_the_statistic_has_its_mean():
    """All C(20, 10) samples, each equally likely: the mean is the degrees of freedom, exactly."""
    mean = sum(
        math.comb(10, a) * math.comb(10, 10 - a)
        * evenness([Lot({"A": 10, "B": 10}, {"A": a, "B": 10 - a})]).statistic
        for a in range(11)
    ) / math.comb(20, 10)  # fmt: skip
    assert mean == pytest.approx(1)


def test_lots_of_a_year_add_up_and_a_favoured_area_shows():
    fair = [Lot({"A": 100, "B": 100}, {"A": 26, "B": 24}), Lot({"A": 90, "B": 110}, {"A": 22, "B": 28})]
    assert evenness(fair).grade == "usual"
    bent = [Lot({"A": 100, "B": 100}, {"A": 40, "B": 10}) for _ in range(2)]
    found = evenness(bent)
    assert found.grade == "rare"
    assert found.cells[0].expected == 50
    assert found.cells[0].observed == 80


def test_small_areas_are_put_together_by_expectation_only_and_too_few_are_not_tested():
    lot = Lot({"A": 50, "B": 8, "C": 9, "D": 10}, {"A": 25, "B": 4, "C": 4, "D": 5})
    found = evenness([lot])
    assert [cell.groups for cell in found.cells] == [("A",), ("B", "C", "D")] or [c.groups for c in found.cells] == [
        ("A",), ("B", "C"), ("D",),
    ]  # fmt: skip
    assert sum(cell.observed for cell in found.cells) == 38
    assert all(cell.expected >= 5 for cell in found.cells)
    other = evenness([Lot(lot.sizes, {"A": 20, "B": 8, "C": 9, "D": 1})])
    assert [cell.groups for cell in other.cells] == [cell.groups for cell in found.cells]
    assert evenness([Lot({"A": 5, "B": 5}, {"A": 1, "B": 1})]).untested == TOO_FEW
    assert evenness([Lot({"A": 50}, {"A": 10})]).untested == ONE_GROUP
    assert evenness([Lot({"A": 5}, {"A": 5})]).untested == NO_LOTS
    assert evenness([]).untested == NO_LOTS
    assert merge_small([]) == []


def stratum(draw: int, order: str = "uniform") -> Stratum:
    return Stratum("S", "L", "B", "count", draw, 1, 0, 0, 0, 0, True, draw, order, "")


def rows(*kinds: tuple[int, int, str, str, int]) -> list[str]:
    """(visits this year, weight, area, status, how many)"""
    made, number = [], 0
    for visits, weight, area, status, many in kinds:
        for _ in range(many):
            number += 1
            made.append(f"{number:064x}|{visits}|{weight}|{area}|||S:{status}")
    return made


def test_chances_are_equal_in_a_uniform_stratum_and_the_capped_have_none():
    population = Population(rows((0, 1, "A", "E", 6), (1, 1, "B", "E", 2), (0, 1, "A", "C.CAP", 5)))
    (chance,) = chances_of(stratum(2), population)
    assert (len(chance.members), chance.probability) == (8, 0.25)


def test_under_uninspected_first_chance_decides_in_one_class_only():
    population = Population(rows((0, 1, "A", "E", 3), (1, 1, "A", "E", 4), (2, 1, "B", "E", 2)))
    found = chances_of(stratum(5, "uninspected_first"), population)
    assert [(len(chance.members), chance.probability) for chance in found] == [(3, 1.0), (4, 0.5), (2, 0.0)]
    chosen = [*found[0].members, *found[1].members[:2]]
    (lot,) = lots_of(stratum(5, "uninspected_first"), population, chosen)
    assert (lot.size, lot.taken) == (4, 2)


def test_a_census_leaves_nothing_to_chance_and_weights_are_named():
    population = Population(rows((0, 1, "A", "E", 3)))
    assert lots_of(stratum(3), population, []) == []
    assert not is_weighted(stratum(3), population)
    assert is_weighted(stratum(3), Population(rows((0, 2, "A", "E", 3))))


def test_pairs_are_counted_once_per_team_and_the_share_is_of_the_rarer_one():
    found = pairs_of([(1, 2), (2, 1), (1, 3), (2, 3, 1)])
    assert [(pair.one, pair.other, pair.times) for pair in found] == [(1, 2, 3), (1, 3, 2)]
    assert found[0].share == 1
    assert found[1].share == 1
    assert pairs_of([(1, 2)]) == []


def test_rates_of_leaving_are_of_what_a_person_was_drawn_for():
    found = leaving_of(Counter({1: 20, 2: 4}), [(1, "recuse"), (2, "recuse"), (2, "absent")])
    assert [(row.person, row.total, row.rate, row.few) for row in found] == [
        (2, 2, 0.5, True),
        (1, 1, 0.05, False),
    ]
    assert leaving_of(Counter(), []) == []
