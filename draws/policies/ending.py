"""Signatures, the end, and the visible end before time."""

from draws.models import Draw, Presence, Seat
from draws.policies.joint import check_leads
from draws.policies.people import VOIDABLE, check_operator, check_state, check_supervisor
from draws.policies.seating import check_own
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import check_another

S = Draw.State


def check_sign(draw: Draw, *, seat: Seat | None = None, presence: Presence | None = None) -> None:
    check_state(draw, (S.RESULT,), "签字")
    signer = seat or presence
    if signer is None or signer.draw_id != draw.pk:
        raise NotAllowed("签字的人不在本次抽取的席位或在场人员里。")
    if seat is not None and seat.joined_at is None:
        raise NotAllowed(f"席位 {seat.title} 没有入席，不能签字。")
    if signer.signed_at:
        raise OutOfOrder("已经签过字，不能改签。如有异议请另交书面意见。")


def check_note_unsigned(by: User, draw: Draw, seat: Seat) -> None:
    check_supervisor(by, draw)
    check_own(draw, seat)
    check_state(draw, (S.RESULT,), "注明未签")
    if seat.signed_at:
        raise OutOfOrder(f"席位 {seat.title} 已经签字，不用注明。")


def check_seal(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, (S.RESULT,), "封存签字")


def check_void(by: User, draw: Draw, second: User | None) -> None:
    check_operator(by, draw)
    check_state(draw, VOIDABLE, "中止")
    if second is None:
        raise NotAllowed("中止抽取要主持人和纪检监督员两个人签字，请纪检监督员登录确认。")
    check_another(second, by, "中止")
    check_supervisor(second, draw)


def check_close(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.SIGNED, S.VOID), "办结")
