"""Head-count of a day, availability of a quarter, certificates that end: pages, figures, files."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from personnel import actions, availability, expiry, headcount, rules
from personnel.models import Absence, Inspector
from tests.factories import create_inspector, create_unit, create_user
from tests.personnel.factories import create_bureau, create_planner

pytestmark = pytest.mark.django_db
DAY = timedelta(1)
MONDAY = date(2026, 11, 23)
PAGES = ["available", "expiry", "heads", "assistants", "words"]


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def url(name):
    return reverse(f"personnel:{name}")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [("planner", 200), ("auditor", 200), ("inspector", 403), ("publisher", 403)]
)
def test_the_overviews_are_for_those_who_work_with_the_register(client, bureau, name, role, status):
    client.force_login(create_user(bureau, role))
    assert client.get(url(name)).status_code == status
    assert client.get(url(name), {"org": "none"}).status_code == (404 if status == 200 else status)


def test_the_head_count_opens_to_its_people(client, bureau, planner):
    other = create_unit(bureau, code="U2", name="执法二中队")
    moved = create_inspector(bureau, name="甲调动")
    actions.edit_inspector(
        inspector=moved, version=1, values={"unit": other}, since=date(2026, 7, 1), on=MONDAY, by=planner
    )
    create_inspector(bureau, name="乙非编", established=False)
    lent = create_inspector(bureau, name="丙借出")
    Absence.objects.create(inspector=lent, reason="seconded", since=date(2026, 1, 1))
    create_inspector(bureau, name="丁过期", certificate_valid_until=date(2026, 6, 30))
    found = headcount.count_of(bureau, date(2026, 6, 30))
    assert {line.unit.name: line.counts for line in found.lines} == {
        "执法一中队": {"in_post": 4, "established": 3, "officers": 3, "seconded": 1, "available": 3},
    }  # fmt: skip
    found = headcount.count_of(bureau, date(2026, 7, 1))
    assert found.total.counts == {
        "in_post": 4,
        "established": 3,
        "officers": 2,
        "seconded": 1,
        "available": 2,
    }
    assert [row.person.name for row in found.people("officers", other.pk)] == ["甲调动"]
    assert {row.person.name: row.why for row in found.rows if row.why} == {
        "乙非编": "非在编",
        "丁过期": "当天没有有效执法证",
    }
    for day in (date(2026, 6, 30), date(2026, 7, 1), date(2027, 5, 1)):
        assert (
            headcount.count_of(bureau, day).total.counts["officers"]
            == Inspector.objects.of(bureau).officers_on(day).count()
        )
    client.force_login(planner)
    page = client.get(url("heads"), {"on": "2026-07-01", "show": "officers", "unit": other.pk})
    assert [row.person.name for row, _ in page.context["people"]] == ["甲调动"]
    assert client.get(url("heads"), {"on": "nonsense", "show": "x", "unit": "y"}).status_code == 200
    book = openpyxl.load_workbook(
        BytesIO(b"".join(client.get(url("heads"), {"on": "2026-07-01", "format": "xlsx"}).streaming_content))
    )
    assert book.sheetnames == ["各单位人数", "人员明细"]
    assert [cell.value for cell in book["各单位人数"][4]][:2] == ["合计", "4"]


def test_availability_tells_the_days_and_the_gaps(client, bureau, planner):
    away = create_inspector(bureau, name="甲请假", specialities=["水"])
    Absence.objects.create(inspector=away, reason="leave", since=MONDAY + 2 * DAY, until=MONDAY + 8 * DAY)
    create_inspector(bureau, name="乙到期", certificate_valid_until=MONDAY + 6 * DAY, specialities=["水"])
    create_inspector(bureau, name="丙离岗", in_post=False)
    picture = availability.picture_of(
        Inspector.objects.select_related("unit").prefetch_related("areas").order_by("name"),
        availability.weeks_from(MONDAY + DAY, 3),
    )
    cells = {line.person.name: [(cell.text, cell.status) for cell in line.cells] for line in picture.lines}
    assert cells == {
        "乙到期": [("可", "A"), ("证", "L.CERT"), ("证", "L.CERT")],
        "甲请假": [("2/5", "L.LEAVE"), ("3/5", "L.LEAVE"), ("可", "A")],
    }
    assert [(tally.label, tally.counts) for tally in picture.tallies] == [
        ("可派人数", [1, 0, 1]),
        ("专长 水", [1, 0, 1]),
    ]
    days = availability.days_from(MONDAY - 2 * DAY, 5)
    assert [span.first for span in days] == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]
    client.force_login(planner)
    for query in (
        {},
        {"by": "day"},
        {"start": "2026-11-24", "speciality": "水"},
        {"start": "x", "unit": "999999"},
    ):
        assert client.get(url("available"), query).status_code == 200
    listed = b"".join(
        client.get(url("available"), {"start": "2026-11-24", "format": "csv"}).streaming_content
    ).decode()
    assert "请假，可派 2 天" in listed


def test_the_calendar_of_certificates_knows_what_is_renewed(client, bureau, planner):
    today = timezone.localdate()
    late, soon = (
        create_inspector(bureau, certificate_valid_until=today - DAY),
        create_inspector(bureau, certificate_valid_until=today + 5 * DAY),
    )
    renewed = create_inspector(bureau, certificate_valid_until=today + 5 * DAY)
    actions.register_certificate(
        inspector=renewed, number="NEW", issued_on=today, valid_until=today + 3000 * DAY, by=planner
    )
    actions.register_certificate(
        inspector=soon, number="上岗", kind="上岗证", valid_until=today + 40 * DAY, entitles=False, by=planner
    )
    create_inspector(bureau, in_post=False, certificate_valid_until=today - DAY)
    found = expiry.calendar_of(expiry.rows_of(bureau, today), today)
    assert [row.person for row in found.expired] == [late]
    assert {state: found.count(state) for state in expiry.BUCKETS} == {
        rules.EXPIRED: 1,
        rules.SOON: 1,
        rules.LATER: 1,
    }
    assert found.later == 1
    assert [row.person for row in found.rows if row.renewed] == [renewed]
    client.force_login(planner)
    page = client.get(url("expiry")).content.decode()
    assert "已续证到" in page
    assert "逐月到期" in page
    only = client.get(url("expiry"), {"kind": "上岗证"})
    assert [row.number for row in only.context["calendar"].rows] == ["上岗"]
    assert "上岗证" in b"".join(client.get(url("expiry"), {"format": "csv"}).streaming_content).decode()


@pytest.mark.parametrize("name", ["available", "expiry", "heads"])
def test_the_overviews_cost_the_same_for_more_people(
    client, bureau, planner, name, django_assert_max_num_queries
):
    def cost() -> int:
        with django_assert_max_num_queries(40) as seen:
            assert client.get(url(name)).status_code == 200
        return len(seen.captured_queries)

    client.force_login(planner)
    create_inspector(bureau)
    few = cost()
    for _ in range(8):
        create_inspector(bureau)
    assert cost() == few


def test_what_each_rulebook_wants_of_a_person_is_told_where_it_lacks(client):
    """source: NM-16.1, NM-16.2, WL-5.2"""
    bureau = create_bureau("neimenggu-2024")
    full = {
        "sex": "male",
        "post": "队员",
        "phone": "13800000000",
        "specialities": ["水"],
        "service_since": date(2015, 1, 1),
    }
    create_inspector(bureau, name="甲全", **full)
    lacking = create_inspector(bureau, name="乙缺", **(full | {"phone": "", "service_since": None}))
    create_inspector(
        bureau,
        name="丙日常",
        duty="regulatory_duty",
        certificate_no="",
        certificate_valid_until=None,
        certificate_issued_on=None,
        **full,
    )
    client.force_login(create_planner(bureau))
    page = client.get(url("inspectors"), {"lacking": "yes"})
    assert [(row.person, row.lacking) for row in page.context["rows"]] == [(lacking, "手机、从事本岗位起始")]


# ---------- specialities, staff list ----------


def test_the_dictionary_of_specialities_is_kept_and_writings_brought_together(client, bureau, planner):
    row = create_inspector(bureau, specialities=["水污染", "水"])
    client.force_login(planner)
    for _ in range(2):
        client.post(url("word_add"), {"word": "水"})
    page = client.get(url("words"))
    assert (page.context["offered"], page.context["free"]) == (["水"], [("水污染", 1)])
    client.post(url("word_replace"), {"old": "水污染", "new": "水"})
    row.refresh_from_db()
    assert (row.specialities, row.version) == (["水"], 2)
    listed = page.context["rows"][0][0]
    client.post(reverse("personnel:word_retire", args=[listed.pk]))
    assert client.get(url("words")).context["offered"] == []
    client.force_login(create_user(bureau, "auditor"))
    assert client.post(url("word_add"), {"word": "气"}).status_code == 403


def test_who_is_on_the_staff_list_and_not_in_the_register_needs_a_reason(client, bureau, planner):
    create_inspector(bureau, name="甲在册", certificate_no="Z1")
    client.force_login(planner)
    pasted = "姓名\t单位\t执法证号\n甲在册\t一中队\tZ1\n乙不在\t一中队\tZ2\n丙改名\t一中队\tZ1\n丁不在"
    page = client.post(url("staff"), {"staff": pasted})
    assert [name for name, _, _ in page.context["missing"]] == ["乙不在", "丁不在"]
    assert (
        client.post(url("omit"), {"name": "乙不在", "certificate_no": "Z2", "reason": ""}).status_code == 302
    )
    assert len(client.post(url("staff"), {"staff": pasted}).context["missing"]) == 2
    client.post(url("omit"), {"name": "乙不在", "certificate_no": "Z2", "reason": "长期病休"})
    page = client.post(url("staff"), {"staff": pasted})
    assert [name for name, _, _ in page.context["missing"]] == ["丁不在"]
    client.post(reverse("personnel:omission_end", args=[page.context["omitted"][0].pk]))
    assert len(client.post(url("staff"), {"staff": pasted}).context["missing"]) == 2
    assert client.post(url("staff"), {"staff": ""}).status_code == 422
