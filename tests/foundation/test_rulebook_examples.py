"""The worked examples, and the command that checks any directory of them. source: rulebooks.md §5, §6"""

import re
from datetime import date as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from foundation.rulebook import library
from foundation.rulebook.examples import check_directory, check_example
from foundation.workdays.packaged import official_calendar

GOLDEN = Path(__file__).parent.parent / "golden" / "examples"
CALENDAR = official_calendar()
OUTCOMES = check_directory(GOLDEN, CALENDAR)


def test_all_worked_examples_are_there():
    assert len(OUTCOMES) == 37
    assert {outcome.file for outcome in OUTCOMES} == {path.name for path in GOLDEN.glob("*.toml")}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.id)
def test_worked_example_comes_out_as_printed(outcome):
    assert outcome.differences == ()


def run(book, kind, given, expect):
    example = {"id": "X", "title": "", "type": kind, "given": given, "expect": expect}
    return check_example("x.toml", library.get(book), example, CALENDAR).differences


FURTHER = [
    ("quzhou-2017", "year", {"quota": "county_general", "base": [12] * 4, "officers": 17},
     {"drawn": [12, 12, 0, 0], "repeats": [0, 12, 0, 0], "shortfall": [31, 31, 43, 43], "distinct": 12,
      "reasons_last": ["population_limited", "cap_limited"]}),
    ("xinyang-2023", "year", {"quota": "brigades_key", "base": [[52, 41, 30]] * 4}, {"drawn": [32] * 4, "shortfall": [0] * 4}),
    ("xinyang-2023", "quota_year", {"quota": "brigades_key", "base_many": [52, 41, 30]}, {"quotas": [32] * 4, "total": 128}),
    ("xinyang-2023", "quota_year", {"quota": "brigades_general_year", "officers": [[6, 7, 5]]}, {"quotas": [180], "total": 180}),
    ("xinyang-2023", "quota_year", {"quota": "brigades_general", "officers": 6}, {"quotas": [12, 18, 12, 18], "total": 60}),
    ("xinyang-2023", "quota_year", {"quota": "brigades_general", "officers": [6, 6, 5, 5], "plan_officers": 6}, {"quotas": [12, 18, 12, 18]}),
    ("xinyang-2023", "quota_year", {"quota": "brigades_general", "officers": [6, 6, 7, 7], "plan_officers": 6}, {"quotas": [12, 18, 14, 21]}),
    ("xinyang-2023", "quota", {"period": 2, "officers": {"brigades_general": [6, 7, 5]}}, {"brigades_general": 54}),
    ("xinyang-2023", "year", {"quota": "brigades_general_year", "base": [50], "officers": 6}, {"drawn": [50], "shortfall": [10], "reasons_last": ["population_limited"]}),
    ("xinyang-2023", "due", {"rule": "disclosure", "from": D(2023, 3, 31)}, {"date": D(2023, 4, 28)}),
    ("xinyang-2023", "due", {"rule": "disclosure", "period": "2023Q1"}, {"date": D(2023, 4, 28)}),
    ("xinyang-2023", "window", {"period": "2023Q2", "shift": -1}, {"close": D(2023, 1, 10)}),
    ("xinyang-2023", "window", {"period": "2023Q2", "on": D(2023, 4, 11)}, {"ok": False}),
    ("xinyang-2023", "due", {"rule": "plan_publish", "from": D(2023, 1, 10)}, {"date": "none"}),
    ("qinshui-2022", "year", {"quota": "general", "base": [411] * 4}, {"drawn": [42] * 4, "shortfall": [0] * 4}),
    ("qinshui-2022", "year", {"quota": "general", "base": [411] * 4}, {"repeats": [0, 5, 9, 12], "distinct": 142}),
    ("qinshui-2022", "year", {"quota": "key", "base": [27] * 4}, {"drawn": [7] * 4, "repeats": [0, 0, 0, 1], "distinct": 27}),
    ("qinshui-2022", "year", {"quota": "key", "base": [132] * 4, "excluded": 10}, {"drawn": [33] * 4, "repeats": [0, 0, 0, 10], "distinct": 122}),
    ("qinshui-2022", "year", {"quota": "key", "base": [132, 132, 132, 135]}, {"drawn": [33, 33, 33, 34], "distinct": 133}),
    ("qinshui-2022", "due", {"rule": "plan_publish", "from": D(2023, 3, 28)}, {"date": D(2023, 4, 25)}),
    ("qinshui-2022", "due", {"rule": "entry", "from": D(2023, 3, 28)}, {"date": ""}),
    ("qinshui-2022", "plan_due", {"year": 2023}, {"date": D(2023, 3, 31), "remind_by": D(2023, 3, 30)}),
    ("qinshui-2022", "window", {"period": "2023Q2"}, {"close": D(2023, 6, 30)}),
    ("qinshui-2022", "quota", {"period": "2023Q3", "base": {"key": 1}}, {"key": 1, "total": 1}),
    ("neimenggu-2024", "quota", {"period": 1, "plan": {"project": 12}}, {"project": 12}),
    ("neimenggu-2024", "quota", {"period": 1, "base": {"key": 0}}, {"key": 0}),
    ("neimenggu-2024", "plan_due", {"year": 2025}, {"date": "none"}),
    ("neimenggu-2024", "report", {"report": "quarterly_statistics", "period": "2024Q3"}, {"date": D(2024, 10, 5), "remind_by": D(2024, 9, 30)}),
    ("quzhou-2017", "window", {"period": "2018Q2"}, {"open": D(2018, 3, 26), "close": D(2018, 3, 31)}),
    ("quzhou-2017", "window", {"period": "2018Q1"}, {"open": D(2017, 12, 25), "close": D(2017, 12, 31)}),
    ("quzhou-2017", "window", {"period": "2017Q4", "on": D(2017, 9, 25)}, {"ok": False}),
    ("wulong-2024", "due", {"rule": "plan_publish", "from": D(2024, 1, 17)}, {"date": D(2024, 1, 31)}),
    ("wulong-2024", "quota", {"period": 2, "base": {"wl15a": 18, "wl15c": 2}}, {"wl15a": 18, "wl15c": 2}),
    ("wulong-2024", "quota_year", {"quota": "wl12", "manual": [3, 3, 4, 2]}, {"quotas": [3, 3, 4, 2], "total": 12}),
    ("wulong-2024", "quota_year", {"quota": "wl15b", "base": 39}, {"quotas": [4, 4, 4, 4], "total": 16}),
    ("wulong-2024", "stated", {"quotas": ["wl17"], "base": {"wl17": 26}}, {"year": 6, "stated": 6, "ok": True}),
    ("wulong-2024", "stated", {"quotas": ["wl18"], "base": {"wl18": 60}}, {"year": 12, "stated": 8, "ok": False}),
    ("wulong-2024", "stated", {"quotas": ["wl03"], "base": {"wl03": [9, 9, 11, 11]}}, {"year": 10, "stated": 8, "ok": False}),
]  # fmt: skip


@pytest.mark.parametrize(("book", "kind", "given", "expect"), FURTHER)
def test_further_examples_of_the_same_types_come_out_right(book, kind, given, expect):
    assert run(book, kind, given, expect) == ()


WRONG = [
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": 132}}, {"key": 34}, "key 应为 34，实为 33"),
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": 132}}, {"key": True}, "应为 True"),
    ("qinshui-2022", "quota", {"period": 1, "base": {}}, {"key": 33}, "缺少对象数"),
    ("qinshui-2022", "quota", {"period": 5, "base": {"key": 1}}, {"key": 1}, "没有第 5 期"),
    ("qinshui-2022", "quota", {"period": 1, "base": {"top": 1}}, {"top": 1}, "没有配额行“top”"),
    ("qinshui-2022", "quota", {"period": 1, "bases": {"key": 1}}, {"key": 1}, "不认识的键：bases"),
    ("qinshui-2022", "quota", {"base": {"key": 1}}, {"key": 1}, "示例写法有误"),
    ("qinshui-2022", "lottery", {}, {"key": 1}, "不认识的示例类型“lottery”"),
    ("qinshui-2022", "plan_due", {"year": 2023}, {"date": D(2023, 4, 1)}, "date 应为 2023-04-01，实为 2023-03-31"),
    ("qinshui-2022", "plan_due", {"year": 2023}, {"day": 1}, "不计算此项"),
    ("qinshui-2022", "plan_due", {"year": 2023}, {}, "expect 为空"),
    ("qinshui-2022", "due", {"rule": "lunch", "from": D(2023, 1, 1)}, {"date": ""}, "不认识的期限“lunch”"),
    ("qinshui-2022", "year", {"quota": "key", "base": [1, 1, 1]}, {"drawn": [1]}, "只有一个单位，示例给出了 3 个"),
    ("qinshui-2022", "year", {"quota": "general", "base": [2] * 4}, {"repeats": [0, 1, 1, 0]}, "repeats 应为"),
    ("neimenggu-2024", "year", {"quota": "key", "base": [6] * 4}, {"reasons_last": ["population_limited"]}, "reasons_last"),
    ("quzhou-2017", "tier", {"body": "town", "as_of": D(2017, 1, 1), "targets": []}, {"a": []}, "没有主体“town”"),
    ("wulong-2024", "stated", {"quotas": ["wl02"], "base": {"wl02": 9}}, {"year": 1}, "没有载明“wl02”"),
    ("neimenggu-2024", "report", {"report": "weekly", "year": 2024}, {"date": ""}, "没有报送“weekly”"),
]  # fmt: skip


@pytest.mark.parametrize(("book", "kind", "given", "expect", "words"), WRONG)
def test_a_wrong_example_fails_and_says_why(book, kind, given, expect, words):
    differences = run(book, kind, given, expect)
    assert differences
    assert re.search(words, "；".join(differences)), differences


def command(directory):
    out = StringIO()
    call_command("check_examples", str(directory), stdout=out)
    return out.getvalue().splitlines()


def test_the_command_counts_what_passed():
    assert command(GOLDEN) == ["37 passed, 0 failed"]


def test_the_command_prints_one_line_per_failure_and_exits_one(tmp_path):
    text = (GOLDEN / "qinshui-2022.toml").read_text(encoding="utf-8").replace("key = 33", "key = 34")
    (tmp_path / "qinshui-2022.toml").write_text(text, encoding="utf-8")
    (tmp_path / "nowhere.toml").write_text("[[examples]]\n", encoding="utf-8")
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("check_examples", str(tmp_path), stdout=out)
    lines = out.getvalue().splitlines()
    assert caught.value.code == 1
    assert len(lines) == 3
    assert lines[1] == "qinshui-2022.toml QS-EX-01：key 应为 34，实为 33"
    assert lines[-1] == "6 passed, 2 failed"


def test_the_command_wants_a_directory_with_examples(tmp_path):
    for directory in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CommandError) as caught:
            call_command("check_examples", str(directory))
        assert caught.value.returncode == 2
