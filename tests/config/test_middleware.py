"""A session that ended in mid-form, and writes by people who may not."""

import json
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client

from foundation.errors import NotAllowed, RuleBroken
from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


def test_a_form_sent_after_the_session_ended_comes_back_to_its_page():
    page = "http://testserver/desk/results/7/?from=list"
    response = Client().post("/desk/results/7/pass/", {"opinion": "同意"}, headers={"referer": page})
    assert response["Location"] == "/login/?next=%2Fdesk%2Fresults%2F7%2F%3Ffrom%3Dlist&unsent=1"
    text = Client().get(response["Location"]).content.decode()
    assert "登录已过期，刚才的提交没有生效" in text
    assert "data-unsent" in text


@pytest.mark.parametrize(
    ("path", "front"), [("/desk/tasks/7/dispatch/", "%2Fdesk%2F"), ("/m/t/7/arrive/", "%2Fm%2F")]
)
@pytest.mark.parametrize("came_from", ["https://elsewhere.example/desk/x/", ""])
def test_no_way_back_to_another_site(path, front, came_from):
    response = Client().post(path, headers={"referer": came_from})
    assert response["Location"] == f"/login/?next={front}&unsent=1"


def test_signing_in_returns_to_the_page(settings):
    user = create_user(None, "planner")
    found = Client().post(
        "/login/?next=/desk/plans/&unsent=1",
        {"username": user.username, "password": "mingchou-2026", "next": "/desk/plans/"},
    )
    assert found["Location"] == "/desk/plans/"


def test_part_of_a_page_sends_the_whole_page_to_the_login():
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/plans/3/simulation/"}
    response = Client().get("/desk/plans/3/simulation/1/progress/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=%2Fdesk%2Fplans%2F3%2Fsimulation%2F"


def test_an_ordinary_page_keeps_its_address():
    assert Client().get("/desk/plans/?year=2026")["Location"] == "/login/?next=/desk/plans/%3Fyear%3D2026"


def test_a_refused_write_is_in_the_ledger_with_its_reason():
    office = create_organisation()
    user = create_user(office, "reviewer")
    client = Client()
    client.force_login(user)
    before = Entry.objects.count()
    response = client.post("/desk/accounts/new/", {"username": "x"})
    assert response.status_code == 403
    assert "账号由系统管理员和安全管理员管理" in response.content.decode()
    entry = Entry.objects.order_by("-seq").first()
    assert Entry.objects.count() == before + 1
    assert (entry.act, entry.actor) == ("organisation.refused", user)
    data = json.loads(entry.content)["data"]
    assert data == {"path": "/desk/accounts/new/", "reason": "账号由系统管理员和安全管理员管理。"}
    assert ledger.verify()[1] is None


def test_a_refused_look_is_no_act():
    user = create_user(None, "reviewer")
    client = Client()
    client.force_login(user)
    before = Entry.objects.count()
    assert client.get("/desk/accounts/").status_code == 403
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("broken", "status", "words"),
    [
        (NotAllowed("须由审核人办理。"), 403, "须由审核人办理。"),
        (RuleBroken("还没有采用规则书。"), 409, "还没有采用规则书。"),
        (OverflowError("too large"), 400, "返回上一页"),
        (IntegrityError("UNIQUE constraint failed"), 409, "刚刚已经有人办理"),
    ],
)
def test_a_rule_that_no_page_caught_still_answers_in_words(monkeypatch, broken, status, words):
    user = create_user(None, "planner")
    client = Client()
    client.force_login(user)

    def fail(*_):
        raise broken

    monkeypatch.setattr("config.workbench.desk_of", fail)
    response = client.get("/desk/")
    assert response.status_code == status
    assert words in response.content.decode()


@pytest.mark.parametrize(
    "words", ["database is locked", "canceling statement due to lock timeout", "deadlock detected"]
)
def test_a_database_that_is_busy_is_said_so_and_what_was_typed_is_kept(client, monkeypatch, words):
    bureau = create_organisation()
    client.force_login(create_user(bureau, "sysadmin"))
    client.raise_request_exception = False

    def busy(*args, **given):
        raise OperationalError(words)

    monkeypatch.setattr("foundation.organisation.views.actions.set_active", busy)
    person = create_user(bureau, "planner")
    answer = client.post(f"/desk/accounts/{person.pk}/active/", {"on": "0"})
    assert answer.status_code == 409
    assert "请过一会儿回到刚才那一页再交" in answer.content.decode()
    assert "data-unsent" in answer.content.decode()


def test_another_fault_of_the_database_is_no_excuse(client, monkeypatch):
    bureau = create_organisation()
    client.force_login(create_user(bureau, "sysadmin"))
    client.raise_request_exception = False
    monkeypatch.setattr(
        "foundation.organisation.views.actions.set_active",
        mock.Mock(side_effect=OperationalError("disk I/O error")),
    )
    person = create_user(bureau, "planner")
    assert client.post(f"/desk/accounts/{person.pk}/active/", {"on": "0"}).status_code == 500


def test_a_character_nobody_sees_is_named(client):
    answer = client.post("/login/", {"username": "甲\x00乙", "password": "x"})
    assert "看不见的空字符（NUL）" in answer.content.decode()
