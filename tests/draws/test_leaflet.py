"""Everybody leaves with the head: on paper, as a picture, as a file."""

import pytest
from django.test import Client

from draws import actions
from tests.draws import factories as make
from tests.draws.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def test_anybody_takes_the_head_and_the_fingerprints_home(house, client):
    draw, _ = make.signed(house)
    page = words(client.get(f"/draw/{draw.number}/leaflet/"))
    assert f"{draw.head[:4]}-{draw.head[4:8]}" in page
    assert "怎么核验" in page
    answer = client.get(f"/draw/{draw.number}/leaflet.txt")
    assert answer["Content-Disposition"].endswith(f'{draw.number}-head-{draw.head[:8]}.txt"')
    text = answer.content.decode("utf-8-sig")
    for value in (
        draw.head,
        draw.freeze_hash,
        make.body_of(draw, "reveal")["seed"],
        f"/draw/{draw.number}/verify/",
    ):
        assert value in text


def test_a_seat_finds_its_receipt_and_its_digits_on_it_once_they_are_public(house, client):
    draw = make.prepare(house)
    devices = make.ready(house, draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    draw.refresh_from_db()
    code = actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat)
    phone = Client()
    phone.post(f"/draw/{draw.number}/join/", {"code": code})
    devices[0].seal(draw, "4821060000")
    sealed = phone.get(f"/draw/{draw.number}/leaflet.txt").content.decode("utf-8-sig")
    assert make.body_of(draw, "slip")["commit"] in sealed
    assert "4821060000" not in sealed
    devices[1].seal(draw)
    devices[0].open()
    assert "4821060000" in phone.get(f"/draw/{draw.number}/leaflet.txt").content.decode("utf-8-sig")
    assert "4821060000" not in client.get(f"/draw/{draw.number}/leaflet.txt").content.decode("utf-8-sig")


def test_a_rehearsal_is_marked_on_paper_and_in_the_file(house, client):
    draw, _ = make.frozen(house, kind="R")
    assert "演练，不作数" in words(client.get(f"/draw/{draw.number}/leaflet/"))
    assert "【演练，不作数】" in client.get(f"/draw/{draw.number}/leaflet.txt").content.decode("utf-8-sig")


def test_before_the_announcement_there_is_nothing_to_take_home(house, client):
    draw = make.prepare(house)
    assert client.get(f"/draw/{draw.number}/leaflet/").status_code == 404
    assert client.get(f"/draw/{draw.number}/leaflet.txt").status_code == 404
