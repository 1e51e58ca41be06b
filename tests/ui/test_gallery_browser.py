"""Gallery and layouts in Chromium under the real policy: no console message, no axe finding, no sideways scroll."""

from pathlib import Path

import axe_playwright_python
import pytest

from config import gallery

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations
    .map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | '))"""
SCREENS = ("seed", "teams")
PAGES = ("", *gallery.LAYOUTS)


@pytest.fixture
def visit(live_server, context):
    """Opens a sample page; whatever the console said meanwhile is in page.said."""

    def go(name="", width=1366, height=768, query=""):
        page = context.new_page()
        page.said = []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.set_viewport_size({"width": width, "height": height})
        path = f"/desk/_ui/{name}/" if name else "/desk/_ui/"
        page.goto(live_server.url + path + query)
        return page

    return go


def findings(page) -> list[str]:
    page.evaluate(AXE)
    return page.evaluate(RUN_AXE)


@pytest.mark.parametrize("name", PAGES)
def test_a_sample_page_is_accessible_and_quiet(visit, name):
    page = visit(name)
    assert findings(page) == []
    assert page.said == []


@pytest.mark.parametrize("name", [name for name in PAGES if name not in SCREENS])
def test_a_sample_page_fits_320_pixels(visit, name):
    page = visit(name, width=320, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert findings(page) == []


@pytest.mark.parametrize("name", SCREENS)
def test_the_big_screen_fits_its_screen_whatever_the_size(visit, name):
    for width, height in ((1920, 1080), (1366, 768), (1024, 768)):
        page = visit(name, width, height)
        used = page.evaluate(
            "Math.max(...Array.from(document.querySelectorAll('main *, footer *, aside *'), e => e.getBoundingClientRect().bottom))"
        )
        assert used <= height + 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_large_view_has_large_type_and_targets(visit):
    page = visit("public", query="?view=large")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    heights = page.evaluate(
        "Array.from(document.querySelectorAll('main .btn, .pub__nav a, .pub__big'), e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 60
    links = page.evaluate("Array.from(document.querySelectorAll('.pub__nav a, .pub-foot a'), e => e.href)")
    assert links
    assert all("view=large" in link or "#" in link for link in links)
    assert findings(page) == []


def test_icons_are_drawn_from_the_sprite(visit):
    page = visit()
    box = page.evaluate(
        "document.querySelector('.nav__a .icon, .icos .icon use').getBoundingClientRect().width"
    )
    assert box > 0


def test_a_risky_button_asks_first_and_gives_focus_back(visit):
    page = visit()
    button = page.locator("details.confirm > summary").first
    button.click()
    dialog = page.locator("dialog[open]")
    assert dialog.get_by_text("编号 2026Q4-03 不再使用").is_visible()
    assert findings(page) == []
    dialog.get_by_role("button", name="不中止").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "中止第 3 次抽取会"


def test_a_plain_dialog_opens_and_closes_with_the_keyboard(visit):
    page = visit()
    opener = page.get_by_role("button", name="打开对话框")
    opener.focus()
    page.keyboard.press("Enter")
    assert page.locator("#dlg-sample").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#dlg-sample").is_visible()
    assert page.evaluate("document.activeElement.dataset.dialog") == "dlg-sample"


def test_a_number_opens_its_explanation_below_its_row(visit):
    page = visit()
    row = page.locator("#why-spec")
    assert not row.is_visible()
    link = page.locator('a[href="#why-spec"]')
    link.click()
    assert row.is_visible()
    assert link.get_attribute("aria-expanded") == "true"
    link.click()
    assert not row.is_visible()


def test_without_scripts_every_explanation_is_open(live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/_ui/")
    assert page.locator("#why-spec").is_visible()
    page.locator("details.confirm > summary").first.click()
    assert page.locator(".confirm__box").first.is_visible()
    context.close()


def test_the_batch_bar_counts_what_is_chosen(visit):
    page = visit()
    bar = page.locator("[data-batch-bar]")
    assert "已选 2 家" in bar.inner_text()
    page.locator("[data-batch-all]").check()
    assert "已选 4 家" in bar.inner_text()
    page.locator("[data-batch-all]").uncheck()
    assert "已选 0 家" in bar.inner_text()
    assert bar.get_by_role("button").first.is_disabled()


def test_progress_is_asked_for_until_it_is_done(visit):
    page = visit()
    page.get_by_text("已核对 912 / 912 行").wait_for(timeout=5000)
    assert page.locator("#progress").get_attribute("hx-get") is None


def test_a_draft_survives_a_reload(visit):
    page = visit()
    page.fill("#g-note", "2 号贮存间西墙")
    page.locator("[data-draft-state]", has_text="草稿已存本机").wait_for(timeout=5000)
    page.reload()
    assert page.locator("#g-note").input_value() == ""
    page.get_by_role("button", name="恢复草稿").click()
    assert page.locator("#g-note").input_value() == "2 号贮存间西墙"


def test_a_signature_becomes_a_picture_and_can_be_redone(visit):
    page = visit()
    box = page.locator("[data-signature] canvas")
    box.scroll_into_view_if_needed()
    area = box.bounding_box()
    page.mouse.move(area["x"] + 40, area["y"] + 60)
    page.mouse.down()
    page.mouse.move(area["x"] + 120, area["y"] + 90, steps=5)
    page.mouse.up()
    value = page.locator("[data-signature-value]")
    assert value.input_value().startswith("data:image/png;base64,")
    page.get_by_role("button", name="重写").click()
    assert value.input_value() == ""


def test_the_phone_menu_is_folded_and_opens(visit):
    page = visit("workbench", width=390, height=844)
    assert not page.locator(".side__foot, .side__list").first.is_visible()
    page.locator(".side__menu > summary").click()
    assert page.locator(".side__list").is_visible()


def test_the_error_summary_takes_the_focus(visit):
    page = visit()
    assert page.evaluate("document.activeElement.hasAttribute('data-errsum')")
