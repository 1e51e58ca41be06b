"""Checked alone although shared: why, recorded and printed (NM-19.2); the joint kind first for a region (NM-20.2)."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from disclosure.gather.others import plan_record
from foundation.errors import RuleBroken
from foundation.rulebook import library
from planning import actions, documents, exports, joint, plan_page
from planning.rules import principles
from registry.models import InspectionItem
from tests.factories import create_unit
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
WHY = "水利部门今年没有同类任务，无法同时到场"


@pytest.fixture
def bureau():
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    InspectionItem.objects.filter(organisation=bureau.organisation).update(
        joint="external", partners=["水利局"]
    )
    return bureau


@pytest.fixture
def draft(bureau):
    return actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)


def found(plan):
    return list(plan_page.apart(plan, library.get(plan.rulebook_id)))


def test_shared_items_checked_alone_ask_for_the_reason_until_each_has_one_or_is_joint(bureau, draft):
    (warning,) = found(draft)
    assert warning.origin.ref == "NM-19.2"
    assert warning.title.startswith(f"{draft.tasks.count()} 项任务")
    key = draft.tasks.get(line="key")
    actions.edit_task(by=bureau.planner, task=key, on=make.TODAY, not_joint_reason=WHY)
    assert key not in joint.unexplained(draft)
    others = tuple(task.line for task in draft.tasks.exclude(line="key"))
    make.joint_plan(bureau, others, lead=create_unit(bureau.organisation, name="综合科"))
    assert found(draft) == []
    InspectionItem.objects.update(joint="none", partners=[])
    key.not_joint_reason = ""
    key.save()
    assert found(draft) == []


def test_the_reason_is_printed_compared_kept_by_an_amendment_and_published(bureau, draft):
    key = draft.tasks.get(line="key")
    actions.edit_task(by=bureau.planner, task=key, on=make.TODAY, not_joint_reason=f" {WHY} ")
    sheet = plan_page.sheet(draft)
    assert documents.reasons_apart(sheet) == [f"{key.name}：{WHY}"]
    text = [block.text for block in documents.plan_paper(draft).blocks if hasattr(block, "text")]
    assert any(WHY in words for words in text)
    book = load_workbook(BytesIO(exports.plan_workbook(sheet).getvalue()))
    assert [cell.value for cell in book["不能联合的任务"][3]] == [key.name, WHY]
    assert WHY in [
        row["not_joint_reason"] for row in plan_record(draft)["tasks"] if "not_joint_reason" in row
    ]
    make.fill_manual(bureau, draft)
    actions.submit_plan(by=bureau.planner, plan=draft)
    plan = actions.approve_plan(by=bureau.head, plan=draft)
    again = actions.amend_plan(by=bureau.planner, plan=plan, reason="调整", on=make.TODAY)
    assert again.tasks.get(line="key").not_joint_reason == WHY
    actions.edit_task(by=bureau.planner, task=again.tasks.get(line="key"), on=make.TODAY, not_joint_reason="")
    (change,) = [row for row in plan_page.changes(plan, again) if row["label"] == "不能联合的理由"]
    assert (change["old"], change["new"]) == (WHY, "无")


def test_a_task_of_a_joint_plan_cannot_say_it_is_not_joint(bureau, draft):
    together = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    for task in (draft.tasks.get(line="key"), together.tasks.get(line="key")):
        with pytest.raises(RuleBroken, match="联合计划"):
            actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, not_joint_reason=WHY)


def test_the_planner_types_the_reason_on_the_task_page(bureau, draft, client):
    task = draft.tasks.get(line="key")
    client.force_login(bureau.planner)
    url = reverse("planning:task", args=[task.pk])
    assert "不能联合的理由" in client.get(url).content.decode()
    answer = client.post(
        url,
        {"name": task.name, "items": [item.pk for item in task.items.all()], "method": task.method, "offices": "执法科",
         "rates": "", "rates_reason": "", "note": "", "not_joint_reason": WHY},
    )  # fmt: skip
    assert answer.status_code == 302
    task.refresh_from_db()
    assert task.not_joint_reason == WHY


@pytest.mark.parametrize(
    ("book", "bodies", "kind"),
    [
        ("neimenggu-2024", {"region"}, "joint_departments"), ("neimenggu-2024", {"league"}, "department"),
        ("neimenggu-2024", {"region", "league"}, "department"), ("neimenggu-2024", set(), "department"),
        ("qinshui-2022", {"county"}, "department"), ("xinyang-2023", set(), "department"),
    ],
)  # fmt: skip
def test_only_the_authority_of_the_region_starts_with_the_joint_kind(book, bodies, kind):
    assert principles.first_kind(library.get(book), bodies) == kind


def test_the_form_of_a_regional_authority_offers_the_joint_kind(client):
    bureau = make.create_bureau("neimenggu-2024")
    client.force_login(bureau.planner)
    bureau.organisation.units.update(body="region")
    page = client.get(reverse("planning:plan_new")).content.decode()
    assert '<option value="joint_departments" selected>' in page
    bureau.organisation.units.update(body="league")
    assert '<option value="department" selected>' in client.get(reverse("planning:plan_new")).content.decode()
