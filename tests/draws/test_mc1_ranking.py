"""Candidates of a visit come in ticket order, however many of them were ranked at first."""

import pytest

from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.ranking import HEAD, Ranking

SUITE = suite_of("MC1")
KEY = "a" * 64


def listed(size):
    return [(SUITE.h("x", j).encode(), j) for j in range(size)]


def by_the_text_of_the_protocol(size):
    return sorted(range(size), key=lambda j: SUITE.h("pair", KEY, SUITE.h("x", j)))


@pytest.mark.once
@pytest.mark.parametrize("version", ["MC1", "MC1-SM3"])
@pytest.mark.parametrize("size", [0, 1, HEAD, 2 * HEAD, 2 * HEAD + 1, 500, 5000])
def test_the_order_is_that_of_the_pair_tickets(size, version):
    suite = suite_of(version)
    ranking = Ranking(suite.prefix("pair", KEY), listed(size))
    naive = sorted(range(size), key=lambda j: suite.h("pair", KEY, SUITE.h("x", j)))
    assert list(ranking) == naive
    assert list(ranking) == naive  # asked again


@pytest.mark.once
def test_only_about_the_head_is_ranked_until_somebody_asks_further():
    ranking = Ranking(SUITE.prefix("pair", KEY), listed(5000))
    first = [j for j, _ in zip(ranking, range(10), strict=False)]
    assert first == by_the_text_of_the_protocol(5000)[:10]
    assert HEAD / 2 < len(ranking._head) < HEAD * 2
    assert ranking._rest is None
