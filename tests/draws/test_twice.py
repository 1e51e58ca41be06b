"""The same preparation sent twice is one draw: a second click, a second tab, the back button, a colleague beside."""

import pytest
from django.test import Client

from draws import actions
from draws.models import Draw
from foundation.errors import OutOfOrder
from tests.draws import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(house, **given) -> dict:
    taken = {f"take-{quota.pk}": "on" for quota in house.quotas}
    return {
        "kind": "F", "discipline": house.discipline.pk, "scheduled_at": "2026-10-13T09:30", "place": "二楼会议室", "team_size": "2",
        "pub_source": "", **taken, **given,
    }  # fmt: skip


def test_the_same_form_sent_again_leads_to_the_draw_it_made(house):
    desk, path = client_of(house.operator), f"/desk/draws/new/?period={make.PERIOD}"
    first = desk.post(path, form_of(house))
    assert first.status_code == 302, first.content.decode()[:3000]
    again = desk.post(path, form_of(house), follow=True)
    assert again.redirect_chain == [(first["Location"], 302)]
    assert "刚才已经建立，没有再建一次" in again.content.decode()
    assert Draw.objects.count() == 1


def test_what_another_formal_draw_prepares_is_not_prepared_twice(house):
    draw = make.prepare(house)
    desk = client_of(house.second_operator)
    answer = desk.post(f"/desk/draws/new/?period={make.PERIOD}", form_of(house, place="别处"))
    assert answer.status_code == 409
    assert f"已在 {draw.number}（准备中）里" in answer.content.decode()
    assert "别处" in answer.content.decode()
    page = desk.get(f"/desk/draws/new/?period={make.PERIOD}").content.decode()
    assert f"{draw.number} 已占用一批" in page


def test_a_draw_takes_nothing_that_another_prepares_when_it_is_revised(house):
    one, *rest = house.quotas
    first, second = make.prepare(house, quotas=[one]), make.prepare(house, quotas=rest)
    with pytest.raises(OutOfOrder, match=first.number):
        actions.revise(by=house.operator, draw=second, quotas=[(quota, None, True) for quota in house.quotas])
    actions.revise(by=house.operator, draw=second, quotas=[(quota, None, True) for quota in rest])


def test_a_withdrawn_draw_frees_its_quotas_and_rehearsals_never_hold_them(house):
    rehearsal = make.prepare(house, kind="R")
    with pytest.raises(OutOfOrder, match=rehearsal.number):
        make.prepare(house, kind="R")
    make.prepare(house, kind="R", place="一楼大厅")
    draw = make.prepare(house)
    actions.withdraw(
        by=house.operator, draw=draw, reason="改期", second=house.discipline, on=make.ON, now=make.HELD
    )
    make.prepare(house)
