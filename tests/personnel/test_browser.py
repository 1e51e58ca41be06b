"""List, page and import in Chromium under the real policy: no console message, no axe finding, no sideways scroll."""

from datetime import date, timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from django.urls import reverse
from django.utils import timezone

from config.synthetic.sheets import workbook
from config.synthetic.world import make_world
from foundation.organisation.models import Area, Unit
from personnel import actions
from personnel.models import Inspector
from tests.factories import create_organisation, create_target, create_user
from tests.personnel.factories import adopt

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations
    .map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | '))"""
SIZES = ((1366, 768), (390, 844))


@pytest.fixture
def bureau(live_server):
    """A synthetic bureau; its list is handed in, not imported yet."""
    world = make_world("qinshui-2022", on=timezone.localdate(), targets=5, inspectors=18)
    bureau = create_organisation(name="青禾县生态环境局")
    adopt(bureau, "qinshui-2022")
    Area.objects.bulk_create(Area(organisation=bureau, code=code, name=name) for code, name in world.areas)
    Unit.objects.bulk_create(
        Unit(organisation=bureau, code=unit.code, name=unit.name) for unit in world.units
    )
    bureau.world = world
    return bureau


@pytest.fixture
def planner(bureau):
    return create_user(bureau, "planner", username="planner", name="林岚")


@pytest.fixture
def page(live_server, context, client, planner):
    client.force_login(planner)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.said = []
    page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.said.append(str(e)))
    return page


def check(page, shots, name: str) -> None:
    """Both sizes: fits, accessible, quiet; a picture for those who look."""
    page.wait_for_load_state()  # a click may still be loading the next page; the CSP forbids polling in it
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE) == [], (name, width)
        page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    assert [text for text in page.said if "Unprocessable" not in text] == []


def test_a_list_is_handed_in_corrected_confirmed_and_read(live_server, page, bureau, planner, tmp_path):
    rows = [dict(row) for row in bureau.world.inspectors]
    rows[0]["单位"], rows[1]["有效期至"] = "执法九中队", "2025.13.01"
    file = tmp_path / "检查人员名册.xlsx"
    file.write_bytes(workbook("检查人员", rows))
    today = timezone.localdate()

    page.goto(live_server.url + reverse("personnel:inspectors"))
    check(page, tmp_path, "empty")
    page.get_by_role("link", name="导入名册").click()
    check(page, tmp_path, "upload")
    page.set_input_files("#file-file", file)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("heading", name="先改这 2 行").wait_for()
    check(page, tmp_path, "import")
    page.get_by_label("第 2 行 单位").select_option(label=bureau.world.units[0].name)
    page.get_by_label("第 3 行 有效期至").fill(str(today + timedelta(20)))
    page.get_by_role("button", name="重新核对").click()
    page.get_by_role("button", name="确认导入").click()
    page.get_by_role("button", name="整批撤销").or_(page.get_by_text("整批撤销").first).first.wait_for()
    assert Inspector.objects.of(bureau).count() == len(rows)
    check(page, tmp_path, "imported")

    ending = Inspector.objects.of(bureau).get(certificate_valid_until=today + timedelta(20))
    actions.register_absence(
        inspector=ending,
        reason="leave",
        since=today - timedelta(2),
        until=today + timedelta(5),
        note="年休假",
        by=planner,
    )
    expired = Inspector.objects.of(bureau).exclude(pk=ending.pk).last()
    values = {
        "certificate_valid_until": date(2025, 1, 1),
        "certificate_issued_on": date(2020, 1, 1),
        "post": "中队长",
    }
    actions.edit_inspector(inspector=expired, version=expired.version, values=values, on=today, by=planner)
    page.goto(live_server.url + reverse("personnel:inspectors"))
    assert page.get_by_text("剩 20 天到期").is_visible()
    check(page, tmp_path, "list")
    page.select_option("[name=certificate]", "soon")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=ending.name).click()
    page.get_by_role("heading", name=ending.name).wait_for()
    page.get_by_text("登记离岗", exact=True).click()
    check(page, tmp_path, "inspector")
    page.get_by_role("link", name="修改资料").click()
    page.fill("[name=name]", "")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name="有 1 处需要改").wait_for()
    check(page, tmp_path, "form")
    page.goto(live_server.url + reverse("personnel:import"))
    check(page, tmp_path, "imports")


def test_the_register_is_seen_whole_and_ones_own_page_fits_the_phone(
    live_server, page, bureau, planner, context, client, tmp_path
):
    """Overviews, auxiliary register, dictionary; then an inspector's own phone: page, declaration, confirmation."""
    today = timezone.localdate()
    batch = actions.check_file(
        organisation=bureau,
        file_name="名册.xlsx",
        data=workbook("检查人员", bureau.world.inspectors),
        by=planner,
    )
    actions.commit_import(batch=batch, by=planner)
    people = list(Inspector.objects.of(bureau).order_by("uid"))
    me = people[0]
    actions.register_certificate(
        inspector=people[1], number="NEW1", issued_on=today, valid_until=today + timedelta(900), by=planner
    )
    for n, reason in enumerate(("leave", "seconded", "training")):
        actions.register_absence(
            inspector=people[n],
            reason=reason,
            since=today + timedelta(9 * n),
            until=today + timedelta(9 * n + 17),
            by=planner,
        )
    for n, days in enumerate((-3, 6, 40, 200)):
        Inspector.objects.filter(pk=people[6 + n].pk).update(certificate_valid_until=today + timedelta(days))
    actions.deactivate(inspector=people[4], reason="退休", on=today + timedelta(30), by=planner)
    actions.add_speciality(organisation=bureau, word="水", by=planner)
    values = {
        "uid": "FZ-1", "kind": "expert", "name": "赵某", "institution": "青禾环境科学研究院", "document": "聘书〔2026〕1号",
        "valid_from": today, "valid_until": today + timedelta(60),
    }  # fmt: skip
    actions.create_assistant(organisation=bureau, values=values, by=planner)
    for name in ("available", "expiry", "heads", "assistants", "words"):
        page.goto(live_server.url + reverse(f"personnel:{name}"))
        check(page, tmp_path, name)
    page.goto(live_server.url + reverse("personnel:inspector", args=[people[1].pk]))
    check(page, tmp_path, "person")
    page.goto(live_server.url + reverse("inspections:people"))
    check(page, tmp_path, "performance")

    user = create_user(bureau, "inspector", username="me", name=me.name)
    actions.link_user(inspector=me, user=user, by=None)
    client.force_login(user)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    firm = create_target(bureau, name="青禾独一化工有限公司")
    page.goto(live_server.url + reverse("phone:me"))
    check(page, tmp_path, "me")
    page.get_by_role("link", name="去申报、确认").click()
    page.get_by_role("link", name="申报利害关系").click()
    page.fill("[name=uid]", firm.name)
    page.fill("[name=evidence]", "配偶任职")
    check(page, tmp_path, "declare")
    page.get_by_role("button", name="申报").click()
    page.get_by_role("heading", name=firm.name).wait_for()
    page.locator("#year summary").click()
    page.locator("button[type=submit]:visible", has_text="确认：没有遗漏").click()
    page.get_by_text("申报的 1 条属实").wait_for()
    check(page, tmp_path, "mine")
    client.force_login(create_user(bureau, "discipline", username="jw", name="纪检"))
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("draws:conflicts"))
    check(page, tmp_path, "officer")
