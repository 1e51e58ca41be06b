"""The worked examples, and the command that checks any directory of them. source: rulebooks.md §5, §6"""

import re
from datetime import date as D
from datetime import datetime
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
    """The 37 of the rulebooks, and under `further/` those worked out by hand to audit the arithmetic."""
    assert len(OUTCOMES) == 37 + 56
    assert len([outcome for outcome in OUTCOMES if "/" not in outcome.file]) == 37
    assert {outcome.file for outcome in OUTCOMES} == {
        str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.toml")
    }


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
    ("qinshui-2022", "quota", {"base": {"key": 1}}, {"key": 1}, "given 缺少 period"),
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
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": -1}}, {"key": 0}, "对象数 -1 为负"),
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": 1.5}}, {"key": 1}, "base 应为整数，现为 1.5"),
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": []}}, {"key": 0}, "base 是空数组"),
    ("qinshui-2022", "quota", {"period": 1, "base": [4]}, {"key": 1}, "按配额行写成表"),
    ("qinshui-2022", "quota", {"period": 1, "base": {"key": 4, "kee": 4}}, {"key": 1}, "没有配额行“kee”"),
    ("qinshui-2022", "quota", {"period": True, "base": {"key": 4}}, {"key": 1}, "given 的 period 应为周期序号"),
    ("qinshui-2022", "quota_year", {"base": [4] * 4}, {"total": 4}, "given 缺少 quota 或 quotas"),
    ("qinshui-2022", "year", {"quota": ["key"], "base": [4] * 4}, {"drawn": [1] * 4}, "quota 应为字符串"),
    ("qinshui-2022", "year", {"quota": "key", "base": []}, {"drawn": []}, "base 是空数组"),
    ("qinshui-2022", "year", {"quota": "key", "base": [4, 4, 4, -1]}, {"drawn": [1] * 4}, "对象数 -1 为负"),
    ("qinshui-2022", "year", {"quota": "key", "base": [4] * 4, "excluded": 5}, {"drawn": [0] * 4}, "排除的对象数 5 应在 0 与对象数 4 之间"),
    ("qinshui-2022", "year", {"quota": "key", "base": [4] * 4, "excluded": [-1, 0, 0, 0]}, {"drawn": [1] * 4}, "排除的对象数 -1"),
    ("qinshui-2022", "year", {"quota": "key", "base": [1] * 4, "override_cap": [True]}, {"drawn": [1] * 4}, "override_cap 有 1 期，应为 4 期"),
    ("qinshui-2022", "year", {"quota": "key", "base": [1] * 4, "override_cap": "no"}, {"drawn": [1] * 4}, "override_cap 应为布尔值"),
    ("qinshui-2022", "due", {"rule": "disclosure", "from": "2022-09-20"}, {"date": ""}, "from 应为日期"),
    ("qinshui-2022", "due", {"rule": "disclosure", "from": datetime(2022, 9, 20, 10)}, {"date": ""}, "不加引号和时刻"),
    ("qinshui-2022", "due", {"rule": "disclosure", "from": D(9999, 12, 30)}, {"date": ""}, "from 应为日期"),
    ("qinshui-2022", "due", {"rule": "disclosure"}, {"date": ""}, "given 缺少 from"),
    ("qinshui-2022", "plan_due", {"year": "2023"}, {"date": ""}, "year 应为年份（如 2024），现为 “2023”"),
    ("qinshui-2022", "window", {"period": 2}, {"close": ""}, "没有写成周期编号"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": "2023-01-01", "targets": [{"n": "a"}]}, {"a": []}, "as_of 应为日期"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"name": "a"}]}, {"a": []}, "缺少名称 n"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"n": "a"}, {"n": "a"}]}, {"a": []}, "“a”出现两次"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"n": "a", "positive_list": "否"}]}, {"a": []}, "应为布尔值 true 或 false"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"n": "a", "flags": ["penalised"]}]}, {"a": []}, "flags 应写成"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"n": "a", "flags": [{"id": "punished", "on": D(2022, 5, 1)}]}]}, {"a": ["general"]}, "标志“punished”不在规则书中"),
    ("qinshui-2022", "tier", {"body": "county", "as_of": D(2023, 1, 1), "targets": [{"n": "a", "flags": [{"id": "penalised"}]}]}, {"a": []}, "缺少发生日期 on"),
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
    assert command(GOLDEN) == ["93 passed, 0 failed"]


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


PLAN = """[[examples]]
id = "P"
title = "plan"
type = "plan_due"
given = { year = 2023 }
expect = { date = 2023-03-31 }
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("qinshui-2022.toml", PLAN.encode("utf-8-sig")),
        ("qinshui-2022.toml", PLAN.replace("\n", "\r\n").encode()),
        ("deep/er/qinshui-2022.toml", PLAN.encode()),
        ("qinshui-2022-further.toml", PLAN.encode()),
        ("qinshui-2022/01.toml", PLAN.encode()),
        ("any.toml", b'rulebook = "qinshui-2022"\n' + PLAN.encode()),
    ],
)
def test_a_file_is_understood_however_it_was_saved(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    (tmp_path / "notes.md").write_text("no example", encoding="utf-8")
    (tmp_path / "folder.toml").mkdir()
    assert command(tmp_path) == ["1 passed, 0 failed"]


UNUSABLE = [
    (b"[[examples]\n", "不是有效的 TOML 文件"),
    (b'id = "\xff"\n', "文件不是 UTF-8 编码"),
    (b"", r"文件中没有 \[\[examples\]\]"),
    (b"examples = 3\n", r"文件中没有 \[\[examples\]\]"),
    (b'[[examples]]\nid = "A"\ngiven = {}\nexpect = {}\n', "A：示例缺少 type"),
    (b'[[examples]]\nid = "A"\ntype = "due"\nexpect = {}\n', "A：示例缺少 given"),
    (b'[[examples]]\nid = "A"\ntype = "due"\ngiven = {}\n', "A：示例缺少 expect"),
    (b'[[examples]]\nid = "A"\ntype = "due"\ngiven = 3\nexpect = {}\n', "A：示例的 given 应为表"),
    (b'[[examples]]\nid = "A"\ntype = ["due"]\ngiven = {}\nexpect = {}\n', "A：示例的 type 应为字符串"),
]


@pytest.mark.parametrize(("content", "words"), UNUSABLE)
def test_a_file_or_example_that_cannot_be_used_fails_by_name(tmp_path, content, words):
    (tmp_path / "qinshui-2022.toml").write_bytes(content)
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("check_examples", str(tmp_path), stdout=out)
    lines = out.getvalue().splitlines()
    assert caught.value.code == 1
    assert lines[-1] == "0 passed, 1 failed"
    assert re.search(f"^qinshui-2022.toml .*{words}", lines[0]), lines


def test_a_lottery_with_too_many_outcomes_asks_for_a_narrower_example(monkeypatch):
    monkeypatch.setattr("foundation.rulebook.simulation._MOST_STATES", 100)
    found = run("qinshui-2022", "year", {"quota": "general", "base": [411] * 4}, {"distinct": 150})
    assert found == ("抽签的可能结果太多，逐一核对不完。请同时写明每期的 repeats。",)
