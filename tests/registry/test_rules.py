"""Codes, names, tiers, states, repealed law; no database."""

from datetime import date

import pytest
import stdnum.cn.uscc as stdnum_uscc
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.rulebook import library
from foundation.rulebook.selectors import Facts, FlagFact
from registry.rules import categories, laws, names, states, tiers, uscc
from tests.registry.factories import uscc as valid_uscc

ON = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "91110108551385082Q",
        "91140521EMG3Q5GTC0",
        " 9111 0108-5513 85082q ",
        "９１１１０１０８５５１３８５０８２Ｑ",
        "N2140521MF00000014",
    ],
)
def test_a_valid_code_is_taken_and_normalised(text):
    code = uscc.normalise(text)
    if code.startswith("N2"):
        code = code[:17] + uscc.check_character(code[:17])
    assert uscc.parse(code).code == code
    assert len(code) == 18


def test_a_remainder_of_zero_gives_the_check_character_zero():
    assert uscc.check_character("91140521EMG3Q5GTC") == "0"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("91110108551385082", "18 位"),
        ("91110108551385082R", "应为 Q"),
        ("9111010855138508OQ", "第 17 位“O”"),
        ("B1110108551385082Q", "登记管理部门"),
        ("91A10108551385082Q", "行政区划"),
        ("", "18 位"),
    ],
)
def test_a_wrong_code_says_where_and_what_to_do(text, word):
    with pytest.raises(uscc.CodeWrong) as error:
        uscc.parse(text)
    assert word in error.value.message


def test_an_unknown_region_and_the_organisations_own_digit_are_only_warned_of():
    body = "91990108" + "55138508" + "2"
    found = uscc.parse(body + uscc.check_character(body))
    assert len(found.warnings) == 1
    assert "行政区划" in found.warnings[0]
    wrong = "91110108" + "55138508" + "3"
    found = uscc.parse(wrong + uscc.check_character(wrong))
    assert "第 17 位" in found.warnings[0]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 999_999), st.sampled_from(["140521", "500156", "330800"]))
def test_our_codes_agree_with_stdnum(n, region):
    code = valid_uscc(n, region)
    assert stdnum_uscc.is_valid(code)
    assert uscc.parse(code).warnings == ()
    broken = code[:10] + ("1" if code[10] != "1" else "2") + code[11:]
    with pytest.raises(uscc.CodeWrong):
        uscc.parse(broken)


def test_a_permit_number_is_a_code_a_serial_and_a_check():
    code = valid_uscc(7)
    assert uscc.parse_permit(f"{code}001P", code) == (f"{code}001P", ())
    assert uscc.parse_permit(f"{valid_uscc(8)}001P", code)[1]
    for text, word in (
        (f"{code}001", "22 位"),
        (f"{code}00XP", "3 位序号"),
        (f"{code[:17]}{'0' if code[17] != '0' else '1'}001P", "校验码"),
    ):
        with pytest.raises(uscc.CodeWrong) as error:
            uscc.parse_permit(text)
        assert word in error.value.message


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("重庆长江水务", "cqcjsw"),
        ("单县化工厂", "sxhgc"),
        ("单县化工厂", "dxhgc"),
        ("A股份3厂", "agf3c"),
        ("", ""),
    ],
)
def test_initials_hold_both_readings_of_the_first_character(name, found):
    assert found in names.initials(name).split(" ") or names.initials(name) == found


QINSHUI = library.get("qinshui-2022")


@pytest.mark.parametrize(
    ("attributes", "flags", "tier", "clause"),
    [
        ({"permit_class": "key"}, (), "key", "QS-10.6"),
        ({"key_polluter_list": True}, (), "key", "QS-10.6"),
        ({}, (), "general", "QS-10.15"),
        ({"permit_class": "key"}, (FlagFact("penalised", date(2026, 3, 1)),), "special", "QS-10.9"),
        ({}, (FlagFact("penalised", date(2025, 3, 1)),), "general", "QS-10.15"),
        ({}, (FlagFact("penalised", date(2026, 3, 1), date(2026, 5, 1)),), "general", "QS-10.15"),
        ({"credit_grade": "D"}, (), "special", "QS-10.9"),
    ],
)
def test_the_tier_comes_with_its_reason_and_clause(attributes, flags, tier, clause):
    (row,) = tiers.tierings(QINSHUI, Facts(attributes, flags), ON)
    assert (row.body, row.tier) == ("county", tier)
    assert clause in row.clause
    assert row.reason


def test_a_target_in_no_tier_is_unlisted_and_overlays_come_on_top():
    book = library.get("quzhou-2017")
    rows = tiers.tierings(book, Facts({}, (FlagFact("many_complaints", date(2026, 9, 1)),)), ON)
    of_county = {(row.tier, row.overlay) for row in rows if row.body == "county"}
    assert of_county == {("unlisted", False), ("special", True)}


def test_a_strong_tier_on_the_positive_list_is_noticed():
    facts = Facts({"permit_class": "key", "positive_list": True})
    found = tiers.notices(QINSHUI, facts, tiers.tierings(QINSHUI, facts, ON))
    assert "正面清单" in found[0]


def on_file(**fields):
    defaults = {
        "id": 1, "body": "county", "tier": "general", "overlay": False, "reason": "r", "clause": "c", "computed": "general",
        "overridden": False,
    }  # fmt: skip
    return tiers.OnFile(**(defaults | fields))


def test_an_unchanged_tier_gives_no_new_row_and_a_changed_one_ends_the_old():
    same = tiers.Tiering("county", "general", False, "r", "c")
    assert tiers.turn([on_file()], [same]).empty
    turn = tiers.turn([on_file()], [tiers.Tiering("county", "key", False, "r2", "c2")])
    assert turn.ending == (1,)
    assert turn.beginning[0].tier == "key"


def test_an_override_stays_when_the_rules_change_their_mind():
    new = tiers.Tiering("county", "special", False, "r2", "c2")
    turn = tiers.turn([on_file(tier="key", overridden=True)], [new])
    assert turn.ending == ()
    assert turn.kept_override == {1: new}


@pytest.mark.parametrize(
    ("old", "new", "since", "fine"),
    [
        ("operating", "suspended", date(2026, 11, 1), True),
        ("suspended", "operating", date(2026, 11, 1), True),
        ("cancelled", "operating", date(2026, 11, 1), False),
        ("operating", "operating", date(2026, 11, 1), False),
        ("operating", "closed", date(2026, 11, 21), False),
        ("operating", "closed", date(2020, 1, 1), False),
    ],
)
def test_statuses_follow_the_table(old, new, since, fine):
    if fine:
        states.check_status(old, new, since, date(2024, 1, 1), ON)
    else:
        with pytest.raises(states.WrongTurn):
            states.check_status(old, new, since, date(2024, 1, 1), ON)


def test_every_status_has_its_transitions():
    from registry.models import InspectionItem, Target

    assert set(states.STATUS_TRANSITIONS) == set(Target.Status.values) == set(states.STATUS_LABELS)
    assert set(states.ITEM_TRANSITIONS) == set(InspectionItem.Status.values) == set(states.ITEM_LABELS)


def test_an_item_resting_on_repealed_law_is_flagged_from_the_day_of_repeal():
    basis = ["《中华人民共和国环境保护法》第二十四条"]
    assert laws.repealed_basis(basis, date(2026, 8, 14)) == ()
    assert "环境保护法" in laws.repealed_basis(basis, date(2026, 8, 15))[0]
    marine = laws.repealed_basis(["《海洋环境保护法》第十条"], ON)
    assert len(marine) == 1
    assert "海洋" in marine[0]
    assert laws.repealed_basis(["《行政处罚法》第四十二条"], ON) == ()


def test_the_labels_a_rulebook_asks_for_have_chinese_names():
    for book in library.available().values():
        assert all(word != label for word, label in categories.used_by(book).items())
