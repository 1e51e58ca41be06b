"""Simulated years against closed forms, the caps, and a lottery that is not fair."""

import json
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command

from config.simulation import lottery
from config.simulation.worlds import made_up
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Facts
from planning.rules.fairness import Tally, evenness, expected_coverage
from planning.rules.simulation import Instance, Slot, in_steps, play, slots
from planning.rules.standing import Jurisdiction, Known

BOOKS = ["qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024"]
QINSHUI = library.get("qinshui-2022")
HERE = Instance(1, "执法队", "county", Jurisdiction(1, None))


def slot(
    line: str, size: int, required: int, quarter: int, *, limit: int | None = None, first: int = 0
) -> Slot:
    ids = tuple(range(first, first + size))
    limits = dict.fromkeys(ids, limit) if limit is not None else {}
    return Slot(QINSHUI.line(line), HERE, Period(2026, "quarter", quarter), required, ids, ids, limits)


def run(found: list[Slot], years: int, choose=None, targets: list[Known] = ()) -> dict:
    tally, choose = Tally(QINSHUI, found, targets), choose or lottery.mc1(7)
    for year in range(years):
        tally.add(play(in_steps(found), str(year), choose))
    return tally.result()


def test_a_lottery_covers_what_the_closed_form_says():
    """40 targets, 12 a quarter: 1 − 0.7⁴ = 75.99 %; the mean of 400 years is within four standard errors."""
    found = [slot("general", 40, 12, quarter) for quarter in (1, 2, 3, 4)]
    (line,) = run(found, 400)["lines"]
    assert line["covered_expected"] == pytest.approx(1 - 0.7**4)
    assert line["covered_mean"] == pytest.approx(1 - 0.7**4, abs=4 * 0.06 / 400**0.5)
    assert line["drawn_mean"] == 48
    assert line["repeats_mean"] == pytest.approx(48 - 40 * line["covered_mean"])


def test_the_uninspected_first_cover_everybody_as_soon_as_the_numbers_allow():
    (line,) = run([slot("key", 40, 10, quarter) for quarter in (1, 2, 3, 4)], 20)["lines"]
    assert line["covered_min"] == 1
    assert line["full_runs"] == 20
    assert line["repeats_mean"] == 0


def test_a_cap_is_never_exceeded_and_what_it_costs_is_counted():
    """8 targets at most once a year against 3 a quarter: the fourth quarter finds none, the third only two."""
    (line,) = run([slot("general", 8, 3, quarter, limit=1) for quarter in (1, 2, 3, 4)], 30)["lines"]
    assert [period["drawn_mean"] for period in line["periods"]] == [3, 3, 2, 0]
    assert [period["short_runs"] for period in line["periods"]] == [0, 0, 30, 30]
    assert line["shortfall_mean"] == 4
    assert line["cap_limited_runs"] == 30
    assert line["covered_expected"] is None


def test_a_target_taken_by_two_lines_of_one_day_is_visited_once():
    found = [slot("general", 5, 5, 1), slot("special", 5, 5, 1)]
    year = play(in_steps(found), "0", lottery.mc1(1))
    assert set(year.visits.values()) == {1}
    assert sum(map(len, year.taken.values())) == 10


def test_both_lines_of_one_day_see_the_visits_before_it():
    """A cap of one does not keep the second line of the same draw from taking the same target."""
    found = [
        slot("general", 1, 1, 1, limit=1),
        slot("special", 1, 1, 1, limit=1),
        slot("general", 1, 1, 2, limit=1),
    ]
    year = play(in_steps(found), "0", lottery.mc1(1))
    assert [len(year.taken[one.key]) for one in found] == [1, 1, 0]


def test_equals_are_drawn_alike_by_the_real_lottery():
    found = [slot("general", 60, 9, quarter) for quarter in (1, 2, 3, 4)]
    (group,) = run(found, 300)["fairness"]
    assert group["targets"] == 60
    assert group["mean"] == pytest.approx(36 / 60)
    assert group["even"]
    assert 0.5 < group["dispersion"] < 1.7


def test_a_lottery_that_favours_some_is_found_out():
    chance = Random(3)

    def crooked(draw, one, classes, take):
        ids = classes[0]
        return sorted(ids, key=lambda target: chance.random() + (0.15 if target < 6 else 0))[:take]

    (group,) = run([slot("general", 60, 9, quarter) for quarter in (1, 2, 3, 4)], 300, crooked)["fairness"]
    assert not group["even"]
    assert group["z"] > 4
    assert group["lowest"] < group["mean"] < group["highest"]


def test_evenness_is_exact_on_a_case_done_by_hand():
    """Two targets, one drawn each year, 3 : 1 after four years: between 2, within 4 × ½."""
    found = evenness((1, 2), {1: 3, 2: 1}, within=4 * 0.5, years=4)
    assert found.dispersion == pytest.approx(1.0)
    assert (found.lowest, found.highest) == (0.25, 0.75)
    everybody = evenness((1, 2), {1: 4, 2: 4}, within=0.0, years=4)
    assert everybody.even
    assert everybody.dispersion is None


def test_exclusions_and_caps_come_from_the_rulebook():
    """Special targets of Qinshui have no cap, the others two visits a year (QS-10.17)."""
    special = Facts({"status": "operating", "credit_grade": "C"})
    plain = Facts({"status": "operating", "credit_grade": "A", "permit_class": "simple"})
    people = [
        Known(1, 0, None, special, tiers={"county": ("special",)}),
        Known(2, 0, None, plain, tiers={"county": ("general",)}),
    ]
    found = slots(QINSHUI, people, [HERE], 2026, lambda line, instance, period, base: base)
    limits = {target: one.limits.get(target) for one in found for target in one.eligible}
    assert limits == {1: None, 2: 2}
    assert len(found) == 12


def test_the_closed_form_is_given_only_where_it_holds():
    assert expected_coverage([slot("key", 10, 2, 1)]) is None
    assert expected_coverage([slot("general", 10, 2, 1, limit=2)]) is None
    assert expected_coverage([slot("general", 10, 2, 1), slot("general", 9, 2, 2)]) is None
    assert expected_coverage([slot("general", 10, 25, 1)]) == 1


@pytest.mark.parametrize("book", BOOKS)
def test_every_rulebook_plays_a_year_within_its_caps(book):
    start = made_up(book, 2026).start
    tally = Tally(start.book, start.slots, start.targets)
    for year in range(3):
        tally.add(play(in_steps(start.slots), str(year), lottery.mc1(1)))
    result = tally.result()
    draw_lines = {line.id for line in start.book.quotas if line.role == "draw"}
    assert {line["line"] for line in result["lines"]} == draw_lines
    assert all(line["base"] for line in result["lines"])
    assert all(cap["kept"] for cap in result["caps"])
    assert {rule["id"] for rule in result["coverage"]} == {rule.id for rule in start.book.coverage}


def called(*words: str) -> str:
    out = StringIO()
    call_command("simulate", *words, stdout=out)
    return out.getvalue()


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    words = ("--rulebook", "qinshui-2022", "--runs", "5", "--year", "2026", "--json")
    one, again, other = called(*words), called(*words), called(*words, "--seed", "2")
    assert one == again
    found = json.loads(one)
    assert found["runs"] == 5
    assert found["source"] == {"kind": "synthetic", "targets": 570, "inspectors": 18}
    assert found["fairness"] != json.loads(other)["fairness"]


def test_the_table_says_coverage_cap_and_chances_in_words():
    said = called("--rulebook", "qinshui-2022", "--runs", "3", "--targets", "100")
    for words in ("对象 100 家", "覆盖要求", "QS-10.8", "次数上限 2 次", "从未超过", "同类对象"):
        assert words in said


@pytest.mark.parametrize("words, said", [
    (("--runs", "0"), "不小于 1"), (("--runs", "100001"), "最多"), (("--year", "1999"), "不小于 2000"),
    (("--targets", "3"), "不小于 20"), (("--organisation", "1", "--targets", "50"), "不能同时"),
])  # fmt: skip
def test_wrong_calls_say_what_is_wrong(words, said):
    with pytest.raises(CommandError, match=said):
        call_command("simulate", "--rulebook", "qinshui-2022", *words)


@pytest.mark.django_db
def test_a_bureau_plays_its_own_register():
    from tests.planning import factories as make

    bureau = make.fill(make.create_bureau("qinshui-2022"))
    found = json.loads(
        called(
            "--rulebook", "qinshui-2022", "--organisation", bureau.organisation.code, "--runs", "2", "--json"
        )
    )
    assert found["source"]["kind"] == "register"
    assert sum(line["base"] for line in found["lines"]) == found["source"]["targets"] > 0
    with pytest.raises(CommandError, match="没有采用") as refused:
        called("--rulebook", "wulong-2024", "--organisation", bureau.organisation.code)
    assert refused.value.returncode == 1
