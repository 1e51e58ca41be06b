"""A superior looks again at what its branches checked this year, in one step. source: NM-30.2, AMB-40"""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from foundation.errors import NotAllowed
from foundation.organisation.models import Organisation
from planning import actions, scoping, trial
from planning.models import PlanTask
from registry import actions as registry
from registry.models import Entity, PriorInspection
from tests.factories import create_organisation, create_target
from tests.planning import factories as make
from tests.registry.factories import uscc

pytestmark = pytest.mark.django_db


@pytest.fixture
def above():
    """A superior with its register, one branch with two of the same targets and one stranger."""
    bureau = make.fill(make.create_bureau())
    own = bureau.organisation
    first, second = create_target(own, uid="A-1", name="甲厂"), create_target(own, uid="B-1", name="乙厂")
    second.entity = Entity.objects.create(organisation=own, name="乙公司", uscc=uscc(5))
    second.save()
    branch = create_organisation(parent=own, short_name="东城分局")
    entity = Entity.objects.create(organisation=branch, name="乙公司", uscc=uscc(5))
    same, named = (
        create_target(branch, uid="A-1", name="甲工厂"),
        create_target(branch, uid="X-1", name="乙厂", entity=entity),
    )
    stranger = create_target(branch, uid="Z-9", name="别家")
    for target, day in (
        (same, "2026-03-01"),
        (named, "2026-04-01"),
        (stranger, "2026-04-02"),
        (same, "2025-04-01"),
    ):
        PriorInspection.objects.create(
            target=target,
            level="own",
            on=date.fromisoformat(day),
            source="任务 1",
            problem_found=target == same,
        )
    return bureau, first, second


def test_the_branches_checks_of_this_year_come_in_once_and_count_for_nobody(above):
    bureau, first, second = above
    assert registry.note_checks_below(organisation=bureau.organisation, on=make.TODAY, by=bureau.planner) == 2
    assert registry.note_checks_below(organisation=bureau.organisation, on=make.TODAY, by=bureau.planner) == 0
    rows = PriorInspection.objects.filter(level="subordinate").order_by("on")
    assert [(row.target, row.counted, row.problem_found, row.source) for row in rows] == [
        (first, False, True, "东城分局 任务 1"), (second, False, False, "东城分局 任务 1")
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        registry.note_checks_below(organisation=bureau.organisation, on=make.TODAY, by=bureau.head)


@pytest.fixture
def client_of():
    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def test_one_step_from_the_plan_to_a_task_that_draws_from_them_only(above, client_of, monkeypatch):
    bureau, first, second = above
    monkeypatch.setattr("planning.views.own_lines.timezone.localdate", lambda: make.TODAY)
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    client = client_of(bureau.planner)
    assert "从下级已查的对象里复抽" in client.get(reverse("planning:plan", args=[plan.pk])).content.decode()
    answer = client.post(reverse("planning:recheck", args=[plan.pk]))
    text = client.get(answer.url).content.decode()
    assert "2026年下级已查对象复抽" in text
    assert re.search(r'<input[^>]*name="below"[^>]*checked', text)
    body = bureau.book.bodies[0].id
    item = plan.tasks.first().items.first()
    given = {
        "name": "复抽", "source": "监督方案", "activity": "daily", "bodies": [body], "period": "year", "basis": "manual", "count": 1,
        "method": "onsite", "items": [item.pk], "below": "on",
    }  # fmt: skip
    assert client.post(answer.url, given).status_code == 302
    task = PlanTask.objects.get(origin="local")
    plan.refresh_from_db()
    line = trial.book_of(plan).line(task.line)
    assert "下级已检查" in scoping.words(bureau.organisation, line)
    found = scoping.count(plan, line, make.TODAY, manual=1)
    assert (found.total, set(found.names)) == (2, {first.name, second.name})
    page = client.get(reverse("planning:own_task", args=[task.pk])).content.decode()
    assert "复抽" in page


def test_a_bureau_without_branches_is_not_offered_it(client_of):
    bureau = make.fill(make.create_bureau())
    assert not Organisation.objects.filter(parent=bureau.organisation).exists()
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    text = client_of(bureau.planner).get(reverse("planning:plan", args=[plan.pk])).content.decode()
    assert "从下级已查" not in text
