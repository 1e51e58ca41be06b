"""Selectors over facts, tiers with reasons, lines, windows, flags. source: rulebooks.md §4, §5 Tier"""

from datetime import date
from decimal import Decimal

import pytest

from foundation.rulebook import library
from foundation.rulebook.selectors import Facts, FlagFact, Names, explain, matches, parse_selector
from foundation.rulebook.tables import Flag
from foundation.rulebook.tiers import (
    conflict_notices,
    in_line,
    in_window,
    lines_of,
    tier_ids,
    tiers_of,
    window_closes_on,
)

ON = date(2024, 9, 1)
NAMES = Names(
    {
        "penalised": Flag(id="penalised", zh="受到行政处罚", lookback_months=12),
        "risky": Flag(id="risky", zh="风险等级高", lookback_months=0),
    },
    ["special", "key", "general"],
    ["campaign"],
    [],
)


def selector(*alternatives):
    parsed, faults = parse_selector(alternatives, NAMES)
    assert not faults
    return parsed


def facts(*flags, **attributes):
    return Facts(attributes, flags)


D = date
TABLE = [
    # selector, facts, matches
    ([], facts(), True),
    ([{"permit_class": ["key", "simplified"]}], facts(permit_class="simplified"), True),
    ([{"permit_class": ["key"]}], facts(permit_class="none"), False),
    ([{"permit_class": ["key"]}], facts(), False),
    ([{"permit_class": []}], facts(permit_class="key"), False),
    ([{"tier": []}], facts(), False),
    ([{"category": ["a", "b"]}], facts(category=["c", "b"]), True),
    ([{"category": ["a"]}], facts(category=["c"]), False),
    ([{"radiation": True}], facts(radiation=True), True),
    ([{"radiation": True}], facts(), False),
    ([{"radiation": False}], facts(), True),
    ([{"radiation": False}], facts(radiation=True), False),
    ([{"hw_tonnes_per_year_min": 50}], facts(hw_tonnes_per_year=50), True),
    ([{"hw_tonnes_per_year_min": 50}], facts(hw_tonnes_per_year=Decimal("49.9")), False),
    ([{"hw_tonnes_per_year_min": 50}], facts(), False),
    ([{"hw_tonnes_per_year_max": "0.5"}], facts(hw_tonnes_per_year=Decimal("0.5")), True),
    ([{"approved_on_min": D(2022, 1, 1)}], facts(approved_on=D(2022, 1, 1)), True),
    ([{"approved_on_min": D(2022, 1, 1)}], facts(approved_on=D(2021, 12, 31)), False),
    ([{"approved_on_max": D(2022, 1, 1)}], facts(approved_on=D(2022, 1, 2)), False),
    ([{"completed_on_within_months": 12}], facts(completed_on=D(2023, 9, 1)), True),
    ([{"completed_on_within_months": 12}], facts(completed_on=D(2023, 8, 31)), False),
    ([{"completed_on_within_months": 12}], facts(completed_on=D(2024, 9, 2)), False),
    ([{"completed_on_within_months": 12}], facts(), False),
    ([{"flag": ["penalised"]}], facts(FlagFact("penalised", D(2023, 9, 1))), True),
    ([{"flag": ["penalised"]}], facts(FlagFact("penalised", D(2023, 8, 31))), False),
    ([{"flag": ["penalised"]}], facts(FlagFact("penalised", D(2024, 9, 2))), False),
    ([{"flag": ["penalised"]}], facts(FlagFact("penalised", D(2024, 1, 1), D(2024, 3, 1))), False),
    ([{"flag": ["risky"]}], facts(FlagFact("risky", D(2001, 1, 1))), True),
    ([{"flag": ["risky"]}], facts(FlagFact("risky", D(2001, 1, 1), D(2024, 9, 1))), False),
    ([{"flag": ["risky"]}], facts(FlagFact("risky", D(2001, 1, 1), D(2024, 9, 2))), True),
    ([{"flag": ["risky", "penalised"]}], facts(FlagFact("penalised", D(2024, 8, 1))), True),
    ([{"kind": ["project"], "radiation": True}], facts(kind="project"), False),
    ([{"kind": ["project"], "radiation": True}], facts(kind="project", radiation=True), True),
    ([{"kind": ["agency"]}, {"radiation": True}], facts(kind="project", radiation=True), True),
    ([{"kind": ["agency"]}, {"radiation": True}], facts(kind="project"), False),
    ([{"overlapping_activity": ["campaign"]}], facts(overlapping_activity=["campaign"]), True),
]


@pytest.mark.parametrize(("raw", "given", "expected"), TABLE)
def test_selector_matches_as_the_table_says(raw, given, expected):
    assert matches(selector(*raw), given, ON) is expected


def test_tier_is_given_by_the_caller():
    assert matches(selector({"tier": ["key"]}), facts(), ON, tiers=("special", "key"))
    assert not matches(selector({"tier": ["key"]}), facts(), ON, tiers=("special",))


def test_explain_names_the_alternative_and_the_reasons():
    match = explain(
        selector({"permit_class": ["key"]}, {"kind": ["enterprise"], "flag": ["penalised"]}),
        facts(FlagFact("penalised", D(2024, 5, 1)), kind="enterprise"),
        ON,
    )
    assert match.alternative == 1
    assert match.sentence == "对象类型为“企业”，且受到行政处罚（2024-05-01，有效至 2025-05-01）"


def test_a_month_end_event_lasts_to_the_shorter_month_end():
    leap = facts(FlagFact("penalised", D(2024, 2, 29)))
    assert matches(selector({"flag": ["penalised"]}), leap, D(2025, 2, 28))
    assert not matches(selector({"flag": ["penalised"]}), leap, D(2025, 3, 1))


def test_special_carries_its_reason_and_clause():
    book = library.get("qinshui-2022")
    target = facts(FlagFact("report_verified", D(2024, 5, 1)), permit_class="key")
    (result,) = tiers_of(book, "county", target, ON)
    assert (result.id, str(result.origin)) == ("special", "法规 QS-10.9")
    assert result.reason == "被群众举报查实（2024-05-01，有效至 2025-05-01）"


def test_the_rest_is_general_and_says_so():
    (result,) = tiers_of(library.get("qinshui-2022"), "county", facts(), ON)
    assert (result.id, result.reason) == ("general", "未列入以上类别的其余对象")


@pytest.mark.parametrize(
    ("body", "level", "expected"),
    [
        ("city", "provincial", ("key",)),
        ("city", "municipal", ("general",)),
        ("city", "county", ()),
        ("county", "municipal", ("key",)),
        ("zone", "county", ("general",)),
        ("zone", "none", ()),
    ],
)
def test_tier_depends_on_the_body(body, level, expected):
    assert tier_ids(library.get("quzhou-2017"), body, facts(control_level=level), ON) == expected


def test_an_overlay_is_added_to_the_partition():
    target = facts(FlagFact("high_risk", D(2016, 1, 1)), control_level="county")
    assert tier_ids(library.get("quzhou-2017"), "county", target, ON) == ("special", "general")
    assert tier_ids(library.get("quzhou-2017"), "city", target, ON) == ("special",)


def test_a_positive_list_key_target_raises_a_notice():
    book = library.get("qinshui-2022")
    target = facts(permit_class="key", positive_list=True, credit_grade="A")
    assert len(conflict_notices(book, target, ("key",))) == 2
    assert not conflict_notices(book, target, ("general",))
    assert not conflict_notices(book, facts(permit_class="key"), ("key",))


def test_a_residual_line_takes_out_the_lines_it_names():
    book = library.get("wulong-2024")
    plain = facts(kind="enterprise", permit_class="registration")
    assert [line.id for line in lines_of(book, "district", plain, ON)] == ["wl15d"]
    warned = facts(kind="enterprise", permit_class="registration", credit_grade="警示")
    assert [line.id for line in lines_of(book, "district", warned, ON)] == ["wl15c"]


@pytest.mark.parametrize(
    ("status", "inside"), [("operating", True), ("suspended", True), ("closed", False), ("cancelled", False)]
)
def test_closed_and_cancelled_targets_leave_the_base(status, inside):
    book = library.get("qinshui-2022")
    target = facts(status=status)
    assert in_line(book, book.line("general"), target, ON, ("general",)) is inside


@pytest.mark.parametrize(
    ("started", "operating", "on", "inside"),
    [
        (None, None, D(2024, 1, 1), False),
        (D(2022, 3, 1), None, D(2022, 2, 28), False),
        (D(2022, 3, 1), None, D(2030, 1, 1), True),
        (D(2022, 3, 1), D(2023, 6, 1), D(2024, 6, 1), True),
        (D(2022, 3, 1), D(2023, 6, 1), D(2024, 6, 2), False),
    ],
)
def test_a_project_is_eligible_inside_its_window(started, operating, on, inside):
    window = library.get("wulong-2024").line("wl19b").window
    project = facts(construction_started_on=started, operation_started_on=operating)
    assert in_window(window, project, on) is inside
    assert window_closes_on(window, project) == (operating and D(2024, 6, 1))
