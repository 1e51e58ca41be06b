"""The page that takes the yearly notice: nothing is written before the confirmation, everything after it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from disclosure.models import DisclosureTask
from foundation.ledger.models import Entry
from foundation.organisation.actions import adopt_rulebook
from foundation.workdays.models import Holiday, HolidayYear
from planning.models import AnnualPlan
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db
NOTICE = "日期,类型,名称\n2027-01-01至2027-01-03,休,元旦\n2027-01-09,班,元旦调休\n"
SOURCE = "国办发明电〔2026〕9号"


@pytest.fixture
def bureau():
    bureau = create_organisation()
    adopt_rulebook(by=None, organisation=bureau, rulebook_id="qinshui-2022", effective_from=date(2026, 1, 1))
    return bureau


@pytest.fixture
def planner(bureau):
    return create_user(bureau, "planner", name="林岚")


def waiting_task(bureau, planner) -> DisclosureTask:
    """A plan whose publication is due in a year that is not announced."""
    plan = AnnualPlan.objects.create(
        organisation=bureau, year=2026, name="2026年度抽查计划", rulebook_id="qinshui-2022",
        rulebook_hash=bureau.adoptions.get().rulebook_hash, author=planner,
        approver=create_user(bureau, "unit_head"), status="issued", issued_on=date(2026, 12, 20),
    )  # fmt: skip
    return DisclosureTask.objects.create(
        organisation=bureau, kind="plan", plan=plan, clock_from=date(2026, 12, 20), due_on=date(2027, 1, 18), provisional=True,
    )  # fmt: skip


def enter(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: str = NOTICE, name: str = "2027.csv", **given):
    file = SimpleUploadedFile(name, content.encode())
    return client.post(
        "/desk/settings/holidays/check/", {"year": 2027, "source": SOURCE, "file": file, **given}
    )


def carried(response) -> dict:
    form = response.context["form"]
    return {name: form.initial[name] for name in ("year", "source", "rows")}


def test_the_page_says_which_year_is_missing_and_who_waits_for_it(bureau, planner):
    waiting_task(bureau, planner)
    page = enter(planner).get("/desk/settings/").content.decode()
    missing = HolidayYear.objects.final().order_by("-year").values_list("year", flat=True)[0] + 1
    assert f"{missing} 年还没有录入" in page
    assert "现有 1 件公示期限暂定" in page


def test_the_preview_shows_days_and_deadlines_and_writes_nothing(bureau, planner):
    task = waiting_task(bureau, planner)
    entries = Entry.objects.count()
    response = upload(enter(planner))
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("新增 4 天", "元旦调休", "2026年度抽查计划", "不再暂定", SOURCE, "春节"):
        assert words in page
    assert not Holiday.objects.filter(year=2027).exists()
    assert Entry.objects.count() == entries
    task.refresh_from_db()
    assert task.provisional


def test_confirming_writes_the_year_and_settles_the_deadlines(bureau, planner):
    task, client = waiting_task(bureau, planner), enter(planner)
    response = client.post("/desk/settings/holidays/enter/", carried(upload(client)), follow=True)
    assert "期限重算：1 件有变化" in response.content.decode()
    assert HolidayYear.objects.get(year=2027).source == SOURCE
    assert Holiday.objects.filter(year=2027).count() == 4
    task.refresh_from_db()
    assert (task.due_on, task.provisional) == (date(2027, 1, 15), False)
    assert Entry.objects.filter(act="workdays.import_holidays").count() == 1


def test_entering_a_year_again_warns_and_replaces_it(bureau, planner):
    client = enter(planner)
    client.post("/desk/settings/holidays/enter/", carried(upload(client)))
    second = upload(client, NOTICE.replace("2027-01-09,班", "2027-01-10,班"))
    assert "已经录入过" in second.content.decode()
    assert "删去" in second.content.decode()
    client.post("/desk/settings/holidays/enter/", carried(second))
    assert [day.date.day for day in Holiday.objects.filter(year=2027, kind="work")] == [10]


@pytest.mark.parametrize("content, name, words", [
    ("", "2027.csv", "文件是空的"),
    ("日期,名称\n2027-01-01,元旦\n", "2027.csv", "缺少列：类型"),
    ("日期,类型,名称\n2027-13-01,休,元旦\n", "2027.csv", "第 2 行"),
    ("日期,类型,名称\n2026-01-01,休,元旦\n", "2027.csv", "不是 2027 年"),
    ("不是工作簿", "2027.xlsx", "不是真正的 .xlsx"),
    (NOTICE, "2027.pdf", "不是表格文件"),
    ("{", "2027.json", "不是有效的 JSON"),
])  # fmt: skip
def test_a_bad_file_is_refused_with_row_and_remedy(planner, content, name, words):
    response = upload(enter(planner), content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not HolidayYear.objects.filter(year=2027).exists()


def test_missing_fields_are_named(planner):
    response = enter(planner).post("/desk/settings/holidays/check/", {"year": "", "source": ""})
    assert response.status_code == 422
    page = response.content.decode()
    assert "请选择文件" in page
    assert "年份" in page


def test_only_those_in_charge_may_enter_a_notice(bureau, planner):
    rows = carried(upload(enter(planner)))
    reviewer = enter(create_user(bureau, "reviewer"))
    page = reviewer.get("/desk/settings/")
    assert page.status_code == 200
    assert "上传并核对" not in page.content.decode()
    assert upload(reviewer).status_code == 403
    assert reviewer.post("/desk/settings/holidays/enter/", rows).status_code == 403
    assert not HolidayYear.objects.filter(year=2027).exists()


def test_the_administrator_sees_how_many_but_not_whose_deadlines_move(bureau, planner):
    waiting_task(bureau, planner)
    page = upload(enter(create_user(bureau, "sysadmin"))).content.decode()
    assert "1 件公示期限会变化" in page
    assert "2026年度抽查计划" not in page


def test_tampered_rows_are_checked_again(planner):
    client = enter(planner)
    given = carried(upload(client)) | {"rows": '[{"date": "2027-01-04", "kind": "work", "name": "星期一"}]'}
    response = client.post("/desk/settings/holidays/enter/", given, follow=True)
    assert "没有导入" in response.content.decode()
    assert not HolidayYear.objects.filter(year=2027).exists()


def test_a_year_can_be_taken_away_and_brought_back(planner):
    year = HolidayYear.objects.final().order_by("-year").first().year
    client = enter(planner)
    content = client.get(f"/desk/settings/holidays/{year}.csv").content.decode("utf-8-sig")
    assert content.startswith("日期,类型,名称")
    response = upload(client, content, f"{year}.csv", year=year)
    assert "没有变化" in response.content.decode()
