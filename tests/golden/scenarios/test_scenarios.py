"""Scenarios of the five documents that are arithmetic, tiers, pools or dates; each test is named by its id.

The scenarios about people, screens and records are tested where those live.
"""

from datetime import date as D

from foundation.rulebook import library
from foundation.rulebook.deadlines import (
    disclosure_due,
    draw_window,
    entry_due,
    plan_due,
    report_due,
    workday_before,
)
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import Standing, causes, exclusions_in_force, mode_rule
from foundation.rulebook.quotas import quota_number
from foundation.rulebook.selectors import Facts
from foundation.rulebook.simulation import PeriodInput, simulate_year
from foundation.rulebook.tiers import in_line, in_window, lines_of, tier_ids, window_closes_on
from foundation.rulebook.values import add_months
from foundation.rulebook.yearly import (
    compare,
    coverage_proposal,
    register_differences,
    stated_for,
    year_check,
)
from foundation.workdays.packaged import official_calendar
from foundation.workdays.rules import workdays_between

CALENDAR = official_calendar()
QS, NM, XY, QZ, WL = (
    library.get(i) for i in ("qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024")
)


def year(book, line, bases, **rest):
    return simulate_year(book, book.line(line), [PeriodInput(base, **rest) for base in bases])


def test_qs_s01_cap_against_quota():
    capped = year(QS, "key", [1, 1, 1, 1])
    third = capped.periods[2]
    assert (third.quota, third.pool, third.shortfall, third.reasons) == (1, 0, 1, ("cap_limited",))
    assert year(QS, "key", [1, 1, 1, 1], override_cap=True).drawn == [1, 1, 1, 1]


def test_qs_s02_late_joiner_and_coverage():
    assert year(QS, "key", [132, 132, 132]).distinct == 99
    quota = quota_number(QS.line("key"), 4, base=135).number
    proposal = coverage_proposal(quota, unvisited=135 - 99)
    assert (proposal.required, proposal.proposed, proposal.uncovered_after_required) == (34, 36, 2)
    assert str(QS.coverage[0].origin("zh")) == "法规 QS-10.8"


def test_qs_s04_superior_inspected_targets():
    clean, problem = Facts({"superior_clean_this_year": True}), Facts({"superior_clean_this_year": False})
    targets = [clean] * 10 + [problem] * 2 + [Facts()] * 120
    line = QS.line("key")

    def pool(chosen):
        in_force = exclusions_in_force(QS, chosen=chosen)
        return [
            t
            for t in targets
            if not causes(QS, line, t, D(2023, 4, 1), tiers=("key",), standing=Standing(), in_force=in_force)
        ]

    assert len(pool(("superior_clean",))) == 122
    assert len(pool(())) == 132
    assert quota_number(line, 2, base=len(targets)).number == 33


def test_qs_s07_undisclosed_is_not_completed():
    due = disclosure_due(QS, CALENDAR, start=D(2022, 9, 20))
    assert due.date == D(2022, 10, 21)
    assert workdays_between(CALENDAR, due.date, D(2022, 10, 24)) == 1
    assert QS.disclosure.undisclosed_is_incomplete


def test_qs_s08_first_quarter_before_the_plan():
    assert plan_due(QS, CALENDAR, year=2023).date == D(2023, 3, 31)
    floors = {line.id: str(line.rates[0]) for line in QS.quotas}
    assert floors == {"key": "0.25", "special": "0.30", "general": "0.10"}
    assert all(line.bound == "at_least" for line in QS.quotas)


def test_qs_s10_check_without_a_draw():
    assert QS.activity("campaign").random
    assert not QS.activity("complaint").random


def test_nm_s01_once_a_year():
    capped = year(NM, "key", [6, 6, 6, 6])
    assert (capped.drawn, capped.shortfall, capped.periods[3].reasons) == (
        [2, 2, 2, 0],
        [0, 0, 0, 2],
        ("cap_limited",),
    )
    with_override = simulate_year(
        NM, NM.line("key"), [*[PeriodInput(6)] * 3, PeriodInput(6, override_cap=True)]
    )
    assert (with_override.drawn[3], with_override.repeats[3]) == (2, 2)


def test_nm_s02_special_may_be_visited_again():
    result = year(NM, "special", [27, 27, 27, 27])
    assert (result.periods[3].drawn, result.periods[3].repeats, result.distinct) == (7, 1, 27)


def test_nm_s08_statistics_in_the_holiday():
    due = report_due(NM.report("quarterly_statistics"), CALENDAR, period_end=D(2024, 9, 30))
    assert (due.date, due.remind_by) == (D(2024, 10, 5), D(2024, 9, 30))
    assert due.date < D(2024, 10, 8)


def test_xy_s04_yearly_check():
    check = XY.line("brigades_general_year")
    assert [quota_number(XY.line("brigades_general"), i, officers=6).number for i in (1, 2, 3, 4)] == [
        12,
        18,
        12,
        18,
    ]
    assert year_check(check, distinct=60, officers=[6]).ok
    assert year_check(check, distinct=50, officers=[6]).missing == 10


def test_xy_s07_positive_list_key_unit():
    unit = Facts({"key_polluter_list": True, "positive_list": True})
    tiers = tier_ids(XY, "brigades", unit, D(2023, 1, 1))
    rule = mode_rule(XY, unit, D(2023, 1, 1), tiers=tiers)
    assert "豁免现场执法检查（解释 AMB-37）" in rule.refused["onsite"]
    assert "drone" in rule.modes
    assert in_line(XY, XY.line("brigades_key"), unit, D(2023, 1, 1), tiers)
    assert not causes(
        XY,
        XY.line("brigades_key"),
        unit,
        D(2023, 1, 1),
        tiers=tiers,
        standing=Standing(),
        in_force=exclusions_in_force(XY),
    )


def test_xy_s08_epidemic_switch():
    unit = Facts({"positive_list": True, "positive_list_kind": ["livelihood"]})
    on = mode_rule(XY, unit, D(2023, 1, 1), tiers=("general",), switches=("epidemic_period",))
    off = mode_rule(XY, unit, D(2023, 1, 1), tiers=("general",))
    chosen = mode_rule(XY, unit, D(2023, 1, 1), tiers=("general",), chosen=("after_epidemic_offsite",))
    assert "onsite" in on.refused
    assert (off.modes[0], off.refused) == ("onsite", {})
    assert (chosen.modes[-1], chosen.refused) == ("onsite", {})


def test_xy_s10_window_and_plan():
    quarter = Period.parse("2023Q2")
    window = draw_window(XY, CALENDAR, period=quarter)
    assert window.close == D(2023, 4, 10)
    assert not window.contains(D(2023, 4, 11))
    assert draw_window(XY, CALENDAR, period=quarter, shift_by=-1).close == D(2023, 1, 10)
    found = register_differences(XY, {"brigades_general": 531})["brigades_general"]
    assert (found.ok, found.stated - found.computed) == (False, 5)


def test_qz_s01_window():
    window = draw_window(QZ, CALENDAR, period=Period.parse("2017Q4"))
    assert (window.open, window.close) == (D(2017, 9, 26), D(2017, 9, 30))
    assert not window.contains(D(2017, 9, 25))


def test_qz_s07_more_officers_than_units():
    result = year(QZ, "county_general", [12] * 4, officers=17)
    assert (result.drawn, result.shortfall) == ([12, 12, 0, 0], [31, 31, 43, 43])
    assert [period.reasons for period in result.periods] == [("population_limited",)] * 2 + [
        ("population_limited", "cap_limited")
    ] * 2


def test_qz_s08_entry_deadline():
    assert entry_due(QZ, CALENDAR, visit_end=D(2017, 9, 29)).date == D(2017, 10, 16)


def test_qz_s10_same_source_at_two_levels():
    source, unlisted, on = (
        Facts({"control_level": "municipal"}),
        Facts({"control_level": "none"}),
        D(2017, 1, 1),
    )
    assert [line.id for line in lines_of(QZ, "city", source, on)] == ["city_general"]
    assert [line.id for line in lines_of(QZ, "county", source, on)] == ["county_key"]
    assert tier_ids(QZ, "city", unlisted, on) == tier_ids(QZ, "county", unlisted, on) == ()
    assert not lines_of(QZ, "county", unlisted, on)


def test_wl_s01_item_15():
    bases = {"wl15a": 18, "wl15b": 39, "wl15c": 2, "wl15d": 20}
    first = {line: quota_number(WL.line(line), 1, base=base).number for line, base in bases.items()}
    assert first == {"wl15a": 18, "wl15b": 4, "wl15c": 2, "wl15d": 2}
    yearly = {line: number * WL.line(line).periods for line, number in first.items()}
    assert yearly == {"wl15a": 72, "wl15b": 16, "wl15c": 4, "wl15d": 8}
    assert compare(sum(yearly.values()), stated_for(WL, bases)).ok


def test_wl_s02_residual_scope():
    before = Facts({"kind": "enterprise", "permit_class": "registration", "credit_grade": "良好"})
    after = Facts({"kind": "enterprise", "permit_class": "registration", "credit_grade": "警示"})
    assert [line.id for line in lines_of(WL, "district", before, D(2024, 4, 1))] == ["wl15d"]
    assert [line.id for line in lines_of(WL, "district", after, D(2024, 7, 1))] == ["wl15c"]
    assert WL.line("wl15c").rate(2) == 1


def test_wl_s05_half_year():
    result = year(WL, "wl01b", [2, 2])
    assert (result.drawn, result.repeats, result.distinct) == ([1, 1], [0, 0], 2)
    assert compare(sum(result.drawn), stated_for(WL, ["wl01b"])).ok
    assert Period.containing(D(2024, 5, 20), "half_year").id == "2024H1"


def test_wl_s07_lifecycle():
    line = WL.line("wl19b")
    project = Facts(
        {
            "kind": "project",
            "approval_level": "province",
            "approved_on": D(2022, 2, 1),
            "construction_started_on": D(2022, 3, 1),
            "operation_started_on": D(2023, 6, 1),
        }
    )
    assert in_line(WL, line, project, D(2024, 1, 1), ())
    (cause,) = causes(WL, line, project, D(2024, 1, 1), tiers=(), standing=Standing(drawn_before=True))
    assert cause.code == "drawn_before"
    assert in_window(line.window, project, D(2024, 6, 1))
    assert not in_window(line.window, project, D(2024, 6, 2))
    assert add_months(window_closes_on(line.window, project), -3) == D(2024, 3, 1)


def test_wl_s10_yearly_coverage():
    required = {rule.id: (rule.subject, rule.strength, str(rule.origin("zh"))) for rule in WL.coverage}
    assert required["all_items_in_year"] == ("item", "must", "法规 WL-2.4")
    assert required["key_special_once"] == ("target", "must", "法规 WL-7.2")


def test_the_reminder_of_a_plan_due_in_the_spring_festival_is_the_last_working_day_before():
    assert workday_before(D(2023, 1, 25), CALENDAR).date == D(2023, 1, 20)
