"""The portal in Chromium under the real policy: quiet console, no axe finding, no sideways scroll, usable without scripts."""

import json
from datetime import date
from pathlib import Path

import axe_playwright_python
import pytest
from django.urls import reverse

from disclosure import actions
from disclosure.models import DisclosureTask
from tests.disclosure import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations
    .map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | '))"""
VECTOR = Path(__file__).parents[1] / "golden" / "vectors" / "pos-01-basic.json"
DESK, PHONE, SMALLEST = (1366, 768), (390, 844), (320, 640)


@pytest.fixture
def office():
    """A bureau with three results: clean, corrected afterwards, with an objection and a statement."""
    office = make.create_office("neimenggu-2024", name="青禾县生态环境局")
    visit = make.create_visit(
        office,
        target=make.create_company(office, short_name="德昌铸造"),
        outcome="ordered_correct",
        completed_on=date(2026, 10, 28),
    )
    make.order_correction(visit, due_on=date(2026, 11, 6), closed_on=date(2026, 11, 9))
    first = make.publish(office, visit)
    for _ in range(2):
        make.publish(office, on=date(2026, 11, 18))
    task = DisclosureTask.objects.get(visit=visit)
    visit.items.update(note="贮存间 2 处标签未更新")
    visit.followups.update(closed_on=date(2026, 11, 10))
    actions.correct(by=office.publisher, task=task, reason="复查日期更正")
    make.publish_task(office, task, on=date(2026, 11, 19))
    actions.receive(number=first.number, from_name="某企业", contact="邮箱", text="不符")
    sent = actions.receive(
        number=first.number, from_name="某企业", contact="邮箱", text="已更换全部标签。", kind="statement"
    )
    actions.answer(by=office.publisher, objection=sent, answer="准予刊登", accepted=True)
    office.number = first.number
    return office


def paths(office) -> dict[str, str]:
    return {
        "home": reverse("open:home"), "results": reverse("open:results"), "result": reverse("open:result", args=[office.number]),
        "company": reverse("open:company", args=[make.USCC]), "draws": reverse("open:draws"),
        "draw": reverse("open:draw", args=[office.draw.number]), "plans": reverse("open:plans"), "lists": reverse("open:lists"),
        "stats": reverse("open:stats"), "data": reverse("open:data"), "objection": reverse("open:objection"),
        "help": reverse("open:help"), "accessibility": reverse("open:accessibility"),
    }  # fmt: skip


@pytest.fixture
def visit(live_server, context):
    """Opens a page; whatever the console said meanwhile is in page.said."""

    def go(path, size=(1366, 768)):
        page = context.new_page()
        page.said = []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(live_server.url + path)
        return page

    return go


def findings(page) -> list[str]:
    page.evaluate(AXE)
    return page.evaluate(RUN_AXE)


def test_every_public_page_is_accessible_and_quiet_at_every_size(visit, office):
    for name, path in paths(office).items():
        for size in (DESK, SMALLEST):
            page = visit(path, size)
            assert page.said == [], (name, size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (name, size)
            assert findings(page) == [], (name, size)
            if size == SMALLEST:
                page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
                assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], (name, PHONE)
            page.close()


def test_the_large_view_keeps_the_address_and_enlarges(visit, office):
    page = visit(paths(office)["result"] + "?view=large")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert findings(page) == []


def test_home_search_and_detail_work_without_scripts(live_server, browser, office):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(live_server.url + "/open/")
    page.fill("#hq", "德昌")
    page.click("text=查询 >> nth=-1")
    page.click("text=青禾德昌铸造有限公司")
    assert "2026年10月28日检查" in page.inner_text("main")
    assert "看本次抽取" in page.inner_text("main")
    assert context.cookies() == []
    context.close()


def test_the_verifier_verifies_under_its_policy(visit, office, tmp_path):
    page = visit(reverse("open:verify"))
    vector = json.loads(VECTOR.read_text(encoding="utf-8"))
    transcript = tmp_path / "transcript.json"
    transcript.write_text(json.dumps(vector["transcript"], ensure_ascii=False), encoding="utf-8")
    page.set_input_files("input[type=file] >> nth=0", str(transcript))
    page.click("#start")
    page.wait_for_selector("#verdict h2")
    assert "核验通过" in page.inner_text("#verdict")
    assert page.said == []
    assert findings(page) == []


def test_staff_pages_are_accessible_and_quiet(visit, live_server, context, office):
    from django.test import Client

    client = Client()
    client.force_login(office.publisher)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    waiting = make.task_of(office, make.create_visit(office))
    published = DisclosureTask.objects.filter(state="published").first()
    sent = actions.receive(number=office.number, from_name="某企业", contact="邮箱", text="不符")
    for path in (
        reverse("disclosure:publish"), reverse("disclosure:task", args=[waiting.pk]), reverse("disclosure:task", args=[published.pk]),
        reverse("disclosure:corrections"), reverse("disclosure:objections"), reverse("disclosure:objection", args=[sent.pk]),
        reverse("disclosure:stats"), reverse("disclosure:stats_rows"),
    ):  # fmt: skip
        page = visit(path)
        assert page.said == [], path
        assert findings(page) == [], path
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.close()
