"""The item list in a browser, desktop and narrow: pages of the list, its tables, its bases; axe has nothing to say."""

import pytest
from django.test import Client

from foundation.rulebook import library
from registry import actions
from registry.models import BasisRemap, InspectionItem
from tests.registry.factories import create_bureau, create_head, create_planner
from tests.registry.test_browser import SIZES, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=SIZES)
def desk(request, live_server, browser):
    """Signed in as the author; `page.people` holds both cookies."""
    bureau = create_bureau("xinyang-2023", name="青禾县生态环境局")
    planner, head = create_planner(bureau), create_head(bureau)
    for book in ("xinyang-2023", "wulong-2024"):
        actions.ship_items(organisation=bureau, rulebook=library.get(book), by=planner, approved_by=head)
    context = browser.new_context(viewport=SIZES[request.param], locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.size, page.faults = request.param, []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))

    def become(user):
        client = Client()
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])

    page.become, page.planner, page.head = become, planner, head
    become(planner)
    yield page
    assert [fault for fault in page.faults if "409" not in fault and "422" not in fault] == []
    context.close()


def test_an_article_of_the_old_law_is_found_moved_checked_and_published(desk, live_server):
    base = f"{live_server.url}/desk/matters/"
    desk.goto(base)
    look(desk, "items")
    for path in ("table/department/", "table/joint/", "contents/"):
        desk.goto(base + path)
        look(desk, "items-" + path.strip("/").replace("/", "-"))
    desk.goto(base + "bases/")
    look(desk, "bases")
    desk.click("tr:has-text('第二十四条') >> text=更换")
    look(desk, "remap-new")
    desk.click("button:has-text('提出')")
    assert "另一人" in desk.inner_text("main")
    look(desk, "remap-proposed")
    desk.become(desk.head)
    desk.goto(f"{base}bases/remap/{BasisRemap.objects.get().pk}/")
    desk.click("summary:has-text('确认条号'), button:has-text('确认条号')")
    desk.fill("[name=reason] >> visible=true", "全国人大公报 2026 年第 2 号")
    desk.click("button:has-text('确认') >> visible=true >> nth=-1")
    desk.wait_for_selector("text=等待公布")
    look(desk, "remap-confirmed")
    draft = InspectionItem.objects.get(code="xy1", version=2)
    desk.goto(f"{base}{draft.pk}/")
    look(desk, "item-draft")
    desk.goto(f"{base}{draft.pk}/history/")
    look(desk, "item-history")
    desk.become(desk.planner)
    for path in ("points", "scopes", "edit"):
        desk.goto(f"{base}{draft.pk}/{path}/")
        look(desk, f"item-{path}")
    desk.goto(f"{base}bases/new/")
    look(desk, "basis-new")
    desk.goto(f"{base}{InspectionItem.objects.get(code='wl15').pk}/revise/")
    look(desk, "item-revise")
    desk.goto(f"{live_server.url}/open/lists/items/")
    look(desk, "public-items")
