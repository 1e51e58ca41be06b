"""The phone of a seat: the code, the slip, the open, the signature."""

import secrets

import pytest
from django.test import Client

from draws import actions, queries
from draws.models import Draw, RefusedAct
from draws.rules.mc1.entropy import slip_commit
from tests.draws import factories as make
from tests.draws.pages import seated, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.prepare(house)


def new_seat(house, draw, title="企业代表", seat="S1"):
    return actions.add_seat(
        by=house.operator, draw=draw, seat=seat, role="enterprise", title=title, method="sealed"
    )


def test_opening_the_link_of_the_qr_does_not_use_up_the_code(house, draw):
    seat, code = new_seat(house, draw)
    page = Client().get(f"/draw/{draw.number}/join/{code}/")
    assert f'value="{code}"' in words(page)
    seat.refresh_from_db()
    assert seat.joined_at is None
    phone = seated(draw, code)
    assert "已入席" in words(phone.get(f"/draw/{draw.number}/seat/"))


def test_a_code_works_once_and_in_any_case(house, draw):
    _, code = new_seat(house, draw)
    seated(draw, f" {code[:3].lower()} {code[3:].lower()} ")
    again = Client().post(f"/draw/{draw.number}/join/", {"code": code})
    assert again.status_code == 403
    assert "已经用过" in words(again)


def test_a_wrong_code_is_refused_in_words_and_recorded(house, draw):
    new_seat(house, draw)
    assert Client().post(f"/draw/{draw.number}/join/", {"code": "ABCDEF"}).status_code == 403
    assert Client().post(f"/draw/{draw.number}/join/", {"code": "AB"}).status_code == 422
    assert RefusedAct.objects.filter(act="draws.join").count() == 1


def test_without_a_seat_every_verb_leads_to_the_door(house, draw):
    for verb in ("slip", "open", "confirm", "sign"):
        answer = Client().post(f"/draw/{draw.number}/seat/{verb}/", {"seat": "S1"})
        assert answer.status_code == 302, verb
        assert answer["Location"] == f"/draw/{draw.number}/join/"
    assert Client().get(f"/draw/{draw.number}/seat/")["Location"] == f"/draw/{draw.number}/join/"


def to_the_slips(house, draw):
    _, code = new_seat(house, draw)
    phone = seated(draw, code)
    make.ready(house, draw, sealed=0)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    return phone


def seal(draw, digits):
    nonce = secrets.token_hex(16)
    return nonce, slip_commit(make.SUITE, draw.number, 1, "S1", digits, nonce)


def test_the_page_of_a_seat_leads_from_digits_to_the_signature(house, draw):
    phone = to_the_slips(house, draw)
    home = f"/draw/{draw.number}/seat/"
    assert "定一串数字" in words(phone.get(home))
    nonce, commit = seal(draw, "093715")
    assert phone.post(home + "slip/", {"commit": commit})["Location"] == home
    draw.refresh_from_db()
    assert draw.state == Draw.State.LOCKED
    assert "手动输入" in words(phone.get(home))
    wrong = phone.post(home + "open/", {"digits": "093716", "nonce": nonce})
    assert wrong.status_code == 409
    assert "与封签不符" in words(wrong)
    assert phone.post(home + "open/", {"digits": "093 715", "nonce": nonce.upper()})["Location"] == home
    dice = draw.seats.get(seat="D1")
    actions.speak(by=house.operator, seat=dice, digits="40719938215560273948")
    said = words(phone.get(home))
    assert "40719 93821 55602 73948" in said
    assert phone.post(home + "confirm/", {"seat": "D1", "digits": "40719938215560273948"})["Location"] == home
    draw.refresh_from_db()
    assert draw.state == Draw.State.RESULT
    assert "签字，无异议" in words(phone.get(home))
    empty = phone.post(home + "sign/", {"opinion": "object", "signature_typed": "林工"})
    assert empty.status_code == 422
    assert "请写明异议内容" in words(empty)
    done = phone.post(
        home + "sign/", {"opinion": "object", "statement": "没有看清骰子", "signature_typed": "林工"}
    )
    assert done["Location"] == home
    assert "“没有看清骰子”" in words(phone.get(home))


def test_a_slip_handed_in_twice_is_refused_and_counts_once(house, draw):
    phone = to_the_slips(house, draw)
    home = f"/draw/{draw.number}/seat/"
    new_commit = seal(draw, "111222")[1]
    phone.post(home + "slip/", {"commit": new_commit})
    again = phone.post(home + "slip/", {"commit": seal(draw, "333444")[1]})
    assert again.status_code == 409
    slips = draw.events.filter(type="slip")
    assert slips.count() == 1
    assert new_commit in slips.get().content


def test_rubbish_instead_of_a_commitment_is_refused(house, draw):
    phone = to_the_slips(house, draw)
    assert phone.post(f"/draw/{draw.number}/seat/slip/", {"commit": "x"}).status_code == 409
    assert phone.post(f"/draw/{draw.number}/seat/slip/").status_code == 409
    assert not draw.events.filter(type="slip").exists()


def test_the_server_learns_digits_only_when_they_are_opened(house, draw):
    phone = to_the_slips(house, draw)
    page = words(phone.get(f"/draw/{draw.number}/seat/"))
    form = page[page.index("data-slip-form") : page.index("</form>", page.index("data-slip-form"))]
    assert 'name="commit"' in form
    assert 'name="digits"' not in form
    assert 'name="nonce"' not in form


def test_a_person_with_an_account_takes_the_seat_without_a_code(house, draw):
    actions.add_seat(
        by=house.operator,
        draw=draw,
        seat="S1",
        role="discipline",
        title="纪检监督员",
        method="sealed",
        user=house.discipline,
    )
    officer = signed_in(house.discipline)
    assert officer.get(f"/draw/{draw.number}/seat/")["Location"] == f"/draw/{draw.number}/join/"
    officer.post(f"/draw/{draw.number}/oversight/seat/", {"seat": "S1"})
    assert "已入席" in words(officer.get(f"/draw/{draw.number}/seat/"))
    refused = signed_in(house.operator).post(f"/draw/{draw.number}/oversight/seat/", {"seat": "S1"})
    assert refused.status_code == 403


def test_a_reissued_code_throws_the_old_phone_out(house, draw):
    seat, code = new_seat(house, draw)
    phone = seated(draw, code)
    fresh = actions.reissue_code(by=house.operator, draw=draw, seat=seat)
    assert phone.get(f"/draw/{draw.number}/seat/")["Location"] == f"/draw/{draw.number}/join/"
    assert seated(draw, fresh).get(f"/draw/{draw.number}/seat/").status_code == 200


def test_a_second_attempt_asks_for_new_digits(house, draw):
    devices = make.ready(house, draw)
    code = actions.reissue_code(by=house.operator, draw=draw, seat=devices[0].seat)
    phone = seated(draw, code)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    for device in devices[:2]:
        device.seal(draw)
    devices[1].open()
    assert queries.state_of(Draw.objects.get(pk=draw.pk)).log.missing() == ["S1", "D1"]
    officer = signed_in(house.discipline)
    assert "宣布重来" in words(officer.get(f"/draw/{draw.number}/oversight/"))
    assert officer.post(f"/draw/{draw.number}/oversight/retry/").status_code == 302
    page = words(phone.get(f"/draw/{draw.number}/seat/"))
    assert "（第 2 次）" in page
    assert 'data-attempt="2"' in page
