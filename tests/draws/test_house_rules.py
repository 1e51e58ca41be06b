"""The house's own small rules: ladder, equal share, screen codes, expertise, warnings."""

import pytest

from draws.rules import ladder, privacy, screen, skills


@pytest.mark.parametrize(
    ("seats", "people", "share"),
    [(0, 5, 1), (10, 5, 3), (11, 5, 4), (10, 0, 0), (5000, 2, 999)],
)
def test_everybody_gets_an_equal_share_and_one_to_spare(seats, people, share):
    assert ladder.equal_share(seats, people) == share


def test_a_ladder_widens_expertise_first_and_area_last():
    rungs = ladder.ladder_of(["area", "staffing", "expertise"], match_local=True, share=3)
    assert [(rung["cap_add"], rung["reach"], rung["skill"]) for rung in rungs] == [
        (0, "area", True), (3, "area", True), (3, "area", False), (3, "body", False), (3, "any", False), (999, "any", False),
    ]  # fmt: skip


def test_without_filters_anybody_may_come():
    rungs = ladder.ladder_of([], match_local=False, share=2)
    assert {rung["reach"] for rung in rungs} == {"any"}
    assert not any(rung["skill"] for rung in rungs)
    assert len(rungs) <= 9


@pytest.mark.parametrize("match", [(), ("area",), ("expertise",), ("area", "expertise")])
@pytest.mark.parametrize("local", [True, False])
def test_each_rung_is_at_least_as_wide_as_the_one_before(match, local):
    width = {"area": 0, "body": 1, "any": 2}
    rungs = ladder.ladder_of(match, match_local=local, share=4)
    for before, after in zip(rungs, rungs[1:], strict=False):
        assert before["cap_add"] <= after["cap_add"]
        assert width[before["reach"]] <= width[after["reach"]]
        assert before["skill"] >= after["skill"]
    assert 1 <= len({ladder.sentence_of(rung) for rung in rungs}) == len(rungs) or not match


def test_screen_codes_number_each_letter_by_commitment():
    codes = screen.codes_of([("b" * 64, "重"), ("a" * 64, "重"), ("c" * 64, "般")])
    assert codes == {"a" * 64: "重001", "b" * 64: "重002", "c" * 64: "般001"}
    many = screen.codes_of((f"{number:064}", "般") for number in range(1000))
    assert many[f"{999:064}"] == "般1000"


def test_a_line_that_selects_no_single_tier_has_a_letter_of_its_own():
    assert screen.prefix_of(["key"]) == "重"
    assert screen.prefix_of([]) == screen.prefix_of(["key", "general"]) == "项"


def test_a_target_needs_the_expertise_its_scope_label_names():
    codes = skills.skill_codes(["危险废物", "辐射", "危险废物"])
    assert codes == {"危险废物": "S01", "辐射": "S02"}
    assert skills.needed_skill(["危险废物"], False, codes) == "S01"
    assert skills.needed_skill([], True, codes) == "S02"
    assert skills.needed_skill(["大气"], False, codes) == ""


def test_rows_that_stand_out_are_warned_of():
    same = ["0|1|A1|B1||g:E"] * 5
    assert privacy.warnings_of(same, 30) == []
    rare, few = privacy.warnings_of([*same, "0|1|A2|B1||g:E"], 29)
    assert "有 1 个对象" in rare
    assert "29 人" in few
