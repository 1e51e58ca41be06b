"""A formal draw with five screens at once: console, wall, discipline officer, observer's phone, a member of the public.

On the way the public phone loses its connection, the projector and the console are replaced, somebody comes late.
"""

import re
import threading
from dataclasses import dataclass
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
expect.set_options(timeout=20_000)  # a loaded machine is not a failure
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
    host.shot("01-list-empty", check=False)
    page.get_by_role("link", name="新建抽取会").click()
    when = timezone.localtime() - timedelta(minutes=5)
    page.fill("input[name=scheduled_at]", when.strftime("%Y-%m-%dT%H:%M"))
    page.fill("input[name=place]", "局二楼会议室")
    page.select_option("select[name=discipline]", label=house.discipline.name)
    host.shot("02-new", check=False)
    page.get_by_role("button", name="建立").click()
    page.wait_for_url(re.compile(r"/desk/draws/\d{6}-2026Q4-01/$"))
    host.shot("03-preparation", check=False)
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


def press(page: Page, selector: str) -> None:
    """Go there with the Tab key alone and press Enter."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


@dataclass
class Hall:
    """Five screens that are open all the time; `number` names the draw."""

    host: Person
    wall: Person
    officer: Person
    phone: Person
    public: Person
    number: str = ""

    def says(self, words: str) -> None:
        """The wall shows this scene."""
        expect(self.wall.page.locator(".stg h2")).to_have_text(words, timeout=30_000)

    def console(self) -> Page:
        return self.host.go(f"/desk/draws/{self.number}/console/")

    def oversight(self, more: str = "") -> Page:
        return self.officer.go(f"/draw/{self.number}/oversight/{more}")

    def step(self, kind: str) -> int:
        return Draw.objects.get(number=self.number).events.get(type=kind).seq


def a_house_with_recusals():
    house = make.create_house()
    for inspector in Inspector.objects.of(house.organisation)[:1]:
        for target in Target.objects.of(house.organisation):
            ConflictOfInterest.objects.create(
                organisation=house.organisation, inspector=inspector, target=target, relation="EMPLOY",
                since=make.plan.TODAY - timedelta(days=300), evidence="申报表 7 号", declared_by=house.discipline,
            )  # fmt: skip
    return house


@pytest.fixture
def hall(people):
    house = a_house_with_recusals()
    found = Hall(
        people("host", DESKTOP), people("wall", WALL), people("officer", DESKTOP),
        people("phone", PHONE, has_touch=True, device_scale_factor=2), people("public", PHONE, has_touch=True),
    )  # fmt: skip
    found.house = house
    found.host.sign_in(house.operator)
    found.officer.sign_in(house.discipline)
    return found


def test_a_formal_draw_is_held_before_five_screens_and_verified_by_one(hall, people, shots):
    code = set_up(hall)
    come_in(hall, code)
    freeze_by_keyboard(hall)
    pause_and_limit(hall)
    seal_slips_while_the_public_is_offline(hall)
    late = replace_projector_and_console(hall, people)
    throw_dice(hall)
    everybody_recomputes(hall, late)
    sign(hall)
    take_it_home(hall)
    replay(hall, late)
    verify(hall, late)
    for who in (hall.first_host, hall.host, hall.wall, hall.officer, hall.phone, late):
        assert who.said == [], who.name
    assert [said for said in hall.public.said if "ERR_INTERNET_DISCONNECTED" not in said] == []
    assert len(list(shots.glob("*.png"))) >= 30


def set_up(hall: Hall) -> str:
    """Preparation, seats, chain B, announcement; returns the code of the enterprise's seat."""
    host, officer, house = hall.host, hall.officer, hall.house
    number = hall.number = prepare(host, house)
    code = add_seat(host, number, "企业代表", "sealed")
    host.shot("04-seat-sheet", check=False)
    add_seat(host, number, "纪检监督员", "sealed", user=house.discipline.name)
    add_seat(host, number, "现场骰子", "spoken")

    page = hall.oversight()
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
    page = officer.go(f"/desk/draws/{number}/confirm/")
    page.get_by_role("button", name="确认准备").click()
    expect(page.locator(".notice--ok").first).to_contain_text("已确认准备")
    return code


def come_in(hall: Hall, code: str) -> None:
    """The wall and the public need no account, the observer a code; until he sits the console says what is missing."""
    hall.wall.go(f"/draw/{hall.number}/?mode=screen")
    hall.public.go(f"/draw/{hall.number}/")
    page = hall.console()
    page.keyboard.press("Space")
    expect(page.locator("[data-announcer]")).to_contain_text("封签席 企业代表 没有入席")
    expect(page.locator("[data-guards] small").first).to_contain_text("请其扫席位码入席")
    hall.host.shot("10-console-guards")
    page = hall.phone.go(f"/draw/{hall.number}/join/{code}/")
    hall.phone.shot("11-join", check=False)
    page.get_by_role("button", name="入席").click()
    expect(page.get_by_role("heading", name="已入席，请稍候")).to_be_visible()
    expect(hall.wall.page.locator(".present .is-in")).to_have_count(4, timeout=10_000)
    hall.wall.shot("12-screen-welcome")


def freeze_by_keyboard(hall: Hall) -> None:
    """Space asks, Tab and Enter answer; a second Enter on the way does nothing."""
    page = hall.console()
    page.keyboard.press("Space")
    press(page, "dialog[open] button[type=submit]")
    expect(page.locator(".step__h")).to_contain_text("念指纹")
    hall.host.shot("13-console-slips", check=False)
    hall.says("名单已冻结")
    draw = Draw.objects.get(number=hall.number)
    groups = hall.wall.page.locator(".seed__v--huge span").all_inner_texts()
    assert "".join(groups) == draw.freeze_hash
    assert len(groups) == 8
    hall.wall.shot("14-screen-freeze")
    hall.public.shot("15-public-freeze", check=False)


def pause_and_limit(hall: Hall) -> None:
    """P pauses every screen with the reason; the limit counts down on the phones."""
    page = hall.host.page
    page.keyboard.press("p")
    page.keyboard.type("等人大代表看清指纹")
    press(page, "dialog[open] button[type=submit]")
    for who in (hall.wall, hall.public, hall.phone):
        expect(who.page.locator(".pace__p")).to_contain_text("等人大代表看清指纹", timeout=15_000)
    hall.wall.shot("16-screen-paused")
    shown = hall.wall.page.locator(".stg h2").inner_text()
    page = hall.oversight("?q=青禾")
    page.locator("input[name=selected]").first.check()
    page.get_by_role("button", name="抽验选中的").click()
    expect(page.locator("[data-opening-word]")).to_have_text("本机重算盲号一致")
    hall.officer.shot("17-spot-check")
    assert hall.wall.page.locator(".stg h2").inner_text() == shown
    page = hall.host.page
    page.keyboard.press("p")
    expect(page.locator("[data-pause-ask]")).to_be_visible()
    press(page, "form[action$='/limit/'] button")
    expect(hall.phone.page.locator("[data-left]")).to_contain_text("还剩 2:", timeout=15_000)
    hall.says("封存承诺")
    hall.wall.shot("18-screen-commit")


def seal_slips_while_the_public_is_offline(hall: Hall) -> None:
    page = hall.phone.page
    expect(page.get_by_role("heading", name="定一串数字")).to_be_visible(timeout=10_000)
    hall.public.context.set_offline(True)
    for key in "093715":
        page.locator(f"[data-key='{key}']").click()
    hall.phone.shot("19-seat-digits")
    page.get_by_role("button", name="封签", exact=True).click()
    expect(page.locator("[data-kept-word]")).to_have_text("与本机一致")
    hall.phone.shot("20-seat-sealed", check=False)
    with page.expect_download() as kept:
        page.get_by_role("button", name="存成文件").click()
    receipt = kept.value.path().read_text("utf-8-sig")
    assert "数字 093715" in receipt
    hall.says("观察员封签")
    slip = hall.wall.page.locator(".seats__v--code").first.inner_text()
    assert slip in receipt
    hall.wall.shot("21-screen-slips", check=False)
    expect(hall.public.page.locator("[data-offline]")).to_contain_text("连接中断", timeout=15_000)
    hall.public.shot("22-public-offline", check=False)
    page = hall.officer.go(f"/draw/{hall.number}/seat/")
    page.get_by_role("button", name="掷一次，随机 20 位").click()
    page.get_by_role("button", name="封签", exact=True).click()
    for who in (hall.phone, hall.officer):
        expect(who.page.get_by_text("您的数字，已公开")).to_be_visible(timeout=20_000)
    hall.says("同时开签")


def replace_projector_and_console(hall: Hall, people) -> Person:
    """Another browser takes over the wall, another operator the console; who comes late sees the present at once."""
    hall.wall.page.close()
    hall.wall.page = hall.wall.open()
    hall.wall.go(f"/draw/{hall.number}/?mode=screen")
    hall.says("同时开签")
    hall.host.page.close()
    hall.first_host, hall.host = hall.host, people("second-host", DESKTOP)
    hall.host.sign_in(hall.house.second_operator)
    expect(hall.console().locator(".step__h")).to_contain_text("同时开签")
    late = people("late", DESKTOP)
    page = late.go(f"/draw/{hall.number}/")
    expect(page.locator("[data-synced]")).to_contain_text("已同步到最新")
    expect(page.locator(".stg h2")).to_have_text("同时开签")
    expect(page.locator("[data-pause]")).to_be_hidden()
    return late


def throw_dice(hall: Hall) -> None:
    page = hall.host.page
    tab_to(page, "input[name=digits]")
    page.keyboard.type(DICE)
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("已记下")
    hall.host.shot("23-console-dice", check=False)
    hall.wall.shot("24-screen-opens")
    hall.public.context.set_offline(False)
    expect(hall.public.page.locator("[data-offline]")).to_be_hidden(timeout=30_000)
    page = hall.oversight()
    page.fill("input[name=digits]", DICE)
    hall.officer.shot("25-read-back", check=False)
    page.get_by_role("button", name="复诵", exact=True).click()
    expect(page.locator(".notice--ok", has_text="复诵一致")).to_be_visible()


def everybody_recomputes(hall: Hall, late: Person) -> None:
    """The recipe builds up, the seed fills the wall, targets come in their order, every device agrees."""
    hall.says("种子已揭示")
    wall = hall.wall.page
    wall.wait_for_selector(".seed.is-moment", timeout=20_000)
    seed = "".join(wall.locator(".seed__v span").all_inner_texts())
    assert hall.wall.page.locator(".seed.is-moment").bounding_box()["height"] == WALL["height"]
    hall.wall.shot("26-screen-seed-moment")
    hall.says("逐家抽出")
    assert wall.locator("[data-layer]").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))") == [
        "重点", "特殊", "一般",
    ]  # fmt: skip
    wall.wait_for_timeout(900)
    hall.wall.shot("27-screen-draw", check=False)
    hall.says("匹配检查人员")
    expect(wall.locator(".pick__rec").first).to_contain_text("回避，")
    wall.wait_for_timeout(1500)
    hall.wall.shot("28-screen-team")
    for who, device in ((hall.phone, "手机"), (hall.public, "手机"), (late, "电脑")):
        expect(who.page.locator("[data-check] b")).to_have_text(
            f"您的{device}独立计算，与现场一致", timeout=45_000
        )
    expect(hall.phone.page.get_by_text("您的 093 715 已计入")).to_be_visible()
    hall.phone.shot("29-seat-result")
    hall.public.shot("30-public-result")
    assert Draw.objects.get(number=hall.number).events.get(type="reveal").content.count(seed) == 1


def sign(hall: Hall) -> None:
    page = hall.phone.page
    page.get_by_role("link", name="有异议").click()
    page.fill("textarea[name=statement]", "开签时有一分钟没有画面")
    page.fill("input[name=signature_typed]", "林工")
    hall.phone.shot("31-seat-sign", check=False)
    page.get_by_role("button", name="签字").click()
    expect(page.get_by_role("heading", name="异议已记入")).to_be_visible()
    page = hall.oversight()
    page.fill("input[name=signature_typed]", "纪明")
    page.get_by_role("button", name="签字", exact=True).click()
    page = hall.officer.go(f"/draw/{hall.number}/seat/sign/")
    page.fill("input[name=signature_typed]", "纪明")
    page.get_by_role("button", name="签字", exact=True).click()
    page = hall.first_host.go(f"/desk/draws/{hall.number}/console/", hall.first_host.open())
    tab_to(page, "input[name=signature_typed]")
    page.keyboard.type("沈主持")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("签字已记入")
    page.close()
    page = hall.console()
    hall.says("封存签字")
    expect(hall.wall.page.locator(".said p")).to_have_text("“开签时有一分钟没有画面”")
    hall.wall.shot("32-screen-sign")
    page.keyboard.press("Space")
    press(page, "dialog[open] button[type=submit]")
    expect(page.locator(".step__h")).to_have_text("记录已封存")
    hall.host.shot("33-console-sealed")
    hall.says("记录已封存")
    hall.wall.shot("34-screen-sealed")


def take_it_home(hall: Hall) -> None:
    draw = Draw.objects.get(number=hall.number)
    page = hall.phone.go(f"/draw/{hall.number}/leaflet/")
    hall.phone.shot("35-leaflet")
    assert page.locator(".leaflet__c").inner_text().replace("-", "") == draw.head[:8]
    with page.expect_download() as kept:
        page.get_by_role("link", name="存成文件").click()
    text = kept.value.path().read_text("utf-8-sig")
    assert draw.head in text
    assert draw.freeze_hash in text
    assert "093715" in text


def replay(hall: Hall, late: Person) -> None:
    """From the start, to a step of one's own by the arrow keys, and back to the latest."""
    page = late.page
    expect(page.locator(".stg h2")).to_have_text("记录已封存", timeout=30_000)
    page.locator("[data-replay]").click()
    expect(page.locator("[data-pause]")).to_be_visible()
    expect(page.locator(".stg h2")).to_have_text("入场签到，宣读规则与名额")
    page.locator("[data-latest]").click()
    expect(page.locator(".stg h2")).to_have_text("记录已封存", timeout=15_000)
    tab_to(page, "[data-scrub]")
    page.keyboard.press("Home")
    expect(page.locator(".stg h2")).to_have_text("入场签到，宣读规则与名额")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stg h2")).to_have_text("名单已冻结")
    late.shot("36-live-desktop-freeze")
    page.locator("[data-latest]").click()
    expect(page.locator(".stg h2")).to_have_text("记录已封存")
    late.shot("37-live-desktop")


def verify(hall: Hall, late: Person) -> None:
    late.go(f"/draw/{hall.number}/verify/")
    for at, name in (("freeze", "commit"), ("reveal", "seed"), ("result", "team")):
        hall.phone.go(f"/draw/{hall.number}/?at={hall.step(at)}&scene={name}")
        hall.phone.shot(f"38-live-phone-{name}", check=name == "seed")
        if name == "seed":
            expect(hall.phone.page.locator(".rec .is-own .rec__v")).to_have_text("093 715")
    page = hall.phone.go(f"/draw/{hall.number}/verify/")
    page.get_by_role("button", name=re.compile("核验")).first.click()
    expect(page.get_by_text("核验通过").first).to_be_visible(timeout=20_000)
    hall.phone.shot("39-verified", check=False)
