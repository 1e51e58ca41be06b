"""A swap moves people who have agreed, and nobody else. source: QZ-6.8a, AMB-24"""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from draws import actions, queries, swaps
from draws.models import Draw, ReplacementRequest, SwapConsent
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from tests.draws import factories as make
from tests.draws.pages import signed_in, words

pytestmark = pytest.mark.django_db
State = ReplacementRequest.State


@pytest.fixture
def house():
    return make.create_house("quzhou-2017")


@pytest.fixture
def draw(house):
    return make.signed(house, kind="R")[0]


def ask_swap(house, draw: Draw, at: int = 0, **given) -> ReplacementRequest:
    visit = queries.visits_of(draw)[at]
    person = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    return make.ask(house, draw, "swap", target=visit.commitment, inspector=person, **given)


def answer(consent: SwapConsent, agree: bool, reason: str = "") -> SwapConsent:
    by = make.login_of(consent.inspector)
    return actions.answer_swap(by=by, request=consent.request, consent=consent, agree=agree, reason=reason)


def test_the_one_who_leaves_and_everybody_the_round_may_choose_is_asked(house, draw):
    asked = ask_swap(house, draw)
    people = swaps.inspectors_by_commitment(draw, swaps.people_of(draw, asked)).values()
    assert {person.pk for person in people} == set(asked.consents.values_list("inspector_id", flat=True))
    (asker,) = asked.consents.filter(part="asker")
    assert draw.snapshot_inspectors.get(commitment=asked.inspector).inspector_id == asker.inspector_id
    assert asked.consents.filter(part="partner").exists()


def test_whoever_the_round_takes_had_agreed(house, draw):
    asked = ask_swap(house, draw)
    make.replace(house, draw, [asked])
    (swap,) = make.body_of(draw, "round_result")["swaps"]
    partner = draw.snapshot_inspectors.get(commitment=swap["i2"]).inspector_id
    assert asked.consents.get(inspector=partner).answer == "agreed"


def test_a_swap_is_not_approved_before_the_last_answer(house, draw):
    asked = ask_swap(house, draw)
    *others, last = asked.consents.order_by("pk")
    for consent in others:
        answer(consent, True)
    with pytest.raises(OutOfOrder, match="还要等"):
        actions.decide_replacement(by=house.head, request=asked, approve=True)
    answer(last, True)
    actions.decide_replacement(by=house.head, request=asked, approve=True)
    asked.refresh_from_db()
    assert asked.state == State.APPROVED


@pytest.mark.parametrize("part", ["asker", "partner"])
def test_one_refusal_with_its_reason_ends_the_swap(house, draw, part):
    asked = ask_swap(house, draw)
    consent = asked.consents.filter(part=part).first()
    with pytest.raises(RuleBroken, match="写明理由"):
        answer(consent, False)
    answer(consent, False, "那天另有任务")
    asked.refresh_from_db()
    assert asked.state == State.DECLINED
    with pytest.raises(OutOfOrder):
        actions.decide_replacement(by=house.head, request=asked, approve=True)
    other = asked.consents.filter(answer="waiting").first()
    with pytest.raises(OutOfOrder, match="不用再答复"):
        answer(other, True)
    page = words(signed_in(house.operator).get(f"/desk/draws/{draw.number}/adjust/"))
    assert "那天另有任务" in page


def test_an_answer_once_given_is_not_changed(house, draw):
    asked = ask_swap(house, draw)
    make.agree(asked)
    with pytest.raises(OutOfOrder, match="已经答复过"):
        answer(asked.consents.first(), False, "改主意了")


def test_nobody_answers_for_another(house, draw):
    asked = ask_swap(house, draw)
    first, second = asked.consents.order_by("pk")[:2]
    for by in (house.operator, house.head, make.login_of(second.inspector)):
        with pytest.raises(NotAllowed, match="本人"):
            actions.answer_swap(by=by, request=asked, consent=first, agree=True)


def test_whoever_asks_for_his_own_swap_has_agreed_by_asking(house, draw):
    person = make.login_of(queries.visits_of(draw)[0].team[0])
    asked = ask_swap(house, draw, by=person)
    assert asked.consents.get(part="asker").answered_by == person
    assert set(asked.consents.filter(part="partner").values_list("answer", flat=True)) == {"waiting"}


def test_two_swaps_do_not_share_a_round_because_the_first_may_move_people_nobody_asked(house, draw):
    both = [ask_swap(house, draw, at) for at in (0, 1)]
    with pytest.raises(RuleBroken, match="一轮只办一件互换"):
        make.replace(house, draw, both)


def test_a_partner_who_became_possible_later_is_asked_before_the_round(house, draw):
    asked = ask_swap(house, draw)
    make.agree(asked)
    gone = asked.consents.filter(part="partner").first()
    SwapConsent.objects.filter(pk=gone.pk).delete()
    with pytest.raises(OutOfOrder, match="再征求意见"):
        actions.decide_replacement(by=house.head, request=asked, approve=True)
    home = f"/desk/draws/{draw.number}/adjust/"
    staff = signed_in(house.operator)
    assert "再征求意见</button>" in words(staff.get(home))
    assert signed_in(house.head).post(f"{home}{asked.pk}/again/").status_code == 403
    assert staff.post(f"{home}{asked.pk}/again/").status_code == 302
    assert asked.consents.get(inspector=gone.inspector_id).answer == "waiting"
    make.agree(asked)
    actions.decide_replacement(by=house.head, request=asked, approve=True)


def test_each_answers_on_his_own_phone_and_sees_codes_only(house, draw):
    asked = ask_swap(house, draw)
    consent = asked.consents.filter(part="partner").first()
    phone = signed_in(make.login_of(consent.inspector))
    assert "有互换等您答复" in words(phone.get("/m/"))
    page = words(phone.get("/m/swaps/"))
    visit = queries.visits_of(draw)[0]
    assert visit.code in page
    assert visit.target.name not in page
    other = signed_in(make.login_of(asked.consents.exclude(pk=consent.pk).first().inspector))
    assert other.post(f"/m/swaps/{consent.pk}/", {"agree": "yes"}).status_code == 404
    assert Client().post(f"/m/swaps/{consent.pk}/", {"agree": "yes"}).status_code == 302
    assert phone.post(f"/m/swaps/{consent.pk}/", {"agree": "no"}).status_code == 409
    assert phone.post(f"/m/swaps/{consent.pk}/", {"agree": "yes"}).status_code == 302
    consent.refresh_from_db()
    assert consent.answer == "agreed"
    assert "没有等您答复的互换" in words(phone.get("/m/swaps/"))
    assert "有互换等您答复" not in words(phone.get("/m/"))


def test_the_database_wants_a_reason_and_a_person(house, draw):
    consent = ask_swap(house, draw).consents.first()
    for given in ({"answer": "refused"}, {"answer": "agreed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SwapConsent.objects.filter(pk=consent.pk).update(**given)
