"""The quota page as people see it; pictures go to $SCREENSHOTS when it is set."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from planning import actions
from planning.models import Drawn, Quota
from registry.models import Target
from tests.planning import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def bureau(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau = make.fill(make.create_bureau(name="青禾县生态环境局"))
    make.create_targets(bureau, 120, permit_class="key")
    make.flag(bureau, make.create_targets(bureau, 40), "penalised")
    make.approved_plan(bureau)
    make.create_targets(bureau, 4, permit_class="key")
    for period in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
        draw(bureau, period)
    return bureau


def draw(bureau, period):
    """Quotas confirmed and two batches drawn, the last one only in part."""
    quotas = actions.confirm_quotas(
        organisation=bureau.organisation, period=period, on=make.TODAY, by=bureau.planner
    )
    used = set(Drawn.objects.values_list("target", flat=True))
    for quota in quotas:
        free = [pk for pk in quota.snapshot if pk not in used] or quota.snapshot
        count = quota.required if period != "2026Q4" else quota.required * 2 // 3
        for serial, part in (("01", free[: count // 2]), ("02", free[count // 2 : count])):
            make.note(
                bureau, quota.line, list(Target.objects.filter(pk__in=part)), period=period, serial=serial
            )


def open_page(page, live_server, user, path, size):
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
    )
    page.set_viewport_size(size)
    page.goto(live_server.url + path)


def picture(page, name):
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size, name", [(WIDE, "quotas-wide"), (PHONE, "quotas-phone")])
def test_quota_page_fits_and_opens_its_numbers(page, live_server, bureau, size, name):
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    open_page(page, live_server, bureau.planner, "/desk/quarters/2026Q4/", size)
    picture(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("tr.why:visible").count() == 1
    second = page.locator("a[data-why]").nth(1)
    second.click()
    assert second.get_attribute("aria-expanded") == "true"
    assert page.locator("tr.why:visible mark").last.is_visible()
    assert faults == []


def test_quota_page_shows_every_explanation_without_script(browser, live_server, bureau):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    open_page(page, live_server, bureau.planner, "/desk/quarters/2026Q4/", WIDE)
    assert page.locator(".why__in:visible").count() == page.locator("a[data-why]").count() == 3
    context.close()


@pytest.mark.parametrize(
    "path, name",
    [("/desk/plans/1/", "plan"), ("/desk/rulebook/", "rulebook"), ("/open/rulebook/", "rulebook-open")],
)
def test_other_pages_fit_the_desk_and_the_phone(page, live_server, bureau, path, name):
    from planning.models import AnnualPlan

    path = path.replace("/1/", f"/{AnnualPlan.objects.latest('pk').pk}/")
    for size, suffix in ((WIDE, "wide"), (PHONE, "phone")):
        open_page(page, live_server, bureau.planner, path, size)
        picture(page, f"{name}-{suffix}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_pages_of_agreements_and_accounts_fit_the_desk_and_the_phone(page, live_server, monkeypatch):
    """Details, months, task, account, make-up and exceptions at both sizes, without a serious finding of axe."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau, plan, joint, quota = agreed()
    task = plan.tasks.get(line="wl15b")
    paths = {
        "details": f"/desk/plans/{joint.pk}/details/", "months": f"/desk/plans/{plan.pk}/months/", "plan-diff": f"/desk/plans/{plan.pk}/",
        "task": f"/desk/plans/tasks/{task.pk}/", "account": "/desk/quarters/year/2026/", "make-up": f"/desk/quarters/make-up/{quota.pk}/",
        "exceptions": "/desk/quarters/overrides/",
    }  # fmt: skip
    for name, path in paths.items():
        for size, kind in ((WIDE, "wide"), (PHONE, "phone")):
            open_page(page, live_server, bureau.planner, path, size)
            picture(page, f"{name}-{kind}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ] == [], name


def agreed():
    """A Wulong bureau with an amended plan, a joint draft, a missed and an over-drawn quarter, an exception asked for."""
    bureau = make.fill(make.create_bureau("wulong-2024", name="青禾县生态环境局"))
    where = {"by": bureau.planner, "organisation": bureau.organisation}
    plan = make.approved_plan(bureau)
    joint = actions.create_plan(**where, year=2026, on=make.TODAY, kind="internal_joint")
    for name in ("土壤科", "水科"):
        one = actions.add_participant(by=bureau.planner, plan=joint, name=name)
    actions.record_agreement(
        by=bureau.planner, participant=one, agreed_on=make.TODAY, agreement="会签单 5 号"
    )
    amended = actions.amend_plan(by=bureau.planner, plan=plan, reason="新增重点单位", on=make.TODAY)
    actions.edit_task(by=bureau.planner, task=amended.tasks.get(line="wl15a"), on=make.TODAY, note="夜查")
    for period in ("2026Q3", "2026Q4"):
        actions.confirm_quotas(**where, period=period, on=make.TODAY)
    drawn = list(Target.objects.filter(organisation=bureau.organisation, permit_class="simplified")[:4])
    make.note(bureau, "wl15b", drawn, period="2026Q4")
    actions.request_override(
        **where,
        year=2026,
        rule="plan.due",
        reason="等待上级计划",
        evidence="渝环办函 3 号",
        no_file_reason="纸质文件在档案室",
    )
    return bureau, amended, joint, Quota.objects.get(period="2026Q3", line="wl15b")
