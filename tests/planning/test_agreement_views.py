"""Pages of what is agreed about a plan: details, participants, months, versions, make-ups, exceptions."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from planning import actions, plan_page
from planning.models import MakeUp, Override, Quota
from registry.models import Target
from tests.factories import create_unit, create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def book_of(answer):
    return load_workbook(BytesIO(b"".join(answer.streaming_content)))


def test_joint_plan_is_agreed_on_its_page(client, bureau):
    plan = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    unit = create_unit(bureau.organisation, name="法规科")
    client.force_login(bureau.planner)
    url = reverse("planning:details", args=[plan.pk])
    assert "还没有参与方" in text(client, url)
    data = {"name": plan.name, "lead": unit.pk, "level": "县级", "weighed": "焦化企业集中"}
    assert client.post(url, data).status_code == 302
    assert (
        client.post(reverse("planning:participant_add", args=[plan.pk]), {"name": "应急管理局"}).status_code
        == 302
    )
    found = plan.participants.get()
    agree = reverse("planning:participant_agree", args=[found.pk])
    client.post(agree, {"agreed_on": "", "agreement": ""})
    assert "未同意" in text(client, url)
    client.post(agree, {"agreed_on": "2026-01-09", "agreement": "会签单"})
    page = text(client, url)
    assert "法规科" in page
    assert "会签单" in page
    task = plan.tasks.first()
    assert client.post(reverse("planning:drop", args=[task.pk])).status_code == 302
    assert not plan.tasks.filter(pk=task.pk).exists()


def test_details_and_months_of_another_bureau_do_not_exist_for_me(client, bureau):
    plan = make.approved_plan(bureau)
    client.force_login(create_user(None, "planner"))
    for name in ("details", "months"):
        assert client.get(reverse(f"planning:{name}", args=[plan.pk])).status_code == 404
    row = plan.tasks.first().numbers.first()
    assert client.post(reverse("planning:set_months", args=[row.pk])).status_code == 404


def test_months_are_laid_out_on_the_task_page_and_shown_for_the_plan(client, bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    row = plan.tasks.get(line="key").numbers.get(period="2026Q1")
    client.force_login(bureau.planner)
    url = reverse("planning:set_months", args=[row.pk])
    client.post(url, {"m1": "9", "m2": "", "m3": "x"})
    client.post(url, {"m1": "9", "m2": "0", "m3": "0"})
    row.refresh_from_db()
    assert row.months == []
    client.post(url, {"m1": "0", "m2": "", "m3": str(row.number)})
    row.refresh_from_db()
    assert row.months == [0, 0, row.number]
    assert "12月" in text(client, reverse("planning:months", args=[plan.pk]))
    sheet = plan_page.sheet(plan)
    bars = {one["label"]: one["values"] for one in sheet.month_chart["series"]}
    assert bars["重点"][:3] == [0, 0, row.number]
    assert [sum(column) for column in zip(*bars.values(), strict=True)] == sheet.month_totals


def test_any_two_versions_are_compared(client, bureau):
    first = make.approved_plan(bureau)
    draft = actions.amend_plan(by=bureau.planner, plan=first, reason="换方式", on=make.TODAY)
    actions.edit_task(
        by=bureau.planner, task=draft.tasks.get(line="key"), on=make.TODAY, method="offsite", note="夜查"
    )
    client.force_login(bureau.planner)
    page = text(client, f"{reverse('planning:plan', args=[first.pk])}?against=2")
    assert "与第 2 版（编制中）相比，共 2 处变化" in page
    assert "夜查" in page
    first.refresh_from_db()
    assert first.status == "issued"


def test_layout_is_chosen_for_the_workbook_and_an_unknown_one_is_not_found(client, bureau):
    plan = make.approved_plan(bureau)
    client.force_login(bureau.planner)
    url = reverse("planning:plan_xlsx", args=[plan.pk])
    heads = [cell.value for cell in book_of(client.get(f"{url}?layout=item"))["计划表"][2]]
    assert heads[1] == "发起部门"
    assert client.get(f"{url}?layout=nothing").status_code == 404


def test_year_account_shows_what_is_missing_and_takes_a_make_up(client, bureau):
    make.approved_plan(bureau)
    for period in ("2026Q3", "2026Q4"):
        actions.confirm_quotas(
            organisation=bureau.organisation, period=period, on=make.TODAY, by=bureau.planner
        )
    key = list(Target.objects.filter(organisation=bureau.organisation, permit_class="key").order_by("pk"))
    make.note(bureau, "key", key[:1], period="2026Q3")
    make.note(bureau, "key", key[1:5], period="2026Q4")
    quota = Quota.objects.get(period="2026Q3", line="key")
    client.force_login(bureau.planner)
    url, make_up = reverse("planning:account", args=[2026]), reverse("planning:make_up", args=[quota.pk])
    assert make_up in text(client, url)
    page = text(client, make_up)
    assert "多抽 1 家" in page
    data = {"period": "2026Q4", "count": "1", "reason": "暴雨停抽"}
    assert client.post(make_up, data | {"reason": ""}).status_code == 422
    assert "只多抽了 1 家" in client.post(make_up, data | {"count": "2"}).content.decode()
    assert client.post(make_up, data).status_code == 302
    assert MakeUp.objects.get().drawn.period == "2026Q4"
    assert not [one.name for one in key if one.name in page or one.name in text(client, url)]
    assert "暴雨停抽" in text(client, url)
    rows = list(
        book_of(client.get(reverse("planning:account_xlsx", args=[2026])))["全年对账"].iter_rows(
            min_row=3, values_only=True
        )
    )
    assert [row[3:6] + row[7:] for row in rows if row[2] == "三季度"][0] == (3, 1, 2, 1, 1)


def test_account_of_a_bureau_without_a_rulebook_says_what_to_do(client):
    planner = create_user(None, "planner")
    client.force_login(planner)
    assert "还不能对账" in text(client, reverse("planning:account", args=[2026]))


def test_exceptions_are_listed_by_year_with_clause_and_exported(client, bureau):
    make.approved_plan(bureau)
    client.force_login(bureau.planner)
    url = reverse("planning:overrides")
    data = {
        "year": "2026",
        "rule": "twice_a_year",
        "line": "key",
        "target": "",
        "reason": "群众反映",
        "evidence": "信访件 3 号",
        "no_file_reason": "原件在信访科",
    }
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 409
    assert Override.objects.get().clause == "QS-10.17"
    page = text(client, f"{url}?year=2026")
    assert "QS-10.17" in page
    assert "没有例外的规定" in page
    assert "还没有" not in page
    assert "信访件" not in text(client, f"{url}?year=2025")
    sheet = book_of(client.get(f"{reverse('planning:overrides_xlsx')}?year=2026"))["例外申请"]
    assert [cell.value for cell in sheet[3]][2:6] == ["QS-10.17", "key", "群众反映", "信访件 3 号"]


def test_published_day_is_shown_among_the_deadlines(client, bureau):
    plan = make.approved_plan(bureau)
    actions.note_published(by=None, plan=plan, published_on=date(2030, 1, 8), published_at="公示 2026-P-01")
    client.force_login(bureau.planner)
    assert "公示 2026-P-01" in text(client, reverse("planning:plan", args=[plan.pk]))


def test_what_is_wrong_with_an_attachment_is_named(client, bureau):
    plan = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    client.force_login(bureau.planner)
    url = reverse("planning:plan_file_add", args=[plan.pk])
    for sent, words in (
        ({"title": "规范"}, "“文件”：请选一个文件"), ({"title": ""}, "“文件名称”：请填写"), ({"title": "长" * 201}, "“文件名称”：最多 200 个字"),
    ):  # fmt: skip
        assert words in client.post(url, sent, follow=True).content.decode()


def test_a_refused_exception_keeps_what_was_typed(client, bureau):
    make.approved_plan(bureau)
    actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q4", on=make.TODAY, by=bureau.planner
    )
    quota = Quota.objects.filter(period="2026Q4").first()
    client.force_login(bureau.planner)
    url = reverse("planning:ask", args=[quota.period, quota.line, quota.unit_id])
    sent = {
        "rule": "twice_a_year",
        "target": "没有这家",
        "reason": "信访反复𬭚",
        "evidence": "函",
        "no_file_reason": "原件在信访科",
    }
    answer = client.post(url, sent)
    assert answer.status_code == 409
    assert "名录里没有这个对象编号" in answer.content.decode()
    assert "信访反复𬭚" in answer.content.decode()
