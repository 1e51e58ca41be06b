"""A session that ends in mid-form, and a stale check value: what was typed comes back, and only then."""

import pytest

from planning import actions as planning
from tests.browser.test_inspections import DESK, case, look, sit  # noqa: F401  fixtures
from tests.factories import create_user
from tests.planning.factories import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEND = "form button[type=submit]:has-text('登记，送批')"


def test_what_was_typed_comes_back_after_signing_in_and_after_a_stale_page(case, sit):  # noqa: F811
    user = create_user(case.organisation, "operator", username="operator")
    page = sit(user, DESK)
    page.goto(page.root + "/desk/tasks/special/new/")
    page.check("input[value=complaint]")
    page.fill("[name=reference]", "12369-2026-0088")
    page.fill("[name=reason]", "夜间异味𬭚")
    page.context.clear_cookies(name="sessionid")
    page.click(SEND)
    page.wait_for_selector("text=登录已过期，刚才的提交没有生效")
    look(page, "unsent-01-login")
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "mingchou-2026")
    page.click("button:has-text('登录')")
    page.wait_for_selector("text=刚才没有交上去的内容已填回")
    assert page.input_value("[name=reason]") == "夜间异味𬭚"
    assert page.is_checked("input[value=complaint]")
    look(page, "unsent-02-back")

    page.fill("[name=reference]", "12369-2026-0099")
    page.context.clear_cookies(name="csrftoken")
    page.click(SEND)
    page.wait_for_selector("h1:has-text('校验信息已失效')")
    page.click("a[data-unsent-back]")
    page.wait_for_selector("text=刚才没有交上去的内容已填回")
    assert page.input_value("[name=reference]") == "12369-2026-0099"

    # An ordinary answer of the form is no loss: nothing is filled in on the next visit.
    page.fill("[name=target]", "没有这家")
    page.click(SEND)
    page.wait_for_selector("text=名录里没有这个对象")
    page.goto(page.root + "/desk/tasks/special/new/")
    assert page.input_value("[name=reason]") == ""


def test_what_was_refused_with_a_reason_is_filled_in_again_and_what_was_done_is_not(case, sit):  # noqa: F811
    plan = planning.create_plan(
        by=case.bureau.planner, organisation=case.organisation, year=2026, on=TODAY, kind="joint_departments"
    )
    page = sit(case.bureau.planner, DESK)
    page.goto(f"{page.root}/desk/plans/{plan.pk}/details/")
    page.fill("#file-title", "跨部门抽查工作规范𬭚")
    page.click("button:has-text('附上')")
    page.wait_for_selector("text=“文件”：请选一个文件")
    page.wait_for_selector("text=没有办成，刚才填的已填回")
    assert page.input_value("#file-title") == "跨部门抽查工作规范𬭚"
    look(page, "unsent-03-refused")
    page.fill("#new-name", "应急管理局")
    page.click("button:has-text('添加')")
    page.wait_for_selector("text=已添加参与方")
    assert page.input_value("#new-name") == ""
    assert page.input_value("#file-title") == ""
