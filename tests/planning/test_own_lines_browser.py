"""Adding a task of one's own with a live count, and a scope that may only grow, as people do it."""

import pytest
from playwright.sync_api import expect

from planning import actions
from planning.models import PlanTask
from tests.planning import factories as make
from tests.planning.test_browser import PHONE, WIDE, open_page, picture
from tests.ui.test_gallery_browser import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_own_task_and_wider_scope_are_counted_while_they_are_ticked(page, live_server, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau = make.fill(make.create_bureau(name="青禾县生态环境局"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

    open_page(page, live_server, bureau.planner, f"/desk/plans/{plan.pk}/own/", WIDE)
    page.fill("[name=name]", "城关镇企业加查")
    page.fill("[name=source]", "青环发〔2026〕2号")
    page.fill("[name=rates]", "10%")
    page.check("[name=items]")
    page.locator("summary", has_text="片区").click()
    page.get_by_label("城关镇").check()
    page.wait_for_selector(".scope-count__n b")
    inside = int(page.inner_text(".scope-count__n b"))
    page.locator("summary", has_text="监管类别").click()
    page.get_by_label("一般").check()
    expect(page.locator(".scope-count__n b")).not_to_have_text(str(inside))
    assert int(page.inner_text(".scope-count__n b")) < inside
    assert page.locator(".scope-count tbody tr").count() == 4
    picture(page, "own-task-wide")
    assert findings(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, "own-task-phone")
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="保存").click()
    page.wait_for_selector("text=已保存“城关镇企业加查”")
    picture(page, "own-task-saved")

    special = PlanTask.objects.get(plan=plan, line="special")
    page.goto(f"{live_server.url}/desk/plans/tasks/{special.pk}/scope/")
    page.get_by_label("一般").check()
    expect(page.locator(".scope-count")).to_contain_text("单列一项")
    picture(page, "scope-wider")
    page.get_by_label("特殊").uncheck()
    expect(page.locator(".scope-count")).to_contain_text("比规则书窄")
    picture(page, "scope-narrower")
    page.get_by_role("button", name="保存").click()
    page.wait_for_selector("text=新范围比规则书窄")
    page.goto(f"{live_server.url}/desk/plans/{plan.pk}/")
    picture(page, "plan-with-own-task")
    assert [fault for fault in faults if "422" not in fault] == []
