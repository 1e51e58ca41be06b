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
from playwright.sync_api import BrowserContext, Error, Page

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
SESSION = settings.SESSION_COOKIE_NAME
GIVE = """([slot, text]) => {
    const given = new DataTransfer();
    given.items.add(new File([text], slot + '.json', {type: 'application/json'}));
    const input = document.querySelector('#file-' + slot);
    input.files = given.files;
    input.dispatchEvent(new Event('change', {bubbles: true}));
}"""
PASSED = "(document.querySelector('#verdict h2') || {textContent: ''}).textContent.includes('核验通过')"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOISE = ("Cross-Origin-Opener-Policy", "favicon")
OLD_FLAGS = ("--no-sandbox", "--disable-gpu", "--single-process", "--no-zygote", "--disable-dev-shm-usage")
BROWSERS = {"installed": shutil.which("chromium") or "", "86": os.environ.get("CHROMIUM_86", "")}


@pytest.fixture(params=BROWSERS)
def room(request, playwright, tmp_path):
    """(launch, folder): the installed browser and the old one, both told that HOST is this machine."""
    path = BROWSERS[request.param]
    if not path:
        pytest.skip("没有给出 CHROMIUM_86" if request.param == "86" else "没有安装 Chromium")
    chosen = Path(os.environ.get("SCENES") or tmp_path) / f"chromium-{request.param}"
    chosen.mkdir(parents=True, exist_ok=True)
    flags = [*(OLD_FLAGS if request.param == "86" else ()), f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    library = Path(path).parent / "lib"
    env = {**os.environ, **({"LD_LIBRARY_PATH": str(library)} if library.is_dir() else {})}
    opened = []

    def launch():
        opened.append(playwright.chromium.launch(executable_path=path, args=flags, env=env, timeout=30_000))
        return opened[-1]

    yield launch, chosen
    for browser in (
        opened if request.param != "86" else ()
    ):  # the old one cannot end a page; the driver ends it
        browser.close()


class Visitor:
    """A browser of its own: the old one survives no second page. `said`: what its console complained of."""

    def __init__(self, launch, folder: Path, base: str, size: tuple[int, int]) -> None:
        self.context: BrowserContext = launch().new_context(viewport={"width": size[0], "height": size[1]})
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
        self.shot(shot)

    def shot(self, name: str) -> None:
        self.page.screenshot(path=str(self.folder / f"{name}.png"))

    def wait(self, ready: str, what: str) -> None:
        """Until the expression holds; the driver's own waiting does not work there."""
        for _ in range(150):
            try:
                if self.page.evaluate(f"() => Boolean({ready})"):
                    return
            except Error as moved:  # the page is on its way to the next one
                if "context was destroyed" not in str(moved):
                    raise
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{what}: {ready} did not come true; the console said {self.said}")

    def complaints(self) -> list[str]:
        return [text for text in self.said if not any(word in text for word in NOISE)]

    def press(self, selector: str) -> None:
        self.page.evaluate("(selector) => document.querySelector(selector).click()", selector)


def test_the_room_works_in_the_oldest_browser_over_plain_http(room, live_server, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["*"]
    launch, folder = room
    base = live_server.url.replace("localhost", HOST).replace("127.0.0.1", HOST)
    held = scenes.hold()

    def enter(face: str) -> Visitor:
        return Visitor(launch, folder, base, scenes.FACES[face])

    for face in scenes.FACES:
        watches(enter(face), held, face)
    verifies_online(enter("desktop"), held)
    verifies_from_disk(enter("phone"), held)
    draw, code = about_to_seal(held.house)
    seals_a_slip(enter("phone"), held.house, draw, code)
    hosts(enter("desktop"), held.house, draw)


def watches(viewer: Visitor, held: scenes.Held, face: str) -> None:
    """One face of the live page; a phone and a desk recompute the draw by themselves, without WebCrypto."""
    for scene in ("S2-freeze", "S5-seed", "S7-team"):
        viewer.go(held.path(scene, face), f"{scene}-{face}", "document.querySelector('.stg h2')")
    if face != "wall":
        viewer.wait(
            "(document.querySelector('[data-check] b') || {textContent: ''}).textContent.includes('一致')",
            face,
        )
    assert viewer.page.evaluate(WIDER) <= 0
    assert viewer.page.evaluate("[window.isSecureContext, typeof (crypto.subtle || undefined)]") == [
        False,
        "undefined",
    ]
    assert viewer.complaints() == []


def verifies_online(viewer: Visitor, held: scenes.Held) -> None:
    viewer.go(held.other["S9-verify"], "verify-open", "document.querySelector('#state-openings.slot__s--ok')")
    viewer.press("#start")
    viewer.wait(PASSED, "verify")
    viewer.shot("verify")
    assert viewer.complaints() == []


def verifies_from_disk(viewer: Visitor, held: scenes.Held) -> None:
    """The single file, given the same two files by hand."""
    viewer.go(VERIFIER.as_uri(), "verifier-file", "document.querySelector('#start')")
    files = {
        "transcript": queries.transcript_of(held.draw, "public"),
        "openings": queries.openings_of(held.draw),
    }
    for slot, value in files.items():
        viewer.page.evaluate(GIVE, [slot, json.dumps(value, ensure_ascii=False)])
        viewer.wait(f"document.querySelector('#state-{slot}.slot__s--ok')", slot)
    assert viewer.page.evaluate("!document.querySelector('#drill').hidden")
    viewer.press("#start")
    viewer.wait(PASSED, "verifier")
    viewer.shot("verifier-file-done")
    assert viewer.complaints() == []


def about_to_seal(house: make.House) -> tuple[Draw, str]:
    """A frozen rehearsal, and the code of a seat that has not come in yet."""
    draw = make.prepare(house, kind="R")
    devices = make.ready(house, draw)
    code = actions.reissue_code(by=house.operator, draw=draw, seat=devices[0].seat)
    return draw, code


def seals_a_slip(phone: Visitor, house: make.House, draw: Draw, code: str) -> None:
    """The seat's phone computes its slip, and the server takes it."""
    phone.carry(seated(draw, code), cookie_name(draw))
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    phone.go(
        f"/draw/{draw.number}/seat/", "seat-digits", "document.querySelector('[data-pad]:not([hidden])')"
    )
    phone.press("[data-roll]")
    phone.press("[data-seal-now]")
    phone.wait("document.querySelector('[data-kept]')", "seat-sealed")
    phone.shot("seat-sealed")
    assert phone.complaints() == []
    assert len(queries.state_of(Draw.objects.get(pk=draw.pk)).log.slips) == 1


def hosts(desk: Visitor, house: make.House, draw: Draw) -> None:
    desk.carry(signed_in(house.operator), SESSION)
    desk.go(f"/desk/draws/{draw.number}/console/", "console", "document.querySelector('main h1')")
    assert desk.page.evaluate(WIDER) <= 0
    assert desk.complaints() == []
