"""The live page when things go wrong: a broken chain, a lost connection, a small screen, no scripts, a void draw."""

import json
import re

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from draws import actions
from tests.browser.test_ceremony import PHONE, WALL, Person, _one_request_at_a_time, shots  # noqa: F401
from tests.draws import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_live_page_survives_what_may_happen_in_a_room(browser, live_server, shots):  # noqa: F811
    assert WSGIHandler
    house = make.create_house()
    draw, devices = make.frozen(house)
    viewer = Person(browser, live_server.url, shots, "viewer", {"width": 320, "height": 700})
    page = viewer.go(f"/draw/{draw.number}/")
    expect(page.locator("[data-sync-word]")).to_have_text("同步正常")
    viewer.shot("50-live-320")

    # a lost connection keeps the picture, says so, and catches up by itself
    viewer.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_contain_text("连接中断", timeout=15_000)
    viewer.shot("51-offline")
    make.give_digits(house, draw, devices)
    viewer.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden(timeout=30_000)
    expect(page.locator(".stg h2")).to_have_text("封存签字", timeout=60_000)
    errors = [said for said in viewer.said if "ERR_INTERNET_DISCONNECTED" not in said]
    assert errors == []

    # one changed byte on the way: a red bar on the client
    def tamper(route):
        answer = route.fetch()
        told = answer.json()
        for event in told["events"]:
            if event["type"] == "reveal":
                event["content"] = re.sub(r'"seed":"..', '"seed":"00', event["content"])
        route.fulfill(response=answer, body=json.dumps(told))

    victim = Person(browser, live_server.url, shots, "victim", PHONE)
    victim.context.route("**/events*", tamper)
    page = victim.go(f"/draw/{draw.number}/")
    expect(page.locator("[data-broken]")).to_contain_text("记录链不一致", timeout=15_000)
    victim.shot("52-broken-chain")
    victim.context.close()

    # the chain is sound but the screen shows another ticket: the phone recomputes and turns red
    def forge(route):
        answer = route.fetch()
        route.fulfill(
            response=answer, body=re.sub(r'data-ticket="..', 'data-ticket="ff', answer.text(), count=1)
        )

    doubter = Person(browser, live_server.url, shots, "doubter", PHONE)
    doubter.context.route("**/*at=*", forge)
    page = doubter.go(f"/draw/{draw.number}/?at={draw.events.get(type='result').seq}&scene=draw")
    expect(page.locator("[data-check] b")).to_have_text("您的手机算出的与现场不一致", timeout=15_000)
    expect(page.locator("[data-check] span")).to_contain_text("告诉纪检监督员")
    doubter.shot("52-not-the-same")
    doubter.context.close()

    # the announcer is one polite region, and it speaks
    page = viewer.page
    assert page.locator("[aria-live=polite][data-announcer]").count() == 1
    assert page.locator("[data-announcer]").inner_text()

    # the wall: everything fits, whatever its size; keys turn the pages
    wall = viewer.open()
    for width, height in ((1920, 1080), (1366, 768), (1024, 768)):
        wall.set_viewport_size({"width": width, "height": height})
        viewer.go(f"/draw/{draw.number}/?mode=screen", wall)
        wall.wait_for_timeout(300)
        used = wall.evaluate(
            "Math.max(...Array.from(document.querySelectorAll('main *, footer *, aside *'))"
            ".filter(e => e.offsetParent).map(e => e.getBoundingClientRect().bottom))"
        )
        assert used <= height + 1, (width, height)
    wall.keyboard.press("ArrowLeft")
    expect(wall.locator(".stg h2")).to_have_text("匹配检查人员")

    # void: both sign, everybody sees why
    wall.set_viewport_size(WALL)
    draw.refresh_from_db()
    actions.void(
        by=house.operator, draw=draw, why="ERROR", text="会场断电，无法继续观看", second=house.discipline
    )
    expect(wall.locator(".stg h2")).to_have_text("抽取已中止", timeout=30_000)
    expect(wall.get_by_text("会场断电，无法继续观看")).to_be_visible()
    viewer.shot("53-void", wall)
    viewer.context.close()

    # without scripts the page is the same page
    bare = Person(browser, live_server.url, shots, "bare", PHONE, java_script_enabled=False)
    page = bare.go(f"/draw/{draw.number}/?at={draw.events.get(type='result').seq}&scene=team")
    expect(page.locator("table.pick").first).to_be_visible()
    assert page.locator("noscript .past").bounding_box()["height"] > 20
    bare.context.close()


def test_every_desk_page_is_accessible_and_fits_a_phone(browser, live_server, shots):  # noqa: F811
    house = make.create_house()
    draw, _ = make.signed(house)
    visit = make.queries.visits_of(draw)[0]
    person = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    asked = make.ask(house, draw, "recuse", target=visit.commitment, inspector=person)
    actions.decide_replacement(by=house.head, request=asked, approve=True)
    actions.start_round(by=house.operator, draw=draw, requests=[asked])
    desk = f"/desk/draws/{draw.number}/"
    host = Person(browser, live_server.url, shots, "host", {"width": 1366, "height": 768})
    host.sign_in(house.operator)
    for name, path in {
        "list": "/desk/draws/", "new": "/desk/draws/new/", "draw": desk, "seats": f"{desk}seats/", "console": f"{desk}console/",
        "adjust": f"{desk}adjust/",
    }.items():  # fmt: skip
        for width in (1366, 390):
            host.page.set_viewport_size({"width": width, "height": 800})
            host.go(path)
            host.shot(f"60-{name}-{width}")
    officer = Person(browser, live_server.url, shots, "officer", {"width": 1366, "height": 768})
    officer.sign_in(house.discipline)
    for name, path in {
        "conflicts": "/desk/conflicts/",
        "conflict": "/desk/conflicts/new/",
        "oversight": f"/draw/{draw.number}/oversight/",
    }.items():
        for width in (1366, 390):
            officer.page.set_viewport_size({"width": width, "height": 800})
            officer.go(path)
            officer.shot(f"61-{name}-{width}")

    # the round: the secret is typed here, only its next link leaves the browser
    sent: list[str] = []
    officer.page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    officer.page.fill("[data-secret-in]", "0" * 64)
    officer.page.get_by_role("button", name=re.compile("交出第 1 节")).click()
    expect(officer.page.locator("[data-release-word]")).to_contain_text("不是本次抽取的密钥")
    officer.page.fill("[data-secret-in]", house.chain_b)
    officer.page.get_by_role("button", name=re.compile("交出第 1 节")).click()
    expect(officer.page.locator(".notice--ok", has_text="替换结果已算出")).to_be_visible()
    assert any(make.key_b(house, 1) in body for body in sent)
    assert not any(house.chain_b in body for body in sent)
    officer.go(f"/draw/{draw.number}/")
    expect(officer.page.locator(".stg h2")).to_have_text("第 1 轮替换")
    officer.shot("62-round")
    assert host.said == []
    assert officer.said == []
    for who in (host, officer):
        who.context.close()
