"""The draw, seat by seat: what the people in the room do on their own devices."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from config.rehearsal.people import Staff
from config.rehearsal.schedule import Schedule
from draws import actions, queries
from draws.models import Draw, Seat
from draws.rules.mc1.chains import chain_release, chain_tip
from draws.rules.mc1.entropy import slip_commit
from draws.rules.mc1.hashing import suite_of
from draws.rules.protocol import CHAIN_LENGTH
from planning.models import Quota

DICE = 20
ROOM = (
    ("S1", "discipline", "纪检监督员", "纪怀远"),
    ("S2", "people_congress", "人大代表", "宋代表"),
    ("S3", "enterprise", "企业代表", "何经理"),
    ("S4", "media", "媒体代表", "陶记者"),
)


@dataclass
class Device:
    """A seat's own telephone: it alone knows digits and nonce until they are opened."""

    seat: Seat
    digits: str = field(default_factory=lambda: f"{secrets.randbelow(10**6):06}")
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass
class Room:
    draw: Draw
    devices: list[Device]
    dice: Seat
    chain_b: str


def prepare(
    staff: Staff, schedule: Schedule, quotas: list[Quota], *, kind: str = "F", witnesses: tuple[str, ...] = ()
) -> Room:
    """Draw, seats, announcement, chain B: everything before the freeze."""
    draw = actions.prepare(
        by=staff.operator, organisation=staff.operator.organisation, period=schedule.period.id, kind=kind,
        quotas=[(quota, None, True) for quota in quotas], scheduled_at=schedule.held_at, place="局二楼会议室",
        discipline=staff.discipline, now=schedule.announced_at,
    )  # fmt: skip
    devices = [_take_seat(staff, draw, schedule, *place) for place in ROOM]
    dice, _ = actions.add_seat(
        by=staff.operator, draw=draw, seat="D1", role="dice", title=f"{DICE} 枚骰子", method="spoken"
    )
    for role, user in (("discipline", staff.discipline), ("system_admin", staff.sysadmin)):
        if role == "discipline" or role in witnesses:
            actions.confirm_presence(by=user, draw=draw, role=role, now=schedule.announced_at)
    chain_b = secrets.token_hex(32)
    actions.deposit_chain_b(
        by=staff.discipline, draw=draw, tip=chain_tip(suite_of("MC1"), chain_b, CHAIN_LENGTH)
    )
    actions.announce(by=staff.operator, draw=draw, now=schedule.announced_at)
    actions.confirm_preparation(by=staff.discipline, draw=draw, now=schedule.announced_at)
    return Room(draw, devices, dice, chain_b)


def _take_seat(
    staff: Staff, draw: Draw, schedule: Schedule, seat: str, role: str, title: str, holder: str
) -> Device:
    _, code = actions.add_seat(
        by=staff.operator, draw=draw, seat=seat, role=role, title=title, method="sealed", holder=holder
    )
    joined, _token = actions.join(number=draw.number, code=code, now=schedule.announced_at)
    return Device(joined)


def freeze(staff: Staff, schedule: Schedule, room: Room) -> None:
    actions.freeze(by=staff.operator, draw=room.draw, on=schedule.held_on, now=schedule.held_at)


def give_numbers(staff: Staff, schedule: Schedule, room: Room) -> None:
    """Slips in, slips open, dice thrown, typed by one and read back by another; the result follows by itself."""
    suite = suite_of("MC1")
    for device in room.devices:
        commit = slip_commit(suite, room.draw.number, 1, device.seat.seat, device.digits, device.nonce)
        actions.slip(seat=device.seat, commit=commit, now=schedule.held_at)
    for device in room.devices:
        actions.open_slip(seat=device.seat, digits=device.digits, nonce=device.nonce, now=schedule.held_at)
    thrown = f"{secrets.randbelow(10**DICE):0{DICE}}"
    actions.speak(by=staff.operator, seat=room.dice, digits=thrown, now=schedule.held_at)
    actions.confirm_spoken(by=staff.discipline, seat_spoken=room.dice, digits=thrown, now=schedule.held_at)


def sign(staff: Staff, schedule: Schedule, room: Room) -> None:
    for presence in room.draw.presences.select_related("user"):
        actions.sign(
            by=presence.user,
            draw=room.draw,
            opinion="agree",
            signature=presence.user.name,
            now=schedule.held_at,
        )
    for device in room.devices:
        actions.sign(seat=device.seat, opinion="agree", signature=device.seat.holder, now=schedule.held_at)
    actions.seal(by=staff.operator, draw=room.draw, now=schedule.held_at)
    room.draw.refresh_from_db()


def recuse_one(staff: Staff, schedule: Schedule, room: Room) -> None:
    """The day after, one inspector turns out to be a relative: approved, causes chained, both keys, substitute drawn."""
    visits = [visit for visit in queries.visits_of(room.draw) if visit.team]
    if not visits:
        return
    now = schedule.held_at + timedelta(hours=2)
    drawn = visits[0]
    inspector = room.draw.snapshot_inspectors.get(inspector=drawn.team[-1]).commitment
    asked = actions.request_replacement(
        by=staff.operator, draw=room.draw, kind="recuse", target=drawn.commitment, inspector=inspector, why="KIN",
        reason="本人申报：近亲属在该单位任职", evidence="回避申请书", now=now,
    )  # fmt: skip
    actions.decide_replacement(by=staff.head, request=asked, approve=True, note="情况属实，同意回避", now=now)
    actions.start_round(by=staff.operator, draw=room.draw, requests=[asked], now=now)
    r = queries.state_of(room.draw).round
    actions.release_b(
        by=staff.discipline,
        draw=room.draw,
        xb=chain_release(suite_of("MC1"), room.chain_b, CHAIN_LENGTH, r),
        now=now,
    )
    room.draw.refresh_from_db()


def close(staff: Staff, schedule: Schedule, room: Room) -> None:
    """All visits done: the draw's numbers at the end."""
    actions.close(by=staff.operator, draw=room.draw, now=schedule.held_at + timedelta(days=80))
    room.draw.refresh_from_db()
