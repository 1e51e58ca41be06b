"""What an enterprise says after scanning the notice: once, after the visit began, seen by the bureau."""

import json

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions, tokens
from inspections.models import Feedback, Visit
from inspections.views import enterprise
from tests.factories import create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
SAID = {
    "rating": "poor",
    "showed_certificate": "1",
    "explained": "0",
    "statement": "没有说明依据<b>",
    "from_name": "田环保",
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def case():
    case = make.create_case()
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=make.DAY, now=make.DISPATCHED)
    return case


def arrived(case) -> str:
    Visit.objects.filter(pk=case.visit.pk).update(state="started", arrived_at=make.ARRIVED)
    return tokens.path_of(case.fresh())


def text(response) -> str:
    return response.content.decode()


def test_the_form_appears_only_after_somebody_came(case):
    path = tokens.path_of(case.fresh())
    assert "评价这次检查" not in text(Client().get(path))
    assert "检查之后再扫这个码" in text(Client().get(path))
    assert "评价这次检查" in text(Client().get(arrived(case)))


def test_an_enterprise_says_it_once_without_a_login(case):
    path, client = arrived(case), Client()
    response = client.post(path + "feedback/", SAID)
    assert response.status_code == 302
    assert not response.cookies
    said = Feedback.objects.get()
    assert (said.rating, said.showed_certificate, said.explained) == ("poor", True, False)
    page = text(client.get(path))
    assert "已收到" in page
    assert "评价这次检查" not in page
    entry = Entry.objects.in_order().last()
    assert entry.act == "inspections.receive_feedback"
    assert entry.actor_name == "被检查单位（扫码）"
    assert json.loads(entry.content)["data"]["rating"] == "poor"
    again = client.post(path + "feedback/", SAID)
    assert again.status_code == 422
    assert "已经评价过" in text(again)
    assert Feedback.objects.count() == 1


def test_incomplete_answers_are_named_and_kept(case):
    response = Client().post(arrived(case) + "feedback/", {"rating": "good", "statement": "人很客气"})
    assert response.status_code == 422
    assert "请选择是或否" in text(response)
    assert "人很客气" in text(response)
    assert not Feedback.objects.exists()


def test_a_machine_falls_into_the_trap(case):
    response = Client().post(arrived(case) + "feedback/", SAID | {"website": "http://x"})
    assert response.status_code == 422
    assert not Feedback.objects.exists()


def test_too_much_from_one_address_is_refused(case, monkeypatch):
    monkeypatch.setattr(enterprise, "PER_HOUR", 0)
    response = Client().post(arrived(case) + "feedback/", SAID)
    assert response.status_code == 429
    assert "提交得太多" in text(response)


def test_a_wrong_token_opens_nothing(case):
    assert Client().post("/e/1.wrong/feedback/", SAID).status_code == 404
    assert Client().get(arrived(case) + "feedback/").status_code == 405


def test_a_cancelled_visit_takes_no_feedback(case):
    path = arrived(case)
    Visit.objects.filter(pk=case.visit.pk).update(state="void", void_reason="企业停产")
    with pytest.raises(OutOfOrder, match="已取消"):
        actions.receive_feedback(visit=case.fresh(), rating="good", showed_certificate=True, explained=True)
    assert Client().post(path + "feedback/", SAID).status_code == 422


def test_words_that_do_not_fit_are_refused(case):
    arrived(case)
    with pytest.raises(RuleBroken, match="最多 1000"):
        actions.receive_feedback(
            visit=case.fresh(), rating="good", showed_certificate=True, explained=True, statement="字" * 1001
        )
    with pytest.raises(RuleBroken, match="满意"):
        actions.receive_feedback(visit=case.fresh(), rating="best", showed_certificate=True, explained=True)


def test_the_database_keeps_what_was_said(case):
    arrived(case)
    made = actions.receive_feedback(
        visit=case.fresh(), rating="good", showed_certificate=True, explained=True
    )
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Feedback.objects.filter(pk=made.pk).update(rating="poor")


def test_the_bureau_reads_it_on_the_visit_and_counts_it(case):
    path = arrived(case)
    Client().post(path + "feedback/", SAID)
    desk = Client()
    desk.force_login(create_user(case.organisation, "reviewer", "unit_head", name="秦越"))
    page = text(desk.get(f"/desk/tasks/{case.visit.pk}/"))
    assert "企业评价" in page
    assert "没有说明依据&lt;b&gt;" in page
    assert case.visit.number in text(desk.get("/desk/tasks/?rating=poor"))
    assert case.visit.number not in text(desk.get("/desk/tasks/?rating=good"))


def test_statistics_count_ratings_and_open_to_the_visits(case):
    Client().post(arrived(case) + "feedback/", SAID)
    desk = Client()
    desk.force_login(create_user(case.organisation, "publisher", "unit_head", name="方晓"))
    page = text(desk.get("/desk/stats/"))
    assert "企业评价不满意" in page
    assert "rating=poor" in page


def test_the_drafts_page_lends_the_names_of_my_open_visits_only(case):
    arrived(case)
    other = make.create_case(bureau=case.bureau)
    client = Client()
    client.force_login(case.lead)
    page = text(client.get("/m/drafts/"))
    assert f'data-visit="{case.visit.pk}"' in page
    assert f'data-visit="{other.visit.pk}"' not in page
    assert "/m/drafts/" in text(client.get("/m/"))
    stranger = Client()
    stranger.force_login(create_user(case.organisation, "publisher"))
    assert stranger.get("/m/drafts/").status_code == 403
