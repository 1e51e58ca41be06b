"""Values to words, without Django."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from config import presenters

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "value, shown",
    [
        (Fraction(1, 4), "25%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(3, 1000), "0.3%"),
        (Decimal("1"), "100%"),
        (0, "0%"),
        (None, ""),
    ],
)
def test_a_share_is_shown_in_percent(value, shown):
    assert presenters.percent(value) == shown


@pytest.mark.parametrize(
    "period, shown",
    [
        ("2026Q4", "2026年第四季度"),
        ("2026H1", "2026年上半年"),
        ("2026-11", "2026年11月"),
        ("2026M3", "2026年3月"),
        ("2026", "2026年"),
        ("2026Q7", "2026Q7"),
        ("第一批", "第一批"),
    ],
)
def test_a_period_is_read_in_chinese(period, shown):
    assert presenters.cn_period(period) == shown


def test_dates_have_one_spelling_each():
    assert presenters.cn_date(FRIDAY) == "2026年11月20日"
    assert presenters.cn_day(FRIDAY) == "11月20日 周五"
    assert presenters.cn_time(datetime(2026, 11, 20, 14, 9)) == "2026-11-20 14:09"
    assert presenters.cn_time(FRIDAY) == "2026-11-20"
    assert presenters.cn_date(None) == presenters.cn_time(None) == ""


@pytest.mark.parametrize(
    "deadline, left, tone, words",
    [
        (date(2026, 12, 8), 12, "far", "剩 12 个工作日"),
        (date(2026, 11, 27), 5, "near", "剩 5 个工作日"),
        (date(2026, 11, 25), 3, "soon", "剩 3 个工作日"),
        (FRIDAY, 0, "today", "今日到期"),
        (date(2026, 11, 19), -1, "late", "逾期 1 个工作日"),
    ],
)
def test_a_deadline_speaks_in_working_days(deadline, left, tone, words):
    shown = presenters.due(deadline, FRIDAY, left)
    assert (shown.tone, shown.words) == (tone, words)


def test_a_deadline_on_friday_is_late_on_saturday_though_no_working_day_has_passed():
    shown = presenters.due(FRIDAY, date(2026, 11, 21), 0)
    assert (shown.tone, shown.words) == ("late", "已逾期")


def test_a_deadline_of_another_year_names_the_year():
    assert presenters.due(date(2027, 1, 5), FRIDAY, 30).day == "2027-01-05 周二"
    assert presenters.due(date(2026, 12, 1), FRIDAY, 7).day == "12-01 周二"


@pytest.mark.parametrize(
    "name, masked", [("王小明", "王*"), ("欧阳修文", "欧阳*"), ("欧阳", "欧*"), ("昉", "昉*"), ("", "")]
)
def test_only_the_surname_is_public(name, masked):
    assert presenters.masked_name(name) == masked


def test_a_certificate_keeps_its_last_four_digits():
    assert presenters.masked_number("14052100253721") == "****3721"
    assert presenters.masked_number("") == ""


def test_a_fingerprint_is_cut_in_eights():
    groups = presenters.hash_groups("937a9ae74d0fd9a9" * 4)
    assert groups == ["937a9ae7", "4d0fd9a9"] * 4
    assert presenters.short_hash("937a9ae74d0fd9a9") == "937a-9ae7"
    assert presenters.short_hash("0b33-d54c") == "0b33-d54c"


@pytest.mark.parametrize(
    "kind, label",
    [
        ("QS-10.7", "法规"),
        ("LAW:行政处罚法", "法规"),
        ("AMB-03", "解释"),
        ("interpretation", "解释"),
        ("DEFAULT", "默认"),
        ("", "默认"),
    ],
)
def test_the_origin_of_a_value_is_never_overstated(kind, label):
    assert presenters.origin(kind).label == label


def test_a_status_word_is_known_by_its_first_clause():
    assert presenters.status_mark("涉嫌违法，立案").tone == "bad"
    assert presenters.status_mark("停产（10月起）").tone == "neu"
    assert presenters.status_mark("已完成").tone == "plain"


def test_every_tier_has_its_own_shape():
    shapes = {presenters.tier(code).shape for code in ("general", "key", "special")}
    assert len(shapes) == 3
    assert presenters.tier("重点监管对象") is presenters.tier("KEY")
    assert presenters.tier("绿牌") is None


def test_a_missing_phrase_marks_nothing():
    assert presenters.quote_parts("每季度至少按25％", "25％") == ("每季度至少按", "25％", "")
    assert presenters.quote_parts("每季度", "年") == ("每季度", "", "")
    assert presenters.quote_parts("每季度", "") == ("每季度", "", "")


def test_a_qr_code_is_inline_svg_without_styles():
    svg = presenters.qr_svg("https://mc.example/draw/2026-4-03/", title="核验 <本次> 抽取")
    assert svg.startswith('<svg role="img"')
    assert "style=" not in svg
    assert "<本次>" not in svg
    assert "viewBox" in svg


@pytest.mark.parametrize(
    "here, last, shown",
    [
        (1, 1, [1]),
        (2, 18, [1, 2, 3, None, 18]),
        (9, 18, [1, 2, None, 8, 9, 10, None, 18]),
        (4, 5, [1, 2, 3, 4, 5]),
        (18, 18, [1, 2, None, 17, 18]),
    ],
)
def test_page_numbers_leave_gaps_only_where_something_is_left_out(here, last, shown):
    assert presenters.page_numbers(here, last) == shown


@pytest.mark.parametrize(
    "ref, place",
    [
        ("QS-10.7", "第十条第二款"),
        ("LAW:行政处罚法42", "《行政处罚法》第42条"),
        ("AMB-08", "AMB-08"),
        ("QS-99.9", "QS-99.9"),
        ("", ""),
    ],
)
def test_a_clause_is_named_by_its_place(ref, place):
    assert presenters.clause_place(ref) == place


def test_clause_ids_in_running_text_are_read_as_places():
    text = presenters.clause_places("监管工作细则（QS-10.7、QS-9.7），编号 2026-P-01")
    assert text == "监管工作细则（第十条第二款、第九条第二款），编号 2026-P-01"
