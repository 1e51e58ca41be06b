"""A formal draw from preparation to a verified public page: host, discipline officer and an observer's phone, each in a browser of its own."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from draws.models import ConflictOfInterest, Draw
from personnel.models import Inspector
from registry.models import Target
from tests.draws import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations
    .map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | '))"""
PASSWORD = "mingchou-2026"
DESKTOP, PHONE, WALL = (
    {"width": 1366, "height": 768},
    {"width": 390, "height": 844},
    {"width": 1920, "height": 1080},
)
DICE = "40719938215560273948"


class Person:
    """One browser context; whatever its console said is in `said`."""

    def __init__(self, browser: Browser, base: str, shots: Path, name: str, viewport: dict, **given) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=viewport,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            accept_downloads=True,
            **given,
        )
        self.base, self.shots, self.name, self.said = base, shots, name, []
        self.page = self.open()

    def open(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console", lambda message: self.said.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page

    def go(self, path: str, page: Page | None = None) -> Page:
        page = page or self.page
        page.goto(self.base + path)
        return page

    def sign_in(self, user) -> None:
        self.go("/login/")
        self.page.fill("input[name=username]", user.username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/desk/**")

    def shot(self, name: str, page: Page | None = None, *, check: bool = True) -> None:
        """Screenshot, and no accessibility finding, and nothing wider than the screen."""
        page = page or self.page
        page.screenshot(path=str(self.shots / f"{name}.png"))
        if check:
            page.evaluate(AXE)
            assert page.evaluate(RUN_AXE) == [], name
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name}: {wide} px too wide"


@pytest.fixture(autouse=True)
def _one_request_at_a_time(monkeypatch):
    """SQLite in memory refuses to read a table while another thread writes it; a real database waits."""
    lock, answer = threading.RLock(), WSGIHandler.get_response

    def in_turn(handler, request):
        with lock:
            return answer(handler, request)

    monkeypatch.setattr(WSGIHandler, "get_response", in_turn)


@pytest.fixture
def shots(tmp_path_factory) -> Path:
    folder = tmp_path_factory.getbasetemp() / "ceremony"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def people(browser, live_server, shots):
    made: list[Person] = []

    def enter(name: str, viewport: dict, **given) -> Person:
        made.append(Person(browser, live_server.url, shots, name, viewport, **given))
        return made[-1]

    yield enter
    for person in made:
        person.context.close()


def confirm(page: Page, label: str) -> None:
    """Open the question behind a risky button and say yes."""
    page.locator("details.confirm > summary", has_text=label).first.click()
    page.locator("dialog[open] button[type=submit]").click()


def prepare(host: Person, house) -> str:
    """The operator sets up the draw by the form; returns its number."""
    page = host.go("/desk/draws/")
    host.shot("01-list-empty")
    page.get_by_role("link", name="新建抽取会").click()
    when = timezone.localtime() - timedelta(minutes=5)
    page.fill("input[name=scheduled_at]", when.strftime("%Y-%m-%dT%H:%M"))
    page.fill("input[name=place]", "局二楼会议室")
    page.select_option("select[name=discipline]", label=house.discipline.name)
    host.shot("02-new")
    page.get_by_role("button", name="建立").click()
    page.wait_for_url(re.compile(r"/desk/draws/\d{6}-2026Q4-01/$"))
    host.shot("03-preparation")
    return page.url.rstrip("/").split("/")[-1]


def add_seat(host: Person, number: str, role: str, method: str, *, user: str = "") -> str:
    """Returns the code from the sheet that is shown once."""
    page = host.go(f"/desk/draws/{number}/seats/")
    page.select_option("select[name=role]", label=role)
    page.check(f"input[name=method][value={method}]")
    if user:
        page.select_option("select[name=user]", label=user)
    page.get_by_role("button", name="加席位，出席位码").click()
    return page.locator(".slipcard__c").inner_text().strip()


def screen_says(wall: Page, words: str) -> None:
    expect(wall.locator(".stg h2")).to_have_text(words, timeout=30_000)


def test_a_formal_draw_is_walked_by_three_people_and_verified_by_one(people, shots):
    house = make.create_house()
    ConflictOfInterest.objects.create(
        organisation=house.organisation, inspector=Inspector.objects.of(house.organisation).first(),
        target=Target.objects.of(house.organisation).first(), relation="EMPLOY", since=make.plan.TODAY - timedelta(days=300),
        evidence="申报表 7 号", declared_by=house.discipline,
    )  # fmt: skip
    host, officer = people("host", DESKTOP), people("officer", DESKTOP)
    phone = people("phone", PHONE, has_touch=True, device_scale_factor=2)
    host.sign_in(house.operator)
    officer.sign_in(house.discipline)

    # -- preparation --------------------------------------------------------------------------------------
    number = prepare(host, house)
    code = add_seat(host, number, "企业代表", "sealed")
    host.shot("04-seat-sheet")
    add_seat(host, number, "纪检监督员", "sealed", user=house.discipline.name)
    add_seat(host, number, "现场骰子", "spoken")
    host.go(f"/desk/draws/{number}/seats/")
    host.shot("05-seats")

    page = officer.go(f"/draw/{number}/oversight/")
    page.get_by_role("button", name="我已到场").click()
    page.get_by_role("button", name="在纪检监督员入席").click()
    page.get_by_role("button", name="生成密钥").click()
    secret = re.sub(r"\s", "", page.locator("[data-secret]").inner_text())
    assert re.fullmatch(r"[0-9a-f]{64}", secret)
    officer.shot("06-chain-b")
    page.check("[data-sure]")
    page.get_by_role("button", name="交存末端").click()
    expect(page.locator(".notice--ok", has_text="已交存")).to_be_visible()
    draw = Draw.objects.get(number=number)
    assert draw.chain_b
    assert draw.chain_b != secret

    page = host.go(f"/desk/draws/{number}/announcement/")
    page.fill("input[name=short_notice]", "上级临时要求")
    page.get_by_role("button", name="公告").click()
    expect(page.locator(".notice--ok")).to_contain_text("已公告")
    host.shot("07-announced")
    page = officer.go(f"/desk/draws/{number}/confirm/")
    page.get_by_role("button", name="确认准备").click()
    expect(page.locator(".notice--ok").first).to_contain_text("已确认准备")

    # -- everybody comes in -------------------------------------------------------------------------------
    wall = host.open()
    wall.set_viewport_size(WALL)
    host.go(f"/draw/{number}/?mode=screen", wall)
    page = phone.go(f"/draw/{number}/join/{code}/")
    phone.shot("08-join")
    page.get_by_role("button", name="入席").click()
    expect(page.get_by_role("heading", name="已入席，请稍候")).to_be_visible()
    phone.shot("09-seat-wait")
    expect(wall.locator(".present .is-in")).to_have_count(4, timeout=10_000)
    host.shot("10-screen-welcome", wall)

    # -- freeze -------------------------------------------------------------------------------------------
    page = host.go(f"/desk/draws/{number}/console/")
    host.shot("11-console-freeze")
    confirm(page, "冻结名单")
    expect(page.locator(".step__h")).to_contain_text("念指纹")
    host.shot("12-console-slips")
    screen_says(wall, "名单已冻结")
    wall.wait_for_timeout(400)
    host.shot("13-screen-freeze", wall)

    page = officer.go(f"/draw/{number}/oversight/?q=青禾")
    page.locator("input[name=selected]").first.check()
    page.get_by_role("button", name="抽验选中的").click()
    expect(page.locator("[data-opening-word]")).to_have_text("本机重算盲号一致")
    officer.shot("14-spot-check")
    screen_says(wall, "封存承诺")
    host.shot("15-screen-commit", wall)

    # -- slips --------------------------------------------------------------------------------------------
    page = phone.page
    expect(page.get_by_role("heading", name="定一串数字")).to_be_visible(timeout=10_000)
    for key in "093715":
        page.locator(f"[data-key='{key}']").click()
    phone.shot("16-seat-digits")
    page.get_by_role("button", name="封签", exact=True).click()
    expect(page.locator("[data-kept-word]")).to_have_text("与本机一致")
    phone.shot("17-seat-sealed")
    screen_says(wall, "观察员封签")
    host.shot("18-screen-slips", wall)
    page = officer.go(f"/draw/{number}/seat/")
    page.get_by_role("button", name="掷一次，随机 20 位").click()
    page.get_by_role("button", name="封签", exact=True).click()

    # -- opens by itself, dice, result --------------------------------------------------------------------
    expect(phone.page.get_by_text("您的数字，已公开")).to_be_visible(timeout=20_000)
    expect(officer.page.get_by_text("您的数字，已公开")).to_be_visible(timeout=20_000)
    phone.shot("19-seat-opened")
    screen_says(wall, "同时开签")
    page = host.go(f"/desk/draws/{number}/console/")
    page.fill("input[name=digits]", DICE)
    page.get_by_role("button", name="记下，请人复诵").click()
    expect(page.locator(".notice--ok")).to_contain_text("已记下")
    host.shot("20-console-dice")
    host.shot("21-screen-opens", wall)
    page = officer.go(f"/draw/{number}/oversight/")
    page.fill("input[name=digits]", DICE)
    officer.shot("22-read-back")
    page.get_by_role("button", name="复诵", exact=True).click()
    expect(page.locator(".notice--ok", has_text="复诵一致")).to_be_visible()

    screen_says(wall, "种子已揭示")
    wall.wait_for_selector("[data-seed]:not(.is-later)", timeout=15_000)
    host.shot("23-screen-seed", wall)
    screen_says(wall, "逐家抽出")
    wall.wait_for_timeout(1500)
    host.shot("24-screen-draw", wall)
    screen_says(wall, "匹配检查人员")
    wall.wait_for_timeout(2500)
    host.shot("25-screen-team", wall)
    expect(phone.page.get_by_text("您的手机独立计算，与现场一致")).to_be_visible(timeout=10_000)
    phone.shot("26-seat-result")

    # -- signatures ---------------------------------------------------------------------------------------
    page = phone.page
    page.get_by_role("link", name="有异议").click()
    page.fill("textarea[name=statement]", "开签时有一分钟没有画面")
    page.fill("input[name=signature_typed]", "林工")
    phone.shot("27-seat-sign")
    page.get_by_role("button", name="签字").click()
    expect(page.get_by_role("heading", name="异议已记入")).to_be_visible()
    phone.shot("28-seat-signed")
    page = officer.go(f"/draw/{number}/oversight/")
    page.fill("input[name=signature_typed]", "纪明")
    page.get_by_role("button", name="签字", exact=True).click()
    page = officer.go(f"/draw/{number}/seat/sign/")
    page.fill("input[name=signature_typed]", "纪明")
    page.get_by_role("button", name="签字", exact=True).click()
    page = host.go(f"/desk/draws/{number}/console/")
    page.fill("input[name=signature_typed]", "沈主持")
    host.shot("29-console-sign")
    page.get_by_role("button", name="签字", exact=True).click()
    screen_says(wall, "封存签字")
    host.shot("30-screen-sign", wall)
    confirm(page, "封存记录")
    expect(page.locator(".step__h")).to_have_text("记录已封存")
    host.shot("31-console-sealed")
    screen_says(wall, "记录已封存")
    host.shot("32-screen-sealed", wall)

    # -- the public page: late join, replay, verification -------------------------------------------------
    viewer = people("viewer", DESKTOP)
    page = viewer.go(f"/draw/{number}/")
    expect(page.locator("[data-replay]")).to_be_visible()
    viewer.shot("33-live-desktop")
    viewer.go(f"/draw/{number}/?at={_seq(number, 'result')}&scene=team")
    viewer.shot("34-live-desktop-team")
    for at, name in (("freeze", "freeze"), ("reveal", "seed"), ("result", "team")):
        phone.go(f"/draw/{number}/?at={_seq(number, at)}&scene={name}")
        phone.shot(f"35-live-phone-{name}")
    page = viewer.go(f"/draw/{number}/")
    page.locator("[data-replay]").click()
    expect(page.locator("[data-pause]")).to_be_visible()
    page.locator("[data-latest]").click()
    expect(page.locator("[data-replay]")).to_be_visible(timeout=15_000)
    viewer.go(f"/draw/{number}/verify/")
    viewer.shot("36-verify-not-yet")

    page = phone.go(f"/draw/{number}/verify/")
    page.get_by_role("button", name=re.compile("核验")).first.click()
    expect(page.get_by_text("核验通过").first).to_be_visible(timeout=20_000)
    phone.shot("37-verified")
    for who in (host, officer, phone, viewer):
        assert who.said == [], who.name
    assert len(list(shots.glob("*.png"))) >= 36


def _seq(number: str, kind: str) -> int:
    return Draw.objects.get(number=number).events.get(type=kind).seq
