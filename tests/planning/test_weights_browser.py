"""Weights and the fixed scope as people see them, wide and on a phone; pictures go to $SCREENSHOTS when it is set."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from planning import actions
from tests.planning import factories as make
from tests.planning.test_browser import PHONE, WIDE, open_page, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_rule_is_ticked_added_and_fits_both_screens(page, live_server, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau = make.fill(make.create_bureau(name="青禾县生态环境局"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    task = plan.tasks.get(line="general")
    open_page(page, live_server, bureau.planner, f"/desk/plans/tasks/{task.pk}/weights/", WIDE)
    page.get_by_text("排污许可管理类别", exact=False).first.click()
    page.get_by_label("简化管理").check()
    page.get_by_label("权重").fill("5")
    page.get_by_label("理由").fill("上年信访投诉多")
    page.get_by_role("button", name="加上").click()
    page.get_by_text("权重 5（上年信访投诉多）").wait_for()
    for size, name in ((WIDE, "weights-wide"), (PHONE, "weights-phone")):
        page.set_viewport_size(size)
        picture(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert Axe().run(page).response["violations"] == []
