"""A visit on a phone from the list to the receipt, the notice scanned by the enterprise, the desk beside it.

Set SHOTS=<folder> to keep a picture of every page.
"""

import os
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from django.test import Client
from django.utils import timezone

from inspections import actions, tokens
from inspections.models import Visit
from tests.inspections import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations
    .map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | '))"""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


@pytest.fixture
def case():
    case = make.create_case(name="青禾鑫源再生资源有限公司", short_name="鑫源再生资源")
    Visit.objects.update(due_on=timezone.localdate() + timedelta(days=20))
    case.fresh()
    return case


@pytest.fixture
def sit(live_server, context):
    """A page on which somebody is signed in; whatever the console says is in page.said."""

    def go(user, size):
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_viewport_size(size)
        page.said = []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.root = live_server.url
        return page

    return go


def look(page, name: str) -> None:
    """Accessible, quiet, no sideways scroll; a picture when asked for."""
    page.wait_for_load_state()  # a click may still be loading the next page; the CSP forbids polling in it
    if os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(os.environ["SHOTS"]) / f"{name}.png"), full_page=True)
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == [], name
    assert page.said == [], name
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def write(page, name: str) -> None:
    """A stroke on a signature pad."""
    box = page.locator(f"[data-signature]:has(#{name}-label) canvas")
    box.scroll_into_view_if_needed()
    edge = box.bounding_box()
    page.mouse.move(edge["x"] + 30, edge["y"] + 40)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(edge["x"] + 30 + step * 20, edge["y"] + 40 + (step % 2) * 40)
    page.mouse.up()


def test_a_visit_is_walked_on_a_phone_from_the_list_to_the_receipt(case, sit, tmp_path):
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=timezone.localdate())
    lead, other = case.people
    page = sit(case.lead, PHONE)
    page.goto(page.root + "/m/")
    look(page, "m-01-list")
    page.click("a.task")
    look(page, "m-02-tasks")
    page.click(".pbar a")
    look(page, "m-03-arrive")
    for box in page.locator("input[name=steps]").all():
        box.check()
    page.fill("input[name=received_by]", "田环保")
    page.click(".pbar button")
    look(page, "m-04-status")
    page.check("input[name=state][value=normal]")
    page.click(".pbar button")
    look(page, "m-05-items")
    page.click(".tl2 a >> nth=0")
    points = list(case.items[0].item.checkpoints.order_by("no"))
    page.click(f"label[for=id_p{points[0].pk}-problem]")
    page.fill(f"#id_n{points[0].pk}", "2 号贮存间西墙，3 桶废矿物油无入库日期标签。")
    page.click(f"label[for=id_p{points[1].pk}-clear]")
    page.click("details.result summary")
    page.select_option("select[name=result]", "ordered_correct")
    page.fill("textarea[name=demand]", "补贴标签")
    photo = tmp_path / "标签.png"
    photo.write_bytes(make.png(200, 200))
    page.set_input_files("input[name=photos]", str(photo))
    look(page, "m-06-item")
    page.click(".pbar button")
    assert "第 2 项" in page.title()
    for point in case.items[1].item.checkpoints.all():
        page.click(f"label[for=id_p{point.pk}-na]")
    page.click(".pbar button")
    look(page, "m-07-items-filled")
    page.goto(f"{page.root}/m/t/{case.visit.pk}/items/1/")
    look(page, "m-08-item-saved")
    page.goto(f"{page.root}/m/t/{case.visit.pk}/evidence/")
    look(page, "m-09-evidence")
    page.goto(f"{page.root}/m/t/{case.visit.pk}/review/")
    look(page, "m-10-review")
    page.click("text=现场检查到此结束")
    page.click(".pbar a")
    look(page, "m-11-sign")
    write(page, f"sign-{lead.pk}")
    write(page, f"sign-{other.pk}")
    write(page, "enterprise")
    page.click(".pbar button")
    page.wait_for_url("**/done/")
    look(page, "m-12-done")
    record = case.visit.records.get()
    assert record.outcome == "ordered_correct"
    assert [signature.image[:22] for signature in record.signatures.all()] == ["data:image/png;base64,"] * 3
    assert case.visit.evidence.get().visit_item == case.items[0]
    page.click(".pbar a")
    look(page, "m-13-list-after")


def test_a_draft_survives_a_lost_page_and_is_gone_after_saving(case, sit):
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=timezone.localdate())
    actions.arrive(by=case.lead, visit=case.visit, steps=make.NORMAL_STEPS)
    actions.set_production_state(by=case.lead, visit=case.visit, state="normal")
    page = sit(case.lead, PHONE)
    path = f"{page.root}/m/t/{case.visit.pk}/items/1/"
    point = case.items[0].item.checkpoints.order_by("no").first()
    page.goto(path)
    page.click(f"label[for=id_p{point.pk}-problem]")
    page.fill(f"#id_n{point.pk}", "漏油")
    page.goto(f"{page.root}/m/")
    page.goto(path)
    page.click("text=恢复草稿")
    assert page.input_value(f"#id_n{point.pk}") == "漏油"
    page.click("details.result summary")
    page.select_option("select[name=result]", "pending")
    page.click(".pbar button")
    page.goto(path)
    assert page.locator("text=恢复草稿").count() == 0
    assert page.said == []


def test_the_enterprise_checks_the_visit_on_its_own_phone(case, sit):
    actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=timezone.localdate())
    page = sit(None, PHONE)
    page.goto(page.root + tokens.path_of(case.visit))
    look(page, "e-01-genuine")


def test_the_desk_pages_are_accessible_and_fit(case, sit):
    page = sit(case.operator, DESK)
    page.goto(f"{page.root}/desk/tasks/{case.visit.pk}/")
    look(page, "d-01-before-dispatch")
    page.click("text=编号并派发")
    page.wait_for_load_state()
    look(page, "d-02-dispatched")
    actions.arrive(by=case.lead, visit=case.visit, steps=make.NORMAL_STEPS, received_by="田环保")
    actions.add_evidence(
        by=case.lead,
        visit=case.visit,
        file=make.upload(make.png(300, 200), "贮存间西墙.png"),
        visit_item=case.items[0],
    )
    make.fill(case, problem="ordered_correct")
    actions.submit_record(
        by=case.lead, visit=case.visit, summary="发现 1 项问题。", signatures=make.signatures(case)
    )
    late = make.sibling(case)
    Visit.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=9))
    page = sit(case.reviewer, DESK)
    for name, path in (
        ("d-03-tasks", "/desk/tasks/"), ("d-04-task", f"/desk/tasks/{case.visit.pk}/"), ("d-05-results", "/desk/results/"),
        ("d-06-result", f"/desk/results/{case.visit.pk}/"), ("d-07-rectify", "/desk/rectify/"),
        ("d-08-followup", f"/desk/rectify/{case.visit.followups.get().pk}/"),
    ):  # fmt: skip
        page.goto(page.root + path)
        look(page, name)
    page.goto(f"{page.root}/desk/results/{case.visit.pk}/")
    page.click("text=通过")
    page.wait_for_load_state()
    assert case.fresh().state == "reviewed"
