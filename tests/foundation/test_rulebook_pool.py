"""Pool, shortfall and a simulated year. source: rulebooks.md §5 Pool, Sampling, Shortfall"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.rulebook import library
from foundation.rulebook.pool import Standing, causes, exclusions_in_force, mode_rule
from foundation.rulebook.selectors import Facts, FlagFact
from foundation.rulebook.shortfall import drawable, shortfall
from foundation.rulebook.simulation import PeriodInput, possible_year, simulate_year
from foundation.rulebook.yearly import (
    compare,
    counted_lines,
    coverage_proposal,
    register_differences,
    stated_for,
    year_check,
)

ON = date(2023, 7, 1)
QS, NM, XY, QZ, WL = (
    library.get(i) for i in ("qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024")
)


def codes(book, line, facts=Facts(), tiers=("key",), chosen=(), **standing):  # noqa: B008
    in_force = exclusions_in_force(book, chosen=chosen)
    found = causes(
        book, book.line(line), facts, ON, tiers=tiers, standing=Standing(**standing), in_force=in_force
    )
    return [cause.code for cause in found]


@pytest.mark.parametrize(
    ("book", "line", "tiers", "standing", "expected"),
    [
        (QS, "key", ("key",), {"counted_visits": 1}, []),
        (QS, "key", ("key",), {"counted_visits": 2}, ["cap_limited"]),
        (QS, "key", ("key",), {"counted_visits": 2, "overrides": frozenset({"twice_a_year"})}, []),
        (QS, "special", ("special",), {"counted_visits": 5}, []),
        (NM, "key", ("key",), {"counted_visits": 1}, ["cap_limited"]),
        (XY, "brigades_key", ("key",), {"counted_visits": 9}, []),
        (QZ, "county_key", ("special", "key"), {"counted_visits": 2}, []),
        (QS, "key", ("key",), {"drawn_in_period": True}, ["drawn_in_period"]),
        (QS, "key", ("key",), {"closed": True}, ["closed"]),
        (QS, "key", ("key",), {"drawn_before": True}, []),
        (WL, "wl19a", ("general",), {"drawn_before": True}, ["drawn_before"]),
    ],
)
def test_a_target_leaves_the_pool_for_a_named_cause(book, line, tiers, standing, expected):
    assert codes(book, line, tiers=tiers, **standing) == expected


def test_an_optional_exclusion_works_only_when_chosen():
    clean = Facts({"superior_clean_this_year": True})
    assert codes(QS, "key", clean) == []
    assert codes(QS, "key", clean, chosen=("superior_clean",)) == ["exclusion_limited"]
    assert codes(QS, "key", Facts(), chosen=("superior_clean",)) == []


def test_a_cause_carries_rule_sentence_and_clause():
    (cause,) = causes(QS, QS.line("key"), Facts(), ON, tiers=("key",), standing=Standing(counted_visits=2))
    assert (cause.rule, cause.sentence, str(cause.origin)) == (
        "twice_a_year",
        "本年度已查 2 次，达到上限 2 次",
        "法规 QS-10.17",
    )


@pytest.mark.parametrize(
    ("q", "drawn", "pool", "n"), [(10, 0, 30, 10), (10, 4, 30, 6), (10, 12, 30, 0), (10, 0, 3, 3)]
)
def test_no_more_is_drawn_than_needed_and_there(q, drawn, pool, n):
    assert drawable(q, drawn, pool) == n


@pytest.mark.parametrize(
    ("q", "drawn", "base", "pool", "without", "reasons"),
    [
        (5, 5, 9, 9, {}, ()),
        (43, 12, 12, 12, {}, ("population_limited",)),
        (43, 0, 12, 0, {"cap_limited": 12}, ("population_limited", "cap_limited")),
        (2, 0, 6, 0, {"cap_limited": 6}, ("cap_limited",)),
        (10, 5, 50, 5, {"exclusion_limited": 20, "cap_limited": 35}, ("cap_limited", "exclusion_limited")),
        (10, 5, 50, 5, {"exclusion_limited": 8, "cap_limited": 35}, ("cap_limited",)),
        (10, 5, 50, 5, {"exclusion_limited": 8, "cap_limited": 9}, ("cap_limited", "exclusion_limited")),
        (10, 5, 50, 5, {}, ()),
    ],
)
def test_a_shortfall_names_what_caused_it(q, drawn, base, pool, without, reasons):
    found = shortfall(q, drawn, base=base, pool=pool, pool_without=without)
    assert (found.count, found.reasons) == (q - drawn, reasons)


def test_an_earlier_batch_is_not_counted_as_missing_from_the_pool():
    found = shortfall(10, 9, base=10, pool=3, already_drawn=6, pool_without={"exclusion_limited": 4})
    assert (found.count, found.reasons) == (1, ("exclusion_limited",))


@pytest.mark.parametrize(
    ("facts", "tiers", "chosen", "switches", "modes", "refused"),
    [
        (
            {"positive_list": True},
            ("key",),
            (),
            (),
            ("remote_sensing", "drone", "outfall_sampling"),
            {"onsite"},
        ),
        (
            {"positive_list": True},
            ("general",),
            (),
            (),
            ("onsite", "remote_sensing", "drone", "outfall_sampling"),
            set(),
        ),
    ],
)
def test_a_positive_list_key_unit_is_not_inspected_on_site(facts, tiers, chosen, switches, modes, refused):
    rule = mode_rule(XY, Facts(facts), ON, tiers=tiers, chosen=chosen, switches=switches)
    assert (rule.modes, set(rule.refused)) == (modes, refused)


def test_in_principle_off_site_comes_first_and_on_site_stays_possible():
    rule = mode_rule(NM, Facts({"positive_list": True}), ON, tiers=("key",))
    assert (rule.modes, rule.refused) == (("offsite", "onsite"), {})


def inputs(*bases, excluded=0, **rest):
    return [PeriodInput(base, excluded, **rest) for base in bases]


def test_a_late_joiner_is_visited_first():
    year = simulate_year(QS, QS.line("key"), inputs(132, 132, 132, 135))
    assert (year.drawn, year.repeats, year.distinct) == ([33, 33, 33, 34], [0, 0, 0, 0], 133)


def test_a_lifetime_line_never_draws_twice():
    year = simulate_year(WL, WL.line("wl19a"), inputs(3))
    assert (year.drawn, year.shortfall) == ([3], [0])


def test_a_manual_line_draws_the_number_of_the_plan():
    year = simulate_year(WL, WL.line("wl12"), inputs(10, 10, 10, 10, manual=3))
    assert (year.drawn, year.repeats, year.distinct) == ([3, 3, 3, 3], [0, 0, 0, 2], 10)


def test_a_uniform_lottery_may_repeat_early_but_not_beyond_the_cap():
    line = QS.line("general")
    outcomes = list(possible_year(QS, line, inputs(2, 2, 2, 2), lambda *_: True))
    assert {tuple(o.drawn) for o in outcomes} == {(1, 1, 1, 1)}
    assert all(o.distinct == 2 for o in outcomes)
    early = list(possible_year(QS, line, inputs(2, 2, 2, 2), lambda i, r: i != 1 or r.repeats == 1))
    assert early
    assert all(o.repeats[1] == 1 for o in early)
    assert not list(possible_year(QS, line, inputs(2, 2, 2, 2), lambda i, r: i != 2 or r.repeats == 2))


@given(st.integers(0, 300), st.integers(0, 40))
def test_full_coverage_is_reached_where_the_rates_allow_it(base, excluded):
    """25% four times with the unvisited first covers everybody who may be drawn. source: AMB-05"""
    excluded = min(excluded, base)
    year = simulate_year(QS, QS.line("key"), inputs(*[base] * 4, excluded=excluded))
    assert year.distinct == base - excluded
    assert all(d + s == p.quota for d, s, p in zip(year.drawn, year.shortfall, year.periods, strict=True))


@given(
    st.sampled_from([QS, NM]),
    st.sampled_from(["key", "special", "general"]),
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
)
def test_a_simulated_year_keeps_the_cap(book, line_id, bases):
    line = book.line(line_id)
    year = simulate_year(book, line, inputs(*bases))
    if line_id != "special":
        assert sum(year.drawn) <= book.caps[0].max * year.distinct
    assert all(0 <= repeats <= drawn for drawn, repeats in zip(year.drawn, year.repeats, strict=True))
    assert year.distinct <= sum(bases)


@pytest.mark.parametrize(
    ("stated", "computed", "ok"),
    [
        ("wl03", 8, True),
        ("wl03", 7, False),
        ("wl17", 5, True),
        ("wl17", 4, False),
        ("wl04", 13, True),
        ("wl04", 14, False),
    ],
)
def test_a_printed_number_is_compared_with_its_tolerance(stated, computed, ok):
    assert compare(computed, stated_for(WL, [stated])).ok is ok


def test_about_a_hundred_allows_ten():
    printed = stated_for(WL, ["wl15d", "wl15c", "wl15b", "wl15a"])
    assert [compare(n, printed).ok for n in (89, 90, 110, 111)] == [False, True, True, False]
    assert compare(90, printed).sentence == "计算为 90，文件载明约 100，相符"


def test_the_yearly_line_counts_distinct_units_of_the_lines_with_its_scope():
    check = XY.line("brigades_general_year")
    assert [line.id for line in counted_lines(XY, check)] == ["brigades_general"]
    done = year_check(check, distinct=50, officers=[6], base=[50])
    assert (done.required, done.missing, done.ok, done.reasons) == (60, 10, False, ("population_limited",))
    assert year_check(check, distinct=60, officers=[6], base=[90]).ok


def test_register_counts_are_compared_with_the_printed_ones():
    found = register_differences(XY, {"brigades_general": 531, "brigades_special": 17})
    assert [found["brigades_general"].ok, found["brigades_special"].ok] == [False, True]
    assert found["brigades_general"].sentence == "计算为 531，文件载明 536，相差 5"


def test_the_last_draw_proposes_all_that_are_left():
    proposal = coverage_proposal(34, 36)
    assert (proposal.required, proposal.proposed, proposal.uncovered_after_required) == (34, 36, 2)


def test_flags_given_by_hand_reach_the_cap_exemption():
    special = Facts({}, (FlagFact("violation", date(2023, 5, 1)),))
    assert codes(NM, "special", special, tiers=("special",), counted_visits=4) == []
