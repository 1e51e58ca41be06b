"""Yearly counts: automatic, each figure with its sources, passed down to the register of inspectors."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from config import workbench
from draws.models import ReplacementRequest, SnapshotInspector
from foundation.errors import NotAllowed
from inspections import people
from inspections.actions.counting import recount_all
from inspections.models import TeamMember, Visit
from personnel.models import Inspector, YearTally
from tests.factories import create_inspector, create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db):
    return make.create_case()


def counts(case, year=2026) -> dict[str, dict[str, int]]:
    return {
        one.row.name: {k: one.count(k) for k in people.LABELS if one.count(k)}
        for one in people.year_of(case.organisation, year)
    }


def test_a_visit_handed_in_is_counted_in_the_register_at_once(case):
    """source: QS-7.10, NM-17.1, WL-5.5"""
    assert counts(case) == {"武建国": {"open": 1}, "乔明": {"open": 1}}
    make.submitted(case, problem="ordered_correct")
    assert counts(case) == {"武建国": {"led": 1, "problem": 1}, "乔明": {"assisted": 1, "problem": 1}}
    lead, second = case.people
    tally = YearTally.objects.get(inspector=lead)
    assert (tally.year, tally.led, tally.assisted, tally.problems, tally.visits) == (2026, 1, 0, 1, 1)
    assert YearTally.objects.get(inspector=second).assisted == 1
    assert counts(case, 2025) == {"武建国": {}, "乔明": {}}


def test_late_work_recusals_and_replacements_count_with_their_source(case):
    make.submitted(case)
    visit = case.fresh()
    Visit.objects.filter(pk=visit.pk).update(
        due_on=visit.completed_on - timedelta(1), enter_due_on=visit.completed_on - timedelta(1)
    )
    lead, second = case.people
    for person, commitment, kind, state in (
        (second, "a" * 64, "recuse", "done"), (second, "a" * 64, "recuse", "refused"), (lead, "b" * 64, "absent", "done"),
    ):  # fmt: skip
        SnapshotInspector.objects.get_or_create(
            draw=case.draw,
            inspector=person,
            defaults={"commitment": commitment, "uid": person.uid, "name": person.name, "row": "x"},
        )
        ReplacementRequest.objects.create(
            draw=case.draw, kind=kind, inspector=commitment, target="c" * 64, why="KIN", reason="x", requested_by=case.lead,
            decided_by=case.operator, decided_at=timezone.now(), state=state, round=1 if state == "done" else None,
        )  # fmt: skip
    assert counts(case) == {
        "武建国": {"led": 1, "late": 1, "late_entry": 1, "replaced": 1},
        "乔明": {"assisted": 1, "late": 1, "late_entry": 1, "recused": 1},
    }
    found = {one.row.name: one for one in people.year_of(case.organisation, 2026)}["乔明"]
    assert (found.visits, found.in_time) == (1, 0)
    assert {mark.source for mark in found.marks} == {visit.number, case.draw.number}


def test_who_left_the_team_or_assisted_only_is_not_counted(case):
    make.submitted(case)
    gone, helper = (
        create_inspector(case.organisation, name="离组"),
        create_inspector(case.organisation, name="辅助"),
    )
    TeamMember.objects.create(visit=case.visit, inspector=gone, position=2, left_at=timezone.now())
    TeamMember.objects.create(visit=case.visit, inspector=helper, position=3, auxiliary=True)
    assert (counts(case)["离组"], counts(case)["辅助"]) == ({}, {})


def test_the_performance_file_holds_the_figures_and_their_sources(client, case):
    """source: QS-7.11, NM-17.2, WL-5.6, CAP-32"""
    make.submitted(case)
    number = case.fresh().number
    client.force_login(case.bureau.planner)
    path = reverse("inspections:people")
    page = client.get(path, {"year": 2026, "who": case.people[0].pk}).content.decode()
    assert number in page
    book = openpyxl.load_workbook(
        BytesIO(b"".join(client.get(path, {"year": 2026, "format": "xlsx"}).streaming_content))
    )
    sums, sources = book["履职情况"], book["逐项来源"]
    heads = [cell.value for cell in sums[1]]
    for row in sums.iter_rows(min_row=2, values_only=True):
        told = dict(zip(heads, row, strict=True))
        behind = [
            line for line in sources.iter_rows(min_row=2, values_only=True) if line[1] == told["人员编号"]
        ]
        for label in people.LABELS.values():
            assert int(told[label] or 0) == sum(line[2] == label for line in behind)
    for role, status in (("auditor", 200), ("inspector", 403), ("publisher", 403)):
        client.force_login(create_user(case.organisation, role))
        assert client.get(path).status_code == status


def test_a_year_can_be_counted_anew_by_the_keeper_only(client, case):
    make.submitted(case)
    YearTally.objects.all().delete()
    with pytest.raises(NotAllowed):
        recount_all(by=case.operator, organisation=case.organisation, year=2026)
    client.force_login(case.bureau.planner)
    assert client.post(reverse("inspections:people-recount"), {"year": "2026"}).status_code == 302
    assert YearTally.objects.filter(year=2026).count() == 2
    assert recount_all(by=case.bureau.planner, organisation=case.organisation, year=2026) == 0
    assert client.get(reverse("personnel:inspectors")).status_code == 200


def test_my_phone_page_shows_my_certificate_my_year_and_what_to_confirm(client, case):
    today = timezone.localdate()
    me = case.people[0]
    Inspector.objects.filter(pk=me.pk).update(certificate_valid_until=today + timedelta(10))
    client.force_login(case.lead)
    page = client.get(reverse("phone:me")).content.decode()
    assert "剩 10 天到期" in page
    assert "今年还没有确认" in page
    assert case.people[1].name not in page
    client.force_login(create_user(case.organisation, "inspector"))
    assert "还没有对应的检查人员档案" in client.get(reverse("phone:me")).content.decode()
    client.force_login(case.bureau.planner)
    assert client.get(reverse("phone:me")).status_code == 403


def test_the_workbench_reminds_of_certificates_and_of_the_yearly_word(case):
    today = timezone.localdate()
    Inspector.objects.filter(pk=case.people[0].pk).update(certificate_valid_until=today + timedelta(10))
    mine = {(todo.kind, todo.title) for todo in workbench.desk_of(case.lead, today).todos}
    assert ("证件", "我的执法证到期") in mine
    assert ("利害关系", f"{today.year} 年利害关系年度确认") in mine
    keeper = [todo for todo in workbench.desk_of(case.bureau.planner, today).todos if todo.kind == "证件"]
    assert [(todo.title, todo.due_on) for todo in keeper] == [
        ("武建国的证件剩 10 天到期", today + timedelta(10))
    ]
    assert not [
        todo for todo in workbench.desk_of(case.operator, today).todos if todo.kind in ("证件", "利害关系")
    ]


def test_the_year_costs_the_same_for_more_people(case, django_assert_max_num_queries):
    def cost() -> int:
        with django_assert_max_num_queries(12) as seen:
            people.year_of(case.organisation, 2026)
        return len(seen.captured_queries)

    make.submitted(case)
    few = cost()
    for _ in range(3):
        make.sibling(case)
        create_inspector(case.organisation)
    assert cost() == few
    assert counts(case)["武建国"]["open"] == 3
