"""Simulation, feasibility, overlaps and calendar as people see them; pictures go to $SCREENSHOTS when it is set."""

import pytest

from planning import actions
from planning.models import YearSimulation
from tests.planning import factories as make
from tests.planning.test_browser import PHONE, WIDE, open_page, picture
from tests.ui.test_gallery_browser import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bureau(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau = make.fill(make.create_bureau("quzhou-2017", name="青禾县生态环境局"))
    make.flag(bureau, make.create_targets(bureau, 8, control_level="provincial"), "high_risk")
    return bureau


@pytest.fixture
def plan(bureau):
    return make.approved_plan(bureau)


def test_a_year_is_simulated_from_the_page_and_charted(page, live_server, bureau, plan):
    """The worker runs inside the request here; the page shows it done, with every chart beside its table."""
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    open_page(page, live_server, bureau.planner, f"/desk/plans/{plan.pk}/simulation/", WIDE)
    assert page.get_by_text("还没有模拟过").is_visible()
    page.select_option("select[name=runs]", "100")
    page.fill("input[name=seed]", "7")
    page.get_by_role("button", name="开始模拟").click()
    page.wait_for_selector("text=种子 7")
    run = YearSimulation.objects.get()
    assert (run.state, run.runs, run.seed, run.done) == ("done", 100, 7, 100)
    charts = page.locator("figure.chartbox")
    assert charts.count() == 4
    for at in range(4):
        assert charts.nth(at).locator("table tbody tr").count() > 0
    assert page.locator(".stats dd").first.inner_text() != ""
    picture(page, "simulation-wide")
    assert findings(page) == []
    page.set_viewport_size(PHONE)
    picture(page, "simulation-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults == []


def test_a_running_simulation_is_asked_for_until_it_is_done(page, live_server, bureau, plan):
    run = YearSimulation.objects.create(
        plan=plan, on=make.TODAY, runs=100, state="running", done=40, requested_by=bureau.planner
    )
    open_page(page, live_server, bureau.planner, f"/desk/plans/{plan.pk}/simulation/", WIDE)
    assert page.locator("progress").get_attribute("value") == "40"
    YearSimulation.objects.filter(pk=run.pk).update(state="failed", problem="名录读不出来")
    page.wait_for_selector("text=名录读不出来")


@pytest.mark.parametrize(
    "path, name",
    [
        ("plans/{}/feasibility/", "feasibility"),
        ("overlaps/?period=2026Q4", "overlaps"),
        ("calendar/", "calendar"),
    ],
)
def test_the_pages_of_the_year_fit_and_are_accessible(page, live_server, bureau, plan, path, name):
    actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q4", on=make.TODAY, by=bureau.planner
    )
    for size, suffix in ((WIDE, "wide"), (PHONE, "phone")):
        open_page(page, live_server, bureau.planner, f"/desk/{path.format(plan.pk)}", size)
        picture(page, f"{name}-{suffix}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert findings(page) == []
