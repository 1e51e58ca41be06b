"""Who may open what: strangers, the public, seats, staff, another bureau."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from draws.views.common import cookie_name
from tests.draws import factories as make
from tests.draws.pages import seated, signed_in, words
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.prepare(house)


def test_a_draw_that_is_not_announced_is_hidden_from_the_public(house, draw):
    assert Client().get(f"/draw/{draw.number}/").status_code == 404
    assert Client().get(f"/draw/{draw.number}/events").status_code == 404
    assert signed_in(house.operator).get(f"/draw/{draw.number}/").status_code == 200


def test_an_unknown_number_is_404_everywhere(house, draw):
    staff = signed_in(house.operator)
    for path in (
        "/draw/none/",
        "/draw/none/events",
        "/draw/none/transcript.json",
        "/draw/none/join/",
        "/draw/none/oversight/",
    ):
        assert staff.get(path).status_code == 404, path
    for path in ("/desk/draws/none/", "/desk/draws/none/console/", "/desk/draws/none/adjust/"):
        assert staff.get(path).status_code == 404, path


def test_another_bureau_sees_nothing_of_the_desk(draw):
    elsewhere = create_organisation()
    other = signed_in(create_user(elsewhere, "operator"))
    for page in ("", "seats/", "console/", "adjust/"):
        assert other.get(f"/desk/draws/{draw.number}/{page}").status_code == 404
    assert other.get(f"/draw/{draw.number}/oversight/").status_code == 404
    assert other.post(f"/desk/draws/{draw.number}/announce/").status_code == 404
    assert draw.number not in words(other.get("/desk/draws/"))


def test_without_a_role_for_draws_the_desk_is_closed_with_a_reason(house, draw):
    clerk = signed_in(create_user(house.organisation, "publisher"))
    answer = clerk.get(f"/desk/draws/{draw.number}/")
    assert answer.status_code == 403
    assert "抽取组织员" in words(answer)
    assert clerk.get("/desk/draws/").status_code == 403
    assert clerk.get("/desk/draws/new/").status_code == 403


def test_the_oversight_page_is_for_its_own_people(house, draw):
    assert signed_in(house.discipline).get(f"/draw/{draw.number}/oversight/").status_code == 200
    assert signed_in(house.head).get(f"/draw/{draw.number}/oversight/").status_code == 403
    assert signed_in(house.inspector_user).get(f"/draw/{draw.number}/oversight/").status_code == 403
    stranger = Client().get(f"/draw/{draw.number}/oversight/")
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/login/")


def test_an_expired_session_leads_back_to_the_page_and_not_to_the_verb(house, draw):
    page = f"/desk/draws/{draw.number}/announcement/"
    answer = Client().post(
        f"/desk/draws/{draw.number}/announce/", headers={"Referer": f"http://testserver{page}"}
    )
    assert answer["Location"] == f"/login/?{urlencode({'next': page, 'unsent': 1})}"
    back = signed_in(house.operator).get(f"/desk/draws/{draw.number}/announce/")
    assert back.status_code == 302
    assert back["Location"] == f"/desk/draws/{draw.number}/announcement/"
    draw.refresh_from_db()
    assert draw.head_seq == 0


def test_the_desk_of_the_planner_is_read_only(house, draw):
    planner = signed_in(house.bureau.planner)
    assert planner.get(f"/desk/draws/{draw.number}/").status_code == 200
    answer = planner.post(f"/desk/draws/{draw.number}/announce/", {"short_notice": "急"})
    assert answer.status_code == 403
    assert "抽取组织员" in words(answer)


def test_names_appear_on_no_page_of_the_public_or_of_a_seat(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    names = list(draw.snapshot_targets.values_list("name", flat=True)) + list(
        draw.snapshot_inspectors.values_list("name", flat=True)
    )
    pages = [f"/draw/{draw.number}/", f"/draw/{draw.number}/?mode=screen", f"/draw/{draw.number}/events"]
    for path in pages:
        said = words(Client().get(path))
        assert [name for name in names if name in said] == [], path
    phone = Client()
    phone.get("/login/")
    code = make.actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat)
    phone = seated(draw, code)
    said = words(phone.get(f"/draw/{draw.number}/seat/"))
    assert [name for name in names if name in said] == []


def test_the_transcript_waits_for_the_public_but_not_for_a_seat(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    refused = Client().get(f"/draw/{draw.number}/transcript.json")
    assert refused.status_code == 403
    assert "检查人员不足" in refused.json()["error"]
    code = make.actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat)
    assert seated(draw, code).get(f"/draw/{draw.number}/transcript.json").status_code == 200
    assert "现在还不能完整核验" in words(Client().get(f"/draw/{draw.number}/verify/"))


def test_after_the_close_everybody_may_verify(house):
    draw, _ = make.signed(house)
    make.actions.open_names(
        by=house.operator,
        draw=draw,
        commitments=[v.commitment for v in make.queries.visits_of(draw)],
        to="public",
    )
    make.actions.close(by=house.operator, draw=draw)
    assert Client().get(f"/draw/{draw.number}/transcript.json").json()["draw_id"] == draw.number
    assert len(Client().get(f"/draw/{draw.number}/openings.json").json()["openings"]) == len(
        make.queries.visits_of(draw)
    )
    answer = Client().get(f"/draw/{draw.number}/verify/")
    number = draw.number
    assert answer["Location"] == (
        f"/draw/{number}/verify/page/#src=/draw/{number}/transcript.json&openings=/draw/{number}/openings.json"
    )


def test_the_verifier_is_the_shipped_file_under_its_own_policy(house, settings):
    draw, _ = make.signed(house)
    answer = Client().get(f"/draw/{draw.number}/verify/page/")
    shipped = (settings.BASE_DIR / "static" / "verify" / "verifier.html").read_bytes()
    assert answer.content == shipped
    policy = answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert policy.count("'sha256-") == 2
    assert "frame-ancestors 'none'" in policy


def test_the_minutes_are_for_insiders_until_the_signatures(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    path = f"/draw/{draw.number}/minutes.pdf"
    assert Client().get(path).status_code == 403
    assert signed_in(house.operator).get(path).status_code == 404


def test_a_seat_cookie_opens_only_its_own_draw(house, draw):
    code = make.seat_people(house, draw, spoken=False, sealed=1)[0].code
    seat = draw.seats.get()
    code = make.actions.reissue_code(by=house.operator, draw=draw, seat=seat)
    phone = seated(draw, code)
    other = make.prepare(house, kind="R")
    phone.cookies[cookie_name(other)] = phone.cookies[cookie_name(draw)].value
    assert phone.get(f"/draw/{other.number}/seat/")["Location"] == f"/draw/{other.number}/join/"


def test_the_list_does_not_ask_per_row(house, django_assert_max_num_queries):
    for at in range(3):
        make.prepare(house, kind="R", place=f"{at}号会议室")
    staff = signed_in(house.operator)
    staff.get("/desk/draws/")
    with django_assert_max_num_queries(24):
        assert staff.get("/desk/draws/").status_code == 200


def test_the_list_filters_and_says_when_nothing_fits(house, draw):
    staff = signed_in(house.operator)
    assert draw.number in words(staff.get("/desk/draws/?kind=F"))
    assert "没有符合条件的抽取会" in words(staff.get("/desk/draws/?kind=R"))
