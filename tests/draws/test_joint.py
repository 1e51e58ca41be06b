"""The draw of a joint check is started, frozen and held by its lead alone (QS-9.3, WL-6.4, NM-21.1)."""

import pytest

from draws import actions, policies
from draws.models import Draw, RefusedAct
from draws.scenes.strata import lines_of
from foundation.errors import NotAllowed
from foundation.ledger.models import Entry
from foundation.organisation import actions as organising
from planning.models import AnnualPlan
from tests.draws import factories as make
from tests.factories import create_unit, create_user
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def office(house):
    return create_unit(house.organisation, name="水生态环境科")


def belongs(user, unit):
    user.unit = unit
    user.save()
    return user


def test_only_an_operator_of_the_leading_office_prepares_the_draw(house, office):
    joint = plan.joint_plan(house.bureau, ("key",), lead=office)
    with pytest.raises(NotAllowed, match="水生态环境科") as refused:
        make.prepare(house)
    assert refused.value.clause == "QS-9.3"
    assert "QS-9.3" in refused.value.message
    assert not Draw.objects.exists()
    kept = Entry.objects.get(act="draws.prepare.refused")
    assert kept.actor_name == "沈主持"
    assert "QS-9.3" in kept.content
    belongs(house.operator, office)
    draw = make.prepare(house)
    bound = {row.line: row.joint_task for row in draw.strata.all()}
    assert bound["key"] == joint.tasks.get()
    assert {line for line, task in bound.items() if task} == {"key"}
    said = {line.id: line.joint for line in lines_of(draw)}
    assert said["key"] == f"“{joint.name}”的“{joint.tasks.get().name}”，水生态环境科牵头，县水利局参与"
    assert said["general"] == ""


def test_lines_outside_the_joint_plan_and_rehearsals_stay_open_to_every_operator(house, office):
    plan.joint_plan(house.bureau, ("key",), lead=office)
    others = [quota for quota in house.quotas if quota.line != "key"]
    assert make.prepare(house, quotas=others).strata.filter(joint_task=None).count() == len(others)
    assert make.prepare(house, kind="R").strata.get(line="key").joint_task is not None


def test_a_plan_led_by_another_department_leaves_only_the_register_of_outside_draws(house):
    plan.joint_plan(house.bureau, ("key",), lead_name="县市场监督管理局")
    with pytest.raises(NotAllowed, match="县市场监督管理局.*平台外抽取"):
        make.prepare(house)


def test_a_plan_approved_in_between_stops_announcement_and_freeze(house, office):
    draw = make.prepare(house)
    joint = plan.joint_plan(house.bureau, ("key",), lead=office)
    with pytest.raises(NotAllowed, match="QS-9.3"):
        actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    assert RefusedAct.objects.filter(draw=draw, act="draws.announce").count() == 1
    AnnualPlan.objects.filter(pk=joint.pk).update(status="superseded")
    make.ready(house, Draw.objects.get(pk=draw.pk))
    AnnualPlan.objects.filter(pk=joint.pk).update(status="approved")
    with pytest.raises(NotAllowed, match="QS-9.3"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)


def test_what_is_frozen_stays_with_the_lead_whatever_becomes_of_the_plan(house, office):
    joint = plan.joint_plan(house.bureau, ("key",), lead=office)
    belongs(house.operator, office)
    draw, devices = make.frozen(house)
    AnnualPlan.objects.filter(pk=joint.pk).update(status="superseded")
    assert draw.strata.get(line="key").joint_task == joint.tasks.get()
    for check, more in ((policies.check_pace, ("暂停",)), (policies.check_add_seat, ())):
        assert "QS-9.3" in policies.why_not(check, house.second_operator, draw, *more)
    dice = next(device.seat for device in devices if device.seat.method == "spoken")
    assert "水生态环境科" in policies.why_not(policies.check_speak, house.second_operator, draw, dice)
    assert not policies.why_not(policies.check_leads, house.operator, draw)
    make.give_digits(house, draw, devices)
    assert Draw.objects.get(pk=draw.pk).state == "result"
    assert "水生态环境科" in policies.why_not(
        policies.check_seal, house.second_operator, Draw.objects.get(pk=draw.pk)
    )


def test_the_administrator_moves_an_account_to_another_office(house, office, client):
    admin = create_user(house.organisation, "sysadmin")
    client.force_login(admin)
    client.post(f"/desk/accounts/{house.operator.pk}/unit/", {"unit": office.pk})
    house.operator.refresh_from_db()
    assert house.operator.unit == office
    with pytest.raises(NotAllowed):
        organising.move_user(by=house.operator, user=house.second_operator, unit=office)
    page = client.get(f"/desk/accounts/{house.operator.pk}/").content.decode()
    assert "水生态环境科" in page
    assert Entry.objects.filter(act="organisation.move_user").count() == 1


def test_the_page_of_a_new_draw_names_the_lead(house, office, client):
    plan.joint_plan(house.bureau, ("key",), lead=office)
    client.force_login(house.operator)
    page = client.get(f"/desk/draws/new/?period={make.PERIOD}").content.decode()
    assert page.count("由牵头方发起抽取") == 1
    assert "水生态环境科牵头" in page
