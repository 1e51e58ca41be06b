"""The live page on a real streaming server: no polling while the line lives, nothing lost or doubled when it does not."""

import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from draws import actions
from draws.models import Draw
from tests.draws import factories as make
from tests.draws.processes import shared_database
from tests.draws.streams import broker, serving, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
# what the page's own scripts were given, one entry per event
SPY = """document.addEventListener("DOMContentLoaded", () => {
  const start = window.mcFeed.start; window.given = [];
  window.mcFeed.start = (handlers) => start({...handlers, events: (fresh, more) => {
    window.given.push(...fresh.map((event) => event.seq)); handlers.events(fresh, more); }});
}, {capture: true});"""


def watching(browser: Browser, base: str, draw: Draw, asked: list[str]) -> Page:
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.add_init_script(SPY)
    page = context.new_page()
    page.on("request", lambda request: asked.append(re.sub(r".*/draw/[^/]+/|\?.*", "", request.url)))
    page.goto(f"{base}/draw/{draw.number}/")
    return page


def given(page: Page, count: int) -> None:
    wait_for(lambda: page.evaluate("(window.given || []).length") >= count)
    assert page.evaluate("window.given") == list(range(1, count + 1))


def test_a_phone_lives_on_the_stream_and_comes_back_by_itself(browser, tmp_path, monkeypatch):
    house = make.create_house()
    draw = make.prepare(house)
    devices = make.ready(house, draw)
    asked: list[str] = []
    with shared_database(tmp_path), broker(monkeypatch), serving() as server:
        page = watching(browser, f"http://127.0.0.1:{server.port}", draw, asked)
        given(page, 1)
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
        given(page, 2)
        expect(page.locator(".stg h2")).to_have_text("封存承诺", timeout=30_000)
        page.wait_for_timeout(2200)
        assert asked.count("stream") == 1
        assert "events" not in asked
        assert "frame" in asked

        # the server dies and comes back: what happened meanwhile arrives once
        server.stop(signal.SIGKILL)
        expect(page.locator("[data-offline]")).to_contain_text("连接中断", timeout=20_000)
        devices[0].seal(draw)
        server.start()
        given(page, 3)
        expect(page.locator("[data-offline]")).to_be_hidden(timeout=20_000)

        # the phone loses its network and finds it again
        page.context.set_offline(True)
        expect(page.locator("[data-offline]")).to_contain_text("连接中断", timeout=20_000)
        devices[1].seal(draw)
        streams = asked.count("stream")
        page.context.set_offline(False)
        given(page, 5)
        expect(page.locator("[data-offline]")).to_be_hidden(timeout=20_000)

        # and the stream is back: from here on nothing is polled
        wait_for(lambda: page.evaluate("1") and asked.count("stream") > streams)
        page.wait_for_timeout(1000)
        polled = asked.count("events")
        devices[0].open()
        given(page, 6)
        expect(page.locator("[data-sync-word]")).to_have_text("同步正常")
        page.wait_for_timeout(2200)
        assert asked.count("events") == polled
        page.context.close()
