"""The holiday tables: what ships, what the database refuses, import of a new year."""

import json
from datetime import date as D
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from openpyxl import Workbook

from foundation.errors import NotAllowed, RuleBroken
from foundation.ledger.models import Entry
from foundation.organisation.models import Organisation, RoleGrant, User
from foundation.workdays import actions
from foundation.workdays.imports import UnreadableFile, parse_holidays
from foundation.workdays.models import Holiday, HolidayYear, calendar
from foundation.workdays.packaged import official_calendar

CSV_2027 = """日期,类型,名称
2027-01-01至2027-01-03,休,元旦
2027-02-05至2027-02-11,休,春节
2027-02-14,班,春节
2027-04-03~2027-04-05,休,清明节
2027-05-01至2027-05-05,休,劳动节
2027/6/9,休,端午节
2027年9月15日,休,中秋节
2027-10-01至2027-10-07,休,国庆节
2027-10-09,班,国庆节
"""


def csv(text: str) -> bytes:
    return text.encode("utf-8")


@pytest.fixture
def planner(db):
    organisation = Organisation.objects.create(code="140521", name="青禾县生态环境局")
    user = User.objects.create(username="planner", name="林晓", organisation=organisation)
    RoleGrant.objects.create(user=user, role="planner")
    return user


@pytest.mark.django_db
def test_the_shipped_years_are_those_of_the_package():
    stored, packaged = calendar(), official_calendar()
    assert dict(stored.special) == dict(packaged.special)
    assert stored.sources == packaged.sources
    assert (min(stored.sources), max(stored.sources)) == (2004, 2026)


@pytest.mark.django_db
def test_the_calendar_takes_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        calendar()


@pytest.mark.django_db
def test_a_provisional_year_is_not_known():
    year = HolidayYear.objects.create(year=2027)
    Holiday.objects.create(year=year, date=D(2027, 2, 14), kind="work", name="春节")
    assert not calendar().knows(2027)
    assert not calendar().is_workday(D(2027, 2, 14))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: HolidayYear.objects.create(year=1900), "holiday_year_is_plausible"),
        (lambda: HolidayYear.objects.create(year=2030, status="maybe"), "holiday_year_status_is_known"),
        (
            lambda: HolidayYear.objects.create(year=2030, status="final"),
            "final_holiday_year_names_its_notice",
        ),
        (
            lambda: Holiday.objects.create(year_id=2026, date=D(2026, 3, 3), kind="half", name="x"),
            "holiday_kind_is_known",
        ),
        (
            lambda: Holiday.objects.create(year_id=2026, date=D(2026, 3, 3), kind="rest", name=""),
            "holiday_has_a_name",
        ),
        (
            lambda: Holiday.objects.create(year_id=2026, date=D(2027, 3, 3), kind="rest", name="x"),
            "holiday_lies_in_its_year",
        ),
    ],
)
def test_the_database_refuses_nonsense(make, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


@pytest.mark.django_db
def test_a_form_gets_the_refusal_in_chinese():
    with pytest.raises(ValidationError, match="日期不在所属年份内"):
        Holiday(year_id=2026, date=D(2027, 3, 3), kind="rest", name="x").full_clean()


@pytest.mark.django_db
def test_a_day_is_entered_once():
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(year_id=2026, date=D(2026, 10, 1), kind="rest", name="国庆节")


def xlsx(rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def far_off() -> bytes:
    """A few kilobytes that would unfold to seventeen thousand million cells."""
    book = Workbook()
    book.active.append(("日期", "类型", "名称"))
    book.active.cell(1_048_576, 16_384, "x")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


ROWS = [("日期", "类型", "名称"), (D(2027, 1, 1), "休", "元旦"), ("2027-02-14", "班", "春节")]


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (csv("日期,类型,名称\n2027-01-01,休,元旦\n\n2027-02-14,班,春节\n"), "a.csv"),
        ("日期,类型,名称\n2027-01-01,休,元旦\n2027-02-14,班,春节\n".encode("gb18030"), "a.CSV"),
        (
            csv(
                json.dumps(
                    {
                        "days": [
                            {"date": "2027-01-01", "kind": "rest", "name": "元旦"},
                            {"date": "2027-02-14", "kind": "work", "name": "春节"},
                        ]
                    }
                )
            ),
            "a.json",
        ),
        (xlsx(ROWS), "a.xlsx"),
    ],
)
def test_the_same_days_are_read_from_every_kind_of_file(content, filename):
    parsed = parse_holidays(content, filename, 2027)
    assert parsed.errors == ()
    assert [(row.date, row.kind, row.name) for row in parsed.rows] == [
        (D(2027, 1, 1), "rest", "元旦"),
        (D(2027, 2, 14), "work", "春节"),
    ]


def test_a_full_notice_has_no_errors_and_no_notices():
    parsed = parse_holidays(csv(CSV_2027), "2027.csv", 2027)
    assert (parsed.ok, parsed.notices, len(parsed.rows)) == (True, (), 29)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("2027-13-01,休,元旦", "第 2 行：日期“2027-13-01”不存在"),
        ("明天,休,元旦", "第 2 行：日期“明天”写法不对"),
        ("2026-01-01,休,元旦", "第 2 行：2026-01-01 不是 2027 年的日期"),
        ("2027-01-01,假,元旦", "第 2 行：类型“假”不认识，请填“休”或“班”"),
        ("2027-01-01,休,", "第 2 行：名称为空"),
        ("2027-02-10,班,春节", "第 2 行：2027-02-10 是星期三，本来就是工作日，不能标为调休上班"),
        ("2027-02-05至2027-02-01,休,春节", "结束早于开始"),
        ("2027-02-05至2027-04-01,休,春节", "超过一个月"),
        ("2027-01-01,休,元旦\n2027-01-01,休,元旦", "第 3 行：2027-01-01 与第 2 行重复"),
    ],
)
def test_a_wrong_row_is_named_with_its_remedy(row, error):
    parsed = parse_holidays(csv(f"日期,类型,名称\n{row}\n"), "a.csv", 2027)
    assert error in "；".join(map(str, parsed.errors))


@pytest.mark.parametrize(
    ("content", "filename", "words"),
    [
        (b"x", "a.pdf", "不是表格文件"),
        (b"", "a.csv", "文件是空的"),
        (csv("日期,名称\n2027-01-01,元旦\n"), "a.csv", "第一行缺少列：类型"),
        (csv("日期,类型,名称\n"), "a.csv", "只有表头"),
        (b"{", "a.json", "不是有效的 JSON"),
        (b"[]", "a.json", "没有日期列表"),
        (b"not a workbook", "a.xlsx", "不是真正的 .xlsx"),
        (far_off(), "a.xlsx", "范围太大"),
        (csv('日期,类型,名称\n2027-01-01,休,"' + "长" * 200_000), "a.csv", "第 2 行的引号或分隔不对"),
        (b"[" * 200_000, "a.json", "不是有效的 JSON"),
    ],
)
def test_an_unreadable_file_is_refused(content, filename, words):
    with pytest.raises(UnreadableFile, match=words):
        parse_holidays(content, filename, 2027)


def test_a_forgotten_statutory_day_is_noticed():
    parsed = parse_holidays(csv(CSV_2027.replace("2027/6/9,休,端午节\n", "")), "a.csv", 2027)
    assert parsed.ok
    assert parsed.notices == ("2027-06-09 是法定节假日（端午节），文件中没有列为休息日，请核对通知原文",)


def test_an_imported_year_becomes_final_and_is_recorded(planner):
    before = calendar()
    assert not before.knows(2027)
    parsed = parse_holidays(csv(CSV_2027), "2027.csv", 2027)
    assert actions.preview_holidays(parsed).sentence == "2027 年放假安排：新增 29 天"
    assert not HolidayYear.objects.filter(year=2027).exists()
    change = actions.import_holidays(by=planner, parsed=parsed, source="国办发明电〔2026〕9号")
    assert (len(change.added), change.was_final) == (29, False)
    after = calendar()
    assert after.knows(2027)
    assert after.is_workday(D(2027, 2, 14))
    assert after.sources[2027] == "国办发明电〔2026〕9号"
    entry = Entry.objects.get(act="workdays.import_holidays")
    assert (entry.subject_name, entry.actor) == ("2027年放假安排", planner)


def test_a_second_import_replaces_and_tells_the_difference(planner):
    actions.import_holidays(by=planner, parsed=parse_holidays(csv(CSV_2027), "a.csv", 2027), source="一号")
    corrected = CSV_2027.replace("2027-10-09,班", "2027-10-10,班").replace(
        "2027/6/9,休,端午节", "2027-06-09,休,端午"
    )
    change = actions.import_holidays(
        by=planner, parsed=parse_holidays(csv(corrected), "a.csv", 2027), source="二号"
    )
    assert (change.added, change.removed, change.changed) == (
        (D(2027, 10, 10),),
        (D(2027, 10, 9),),
        (D(2027, 6, 9),),
    )
    assert change.was_final
    assert change.sentence == "2027 年放假安排：新增 1 天，删去 1 天，改动 1 天"


@pytest.mark.parametrize(
    ("text", "source", "words"),
    [
        ("日期,类型,名称\n2027-13-01,休,元旦\n", "一号", "文件有 1 处错误，没有导入：第 2 行"),
        (CSV_2027, "  ", "没有填写放假通知的文号"),
    ],
)
def test_nothing_is_half_imported(planner, text, source, words):
    with pytest.raises(RuleBroken, match=words):
        actions.import_holidays(by=planner, parsed=parse_holidays(csv(text), "a.csv", 2027), source=source)
    assert not Holiday.objects.filter(year=2027).exists()
    assert not Entry.objects.exists()


def test_only_those_who_keep_the_calendar_may_import(planner):
    other = User.objects.create(username="publisher", name="何静", organisation=planner.organisation)
    RoleGrant.objects.create(user=other, role="publisher")
    with pytest.raises(NotAllowed):
        actions.import_holidays(by=other, parsed=parse_holidays(csv(CSV_2027), "a.csv", 2027), source="一号")


def test_the_command_line_imports_for_a_bureau(planner):
    parsed = parse_holidays(csv(CSV_2027), "a.csv", 2027)
    actions.import_holidays(by=None, organisation=planner.organisation, parsed=parsed, source="一号")
    assert Entry.objects.get().actor is None
