"""The room in the oldest browser we promise, over plain http from another machine's name: no WebCrypto there.

CHROMIUM_86=/path/to/chromium adds a real Chromium 86 (docs/ui-components.md says where it comes from); without it the
installed Chromium walks the same path. Only goto, evaluate and screenshot: the driver's clicks want a newer browser.
"""

import json
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from draws import actions, queries
from draws.models import Draw
from draws.views.common import cookie_name
from tests.browser import scenes
from tests.browser.test_ceremony import _one_request_at_a_time  # noqa: F401
from tests.draws import factories as make
from tests.draws.pages import seated, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOST = "mingchou.test"
VERIFIER = Path(__file__).parents[2] / "static" / "verify" / "verifier.html"
NOISE = ("Cross-Origin-Opener-Policy", "favicon")
OLD_FLAGS = ("--no-sandbox", "--disable-gpu", "--single-process", "--no-zygote", "--disable-dev-shm-usage")
BROWSERS = {"installed": shutil.which("chromium") or "", "86": os.environ.get("CHROMIUM_86", "")}


@pytest.fixture(params=BROWSERS)
def room(request, playwright, tmp_path):
    """(context factory, folder): the old browser and the installed one, both told that HOST is this machine."""
    path = BROWSERS[request.param]
    if not path:
        pytest.skip("没有给出 CHROMIUM_86" if request.param == "86" else "没有安装 Chromium")
    chosen = Path(os.environ.get("SCENES") or tmp_path) / f"chromium-{request.param}"
    chosen.mkdir(parents=True, exist_ok=True)
    flags = [*(OLD_FLAGS if request.param == "86" else ()), f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    library = Path(path).parent / "lib"
    env = {**os.environ, **({"LD_LIBRARY_PATH": str(library)} if library.is_dir() else {})}
    browser = playwright.chromium.launch(executable_path=path, args=flags, env=env)
    yield browser, chosen
    browser.close()


class Visitor:
    """One page; `said` is whatever its console complained of."""

    def __init__(self, browser, folder: Path, base: str, size: tuple[int, int]) -> None:
        self.context: BrowserContext = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.folder, self.base, self.said = folder, base, []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def carry(self, client: Client, *names: str) -> None:
        jar = [{"name": name, "value": client.cookies[name].value, "url": self.base} for name in names]
        self.context.add_cookies(jar)

    def go(self, path: str, shot: str, ready: str) -> None:
        self.page.goto(path if "://" in path else self.base + path)
        self.wait(ready, shot)
        self.page.screenshot(path=str(self.folder / f"{shot}.png"))

    def wait(self, ready: str, what: str) -> None:
        """Until the expression holds; the driver's own waiting does not work there."""
        for _ in range(150):
            if self.page.evaluate(f"() => Boolean({ready})"):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{what}: {ready} did not come true; the console said {self.said}")

    def complaints(self) -> list[str]:
        return [text for text in self.said if not any(word in text for word in NOISE)]

    def press(self, selector: str) -> None:
        self.page.evaluate("(selector) => document.querySelector(selector).click()", selector)


def test_the_room_works_in_the_oldest_browser_over_plain_http(room, live_server, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["*"]
    browser, folder = room
    base = live_server.url.replace("localhost", HOST).replace("127.0.0.1", HOST)
    seals_a_slip(browser, folder, base)
    held = scenes.hold()
    watches(browser, folder, base, held)
    recomputes(browser, folder, base, held)


def seals_a_slip(browser, folder: Path, base: str) -> None:
    """The seat's phone computes its slip, although crypto.subtle is not there; the console shows it."""
    house = make.create_house()
    draw = make.prepare(house, kind="R")
    devices = make.ready(house, draw)
    code = actions.reissue_code(by=house.operator, draw=draw, seat=devices[0].seat)
    phone = Visitor(browser, folder, base, (390, 844))
    phone.carry(seated(draw, code), cookie_name(draw))
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    phone.go(
        f"/draw/{draw.number}/seat/", "seat-digits", "document.querySelector('[data-pad]:not([hidden])')"
    )
    assert phone.page.evaluate("[window.isSecureContext, typeof (crypto.subtle || undefined)]") == [
        False,
        "undefined",
    ]
    phone.press("[data-roll]")
    phone.press("[data-slip-form] button, [data-seal-button], .pbar button")
    phone.wait("document.querySelector('[data-kept]')", "seat-sealed")
    phone.page.screenshot(path=str(folder / "seat-sealed.png"))
    assert phone.complaints() == []
    assert len(queries.state_of(Draw.objects.get(pk=draw.pk)).log.slips) == 1
    host = Visitor(browser, folder, base, (1366, 768))
    host.carry(signed_in(house.operator), settings.SESSION_COOKIE_NAME)
    host.go(f"/desk/draws/{draw.number}/console/", "console", "document.querySelector('main h1')")
    assert host.complaints() == []
    for visitor in (phone, host):
        visitor.context.close()


def watches(browser, folder: Path, base: str, held: scenes.Held) -> None:
    """Three faces of the live page; the phone recomputes the draw by itself."""
    for face, size in scenes.FACES.items():
        viewer = Visitor(browser, folder, base, size)
        for scene in ("S2-freeze", "S5-seed", "S7-team"):
            viewer.go(held.path(scene, face), f"{scene}-{face}", "document.querySelector('.stg h2')")
        if face != "wall":
            viewer.wait("(document.querySelector('[data-check] b') || {}).textContent.includes('一致')", face)
        wide = viewer.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{face}: {wide} px too wide"
        assert viewer.complaints() == [], face
        viewer.context.close()


def recomputes(browser, folder: Path, base: str, held: scenes.Held) -> None:
    """The verify page of the site, and the single file from disk with the same two files."""
    passed = "(document.querySelector('#verdict h2') || {textContent: ''}).textContent.includes('核验通过')"
    online = Visitor(browser, folder, base, (1366, 768))
    online.go(held.other["S9-verify"], "verify-open", "document.querySelector('#state-openings.slot__s--ok')")
    online.press("#start")
    online.wait(passed, "verify")
    online.page.screenshot(path=str(folder / "verify.png"))
    assert online.complaints() == []
    online.context.close()
    offline = Visitor(browser, folder, base, (390, 844))
    offline.go(VERIFIER.as_uri(), "verifier-file", "document.querySelector('#start')")
    files = {
        "transcript": queries.transcript_of(held.draw, "public"),
        "openings": queries.openings_of(held.draw),
    }
    for slot, value in files.items():
        offline.page.evaluate(
            """([slot, text]) => {
                const given = new DataTransfer();
                given.items.add(new File([text], slot + '.json', {type: 'application/json'}));
                const input = document.querySelector('#file-' + slot);
                input.files = given.files;
                input.dispatchEvent(new Event('change', {bubbles: true}));
            }""",
            [slot, json.dumps(value, ensure_ascii=False)],
        )
        offline.wait(f"document.querySelector('#state-{slot}.slot__s--ok')", slot)
    assert offline.page.evaluate("!document.querySelector('#drill').hidden")
    offline.press("#start")
    offline.wait(passed, "verifier")
    offline.page.screenshot(path=str(folder / "verifier-file-done.png"))
    assert offline.complaints() == []
    offline.context.close()
