"""Tickets, ranks and quota arithmetic."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draws.rules.mc1.errors import QuotaBroken
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.quota import Stratum, check_draw, limit_of, need_of, shortfall_of
from draws.rules.mc1.selection import Population, credits_of, rank, select, ticket

SUITE = suite_of("MC1")
SEED = "5" * 64


def stratum(**changes) -> Stratum:
    plain = {
        "id": "S", "line": "S", "body": "b", "basis": "count", "num": 3, "den": 1, "officers": 0, "floor": 0,
        "before": 0, "extra": 0, "last": True, "draw": 3, "order": "uniform", "skill": "",
    }  # fmt: skip
    return Stratum(**(plain | changes))


def rows_of(facts: list[tuple[int, int, str]]) -> list[str]:
    return [
        f"{hashlib.sha256(str(n).encode()).hexdigest()}|{p}|{w}||||{members}"
        for n, (p, w, members) in enumerate(facts)
    ]


FACTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(1, 4), st.sampled_from(["S:E", "S:C.CAP", "R:E+S:E", "R:E", "S:X.DUP"])
    ),
    max_size=25,
)


@given(FACTS, st.sampled_from(["uniform", "uninspected_first"]), st.integers(0, 10), st.randoms())
def test_selection_follows_the_text_and_not_the_order_of_the_rows(facts, order, take, random):
    rows = rows_of(facts)
    keys = []
    for row in rows:
        c, p, w, *_, members = row.split("|")
        if "S:E" in members.split("+"):
            lowest = min(SUITE.h("ticket", SEED, "S", c, j) for j in range(int(w)))
            keys.append((int(p) if order == "uninspected_first" else 0, lowest, c))
    expected = [c for _, _, c in sorted(keys)][:take]
    shuffled = random.sample(rows, len(rows))
    for input_rows in (rows, shuffled):
        assert rank(SUITE, stratum(order=order), Population(input_rows), SEED, take=take) == expected


def test_the_ticket_of_the_text_is_found_again():
    seed = "12d639fdd832fcba0f63ddd828be0a71e8ea08506e701f7fde3646eb4fd55e37"
    c = "a519b267ac8ea78ee50f129e8705f421f8f055a5ee23e49a9afc61186f478f95"
    lowest = ticket(SUITE, seed, "S1", c, 20)
    assert lowest == "00b1eecf9c80c985ca708ede0d9c5bb0ae25788d97b64240776926d21285aabe"


def test_a_large_stratum_keeps_exactly_the_lowest_tickets():
    rows = rows_of([(0, 1, "S:E")] * 12_000)
    population = Population(rows)
    everybody = rank(SUITE, stratum(), population, SEED, take=len(rows))
    assert everybody == sorted(everybody, key=lambda c: SUITE.h("ticket", SEED, "S", c, 0))
    for take in (1, 600, 5999, 6001):
        assert rank(SUITE, stratum(), population, SEED, take=take) == everybody[:take]


def test_a_target_of_two_strata_gets_one_visit_with_both_credits():
    rows = rows_of([(0, 1, "R:E+S:E")] * 3)
    results = select(SUITE, [stratum(), stratum(id="R")], Population(rows), SEED)
    assert set(credits_of(results).values()) == {("S", "R")}
    assert len(credits_of(results)) == 3


@given(
    st.sampled_from(["rate", "officers", "count", "all"]),
    st.tuples(*[st.integers(0, 300)] * 7),
    st.integers(1, 100),
    st.booleans(),
)
def test_quota_arithmetic_follows_the_text(basis, numbers, den, last):
    num, officers, floor, before, extra, base, pool = numbers
    pool = min(pool, base)
    one = stratum(
        basis=basis, num=num, den=den, officers=officers, floor=floor, before=before, extra=extra, last=last
    )
    raw = {
        "rate": ceil(Fraction(num * base, den)),
        "officers": ceil(Fraction(num * officers, den)),
        "count": num,
        "all": base,
    }[basis]
    need = max(raw if base else 0, floor)
    limit = min(max(need - before, 0) + extra, pool)
    assert (need_of(one, base), limit_of(one, base, pool)) == (need, limit)
    drawn = Stratum(**{**one.as_manifest(), "draw": limit})
    assert shortfall_of(drawn, base) == (max(need - before - limit, 0) if last else 0)
    check_draw(drawn, base, pool)
    with pytest.raises(QuotaBroken):
        check_draw(Stratum(**{**one.as_manifest(), "draw": limit + 1}), base, pool)
    fewer = Stratum(**{**one.as_manifest(), "draw": limit - 1})
    if limit and not last:
        check_draw(fewer, base, pool)
    elif limit:
        with pytest.raises(QuotaBroken):
            check_draw(fewer, base, pool)
