"""Seats and the people present: who sits where, who is let in, whether they bring enough entropy."""

from draws.models import Draw, Presence, Seat
from draws.policies.joint import check_leads
from draws.policies.people import (
    BEFORE_FREEZE,
    ENTROPY,
    VOIDABLE,
    check_operator,
    check_state,
    check_supervisor,
)
from draws.rules.enough import ENOUGH_DICE, SeatFacts, seating_gap, throw_gap
from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import User
from foundation.organisation.roles import Role


def check_add_seat(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, BEFORE_FREEZE, "安排席位")


def check_edit_seat(by: User, draw: Draw, seat: Seat) -> None:
    check_add_seat(by, draw)
    check_own(draw, seat)


def check_print_codes(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, BEFORE_FREEZE, "印席位码")


def check_remove_seat(by: User, draw: Draw, seat: Seat) -> None:
    check_add_seat(by, draw)
    check_own(draw, seat)


def check_reissue_code(by: User, draw: Draw, seat: Seat) -> None:
    """Before the freeze the operator; afterwards a new code could replace a person, so the supervisor."""
    check_own(draw, seat)
    check_state(draw, (*BEFORE_FREEZE, *VOIDABLE), "换发席位码")
    if draw.state in BEFORE_FREEZE:
        check_operator(by, draw)
        check_leads(by, draw)
    else:
        check_supervisor(by, draw)


def check_confirm_presence(by: User, draw: Draw, role: str) -> None:
    check_state(draw, (*BEFORE_FREEZE, *ENTROPY), "确认在场")
    if role == Presence.Role.SYSADMIN:
        if by.organisation_id != draw.organisation_id or Role.SYSADMIN not in by.role_codes():
            raise NotAllowed("系统管理员在场须由系统管理员用自己的账号确认。")
    elif role == Presence.Role.OPERATOR:
        check_operator(by, draw)
        check_leads(by, draw)
    elif role in (Presence.Role.DISCIPLINE, Presence.Role.APPROVER):
        check_supervisor(by, draw)
    else:
        raise RuleBroken("没有这种在场身份。", code="unknown_role")


def check_join_own(by: User, draw: Draw, seat: Seat) -> None:
    check_own(draw, seat)
    check_state(draw, (*BEFORE_FREEZE, *ENTROPY), "入席")
    if seat.user_id != by.pk:
        raise NotAllowed("这个席位登记的不是您的账号，请用席位码入席。")


def check_seat(seat: Seat, states: tuple[str, ...], what: str) -> None:
    check_state(seat.draw, states, what)
    if seat.joined_at is None:
        raise NotAllowed(f"席位 {seat.title} 还没有入席，请先输入席位码。")


def check_own(draw: Draw, seat: Seat) -> None:
    if seat.draw_id != draw.pk:
        raise NotAllowed("这个席位不属于本次抽取。")


def seats_of(draw: Draw) -> list[SeatFacts]:
    rows = draw.seats.select_related("user").order_by("position")
    return [
        SeatFacts(
            seat.role, seat.method, bool(seat.user and seat.user.organisation_id == draw.organisation_id)
        )
        for seat in rows
    ]


def check_enough_seats(draw: Draw) -> None:
    """Before the freeze and again at the lock: the seats can bring enough entropy. source: MC1 §6

    raises: RuleBroken with the remedy
    """
    gap = seating_gap(seats_of(draw))
    if gap:
        remedy = "。" if draw.state in BEFORE_FREEZE else "；席位已经冻结，请中止后用新编号重抽。"
        raise RuleBroken(f"{gap}{remedy}", code="too_little_entropy", clause="MC1-6")


def check_enough_thrown(draw: Draw, seat: Seat, digits: str) -> None:
    """The dice of all spoken seats together, judged when the last of them is written down. source: MC1 §6

    raises: RuleBroken saying how many more to throw
    """
    others = draw.seats.filter(method=Seat.Method.SPOKEN).exclude(pk=seat.pk)
    lengths = [len(row.spoken_digits) for row in others]
    missing = throw_gap([*lengths, len(digits)], waiting=lengths.count(0))
    if missing:
        raise RuleBroken(
            f"骰子一共 {sum(lengths) + len(digits)} 个数，不足 60 比特：要 {ENOUGH_DICE} 枚十面骰。"
            f"请当众再掷 {missing} 枚，接在后面一起记。",
            code="too_little_entropy", clause="MC1-6",
        )  # fmt: skip
