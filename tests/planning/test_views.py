"""Pages: who sees them, what they show, what they refuse."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from planning import actions, listing
from planning.models import AnnualPlan, Override, Quota
from tests.factories import create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
QUARTER = "2026Q4"


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


@pytest.fixture
def today(monkeypatch):
    """Pages ask for the local date; it stands still here."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)


def sign_in(client, user):
    client.force_login(user)
    return client


def test_plan_list_without_plans_says_what_to_do(client, bureau):
    page = sign_in(client, bureau.planner).get(reverse("planning:plans"))
    assert page.status_code == 200
    assert "还没有年度计划" in page.content.decode()
    assert reverse("planning:plan_new") in page.content.decode()


def test_the_plan_list_is_filtered_and_exported(client, bureau):
    client = sign_in(client, bureau.planner)
    client.post(reverse("planning:plan_new"), {"year": 2026, "kind": "department", "name": "一号计划"})
    page = client.get(reverse("planning:plans"), {"year": "2026"}).content.decode()
    assert "一号计划" in page
    assert "qinshui-2022" not in page, "people know the book by its title"
    assert (
        "没有符合条件的计划" in client.get(reverse("planning:plans"), {"status": "issued"}).content.decode()
    )
    for rubbish in ({"year": "9" * 30}, {"year": "²"}, {"status": "x"}):
        assert client.get(reverse("planning:plans"), rubbish).status_code == 200
    lines = (
        b"".join(client.get(reverse("planning:plans_export"), {"format": "csv"}))
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(lines) == 2
    assert "一号计划" in lines[1]
    none = client.get(reverse("planning:plans_export"), {"format": "csv", "status": "issued"})
    assert len(b"".join(none).decode("utf-8-sig").splitlines()) == 1


def test_plan_is_made_from_the_form_and_shown(client, bureau):
    client = sign_in(client, bureau.planner)
    answer = client.post(reverse("planning:plan_new"), {"year": 2026, "kind": "department", "name": ""})
    plan = AnnualPlan.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("planning:plan", args=[plan.pk])
    page = client.get(answer.url).content.decode()
    assert "重点监管对象每季度抽查" in page
    assert "每季度至少按25％进行抽查" in page


def test_plan_form_twice_is_refused_with_the_reason(client, bureau):
    client = sign_in(client, bureau.planner)
    client.post(reverse("planning:plan_new"), {"year": 2026, "kind": "department"})
    again = client.post(reverse("planning:plan_new"), {"year": 2026, "kind": "department"})
    assert again.status_code == 422
    assert "已有第 1 版计划" in again.content.decode()
    assert AnnualPlan.objects.count() == 1


@pytest.mark.parametrize(
    "role, status",
    [("planner", 200), ("unit_head", 200), ("auditor", 200), ("inspector", 403), ("sysadmin", 403)],
)
def test_quota_page_is_for_those_who_view_planning(client, bureau, role, status):
    user = create_user(bureau.organisation, role)
    assert sign_in(client, user).get(reverse("planning:quota_period", args=[QUARTER])).status_code == status


def test_anonymous_visitor_is_sent_to_the_login(client, bureau):
    answer = client.get(reverse("planning:quota_period", args=[QUARTER]))
    assert answer.status_code == 302
    assert "/login/" in answer.url


def test_plan_of_another_bureau_does_not_exist_for_me(client, bureau):
    plan = make.approved_plan(bureau)
    stranger = create_user(None, "planner")
    assert sign_in(client, stranger).get(reverse("planning:plan", args=[plan.pk])).status_code == 404


def test_unknown_period_is_not_found(client, bureau):
    assert sign_in(client, bureau.planner).get("/desk/quarters/2026Q7/").status_code == 404


def test_quarter_menu_leads_to_the_present_quarter(client, bureau, today):
    answer = sign_in(client, bureau.planner).get(reverse("planning:quotas"))
    assert answer.url == reverse("planning:quota_period", args=[QUARTER])


def test_quota_page_shows_the_same_numbers_as_the_command(client, bureau, today):
    make.approved_plan(bureau)
    actions.confirm_quotas(organisation=bureau.organisation, period=QUARTER, on=make.TODAY, by=bureau.planner)
    out = StringIO()
    call_command(
        "quotas",
        "--rulebook",
        bureau.book.id,
        "--period",
        QUARTER,
        "--on",
        "2026-10-09",
        "--json",
        stdout=out,
    )
    rows = json.loads(out.getvalue())
    board = (
        sign_in(client, bureau.planner).get(reverse("planning:quota_period", args=[QUARTER])).context["board"]
    )
    shown = [
        (
            r.figure.line.id,
            r.figure.base,
            r.figure.pool,
            r.figure.required,
            r.figure.drawn,
            r.figure.remaining,
        )
        for r in board.rows
    ]
    assert shown == [
        (r["line"], r["base"], r["pool"], r["required"], r["drawn"], r["remaining"]) for r in rows
    ]
    assert shown
    assert any(row["required"] for row in rows)


def test_quota_page_opens_each_number_to_its_clause_without_script(client, bureau, today):
    page = (
        sign_in(client, bureau.planner).get(reverse("planning:quota_period", args=[QUARTER])).content.decode()
    )
    assert page.count('class="why__in"') == 3
    assert "第十条第二款" in page
    assert "<mark>每季度至少按25％进行抽查</mark>" in page
    assert "style=" not in page


def test_confirming_from_the_page_fixes_the_quotas(client, bureau, today):
    make.approved_plan(bureau)
    client = sign_in(client, bureau.planner)
    answer = client.post(reverse("planning:confirm", args=[QUARTER]))
    assert answer.status_code == 302
    assert Quota.objects.count() == 3
    assert "已确认" in client.get(answer.url).content.decode()


def test_confirming_without_a_plan_is_refused_and_says_what_to_do(client, bureau, today):
    answer = sign_in(client, bureau.planner).post(reverse("planning:confirm", args=[QUARTER]))
    assert answer.status_code == 409
    assert "暂行计划" in answer.content.decode()
    assert not Quota.objects.exists()


def test_confirming_by_someone_without_the_role_is_forbidden(client, bureau, today):
    make.approved_plan(bureau)
    assert sign_in(client, bureau.head).post(reverse("planning:confirm", args=[QUARTER])).status_code == 403


def test_steps_are_never_taken_by_get(client, bureau):
    plan = make.approved_plan(bureau, issue=False)
    client = sign_in(client, bureau.planner)
    for name in ("submit", "approve", "return", "issue", "amend", "recalculate", "file", "plan_pdf"):
        assert client.get(reverse(f"planning:{name}", args=[plan.pk])).status_code == 405
    assert client.get(reverse("planning:confirm", args=[QUARTER])).status_code == 405


def test_author_with_both_roles_cannot_approve_the_own_plan(client, bureau):
    both = create_user(bureau.organisation, "planner", "unit_head")
    plan = actions.create_plan(by=both, organisation=bureau.organisation, year=2026, on=make.TODAY)
    actions.submit_plan(by=both, plan=plan)
    answer = sign_in(client, both).post(reverse("planning:approve", args=[plan.pk]))
    assert answer.status_code == 403
    plan.refresh_from_db()
    assert plan.status == AnnualPlan.Status.SUBMITTED


def test_approving_twice_is_refused_the_second_time(client, bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    actions.submit_plan(by=bureau.planner, plan=plan)
    client = sign_in(client, bureau.head)
    assert client.post(reverse("planning:approve", args=[plan.pk])).status_code == 302
    assert client.post(reverse("planning:approve", args=[plan.pk])).status_code == 409


def test_laxer_rate_is_refused_beside_its_field_with_the_clause(client, bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    task = plan.tasks.get(line="key")
    data = {
        "name": task.name,
        "method": "onsite",
        "rates": "20%",
        "offices": "执法队",
        "items": [item.pk for item in task.items.all()],
    }
    answer = sign_in(client, bureau.planner).post(reverse("planning:task", args=[task.pk]), data)
    assert answer.status_code == 422
    assert "QS-10.7" in answer.content.decode()
    task.refresh_from_db()
    assert task.rates == []


def test_stricter_rate_is_saved_and_shown(client, bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    task = plan.tasks.get(line="key")
    data = {
        "name": task.name,
        "method": "onsite",
        "rates": "30%",
        "offices": "污染防治股、执法队",
        "items": [item.pk for item in task.items.all()],
    }
    client = sign_in(client, bureau.planner)
    assert client.post(reverse("planning:task", args=[task.pk]), data).status_code == 302
    assert "30%" in client.get(reverse("planning:plan", args=[plan.pk])).content.decode()


def test_amended_plan_shows_what_changed(client, bureau):
    plan = make.approved_plan(bureau)
    make.create_targets(bureau, 5, permit_class="key")
    draft = actions.amend_plan(by=bureau.planner, plan=plan, reason="新增重点单位", on=make.TODAY)
    page = sign_in(client, bureau.planner).get(reverse("planning:plan", args=[draft.pk])).content.decode()
    assert "与别的版本的差别" in page
    assert "新增重点单位" in page
    assert "一季度应抽" in page


def test_members_behind_a_number_are_listed_with_their_status(client, bureau, today):
    client = sign_in(client, bureau.planner)
    answer = client.get(reverse("planning:line", args=[QUARTER, "key", bureau.units[0].pk]))
    assert answer.status_code == 200
    assert answer.content.decode().count(">可抽</span>") == 12
    assert client.get(reverse("planning:line", args=[QUARTER, "nothing", 1])).status_code == 404


def test_exception_is_asked_for_and_decided_by_another(client, bureau, today):
    make.approved_plan(bureau)
    target = make.create_targets(bureau, 1, permit_class="key")[0]
    url = reverse("planning:ask", args=[QUARTER, "key", bureau.units[0].pk])
    data = {
        "rule": "twice_a_year",
        "target": target.uid,
        "reason": "群众反映",
        "evidence": "信访件 3 号",
        "no_file_reason": "原件在信访科",
    }
    assert sign_in(client, bureau.planner).post(url, data).status_code == 302
    override = Override.objects.get()
    assert (
        client.post(reverse("planning:decide", args=[override.pk]), {"decision": "approve"}).status_code
        == 403
    )
    assert (
        sign_in(client, bureau.head)
        .post(reverse("planning:decide", args=[override.pk]), {"decision": "approve"})
        .status_code
        == 302
    )
    override.refresh_from_db()
    assert override.approved_by == bureau.head
    assert (
        client.post(reverse("planning:decide", args=[override.pk]), {"decision": "approve"}).status_code
        == 409
    )


@pytest.mark.parametrize("book_id", make.BOOKS)
def test_every_book_has_its_quota_and_plan_page(client, book_id, today):
    bureau = make.fill(make.create_bureau(book_id))
    plan = make.approved_plan(bureau)
    client = sign_in(client, bureau.planner)
    assert client.get(reverse("planning:quota_period", args=[QUARTER])).status_code == 200
    assert client.get(reverse("planning:plan", args=[plan.pk])).status_code == 200
    assert client.get(reverse("planning:task", args=[plan.tasks.first().pk])).status_code == 200


def test_workbooks_open_and_hold_the_numbers(client, bureau, today):
    from io import BytesIO

    from openpyxl import load_workbook

    plan = make.approved_plan(bureau)
    client = sign_in(client, bureau.planner)
    page = load_workbook(
        BytesIO(b"".join(client.get(reverse("planning:quota_xlsx", args=[QUARTER])).streaming_content))
    )["配额"]
    assert [row[6] for row in page.iter_rows(min_row=3, values_only=True)] == [
        row["required"] for row in listing.rows(bureau.organisation, QUARTER, make.TODAY)
    ]
    url = f"{reverse('planning:plan_xlsx', args=[plan.pk])}?layout=fields"
    heads = next(
        load_workbook(BytesIO(b"".join(client.get(url).streaming_content)))["计划表"].iter_rows(
            min_row=2, values_only=True
        )
    )
    for field in bureau.book.plan.fields:
        assert field in heads


@pytest.mark.parametrize("path", ["quota", "plan", "plans"])
def test_pages_do_not_query_per_target(client, bureau, today, path):
    plan = make.approved_plan(bureau)
    actions.confirm_quotas(organisation=bureau.organisation, period=QUARTER, on=make.TODAY, by=bureau.planner)
    url = {
        "quota": reverse("planning:quota_period", args=[QUARTER]),
        "plan": reverse("planning:plan", args=[plan.pk]),
        "plans": reverse("planning:plans"),
    }[path]
    client = sign_in(client, bureau.planner)
    few = _queries(client, url)
    make.create_targets(bureau, 40, permit_class="key")
    assert _queries(client, url) == few


def _queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_rulebook_is_readable_by_every_member_of_staff_and_the_public(client, bureau):
    public = client.get(reverse("open-rulebook")).content.decode()
    assert "每季度至少按25％进行抽查" in public
    assert "登记采用" not in public
    inside = sign_in(client, create_user(bureau.organisation, "inspector")).get(reverse("rulebook"))
    assert inside.status_code == 200
    for book_id in make.BOOKS:
        assert client.get(reverse("rulebook") + f"?book={book_id}").status_code == 200
    assert client.get(reverse("rulebook") + "?book=nowhere").status_code == 404


def test_adoption_is_registered_by_the_head_only(client, bureau):
    data = {"rulebook": "neimenggu-2024", "effective_from": "2027-01-01"}
    assert sign_in(client, bureau.planner).post(reverse("rulebook"), data).status_code == 403
    assert sign_in(client, bureau.head).post(reverse("rulebook"), data).status_code == 302
    assert bureau.organisation.adoptions.filter(effective_from=date(2027, 1, 1)).exists()
