"""What machines may read."""

import pytest

from planning import actions, listing
from tests.factories import create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


def test_quotas_are_the_rows_of_the_command(client, bureau, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    make.approved_plan(bureau)
    client.force_login(bureau.planner)
    assert client.get("/api/v1/quotas/?period=2026Q4").json() == listing.rows(
        bureau.organisation, "2026Q4", make.TODAY
    )


def test_unknown_period_is_a_bad_request(client, bureau):
    client.force_login(bureau.planner)
    assert client.get("/api/v1/quotas/?period=soon").status_code == 400


def test_plans_are_listed_with_their_tasks_in_detail(client, bureau):
    plan = make.approved_plan(bureau)
    client.force_login(bureau.planner)
    assert [row["id"] for row in client.get("/api/v1/plans/?year=2026").json()["results"]] == [plan.pk]
    detail = client.get(f"/api/v1/plans/{plan.pk}/").json()
    assert {task["line"] for task in detail["tasks"]} == {"key", "special", "general"}
    assert all(len(task["numbers"]) == 4 for task in detail["tasks"])


def test_readers_without_the_permission_and_strangers_get_nothing(client, bureau):
    plan = make.approved_plan(bureau)
    assert client.get("/api/v1/plans/").status_code == 403
    client.force_login(create_user(bureau.organisation, "inspector"))
    assert client.get("/api/v1/quotas/?period=2026Q4").status_code == 403
    client.force_login(create_user(None, "planner"))
    assert client.get(f"/api/v1/plans/{plan.pk}/").status_code == 404


def test_nothing_can_be_written(client, bureau):
    client.force_login(bureau.planner)
    assert client.post("/api/v1/plans/", {}).status_code == 405


def test_bureau_without_a_rulebook_is_told_what_to_do(client):
    user = create_user(None, "planner")
    client.force_login(user)
    answer = client.get("/api/v1/quotas/?period=2026Q4")
    assert answer.status_code == 409
    assert "规则书" in answer.json()["detail"]


def test_plan_detail_takes_a_handful_of_queries(client, bureau):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    client.force_login(bureau.planner)
    with CaptureQueriesContext(connection) as few:
        client.get(f"/api/v1/plans/{plan.pk}/")
    assert len(few) <= 8
