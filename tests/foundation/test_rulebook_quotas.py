"""Quota numbers: exact, rounded up, explained. source: rulebooks.md §5, AMB-01, AMB-03, AMB-04, AMB-31, AMB-33"""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.rulebook import library
from foundation.rulebook.errors import CannotEvaluate
from foundation.rulebook.quotas import quota_number, quota_sum
from foundation.rulebook.values import parse_rate, rate_parts

QS, NM, XY, QZ, WL = (
    library.get(i) for i in ("qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024")
)
POPULATION_LINES = [
    (book, line) for book in (QS, NM, XY, QZ, WL) for line in book.quotas if line.basis == "population"
]
OFFICER_LINES = [(book, line) for book in (XY, QZ) for line in book.quotas if line.basis == "officers"]
counts = st.integers(0, 20_000)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (quota_number(QS.line("key"), 1, base=132), "132 × 25% = 33，整除，没有进位"),
        (quota_number(QS.line("special"), 1, base=27), "27 × 30% = 8.1，向上取整为 9"),
        (quota_number(QS.line("general"), 1, base=0), "对象数为 0，本期配额为 0，不适用"),
        (quota_number(QZ.line("city_general"), 1, officers=22), "22 人 × 1.25 = 27.5，向上取整为 28"),
        (quota_number(NM.line("project"), 1, manual=5), "按年度计划填写的数量 5"),
        (
            quota_number(XY.line("brigades_general"), 3, officers=5, plan_floor=12),
            "5 人 × 2 = 10，整除，没有进位；年度计划数 12 高于本期重算数 10，按计划数 12",
        ),
        (
            quota_number(XY.line("brigades_general"), 3, officers=7, plan_floor=12),
            "7 人 × 2 = 14，整除，没有进位；不低于年度计划数 12，按本期重算数",
        ),
    ],
)
def test_the_sentence_shows_the_arithmetic(number, sentence):
    assert number.sentence == sentence


def test_decimal_rates_do_not_round_up_what_is_exact():
    line = WL.line("wl11")
    assert [quota_number(line, 1, base=base).number for base in (10, 70, 100, 700)] == [1, 7, 10, 70]


def test_each_instance_rounds_on_its_own():
    total = quota_sum(XY.line("brigades_key"), 1, base=[52, 41, 30])
    assert [part.number for part in total.parts] == [13, 11, 8]
    assert total.number == 32
    assert total.sentence == "13 + 11 + 8 = 32（各单位分别计算、分别进位）"


def test_rates_may_differ_per_period():
    numbers = [quota_number(XY.line("brigades_general"), index, officers=6).number for index in (1, 2, 3, 4)]
    assert numbers == [12, 18, 12, 18]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: quota_number(QS.line("key"), 5, base=1), "一年有 4 期，没有第 5 期"),
        (lambda: quota_number(QS.line("key"), 1), "缺少对象数"),
        (lambda: quota_number(QZ.line("city_general"), 1, base=3), "缺少在编在岗持证人数"),
        (lambda: quota_number(WL.line("wl12"), 1, base=3), "缺少年度计划填写的数量"),
        (lambda: quota_number(QS.line("key"), 1, base=-1), "对象数 -1 为负"),
        (lambda: quota_sum(XY.line("brigades_general"), 1, officers=[1, 2], base=[1]), "个数不一致"),
    ],
)
def test_missing_or_senseless_numbers_are_refused(call, words):
    with pytest.raises(CannotEvaluate, match=words):
        call()


@pytest.mark.parametrize(
    ("text", "parts"),
    [("0.25", (25, 100)), ("0.30", (30, 100)), ("1.25", (125, 100)), ("2", (2, 1)), ("1.00", (100, 100))],
)
def test_a_rate_keeps_numerator_and_denominator_as_written(text, parts):
    assert rate_parts(parse_rate(text)) == parts


@given(st.sampled_from(POPULATION_LINES), counts)
def test_a_quota_is_the_least_number_not_below_the_rate(book_line, base):
    _, line = book_line
    for index in range(1, line.periods + 1):
        quota = quota_number(line, index, base=base)
        assert Fraction(line.rate(index)) * base <= quota.number < Fraction(line.rate(index)) * base + 1
        assert quota.number <= base


@given(st.sampled_from(POPULATION_LINES), counts, counts)
def test_a_quota_grows_with_the_population(book_line, one, other):
    small, large = sorted((one, other))
    line = book_line[1]
    assert quota_number(line, 1, base=small).number <= quota_number(line, 1, base=large).number


@given(st.sampled_from(OFFICER_LINES), st.integers(0, 500), st.integers(0, 500))
def test_a_plan_number_is_never_undercut(book_line, officers, floor):
    quota = quota_number(book_line[1], 1, officers=officers, plan_floor=floor)
    assert quota.number == max(floor, ceil(Fraction(book_line[1].rate(1)) * officers))


@given(st.sampled_from(POPULATION_LINES), st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_instances_together_are_their_sum_and_never_less_than_one_pool(book_line, bases):
    line = book_line[1]
    total = quota_sum(line, 1, base=bases).number
    assert total == sum(quota_number(line, 1, base=base).number for base in bases)
    assert (
        quota_number(line, 1, base=sum(bases)).number
        <= total
        < quota_number(line, 1, base=sum(bases)).number + len(bases)
    )


@given(st.sampled_from(POPULATION_LINES), st.lists(st.integers(0, 500), min_size=2, max_size=6), st.randoms())
def test_the_order_of_instances_does_not_matter(book_line, bases, random):
    shuffled = bases[:]
    random.shuffle(shuffled)
    line = book_line[1]
    assert quota_sum(line, 1, base=bases).number == quota_sum(line, 1, base=shuffled).number
