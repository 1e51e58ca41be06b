"""Duplicates, credit schemes, labels: plain values, no database."""

from datetime import date

import pytest

from registry.rules import credit, labels
from registry.rules.duplicates import CROWD, Listed, pairs
from registry.rules.names import plain

pytestmark = pytest.mark.once


def found(*rows, apart=()):
    return {(pair.first, pair.second): pair.grounds for pair in pairs(rows, apart)}


@pytest.mark.parametrize(
    ("one", "two", "ground"),
    [
        (Listed(1, "青禾鑫隆焦化有限公司"), Listed(2, "青禾鑫隆焦化有限责任公司"), "名称相同"),
        (Listed(1, "青禾（东湾）鑫隆 焦化"), Listed(2, "青禾(东湾)鑫隆焦化有限公司"), "名称相同"),
        (Listed(1, "宏达纸业有限公司"), Listed(2, "鸿达纸业有限公司"), "读音相同"),
        (Listed(1, "东湾第一焦化厂"), Listed(2, "青禾鑫隆焦化有限公司", former=("东湾第一焦化厂",)), "曾用名"),
        (Listed(1, "甲厂", permits=("P1",)), Listed(2, "乙店", permits=("P1",)), "许可证编号相同"),
        (Listed(1, "青禾鑫隆焦化", phone="138"), Listed(2, "青禾鑫龙口焦化", phone="138"), ""),
        (Listed(1, "青禾鑫隆焦化", phone="138"), Listed(2, "青禾鑫隆焦化厂", phone="138"), "只差一个字，电话相同"),
        (Listed(1, "青禾鑫隆焦化", address="路1号"), Listed(2, "青禾金隆焦化", address="路1号"), "只差一个字，地址相同"),
        (Listed(1, "青禾鑫隆焦化"), Listed(2, "青禾金隆焦化"), ""),
        (Listed(1, "青禾第1化工厂", phone="138"), Listed(2, "青禾第2化工厂", phone="138"), ""),
        (Listed(1, "鑫隆焦化东厂", uscc="A"), Listed(2, "鑫隆焦化西厂", uscc="A"), ""),
    ],
)  # fmt: skip
def test_what_looks_like_one_thing_entered_twice(one, two, ground):
    text = "；".join(found(one, two).get((1, 2), ()))
    assert (ground in text) if ground else not text


def test_a_pair_told_apart_is_not_listed_again():
    rows = [Listed(1, "甲乙丙厂"), Listed(2, "甲乙丙厂")]
    assert found(*rows)
    assert not found(*rows, apart={(1, 2)})


def test_a_crowd_of_the_same_name_says_nothing():
    assert not found(*[Listed(n, "卫生院") for n in range(CROWD + 1)])


def test_different_codes_argue_against_and_the_likeliest_come_first():
    rows = [
        Listed(1, "甲乙丙厂", uscc="A"),
        Listed(2, "甲乙丙厂", uscc="B"),
        Listed(3, "丁戊己厂", phone="1"),
        Listed(4, "丁戊己厂", phone="1"),
    ]
    assert [(pair.first, pair.second) for pair in pairs(rows)] == [(3, 4), (1, 2)]


def test_a_company_form_alone_is_still_a_name():
    assert (plain("有限公司"), plain("甲 有限公司")) == ("有限公司", "甲")


def test_a_grade_belongs_to_its_scheme():
    assert credit.check("letters", "A", date(2026, 1, 1)).grades == ("A", "B", "C", "D")
    with pytest.raises(credit.GradeUnknown, match="诚信、良好、警示、不良"):
        credit.check("four-2013", "A", date(2026, 1, 1))
    with pytest.raises(credit.GradeUnknown, match="不在用"):
        credit.check("four-2013", "诚信", date(2010, 1, 1))
    with pytest.raises(credit.GradeUnknown):
        credit.check("unheard", "A", date(2026, 1, 1))


def test_only_the_rulebooks_own_grades_decide_and_only_while_they_hold():
    book = ("A", "B", "C", "D")
    ratings = [
        credit.Rating("letters", "B", date(2025, 5, 1)), credit.Rating("letters", "D", date(2026, 5, 1), date(2026, 10, 1)),
        credit.Rating("market-risk", "C", date(2026, 6, 1)), credit.Rating("four-2013", "不良", date(2026, 6, 1)),
    ]  # fmt: skip
    assert credit.grade_on(book, ratings, date(2026, 9, 1)) == "D"
    assert credit.grade_on(book, ratings, date(2026, 11, 1)) == "B"
    assert credit.grade_on(("诚信", "良好", "警示", "不良"), ratings, date(2026, 9, 1)) == "不良"
    assert credit.grade_on((), ratings, date(2026, 9, 1)) == ""


def test_labels_keep_to_groups_words_and_dates():
    labels.check_group("生产规模", ["生产规模"], free=False)
    labels.check_group("自设", [], free=True)
    for broken in (
        lambda: labels.check_group("自设", ["生产规模"], free=False),
        lambda: labels.check_group(" ", [], free=True),
        lambda: labels.check_words("生产规模", ["巨型"], ["大型"]),
    ):
        with pytest.raises(labels.LabelUnknown):
            broken()
    with pytest.raises(labels.RuleBroken, match="早于"):
        labels.check_dates(date(2026, 2, 1), date(2026, 1, 1))
