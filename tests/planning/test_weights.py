"""Weights of a task: by condition, approved with the plan, refused where the book knows none (QS-10.3, AMB-52, CAP-60)."""

from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.rulebook import library
from foundation.rulebook.selectors import Facts
from planning import actions, plan_page, weighted
from planning.rules import weights
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 9)
BAD = {"when": [{"flag": ["penalised"]}], "weight": 4, "reason": "去年被处罚的多看"}
KEY = {"when": [{"permit_class": ["key"]}], "weight": 2, "reason": "重点管理"}


def facts(**attributes):
    return Facts(attributes, ())


def test_the_first_condition_met_decides_and_everybody_else_has_one_ticket():
    rules = weights.read(library.get("qinshui-2022"), [KEY, {**KEY, "weight": 9}])
    assert weights.weight_of(rules, facts(permit_class="key"), ON, ()) == 2
    assert weights.weight_of(rules, facts(permit_class="registration"), ON, ()) == 1
    assert weights.weight_of((), facts(), ON, ()) == 1


@given(st.integers(2, 20), st.sampled_from(["key", "simplified", "registration"]))
def test_a_weight_is_always_a_ticket_count_of_the_protocol(number, kind):
    rules = weights.read(library.get("qinshui-2022"), [{**KEY, "weight": number}])
    assert 1 <= weights.weight_of(rules, facts(permit_class=kind), ON, ()) <= weights.MOST


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau())


@pytest.fixture
def draft(bureau):
    return actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)


def set_to(bureau, task, *rows):
    return actions.set_weights(by=bureau.planner, task=task, rows=rows)


def test_weights_are_set_in_the_draft_shown_compared_and_kept(bureau, draft):
    task = set_to(bureau, draft.tasks.get(line="general"), BAD, KEY)
    assert weighted.words_of(task) == [
        "有标记“受到处罚”的权重 4（去年被处罚的多看）" if "受到处罚" in weighted.words_of(task)[0] else weighted.words_of(task)[0],
        "排污许可管理类别为重点管理的权重 2（重点管理）",
    ]  # fmt: skip
    assert sum(weighted.counts(task, make.TODAY).values()) == task.numbers.first().base
    actions.submit_plan(by=bureau.planner, plan=draft)
    plan = actions.approve_plan(by=bureau.head, plan=draft)
    with pytest.raises(OutOfOrder):
        set_to(bureau, plan.tasks.get(line="general"))
    again = actions.amend_plan(by=bureau.planner, plan=plan, reason="改权重", on=make.TODAY)
    copy = again.tasks.get(line="general")
    assert copy.weights == task.weights
    set_to(bureau, copy, KEY)
    (change,) = [row for row in plan_page.changes(plan, again) if row["label"] == "权重"]
    assert "去年被处罚的多看" in change["old"]
    assert "去年被处罚的多看" not in change["new"]


def test_what_a_weight_must_say(bureau, draft):
    task = draft.tasks.get(line="general")
    for row, word in (
        ({**BAD, "weight": 1}, "2 到 20"), ({**BAD, "weight": 21}, "2 到 20"), ({**BAD, "reason": " "}, "理由"),
        ({**BAD, "when": []}, "条件"), ({**BAD, "when": [{"nonsense": ["x"]}]}, "条件"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=word):
            set_to(bureau, task, row)
    with pytest.raises(NotAllowed):
        actions.set_weights(by=bureau.head, task=task, rows=[BAD])
    task.refresh_from_db()
    assert task.weights == []


@pytest.mark.parametrize("book", ["neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024"])
def test_a_book_without_weights_refuses_them(book):
    bureau = make.fill(make.create_bureau(book))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(RuleBroken, match="不允许加权") as refused:
        set_to(bureau, plan.tasks.first(), KEY)
    assert refused.value.code == "weights_refused"
    assert "QS-10.3" not in refused.value.message


def test_a_joint_plan_leaves_weights_to_the_departments_plan(bureau):
    plan = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    with pytest.raises(RuleBroken, match="本部门计划"):
        set_to(bureau, plan.tasks.first(), KEY)


def test_the_page_adds_and_removes_rules_and_counts_who_they_meet(bureau, draft, client):
    task = draft.tasks.get(line="general")
    client.force_login(bureau.planner)
    url = reverse("planning:weights", args=[task.pk])
    page = client.get(url).content.decode()
    assert "QS-10.3" in page
    assert "没有设权重" in page
    bad = client.post(url, {"weight": "5", "reason": "", "scope_permit_class": ["registration"]})
    assert bad.status_code == 422
    done = client.post(
        url, {"weight": "5", "reason": "信访多", "scope_permit_class": ["registration"]}, follow=True
    )
    assert "权重 5" in done.content.decode()
    task.refresh_from_db()
    assert task.weights == [{"when": [{"permit_class": ["registration"]}], "weight": 5, "reason": "信访多"}]
    client.post(reverse("planning:weight_drop", args=[task.pk, 0]))
    task.refresh_from_db()
    assert task.weights == []
    assert "权重" in client.get(reverse("planning:task", args=[task.pk])).content.decode()


def test_a_book_without_weights_says_so_on_the_page(client):
    bureau = make.fill(make.create_bureau("wulong-2024"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    client.force_login(bureau.planner)
    page = client.get(reverse("planning:weights", args=[plan.tasks.first().pk])).content.decode()
    assert "不允许加权" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
