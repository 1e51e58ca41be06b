"""Drafts on the phone: what was not sent is listed, sent together, and never written over somebody else's answer."""

import pytest
from django.utils import timezone

from inspections import actions
from inspections.models import CheckResult, VisitItem
from tests.browser.test_inspections import PHONE, case, look, sit  # noqa: F401  fixtures
from tests.inspections import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begun(case):  # noqa: F811
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=timezone.localdate())
    steps = make.NORMAL_STEPS
    actions.arrive(by=case.lead, visit=case.fresh(), steps=steps, received_by="田环保", code="")
    actions.set_production_state(by=case.lead, visit=case.fresh(), state="normal", note="")
    return case


def fill(page, case, number: int, note: str) -> None:  # noqa: F811
    """Answer an item and leave without saving."""
    points = list(case.items[number - 1].item.checkpoints.order_by("no"))
    page.goto(page.root + f"/m/t/{case.visit.pk}/items/{number}/")
    page.click(f"label[for=id_p{points[0].pk}-problem]")
    page.fill(f"#id_n{points[0].pk}", note)
    page.click(f"label[for=id_p{points[1].pk}-clear]")
    page.click("details.result summary")
    page.select_option("select[name=result]", "ordered_correct")
    page.fill("textarea[name=demand]", "限期补贴")
    page.goto(page.root + "/m/")


def test_drafts_are_listed_sent_together_and_conflicts_shown(begun, sit):  # noqa: F811
    page = sit(begun.lead, PHONE)
    page.goto(page.root + "/m/drafts/")
    assert "没有未上传的草稿" in page.inner_text("[data-draft-empty]")
    look(page, "drafts-01-empty")
    fill(page, begun, 1, "西墙 3 桶无标签")
    fill(page, begun, 2, "台账缺 10 月")
    assert "本机有 2 份" in page.inner_text("[data-draft-count]")
    page.click("[data-draft-count]")
    page.wait_for_selector("[data-draft-list] li")
    look(page, "drafts-02-list")

    # The second member of the team saves item 2 meanwhile, with another answer.
    points = list(begun.items[1].item.checkpoints.order_by("no"))
    answers = {point.pk: ("clear", "") for point in points}
    actions.save_item(
        by=begun.second, visit_item=begun.items[1], answers=answers, result="no_problem", note="", demand="", demand_due_on=None
    )  # fmt: skip
    page.click("[data-draft-all]")
    page.wait_for_selector("[data-draft-list] dl")
    assert "还有 1 份要您处理" in page.inner_text("[data-draft-status]")
    assert "台账缺 10 月" in page.inner_text("[data-draft-list] dl")
    assert "ordered_correct" not in page.inner_text("[data-draft-list] dl")
    look(page, "drafts-03-conflict")
    assert VisitItem.objects.get(pk=begun.items[0].pk).result == "ordered_correct"
    assert CheckResult.objects.filter(
        visit_item=begun.items[0], result="problem", note="西墙 3 桶无标签"
    ).exists()
    assert not CheckResult.objects.filter(visit_item=begun.items[1], result="problem").exists()

    page.click("text=用本机草稿")
    page.wait_for_selector("[data-draft-empty]:not([hidden])")
    assert CheckResult.objects.filter(visit_item=begun.items[1], note="台账缺 10 月").exists()
    assert (
        page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('mc-draft:')).length") == 0
    )
