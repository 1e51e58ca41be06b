"""States, outcomes, signatures, modes, numbers, files: tables."""

import io
from datetime import date
from pathlib import Path

import pytest

from foundation.documents import uploads as files
from foundation.errors import OutOfOrder
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import ModeRule
from inspections.rules import modes, numbering, outcomes, signing, states, waiving
from inspections.rules.outcomes import Answer, ItemResult, ResultWrong
from inspections.rules.signing import Member, SignatureWrong, Signed
from tests.inspections import factories as make
from tests.planning.factories import BOOKS

pytestmark = pytest.mark.once
DAY = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[2]
SEVEN = {
    "no_problem": "未发现问题", "ordered_correct": "发现问题已责令整改", "case_filed": "发现违法行为已立案调查",
    "deregistered": "检查对象已注销", "transferred": "发现问题已移交有关部门", "uncooperative": "不配合检查",
    "pending": "发现问题待后续处理",
}  # fmt: skip

# -- states --------------------------------------------------------------------------------------------------


def test_the_page_of_states_is_the_table():
    assert (ROOT / "docs/states/visit.md").read_text(encoding="utf-8") == states.page()


@pytest.mark.parametrize("state", states.TRANSITIONS)
@pytest.mark.parametrize("act", states.ACTS)
def test_an_act_is_open_only_where_the_table_says(state, act):
    if act in states.TRANSITIONS[state]:
        assert states.after(state, act) in states.TRANSITIONS
    else:
        with pytest.raises(OutOfOrder, match=states.LABELS[state]):
            states.after(state, act)


def test_every_state_is_reached_and_the_ended_ones_lead_nowhere_but_to_a_correction():
    reached = {to for acts in states.TRANSITIONS.values() for to in acts.values()}
    assert reached == set(states.TRANSITIONS)
    assert [state for state, acts in states.TRANSITIONS.items() if not acts] == ["waived", "void"]
    assert dict(states.TRANSITIONS["reviewed"]) == {"reopen": "returned"}


# -- outcomes ------------------------------------------------------------------------------------------------


def item(result="", note="", *answers, points=2, name="废气"):
    return ItemResult(name, result, note, [Answer(*a) for a in answers], points)


CLEAR = (("clear", ""), ("na", ""))


@pytest.mark.parametrize(
    "codes,expected",
    [
        (["no_problem", "no_problem"], "no_problem"),
        (["no_problem", "ordered_correct"], "ordered_correct"),
        (["ordered_correct", "case_filed", "pending"], "case_filed"),
        (["transferred", "ordered_correct"], "transferred"),
        (["uncooperative", "pending"], "pending"),
        (["no_problem", "local_warning"], "local_warning"),
        (["local_warning", "pending"], "pending"),
    ],
)
def test_the_heaviest_item_decides(codes, expected):
    assert outcomes.derive(codes) == expected


@pytest.mark.parametrize("codes", [[], ["no_problem", ""]])
def test_nothing_is_derived_from_what_is_missing(codes):
    with pytest.raises(ResultWrong):
        outcomes.derive(codes)


@pytest.mark.parametrize(
    "one,words",
    [
        (item("no_problem", "", ("problem", "漏油"), ("clear", "")), "不能是未发现问题"),
        (item("ordered_correct", "", *CLEAR), "要写明问题"),
        (item("", "", ("problem", "  ")), "写清位置"),
        (item("", "", ("maybe", "")), "不在可选范围"),
        (item("deregistered", "关了", *CLEAR), "不在规则书"),
        (item("fined", "罚款", *CLEAR), "不在规则书"),
    ],
)
def test_an_item_that_contradicts_itself_is_refused(one, words):
    with pytest.raises(ResultWrong, match=words):
        outcomes.check_item(one, SEVEN)


@pytest.mark.parametrize(
    "one",
    [
        item(),
        item("", "", ("clear", "")),
        item("no_problem", "", *CLEAR),
        item("case_filed", "偷排", *CLEAR),
        item("pending", "", ("problem", "漏油")),
    ],
)
def test_a_sound_item_is_accepted_half_done_or_whole(one):
    outcomes.check_item(one, SEVEN)


@pytest.mark.parametrize(
    "answers,points,chosen,expected",
    [
        (CLEAR, 2, "", "no_problem"),
        (CLEAR[:1], 2, "", ""),
        ((("problem", "漏油"), ("clear", "")), 2, "", ""),
        ((), 0, "", ""),
        (CLEAR, 2, "pending", "pending"),
    ],
)
def test_only_a_whole_clean_list_implies_a_result(answers, points, chosen, expected):
    assert outcomes.implied([Answer(*a) for a in answers], points, chosen) == expected


def settle(items, chosen="", codes=SEVEN, production="normal", summary="检查了"):
    return outcomes.settle(chosen=chosen, items=items, codes=codes, production=production, summary=summary)


WHOLE = item("no_problem", "", *CLEAR)
BAD = item("ordered_correct", "", ("problem", "漏油"), ("clear", ""))


@pytest.mark.parametrize(
    "given,expected",
    [
        ({"items": [WHOLE, WHOLE]}, "no_problem"),
        ({"items": [WHOLE, BAD]}, "ordered_correct"),
        ({"items": [WHOLE, BAD], "chosen": "ordered_correct"}, "ordered_correct"),
        ({"items": [item(), item()], "chosen": "deregistered", "production": "closed"}, "deregistered"),
        ({"items": [item()], "chosen": "uncooperative"}, "uncooperative"),
    ],
)
def test_the_result_of_a_visit_is_settled(given, expected):
    assert settle(**given) == expected


@pytest.mark.parametrize(
    "given,words",
    [
        ({"items": [WHOLE, item()]}, "没有填完"),
        ({"items": [WHOLE, item("no_problem", "", ("clear", ""))]}, "没有填完"),
        ({"items": [WHOLE, BAD], "chosen": "no_problem"}, "不能改成"),
        ({"items": [WHOLE], "chosen": "pending"}, "不能改成"),
        ({"items": [WHOLE], "chosen": "fined"}, "不在规则书"),
        ({"items": [item()], "chosen": "deregistered"}, "生产状态"),
        ({"items": [BAD], "chosen": "deregistered", "production": "moved"}, "已有事项发现问题"),
        ({"items": [item()], "chosen": "uncooperative", "summary": " "}, "写明经过"),
        (
            {
                "items": [item()],
                "chosen": "deregistered",
                "production": "closed",
                "codes": {"no_problem": "未发现问题"},
            },
            "不在规则书",
        ),
    ],
)
def test_a_result_that_does_not_fit_is_refused(given, words):
    with pytest.raises(ResultWrong, match=words):
        settle(**given)


@pytest.mark.parametrize(
    "code,kind",
    [
        ("ordered_correct", "rectification"),
        ("case_filed", "case"),
        ("transferred", "referral"),
        ("pending", "pending"),
        ("local", "pending"),
    ],
)
def test_each_problem_opens_the_follow_up_of_its_code(code, kind):
    found = outcomes.problems(code, [WHOLE, item(code, "详见笔录", ("problem", "漏油"))], "")
    assert [(p.item, p.kind, p.text) for p in found] == [(1, kind, "漏油；详见笔录")]


def test_a_visit_that_was_not_let_in_opens_one_follow_up_of_its_own():
    assert [(p.item, p.kind) for p in outcomes.problems("uncooperative", [item()], "拒不开门")] == [
        (None, "pending")
    ]
    assert outcomes.problems("deregistered", [item()], "已注销") == []


@pytest.mark.parametrize("book", BOOKS)
def test_the_vocabulary_of_every_rulebook_works_from_item_to_follow_up(book):
    codes = {code.id: code.zh for code in library.get(book).results.codes}
    assert outcomes.NO_PROBLEM in codes
    for code in outcomes.item_codes(codes):
        one = WHOLE if code == "no_problem" else item(code, "见笔录", ("problem", "漏油"), ("clear", ""))
        assert settle([one], codes=codes) == code
        assert len(outcomes.problems(code, [one], "")) == (code != "no_problem")
    with pytest.raises(ResultWrong):
        settle([item("fined", "罚", *CLEAR)], codes=codes)
    if outcomes.DEREGISTERED not in codes:
        with pytest.raises(ResultWrong):
            settle([item()], chosen="deregistered", codes=codes, production="closed")


# -- signatures ----------------------------------------------------------------------------------------------


def member(number, *, auxiliary=False, no="ZF", since=date(2020, 1, 1), until=date(2027, 1, 1)):
    return Member(number, f"检{number}", number - 1, auxiliary, no and f"{no}{number}", since, until)


TEAM = [member(1), member(2), member(3, auxiliary=True)]
PARTY = Signed("enterprise", "田环保")


def by(*numbers):
    return [Signed("inspector", f"检{n}", n) for n in numbers]


@pytest.mark.parametrize(
    "given,team,enterprise",
    [
        ([*by(1, 2), PARTY], TEAM, True),
        (by(1, 2), TEAM, False),
        (
            [*by(1, 2), Signed("enterprise", "", refused=True, note="不在场"), Signed("witness", "韩")],
            TEAM,
            True,
        ),
        ([*by(2, 4), PARTY], [member(1, until=date(2026, 11, 19)), member(2), member(4)], True),
        ([*by(1, 2), PARTY], [member(1, until=DAY), member(2, since=DAY)], True),
    ],
)
def test_a_properly_signed_record_is_accepted(given, team, enterprise):
    signing.check(given, team, DAY, minimum=2, enterprise=enterprise)


@pytest.mark.parametrize(
    "given,team,words",
    [
        ([*by(1), PARTY], TEAM, "至少要 2 个"),
        ([*by(1, 1), PARTY], TEAM, "签了两次"),
        ([*by(2, 1), PARTY], TEAM, "主办"),
        ([*by(1, 3), PARTY], TEAM, "辅助人员"),
        ([*by(1, 9), PARTY], TEAM, "不在现在的检查组"),
        ([*by(1, 2), PARTY], [member(1), member(2, until=date(2026, 11, 19))], "没有有效的执法证"),
        ([*by(1, 2), PARTY], [member(1), member(2, since=date(2026, 11, 21))], "没有有效的执法证"),
        ([*by(1, 2), PARTY], [member(1), member(2, no="")], "没有有效的执法证"),
        ([Signed("inspector", "别人", 1), *by(2), PARTY], TEAM, "不一致"),
        (by(1, 2), TEAM, "缺被检查单位"),
        ([*by(1, 2), PARTY, PARTY], TEAM, "只能有一个"),
        ([*by(1, 2), Signed("enterprise", "田", refused=True), Signed("witness", "韩")], TEAM, "注明原因"),
        ([*by(1, 2), Signed("enterprise", "田", refused=True, note="不签")], TEAM, "见证人"),
        (
            [*by(1, 2), Signed("enterprise", "田", refused=True, note="不签"), Signed("witness", "检2")],
            TEAM,
            "检查组的人",
        ),
        ([*by(1, 2), Signed("enterprise", " ")], TEAM, "要有姓名"),
        ([*by(1, 2), Signed("enterprise", "田", image="data:text/html;base64,AA")], TEAM, "格式不对"),
        ([*by(1, 2), Signed("enterprise", "田", image=signing.PREFIX + "A" * signing.LARGEST)], TEAM, "太大"),
        ([*by(1, 2), Signed("boss", "田")], TEAM, "签字身份"),
        ([*by(1, 2), PARTY, Signed("witness", "韩", refused=True)], TEAM, "只有被检查单位"),
    ],
)
def test_a_record_signed_otherwise_is_refused(given, team, words):
    with pytest.raises(SignatureWrong, match=words):
        signing.check(given, team, DAY, minimum=2, enterprise=True)


def test_a_team_with_one_valid_certificate_may_not_go():
    with pytest.raises(SignatureWrong, match="检2"):
        signing.check_team([member(1), member(2, until=date(2026, 1, 1)), member(3, auxiliary=True)], DAY, 2)


# -- modes, numbers, waivers, files --------------------------------------------------------------------------

RULE = ModeRule(("onsite", "offsite", "documents"), {})
RELIEF = ModeRule(("remote_sensing", "drone"), {"onsite": "列入正面清单"})


@pytest.mark.parametrize(
    "rule,mode,reason,expected",
    [
        (RULE, "", "", "onsite"),
        (RULE, "onsite", "", "onsite"),
        (RULE, "documents", "只核台账", "documents"),
        (RELIEF, "", "", "remote_sensing"),
    ],
)
def test_a_mode_is_chosen(rule, mode, reason, expected):
    assert modes.choose(rule, mode, reason) == expected


@pytest.mark.parametrize(
    "rule,mode,reason,words",
    [
        (RULE, "offsite", " ", "要写理由"),
        (RULE, "drone", "快", "只能是"),
        (RELIEF, "onsite", "要去", "正面清单"),
        (ModeRule((), {}), "", "", "没有给"),
    ],
)
def test_another_mode_needs_a_reason_and_a_refused_one_stays_refused(rule, mode, reason, words):
    with pytest.raises(modes.ModeRefused, match=words):
        modes.choose(rule, mode, reason)


def test_numbers_read_as_people_write_them():
    assert numbering.visit_number("140500-2026Q4-01", 3) == "140500-2026Q4-01-003"
    assert numbering.notice_number("青环", 2026, 12) == "青环检通〔2026〕12号"
    assert numbering.notice_count(2, 2) == "本年度第 2 次检查，规则规定的上限为 2 次"
    assert "没有规定" in numbering.notice_count(1, None)


def test_only_a_rulebook_with_waivers_allows_one_and_only_for_its_kinds():
    with_waiver = [book for book in BOOKS if waiving.activities(library.get(book))]
    assert with_waiver == ["quzhou-2017"]
    book, period = library.get("quzhou-2017"), Period.parse("2026Q4")
    assert "daily" not in waiving.activities(book)
    good = {"activity": "campaign", "checked_on": DAY, "period": period, "reason": "已检查"}
    assert "QZ-4.2" in waiving.check(book, **good)
    for wrong in ({"activity": "daily"}, {"checked_on": date(2026, 9, 30)}, {"reason": " "}):
        with pytest.raises(waiving.WaiverRefused):
            waiving.check(book, **(good | wrong))
    with pytest.raises(waiving.WaiverRefused, match="没有"):
        waiving.check(library.get("qinshui-2022"), **good)


@pytest.mark.parametrize("name", make.GOOD)
def test_a_file_of_each_kind_is_known_by_its_bytes(name):
    content = make.GOOD[name]
    assert files.identify(name, io.BytesIO(content), len(content)) in files.MEDIA_TYPES


@pytest.mark.parametrize(
    "name,content,words",
    [
        ("a.exe", b"MZ", "只收"), ("a", b"\xff\xd8\xff", "只收"), ("a.svg", b"<svg/>", "只收"), ("a.html", b"<p>", "只收"), ("a.png.php", b"x", "只收"),
        ("a.png", b"\xff\xd8\xff" + b"0" * 9, "内容不是"), ("a.jpg", b"<script>", "内容不是"), ("a.pdf", b"PK\x03\x04", "内容不是"),
        ("a.mp4", b"GIF89a" + b"0" * 9, "内容不是"), ("a.docx", make.office("xl/workbook.xml"), "内容不是"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 40, "内容不是"), ("a.png", b"", "空文件"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(name, content, words):
    with pytest.raises(files.FileRefused, match=words):
        files.identify(name, io.BytesIO(content), len(content))


def test_a_file_over_twenty_megabytes_is_refused():
    with pytest.raises(files.FileRefused, match="20 MB"):
        files.identify("a.png", io.BytesIO(make.png()), files.LARGEST + 1)


@pytest.mark.parametrize(
    "name,plain",
    [
        ("../../etc/x.png", "x.png"),
        ("C:\\a\\b.jpg", "b.jpg"),
        ("现场\u202egnp.jpg", "现场gnp.jpg"),
        ("a\r\nb<x>.pdf", "abx.pdf"),
    ],
)
def test_a_name_keeps_no_path_and_no_tricks(name, plain):
    assert files.plain_name(name) == plain
