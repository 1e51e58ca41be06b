"""Public pages of a real draw: codes not public yet with the reason, the list and its files, the enterprise's own certificate."""

import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from draws import actions, queries
from draws.models import Draw
from inspections import tokens
from inspections.actions import create_visits
from inspections.models import Visit
from tests.draws import factories as ceremony
from tests.draws.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return ceremony.create_house()


def test_an_enterprise_takes_its_certificate_with_the_notice_once_the_visit_has_begun(house, client):
    draw, _ = ceremony.signed(house)
    visit = create_visits(by=house.operator, draw=draw)[0]
    assert client.get(f"/e/{tokens.token_of(visit)}/certificate/").status_code == 404
    Visit.objects.filter(pk=visit.pk).update(dispatched_at=timezone.now())
    home = f"/e/{tokens.token_of(visit)}/certificate/"
    assert "检查开始以后" in words(client.get(home))
    assert client.post(home).status_code == 409
    actions.note_started(draw=draw, commitments=[visit.commitment], on=ceremony.ON)
    assert "取得抽取证明" in words(client.get(home))
    assert "opening" not in ceremony.types_of(draw)
    answer = client.post(home)
    assert answer.status_code == 302
    page = words(client.get(answer["Location"]))
    assert visit.target.name in page
    assert "所以抽中" in page
    assert ceremony.body_of(draw, "opening") == {"cs": [visit.commitment], "to": "party"}
    assert client.get(f"/draw/{draw.number}/certificate/{visit.commitment}/").status_code == 404
    assert client.get("/e/1.abc/certificate/").status_code == 404


def test_the_public_page_lists_by_code_what_is_not_public_and_why(house, client):
    draw, _ = ceremony.signed(house)
    visits = create_visits(by=house.operator, draw=draw)
    Visit.objects.filter(pk=visits[1].pk).update(state="started")
    actions.open_names(by=house.operator, draw=draw, commitments=[visits[0].commitment], to="public")
    page = words(client.get(f"/open/draws/{draw.number}/"))
    assert f"名称未公开的 {len(visits) - 1} 个盲号" in page
    assert page.count("还没有检查") == len(visits) - 2
    assert "检查中" in page
    for visit in visits:
        assert visit.target.name not in page
    for one in queries.visits_of(draw)[1:]:
        assert one.code in page


def test_where_the_list_is_secret_not_even_the_codes_are_listed(client):
    house = ceremony.create_house("quzhou-2017")
    draw, _ = ceremony.signed(house, kind="R")
    Draw.objects.filter(pk=draw.pk).update(kind="F")
    assert queries.visits_of(draw)
    assert "名称未公开" not in words(client.get(f"/open/draws/{draw.number}/"))


def test_the_list_of_draws_is_filtered_and_downloaded_with_void_ones(house, client):
    void, _ = ceremony.frozen(house)
    actions.void(by=house.operator, draw=void, why="ERROR", text="投影故障", second=house.discipline)
    ceremony.prepare(house)
    assert void.number in words(client.get("/open/draws/?state=void"))
    assert "没有符合条件" in words(client.get("/open/draws/?period=2031"))
    rows = client.get("/open/draws/download.csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith(void.number)
    book = load_workbook(io.BytesIO(b"".join(client.get("/open/draws/download.xlsx?state=void"))))
    assert book.active.max_row == 2
    assert client.get("/open/draws/download.exe").status_code == 404
