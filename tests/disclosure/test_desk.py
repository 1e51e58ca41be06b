"""Staff pages: lists by state, preview, verbs, objections, figures that open to their rows."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from disclosure import actions, quarterly, statistics
from disclosure.models import DisclosureTask, Objection, Publication
from disclosure.rules import figures
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period
from planning.models import Drawn
from tests.disclosure import factories as make
from tests.factories import create_user

pytestmark = pytest.mark.django_db
Q4 = Period.parse("2026Q4")
TODAY = date(2026, 12, 10)


@pytest.fixture
def office():
    return make.create_office()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def drawn(office, visit) -> None:
    stratum = visit.draw.strata.get()
    Drawn.objects.create(
        organisation=office.organisation, period=stratum.period, line=stratum.line, unit=stratum.unit, target=visit.target,
        draw_number=visit.draw.number, drawn_on=date(2026, 10, 13),
    )  # fmt: skip


def test_the_list_shows_each_task_under_its_tab_with_its_deadline(office):
    task = make.task_of(office, make.create_visit(office))
    client = signed_in(office.publisher)
    page = client.get(reverse("disclosure:publish")).content.decode()
    assert task.subject_name in page
    assert "12-03" in page
    for tab in ("proposed", "approved", "published", "exempt", "nonsense"):
        assert client.get(reverse("disclosure:publish"), {"tab": tab}).status_code == 200
    assert "逾期" in client.get(reverse("disclosure:publish"), {"tab": "overdue"}).content.decode()


def test_whoever_has_no_business_here_is_told_who_has(office):
    for role in ("sysadmin", "inspector"):
        response = signed_in(create_user(office.organisation, role)).get(reverse("disclosure:publish"))
        assert response.status_code == 403
        assert "公示员" in response.content.decode()


def test_a_task_of_another_bureau_cannot_be_seen(office):
    task = make.task_of(office, make.create_visit(office))
    stranger = signed_in(create_user(None, "publisher"))
    assert stranger.get(reverse("disclosure:task", args=[task.pk])).status_code == 404
    assert stranger.post(reverse("disclosure:do", args=[task.pk, "propose"])).status_code == 404


def test_the_preview_is_masked_like_the_public_page(office):
    visit = make.create_visit(office, target=make.create_company(office), outcome="ordered_correct")
    make.order_correction(visit, due_on=date(2026, 11, 20))
    page = (
        signed_in(office.publisher)
        .get(reverse("disclosure:task", args=[make.task_of(office, visit).pk]))
        .content.decode()
    )
    for words in (
        "<b>2026年11月5日</b>检查，",
        "王*（执法证号 ****3721）",
        "个人信息已打码",
        "检查结果已审核通过",
    ):
        assert words in page
    for secret in ("王建国", "钱多多", "13812345678"):
        assert secret not in page


def test_the_whole_way_by_buttons(office):
    task = make.task_of(office, make.create_visit(office))
    publisher, head = signed_in(office.publisher), signed_in(office.head)
    publisher.post(reverse("disclosure:do", args=[task.pk, "propose"]))
    refused = publisher.post(reverse("disclosure:do", args=[task.pk, "approve"]), follow=True)
    assert "须由" in refused.content.decode()
    head.post(reverse("disclosure:do", args=[task.pk, "approve"]))
    publisher.post(reverse("disclosure:do", args=[task.pk, "publish"]))
    assert Publication.objects.get().number == "2026-4-01-001"
    assert publisher.get(reverse("disclosure:do", args=[task.pk, "publish"])).status_code == 405
    assert publisher.post(reverse("disclosure:do", args=[task.pk, "destroy"])).status_code == 404


def test_a_batch_goes_through_and_names_what_was_refused(office):
    good = [make.task_of(office, make.create_visit(office)).pk for _ in range(2)]
    bad = make.task_of(office, make.create_visit(office, reviewed=False))
    given = {"action": "propose", "selected": [*good, bad.pk], "back": "?tab=waiting"}
    page = signed_in(office.publisher).post(reverse("disclosure:batch"), given, follow=True).content.decode()
    assert "已送审 2 件" in page
    assert "审核通过后才能公示" in page
    assert DisclosureTask.objects.filter(state="proposed").count() == 2


def test_a_batch_never_redirects_away(office):
    given = {"action": "propose", "selected": [], "back": "https://example.org/"}
    response = signed_in(office.publisher).post(reverse("disclosure:batch"), given)
    assert response["Location"].startswith(("?", "/desk/"))


@pytest.mark.parametrize("name", ["publish", "corrections", "objections", "stats"])
def test_list_pages_do_not_query_per_row(office, name):
    client = signed_in(office.publisher)
    url = reverse(f"disclosure:{name}") + "?tab=published"

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    def add():
        made = make.publish(office)
        drawn(office, DisclosureTask.objects.get(publications=made).visit)
        actions.receive(number=made.number, from_name="某企业", contact="邮箱", text="不符")

    add()
    queries()
    few = queries()
    for _ in range(4):
        add()
    assert queries() <= few


def test_a_change_after_publication_is_listed_for_correction():
    office = make.create_office("neimenggu-2024")
    visit = make.create_visit(office, outcome="ordered_correct", completed_on=date(2026, 10, 28))
    followup = make.order_correction(visit, due_on=date(2026, 11, 20))
    make.publish(office, visit, on=date(2026, 11, 17))
    client, url = signed_in(office.publisher), reverse("disclosure:corrections")
    assert "公示内容与现在的记录一致" in client.get(url).content.decode()
    type(followup).objects.update(state="done", closed_on=date(2026, 11, 19), closing_note="标签已更新")
    page = client.get(url).content.decode()
    assert "发现问题，整改中 → 复查合格" in page
    task = DisclosureTask.objects.get(visit=visit)
    actions.correct(by=office.publisher, task=task, reason="整改复查合格")
    assert make.publish_task(office, task, on=date(2026, 11, 20)).status == "复查合格"
    assert "公示内容与现在的记录一致" in client.get(url).content.decode()


def test_an_objection_is_answered_on_its_page(office):
    made = make.publish(office)
    sent = actions.receive(number=made.number, from_name="某企业", contact="邮箱", text="不符")
    client, url = signed_in(office.publisher), reverse("disclosure:objection", args=[sent.pk])
    assert "某企业" in client.get(url).content.decode()
    assert client.post(url, {"answer": "", "accepted": "0"}).status_code == 422
    assert client.post(url, {"answer": "经核实无误。", "accepted": "0"}).status_code == 302
    assert Objection.objects.get().accepted is False


# -- figures ----------------------------------------------------------------------------------------------


def quarter(office):
    return statistics.quarter(Organisation.objects.filter(pk=office.organisation.pk), Q4, TODAY)


def test_every_figure_is_the_length_of_its_rows(office):
    visits = [make.create_visit(office) for _ in range(3)] + [
        make.create_visit(office, outcome="ordered_correct")
    ]
    for visit in visits:
        drawn(office, visit)
    make.publish(office, visits[0])
    found = quarter(office)
    for stage, count in found.progress.counts.items():
        assert len(statistics.rows_of(found, stage, TODAY)) == count, stage
    counts = found.progress.counts
    assert (
        counts["drawn"],
        counts["checked"],
        counts["disclosed"],
        counts["overdue"],
        counts["problems"],
    ) == (4, 4, 1, 3, 1)
    assert found.progress.required == 25
    assert figures.percent(found.progress.disclosure_rate) == "25%"


@pytest.mark.parametrize(("book", "completed"), [("qinshui-2022", 1), ("neimenggu-2024", 2)])
def test_checked_but_not_public_is_incomplete_where_the_rulebook_says_so(book, completed):
    office = make.create_office(book)
    visits = [make.create_visit(office), make.create_visit(office)]
    for visit in visits:
        drawn(office, visit)
    make.publish(office, visits[0])
    assert quarter(office).progress.counts["completed"] == completed


def test_an_exempt_check_leaves_the_rate_and_is_complete(office):
    visits = [make.create_visit(office), make.create_visit(office)]
    for visit in visits:
        drawn(office, visit)
    make.publish(office, visits[0])
    task = DisclosureTask.objects.get(visit=visits[1])
    actions.exempt(by=office.publisher, task=task, exemption="依法依规不适合公开", reason="涉军")
    actions.approve(by=office.head, task=task)
    found = quarter(office).progress
    assert (figures.percent(found.disclosure_rate), found.counts["completed"], found.counts["exempt"]) == (
        "100%",
        2,
        1,
    )


def test_a_late_publication_counts_as_public_but_not_in_time(office):
    visit = make.create_visit(office)
    drawn(office, visit)
    make.publish(office, visit, on=date(2026, 12, 7))
    found = quarter(office).progress
    assert (
        figures.percent(found.disclosure_rate),
        figures.percent(found.on_time_rate),
        found.counts["late"],
    ) == ("100%", "0%", 1)


def test_names_of_targets_not_yet_visited_stay_secret_where_the_list_is_secret():
    office = make.create_office("quzhou-2017")
    visit = make.create_visit(office, state="assigned", completed_on=date(2026, 11, 5))
    type(visit).objects.filter(pk=visit.pk).update(arrived_at=None, completed_on=None)
    drawn(office, visit)
    rows = statistics.rows_of(quarter(office), "drawn", TODAY)
    assert visit.target.name not in rows[0].name
    page = signed_in(office.publisher).get(
        reverse("disclosure:stats_rows"), {"period": "2026Q4", "stage": "drawn"}
    )
    assert visit.target.name not in page.content.decode()


def test_figures_open_to_their_rows_on_the_page(office):
    visit = make.create_visit(office)
    drawn(office, visit)
    client = signed_in(office.head)
    page = client.get(reverse("disclosure:stats"), {"period": "2026Q4"}).content.decode()
    url = f"{reverse('disclosure:stats_rows')}?period=2026Q4&amp;stage=checked"
    assert url in page
    assert visit.target.name in client.get(url.replace("&amp;", "&")).content.decode()
    assert client.get(reverse("disclosure:stats_rows"), {"stage": "nonsense"}).status_code == 404


def test_each_quota_is_counted_in_one_quarter_only():
    counted = [
        period for index in range(1, 5) for period in figures.periods_of(Period(2026, "quarter", index))
    ]
    assert len(counted) == len(set(counted)) == 12 + 4 + 2 + 1


def test_the_situation_table_adds_up_and_is_stable(office):
    visit = make.create_visit(office, outcome="ordered_correct")
    drawn(office, visit)
    make.order_correction(visit, due_on=date(2026, 11, 20))
    bureaus = Organisation.objects.filter(pk=office.organisation.pk)
    content = quarterly.workbook(bureaus, Q4, TODAY)
    assert content == quarterly.workbook(bureaus, Q4, TODAY)
    rows = list(load_workbook(io.BytesIO(content))["统计表"].iter_rows(min_row=3, values_only=True))
    total = dict(zip(rows[0], rows[-1], strict=True))
    assert (
        total["已检查，家次"],
        total["责令整改，件"],
        total["发现问题，家次"],
        total["出动检查人员，人次"],
    ) == (1, 1, 1, 2)
    response = signed_in(office.head).get(reverse("disclosure:stats_table"), {"period": "2026Q4"})
    assert response["Content-Type"].startswith("application/vnd.openxmlformats")
