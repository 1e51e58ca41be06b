"""Replacement by the pages, conflicts of interest, chain B and spot checks."""

import pytest

from draws import actions, queries
from draws.models import ConflictOfInterest, Draw, ReplacementRequest
from personnel.models import Inspector
from registry.models import Target
from tests.draws import factories as make
from tests.draws.pages import signed_in, words
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def test_a_replacement_goes_from_the_request_to_the_shown_result(house):
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    person = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    home = f"/desk/draws/{draw.number}/adjust/"
    staff, head, officer = signed_in(house.operator), signed_in(house.head), signed_in(house.discipline)
    empty = staff.post(
        home + "ask/", {"kind": "recuse", "target": visit.commitment, "inspector": person, "why": "KIN"}
    )
    assert empty.status_code == 422
    given = {
        "kind": "recuse",
        "target": visit.commitment,
        "inspector": person,
        "why": "KIN",
        "reason": "近亲属任职",
    }
    assert staff.post(home + "ask/", given).status_code == 302
    asked = ReplacementRequest.objects.get()
    assert staff.post(f"{home}{asked.pk}/decide/", {"approve": "yes"}).status_code == 403
    assert head.post(f"{home}{asked.pk}/decide/", {"approve": "no"}).status_code == 409
    assert head.post(f"{home}{asked.pk}/decide/", {"approve": "yes"}).status_code == 302
    assert head.post(f"{home}{asked.pk}/decide/", {"approve": "yes"}).status_code == 409
    seq = Draw.objects.get(pk=draw.pk).head_seq
    start = {"selected": [asked.pk], "head_seq": seq}
    assert staff.post(home + "round/", start).status_code == 302
    assert staff.post(home + "round/", start).status_code == 409
    assert "等待乙方密钥" in words(staff.get(home))
    page = words(officer.get(f"/draw/{draw.number}/oversight/"))
    assert 'data-round="1"' in page
    assert f'data-before="{draw.chain_b}"' in page
    release = f"/draw/{draw.number}/oversight/release/"
    assert staff.post(release, {"xb": make.key_b(house, 1)}).status_code == 403
    assert officer.post(release, {"xb": "0" * 64}).status_code == 409
    assert officer.post(release, {"xb": make.key_b(house, 1)}).status_code == 302
    asked.refresh_from_db()
    draw.refresh_from_db()
    assert asked.state == ReplacementRequest.State.DONE
    assert (
        visit.team[0] not in next(v for v in queries.visits_of(draw) if v.commitment == visit.commitment).team
    )
    live = words(staff.get(f"/draw/{draw.number}/"))
    assert "第 1 轮替换" in live
    assert visit.code in live


def test_an_inspector_sees_and_asks_only_for_his_own_visits(house):
    draw, _ = make.signed(house)
    visits = queries.visits_of(draw)
    mine = visits[0].team[0]
    mine.user = house.inspector_user
    mine.save()
    page = words(signed_in(house.inspector_user).get(f"/desk/draws/{draw.number}/adjust/"))
    for visit in visits:
        assert (f'value="{visit.commitment}"' in page) == (mine in visit.team)


def test_chain_b_keeps_its_secret_in_the_browser(house):
    draw = make.prepare(house)
    officer = signed_in(house.discipline)
    path = f"/draw/{draw.number}/oversight/chain-b/"
    page = words(officer.get(f"/draw/{draw.number}/oversight/"))
    assert 'data-length="64"' in page
    assert officer.post(path, {"tip": "x"}).status_code == 409
    assert signed_in(house.operator).post(path, {"tip": "a" * 64}).status_code == 403
    assert officer.post(path, {"tip": "a" * 64}).status_code == 302
    draw.refresh_from_db()
    assert draw.chain_b == "a" * 64


def test_a_spot_check_is_chained_and_shown_to_the_officer_only(house):
    draw, _ = make.frozen(house)
    officer = signed_in(house.discipline)
    home = f"/draw/{draw.number}/oversight/"
    target = draw.snapshot_targets.order_by("pk")[0].target
    assert target.name in words(officer.get(f"{home}?q={target.name}"))
    assert officer.post(home + "spotcheck/", {"head_seq": 2}).status_code == 409
    assert officer.post(home + "spotcheck/", {"selected": [target.pk], "head_seq": 2}).status_code == 302
    page = words(officer.get(home))
    assert target.name in page
    assert "data-opening=" in page
    assert draw.events.filter(type="spotcheck").count() == 1
    assert target.name not in words(signed_in(house.operator).get(f"/draw/{draw.number}/"))


def test_a_company_that_is_not_in_the_list_is_named_and_nothing_is_chained(house):
    draw, _ = make.frozen(house)
    stranger = Target.objects.create(
        organisation=house.organisation,
        area=house.organisation.areas.first(),
        uid="LATE1",
        name="后来登记的厂",
    )
    answer = signed_in(house.discipline).post(
        f"/draw/{draw.number}/oversight/spotcheck/", {"selected": [stranger.pk]}
    )
    assert answer.status_code == 409
    assert "后来登记的厂不在冻结的名单里" in words(answer)
    assert not draw.events.filter(type="spotcheck").exists()


def test_full_names_are_shown_after_an_unmask_that_is_chained(house):
    draw, _ = make.signed(house)
    officer = signed_in(house.discipline)
    name = queries.visits_of(draw)[0].target.name
    home = f"/draw/{draw.number}/oversight/"
    assert name not in words(officer.get(home))
    assert officer.post(home + "unmask/").status_code == 302
    assert name in words(officer.get(home))
    assert draw.events.filter(type="unmask").count() == 1


def test_the_sealed_copy_is_printed_for_the_supervisor_and_never_cached(house):
    draw, _ = make.frozen(house)
    path = f"/draw/{draw.number}/oversight/copy/"
    assert signed_in(house.operator).post(path).status_code == 403
    answer = signed_in(house.discipline).post(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "秘密副本" in words(answer)


# -- conflicts --------------------------------------------------------------------------------------------


def test_conflicts_are_seen_by_those_who_need_them_only(house):
    people = list(Inspector.objects.of(house.organisation).order_by("pk"))
    people[0].user = house.inspector_user
    people[0].save()
    firms = list(Target.objects.of(house.organisation).order_by("pk")[:2])
    for person, firm in zip(people, firms, strict=False):
        actions.declare_conflict(
            by=house.discipline,
            inspector=person,
            target=firm,
            relation="KIN",
            since=make.plan.TODAY,
            evidence="申报表",
        )
    everything = words(signed_in(house.discipline).get("/desk/conflicts/"))
    assert firms[0].name in everything
    assert firms[1].name in everything
    own = words(signed_in(house.inspector_user).get("/desk/conflicts/"))
    assert firms[0].name in own
    assert firms[1].name not in own
    assert signed_in(house.operator).get("/desk/conflicts/").status_code == 403
    other = ConflictOfInterest.objects.get(inspector=people[1])
    assert signed_in(house.inspector_user).post(f"/desk/conflicts/{other.pk}/withdraw/").status_code == 404


def test_an_inspector_declares_for_himself_and_the_officer_withdraws(house):
    person = Inspector.objects.of(house.organisation).first()
    person.user = house.inspector_user
    person.save()
    firm = Target.objects.of(house.organisation).first()
    mine = signed_in(house.inspector_user)
    given = {
        "inspector": person.pk,
        "uid": firm.uid,
        "relation": "EMPLOY",
        "since": "2026-01-01",
        "until": "",
        "evidence": "曾任厂长",
    }
    assert mine.post("/desk/conflicts/new/", {**given, "uid": "NONE"}).status_code == 422
    assert mine.post("/desk/conflicts/new/", given).status_code == 302
    made = ConflictOfInterest.objects.get()
    assert made.declared_by == house.inspector_user
    assert mine.post(f"/desk/conflicts/{made.pk}/withdraw/").status_code == 403
    assert signed_in(house.discipline).post(f"/desk/conflicts/{made.pk}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_at


def test_a_witness_without_a_role_in_draws_can_still_confirm_presence():
    house = make.create_house("xinyang-2023")
    draw = make.prepare(house, kind="R")
    admin = create_user(house.organisation, "sysadmin", name="管系统")
    page = signed_in(admin)
    assert "我已到场" in words(page.get(f"/draw/{draw.number}/oversight/"))
    assert page.post(f"/draw/{draw.number}/oversight/presence/").status_code == 302
    assert draw.presences.filter(role="system_admin", user=admin).exists()
