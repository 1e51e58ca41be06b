"""A bureau ready to draw, and people who walk it through a ceremony by the same actions as the screens."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from draws import actions, queries
from draws.chain import events_of
from draws.models import Draw, ReplacementRequest, Seat
from draws.rules.mc1.chains import chain_release, chain_tip
from draws.rules.mc1.entropy import slip_commit
from draws.rules.mc1.hashing import suite_of
from draws.rules.protocol import CHAIN_LENGTH
from foundation.organisation.models import User
from planning import actions as planning
from planning.models import Quota
from registry import actions as registry
from tests.factories import create_user
from tests.planning import factories as plan

PERIOD = "2026Q4"
ANNOUNCED = datetime(2026, 10, 9, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HELD = datetime(2026, 10, 13, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = date(2026, 10, 13)
SUITE = suite_of("MC1")


@dataclass
class House:
    """A bureau with confirmed quotas, an operator, a discipline officer with chain B, an approver."""

    bureau: plan.Bureau
    quotas: list[Quota]
    operator: User
    second_operator: User
    discipline: User
    head: User
    inspector_user: User
    chain_b: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def organisation(self):
        return self.bureau.organisation


def create_house(book: str = "qinshui-2022", *, quotas: bool = True) -> House:
    bureau = plan.fill(plan.create_bureau(book))
    plan.approved_plan(bureau)
    if bureau.book.register.review_every == "quarter":
        review(bureau)
    confirmed = (
        planning.confirm_quotas(
            organisation=bureau.organisation, period=PERIOD, on=plan.TODAY, by=bureau.planner
        )
        if quotas
        else []
    )
    organisation = bureau.organisation
    return House(
        bureau, [quota for quota in confirmed if bureau.book.line(quota.line).role == "draw"],
        create_user(organisation, "operator", name="沈主持"), create_user(organisation, "operator", name="赵副手"),
        create_user(organisation, "discipline", name="纪明"), bureau.head, create_user(organisation, "inspector", name="方查"),
    )  # fmt: skip


def review(bureau: plan.Bureau, period: str = "2026Q3") -> None:
    """The register's review that some books ask for before the next draw."""
    registry.record_review(
        by=bureau.planner,
        organisation=bureau.organisation,
        period=period,
        on=plan.TODAY,
        material="无新增、无关停",
    )


def prepare(house: House, *, kind: str = "F", quotas=None, **given) -> Draw:
    chosen = house.quotas if quotas is None else quotas
    return actions.prepare(**{
        "by": house.operator, "organisation": house.organisation, "period": PERIOD, "kind": kind,
        "quotas": [(quota, None, True) for quota in chosen], "scheduled_at": HELD, "place": "二楼会议室",
        "discipline": house.discipline, **given,
    })  # fmt: skip


@dataclass
class Device:
    """What a seat keeps on its own device."""

    seat: Seat
    code: str
    digits: str = ""
    nonce: str = ""

    def seal(self, draw: Draw, digits: str | None = None) -> None:
        self.seat.refresh_from_db()
        self.digits = digits or f"{secrets.randbelow(10**20):020}"
        self.nonce = secrets.token_hex(16)
        attempt = queries.state_of(Draw.objects.get(pk=draw.pk)).log.attempt
        commit = slip_commit(SUITE, draw.number, attempt, self.seat.seat, self.digits, self.nonce)
        actions.slip(seat=self.seat, commit=commit, now=HELD)

    def open(self) -> None:
        actions.open_slip(seat=self.seat, digits=self.digits, nonce=self.nonce, now=HELD)


def seat_people(house: House, draw: Draw, *, spoken: bool = True, sealed: int = 2) -> list[Device]:
    """Seats S1… sealed and joined by code, and a die that is spoken."""
    roles = [("discipline", "纪检监督员"), ("media", "媒体代表"), ("citizen", "群众代表")]
    devices = []
    for number in range(sealed):
        role, title = roles[number]
        seat, code = actions.add_seat(
            by=house.operator,
            draw=draw,
            seat=f"S{number + 1}",
            role=role,
            title=title,
            method="sealed",
            holder=f"席{number}",
        )
        seat, _ = actions.join(number=draw.number, code=code, now=ANNOUNCED)
        devices.append(Device(seat, code))
    if spoken:
        seat, code = actions.add_seat(
            by=house.operator, draw=draw, seat="D1", role="dice", title="当众掷骰", method="spoken"
        )
        devices.append(Device(seat, code))
    return devices


def deposit(house: House, draw: Draw) -> None:
    tip = chain_tip(SUITE, house.chain_b, CHAIN_LENGTH)
    actions.deposit_chain_b(by=house.discipline, draw=draw, tip=tip)


def ready(house: House, draw: Draw, **seats) -> list[Device]:
    """Everything there is to do before the freeze."""
    devices = seat_people(house, draw, **seats)
    actions.confirm_presence(by=house.discipline, draw=draw, role="discipline", now=ANNOUNCED)
    if "system_admin" in house.bureau.book.draw.witnesses:
        admin = create_user(house.organisation, "sysadmin")
        actions.confirm_presence(by=admin, draw=draw, role="system_admin", now=ANNOUNCED)
    deposit(house, draw)
    actions.announce(by=house.operator, draw=draw, now=ANNOUNCED)
    actions.confirm_preparation(by=house.discipline, draw=draw, now=ANNOUNCED)
    return devices


def frozen(
    house: House, *, kind: str = "F", quotas=None, seats: dict | None = None, **given
) -> tuple[Draw, list[Device]]:
    draw = prepare(house, kind=kind, quotas=quotas, **given)
    devices = ready(house, draw, **(seats or {}))
    actions.freeze(by=house.operator, draw=draw, on=ON, now=HELD)
    return draw, devices


def give_digits(house: House, draw: Draw, devices: list[Device]) -> None:
    sealed = [device for device in devices if device.seat.method == "sealed"]
    for device in sealed:
        device.seal(draw)
    for device in sealed:
        device.open()
    throw(house, draw, devices)


def throw(house: House, draw: Draw, devices: list[Device], digits: str = "40719938215560273948") -> None:
    for device in devices:
        if device.seat.method == "spoken":
            actions.speak(by=house.operator, seat=device.seat, digits=digits)
            actions.confirm_spoken(by=house.discipline, seat_spoken=device.seat, digits=digits, now=HELD)


def sign_all(house: House, draw: Draw, devices: list[Device]) -> None:
    for person in [presence.user for presence in draw.presences.select_related("user")]:
        actions.sign(by=person, draw=draw, opinion="agree", signature=person.name, now=HELD)
    for device in devices:
        device.seat.refresh_from_db()
        if device.seat.joined_at:
            actions.sign(seat=device.seat, opinion="agree", signature="签名", now=HELD)


def signed(house: House, **given) -> tuple[Draw, list[Device]]:
    """A draw from preparation to sealed signatures."""
    draw, devices = frozen(house, **given)
    give_digits(house, draw, devices)
    sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw, now=HELD)
    draw.refresh_from_db()
    return draw, devices


def key_b(house: House, r: int) -> str:
    return chain_release(SUITE, house.chain_b, CHAIN_LENGTH, r)


def replace(house: House, draw: Draw, requests: list[ReplacementRequest]) -> Draw:
    """Approve and carry out a round; whoever a swap may move has agreed."""
    for asked in requests:
        agree(asked)
        actions.decide_replacement(by=house.head, request=asked, approve=True, now=HELD + timedelta(days=1))
    actions.start_round(by=house.operator, draw=draw, requests=requests, now=HELD + timedelta(days=1))
    r = queries.state_of(draw).round
    return actions.release_b(by=house.discipline, draw=draw, xb=key_b(house, r), now=HELD + timedelta(days=1))


def ask(house: House, draw: Draw, kind: str, **given) -> ReplacementRequest:
    return actions.request_replacement(**{
        "by": house.operator, "draw": draw, "kind": kind, "why": "KIN", "reason": "近亲属在该企业任职", **given,
    })  # fmt: skip


def agree(asked: ReplacementRequest) -> None:
    """Everybody whom the swap may move says yes on an account of his own."""
    for consent in asked.consents.filter(answer="waiting").select_related("inspector"):
        actions.answer_swap(
            by=login_of(consent.inspector), request=asked, consent=consent, agree=True, now=HELD
        )


def login_of(inspector) -> User:
    """The account of an inspector, made when he has none."""
    if inspector.user is None:
        inspector.user = create_user(inspector.organisation, "inspector", name=inspector.name)
        inspector.save()
    return inspector.user


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def body_of(draw: Draw, kind: str) -> dict:
    """The body of the last event of a kind."""
    return [event["body"] for event in events_of(draw) if event["type"] == kind][-1]


def types_of(draw: Draw) -> list[str]:
    return [event["type"] for event in events_of(draw)]
