"""A visit of a joint check says so, with plan, lead and participants; record and publication hold our items only (NM-7.2)."""

import json

import pytest
from django.urls import reverse

from disclosure import gather
from disclosure.models import DisclosureTask
from inspections import actions, documents
from inspections.models import Visit
from tests.draws import factories as ceremony
from tests.factories import create_unit
from tests.inspections import factories as make
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db


def led(bureau, lines=("key",)):
    return plan.joint_plan(bureau, lines, lead=create_unit(bureau.organisation, name="水生态环境科"))


def test_visits_of_a_joint_line_are_linked_to_its_task_and_the_others_are_not():
    house = ceremony.create_house()
    joint = led(house.bureau)
    house.operator.unit = joint.lead
    house.operator.save()
    draw, _ = ceremony.signed(house)
    actions.create_visits(by=house.operator, draw=draw)
    for visit in Visit.objects.filter(draw=draw):
        assert visit.joint_task == (joint.tasks.get() if "key" in visit.strata else None)
    assert 0 < Visit.objects.joint().count() < Visit.objects.count()
    merged = Visit.objects.filter(joint_task=None).first()
    again = Visit.objects.joint().first()
    Visit.objects.filter(pk=again.pk).update(joint_task=None)
    actions.create_visits(by=house.operator, draw=draw)
    again.refresh_from_db()
    merged.refresh_from_db()
    assert (again.joint_task, merged.joint_task) == (joint.tasks.get(), None)


@pytest.fixture
def case():
    case = make.create_case(bureau=plan.fill(plan.create_bureau()), items=2)
    case.visit.joint_task = led(case.bureau).tasks.get()
    case.visit.save()
    return case


def test_pages_papers_record_and_publication_say_who_leads_and_hold_our_items_only(case, client):
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=make.DAY, now=make.DISPATCHED)
    assert documents.notice_context(case.fresh())["joint"].lead == "水生态环境科"
    client.force_login(case.operator)
    page = client.get(reverse("inspections:visit", args=[case.visit.pk])).content.decode()
    assert "联合检查" in page
    assert "水生态环境科牵头，县水利局参与" in page
    listed = client.get(reverse("inspections:visits") + "?joint=yes").content.decode()
    assert case.visit.number in listed
    client.force_login(case.lead)
    assert "水生态环境科牵头" in client.get(reverse("phone:visit", args=[case.visit.pk])).content.decode()
    make.arrive(case)
    make.fill(case)
    make.submit(case)
    actions.review(by=case.reviewer, visit=case.visit, passed=True, now=make.REVIEWED)
    content = json.loads(case.visit.records.get().content)
    assert content["joint"]["participants"] == ["县水利局"]
    task = DisclosureTask(organisation=case.organisation, kind="result", visit=case.fresh())
    record = gather.record_of(task)
    assert record["joint"] == content["joint"]
    ours = {item.item.name for item in case.items}
    assert {item["name"] for item in record["items"]} == ours


def test_an_ordinary_check_says_nothing_of_it():
    case = make.create_case()
    task = DisclosureTask(organisation=case.organisation, kind="result", visit=case.visit)
    make.dispatch(case)
    make.arrive(case)
    make.fill(case)
    make.submit(case)
    assert "joint" not in gather.record_of(task)
    assert "joint" not in json.loads(case.visit.records.get().content)
