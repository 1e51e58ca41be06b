"""Deadlines of the five rulebooks, numbers, masking, the sentence, what a record contains."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from disclosure.rules import deadlines, differences, masking, numbers, records, wording
from disclosure.rules.facts import (
    DrawFacts,
    FollowUpFacts,
    ItemFacts,
    PersonFacts,
    ResultFacts,
    TargetFacts,
)
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.workdays.models import HolidayYear, calendar
from foundation.workdays.rules import Calendar

QUARTER = Period.parse("2026Q4")


def clock(book: str, *, completed_on=date(2026, 11, 5), periods=(QUARTER,), days: Calendar | None = None):
    return deadlines.result_clock(
        library.get(book), days or calendar(), completed_on=completed_on, periods=periods
    )


# -- deadlines --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("book", ["qinshui-2022", "neimenggu-2024", "wulong-2024"])
def test_twenty_working_days_run_from_the_end_of_the_inspection(book):
    found = clock(book)
    assert (found.start, found.due_on, found.provisional) == (date(2026, 11, 5), date(2026, 12, 3), False)


@pytest.mark.django_db
@pytest.mark.parametrize("book", ["xinyang-2023", "quzhou-2017"])
def test_where_a_period_is_published_together_the_clock_starts_at_its_end(book, holidays_2026):
    found = clock(book)
    assert found.start == date(2026, 12, 31)
    assert found.provisional is True
    assert clock(book, periods=(Period.parse("2026Q3"),)).start == date(2026, 9, 30)


@pytest.mark.django_db
def test_the_make_up_saturday_counts_and_the_national_holiday_does_not():
    found = clock("qinshui-2022", completed_on=date(2026, 9, 25))
    by_weekday = Calendar({}, {2026: "没有放假"})
    assert found.due_on > clock("qinshui-2022", completed_on=date(2026, 9, 25), days=by_weekday).due_on
    assert not found.provisional


@pytest.mark.django_db
def test_a_deadline_beyond_the_last_announced_year_is_provisional(holidays_2026):
    found = clock("qinshui-2022", completed_on=date(2026, 12, 20))
    assert found.due_on.year == 2027
    assert found.provisional
    HolidayYear.objects.update_or_create(
        year=2027, defaults={"status": "final", "source": "国办发明电〔2026〕9号"}
    )
    assert not clock("qinshui-2022", completed_on=date(2026, 12, 20)).provisional


@pytest.mark.django_db
def test_a_visit_that_counts_for_two_periods_follows_the_earlier_end():
    both = clock("xinyang-2023", periods=(Period.parse("2026Y"), Period.parse("2026Q1")))
    assert both.start == date(2026, 3, 31)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("book", "due"),
    [
        ("qinshui-2022", date(2026, 4, 8)),
        ("wulong-2024", date(2026, 1, 31)),
        ("neimenggu-2024", None),
        ("xinyang-2023", None),
        ("quzhou-2017", None),
    ],
)
def test_a_plan_is_public_by_the_day_its_rulebook_sets(book, due):
    found = deadlines.plan_clock(library.get(book), calendar(), year=2026, issued_on=date(2026, 3, 10))
    assert (found.due_on if found else None) == due


# -- numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "prefix"),
    [("2026Q4", "2026-4-01"), ("2026H2", "2026-H2-01"), ("2026M11", "2026-M11-01"), ("2026Y", "2026-Y-01")],
)
def test_a_number_names_year_period_and_draw(period, prefix):
    assert numbers.result_prefix(Period.parse(period), "01") == prefix


@given(some.lists(some.integers(1, 2000), max_size=30))
def test_the_next_number_is_free_whatever_was_used(taken):
    used = [f"2026-4-01-{n:03}" for n in taken] + ["2026-4-02-999", "2026-4-01"]
    assert numbers.next_number("2026-4-01", used) not in used


# -- masking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number", "shown"),
    [
        ("王建国", "ZF14053721", "王*（执法证号 ****3721）"), ("欧阳明", "ZF14054777", "欧阳*（执法证号 ****4777）"),
        ("李四", "", "李*"), ("赵六", "123", "赵*（执法证号 ****）"),
    ],
)  # fmt: skip
def test_an_inspector_is_shown_by_surname_and_four_digits(name, number, shown):
    assert masking.inspector_text(name, number) == shown


@pytest.mark.parametrize(
    "text",
    [
        "联系人钱多多，13812345678",
        "138-1234-5678",
        "电话 0356-7022345",
        "身份证 140521198001011234",
        "钱多多签字",
    ],
)
def test_personal_data_is_taken_out_of_free_text(text):
    clean = masking.masked_text(text, ["钱多多"])
    assert "钱多多" not in clean
    assert masking.leaks(text, ["钱多多"])
    assert masking.leaks(clean, ["钱多多"]) == []


def test_ordinary_figures_are_not_taken_for_personal_data():
    text = "2026-11-05 检查，废水 COD 35.2 mg/L，许可证 91110108551385082Q001V，第 13 条"
    assert masking.masked_text(text) == text


@pytest.mark.parametrize(
    ("name", "code", "person"),
    [
        ("张三", False, True),
        ("青禾化工厂", False, False),
        ("张三", True, False),
        ("石桥镇第三加油站", False, False),
    ],
)
def test_only_a_natural_person_without_credit_code_is_masked_as_a_target(name, code, person):
    assert masking.is_person(name, code) is person


# -- the sentence -----------------------------------------------------------------------------------------


def facts(outcome="no_problem", zh="未发现问题", followups=(), **given) -> ResultFacts:
    items = (
        ItemFacts("危险废物贮存与管理", outcome, zh, ("标签",), ("《条例》第十七条",), ("标签未更新，见 13812345678",) if outcome != "no_problem" else (), 1),
        ItemFacts("污染防治设施运行", "no_problem", "未发现问题", ("运行记录",), ("《条例》第十九条",), (), 2),
    )  # fmt: skip
    target = TargetFacts(
        "青禾德昌铸造有限公司", "排污单位", "西河乡", "重点", "德昌铸造", ("青禾县铸造厂",), "青禾德昌铸造有限公司",
        "91110108551385082Q", "91110108551385082Q-1", "qhdczz", ("钱多多", "赵德昌"),
    )  # fmt: skip
    return ResultFacts(**{
        "organisation_code": "140599", "organisation": "青禾县生态环境局", "rulebook_id": "x", "rulebook": "细则",
        "rulebook_hash": "0" * 64, "period": "2026Q4", "checked_on": date(2026, 10, 28), "completed_on": date(2026, 10, 28),
        "mode_zh": "现场检查", "outcome": outcome, "outcome_zh": zh, "target": target,
        "draw": DrawFacts("140599-2026Q4-01", date(2026, 10, 13), "重041", "a" * 64, "5" * 64, {"c": "a" * 64}),
        "items": items, "followups": followups, "team": (PersonFacts("王建国", "ZF14053721"), PersonFacts("陈辅助", "", True)),
        **given,
    })  # fmt: skip


def ordered(closed_on=None, kind="rectification", **given) -> FollowUpFacts:
    return FollowUpFacts(
        kind, closed_on is not None, date(2026, 10, 28), date(2026, 11, 6), closed_on, item=1, **given
    )


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (facts(checked_on=date(2026, 11, 5)), "2026年11月5日检查，未发现问题。"),
        (facts("ordered_correct", "发现问题已责令整改", (ordered(),)), "2026年10月28日检查，发现 1 项问题，责令11月6日前改正。"),
        (facts("ordered_correct", "发现问题已责令整改", (ordered(date(2026, 11, 9)),)), "2026年10月28日检查，发现 1 项问题，责令11月6日前改正，11月9日复查合格。"),
        (facts("case_filed", "发现违法行为已立案调查", (ordered(kind="case"),)), "2026年10月28日检查，发现违法行为已立案调查，已立案（调查中）。"),
        (facts("deregistered", "检查对象已注销"), "2026年10月28日检查，检查对象已注销。"),
    ],
)  # fmt: skip
def test_a_result_is_one_plain_sentence(case, words):
    assert wording.sentence(case, handling=True) == words


@pytest.mark.parametrize(
    ("followups", "status"),
    [((), "发现问题已责令整改"), ((ordered(),), "发现问题，整改中"), ((ordered(date(2026, 11, 9)),), "复查合格"),
     ((ordered(kind="case"), ordered(date(2026, 11, 9))), "已立案（调查中）"), ((ordered(date(2026, 12, 1), "case"),), "案件已办结")],
)  # fmt: skip
def test_the_status_word_follows_the_heaviest_open_matter(followups, status):
    assert wording.status_word("ordered_correct", "发现问题已责令整改", followups) == status


# -- the record -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "book", ["qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024"]
)
def test_a_record_holds_what_its_rulebook_asks_for_and_no_person(book):
    fields = library.get(book).disclosure.fields
    case = facts("ordered_correct", "发现问题已责令整改", (ordered(demand="联系钱多多 13812345678"),))
    record = records.result_record(case, fields)
    text = records.canonical(record)
    assert records.leaks(case, record) == []
    assert not any(word in text for word in ("钱多多", "赵德昌", "王建国", "陈辅助", "13812345678"))
    assert record["inspectors"] == [{"name": "王*", "certificate": "****3721"}]
    assert ("problems" in record["items"][0]) == ("violation" in fields)
    assert ("contents" in record["items"][0]) == ("content" in fields)
    assert ("followups" in record) == ("handling" in fields)
    assert ("completion" in record) == ("completion" in fields)
    assert record["target"]["name"] == "青禾德昌铸造有限公司"
    assert record["checked_on"] == "2026-10-28"


def test_a_case_under_investigation_shows_no_details():
    case = facts(
        "case_filed", "发现违法行为已立案调查", (ordered(kind="case", demand="拟罚款", note="内部"),)
    )
    row = records.result_record(case, {"handling"})["followups"][0]
    assert (row["demand"], row["note"], row["text"]) == ("", "", "已立案（调查中）")


def test_a_natural_person_is_masked_everywhere():
    person = TargetFacts("张三", "土壤污染责任人", "西河乡", uid="T1")
    case = facts(target=person)
    record = records.result_record(case, {"handling"})
    assert record["target"]["name"] == "张*"
    assert record["draw"]["opening"] is None
    assert "张三" not in records.canonical(record) + records.search_text(record, case, "1")


def test_what_the_rulebook_asks_for_and_the_record_lacks_is_named():
    case = facts("ordered_correct", "发现问题已责令整改")
    assert records.gaps(case, {"handling"}) == ["处理情况"]
    assert records.gaps(facts(items=()), ()) == ["检查事项"]
    assert records.gaps(facts(), {"handling", "violation", "content"}) == []


def test_the_fingerprint_is_that_of_the_canonical_text():
    record = records.result_record(facts(), {"handling"})
    text, sha256 = records.sealed(record, number="2026-4-01-001", version=1)
    again, same = records.sealed(dict(reversed(list(record.items()))), version=1, number="2026-4-01-001")
    assert (text, sha256) == (again, same)
    assert records.sealed(record, number="2026-4-01-001", version=2)[1] != sha256


def test_a_correction_lists_old_and_new():
    old = records.result_record(facts(), {"handling"})
    new = records.result_record(facts("ordered_correct", "发现问题已责令整改", (ordered(),)), {"handling"})
    rows = {row.label: (row.old, row.new) for row in differences.changes(old, new)}
    assert rows["检查结果"] == ("未发现问题", "发现问题已责令整改")
    assert "检查对象" not in rows
    assert differences.changes(old, old) == []
