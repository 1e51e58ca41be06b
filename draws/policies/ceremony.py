"""From the freeze to the seed: sealed copy, spot checks, slips, dice, retries, lottery."""

from draws.models import Draw, Seat
from draws.policies.joint import check_leads
from draws.policies.people import ENTROPY, check_operator, check_state, check_supervisor
from draws.policies.seating import check_own, check_seat
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation.models import User
from foundation.organisation.policies import check_another

S = Draw.State


def check_sealed_copy(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, ENTROPY, "打印秘密副本")


def check_spotcheck(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, (S.FROZEN,), "现场抽验")


def check_slip(seat: Seat) -> None:
    check_seat(seat, (S.FROZEN,), "交封签")


def check_open_slip(seat: Seat) -> None:
    check_seat(seat, (S.LOCKED,), "公开数字")


def check_speak(by: User, draw: Draw, seat: Seat) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_own(draw, seat)
    check_state(draw, ENTROPY, "记录报数")
    if seat.method != Seat.Method.SPOKEN:
        raise RuleBroken(f"席位 {seat.title} 是封签席，由其本人在自己的设备上公开数字。", code="not_spoken")


def check_confirm_spoken(
    draw: Draw, seat_spoken: Seat, *, by: User | None = None, seat: Seat | None = None
) -> None:
    """Another person than the one who typed: the supervisor with a login, or any other joined seat."""
    check_own(draw, seat_spoken)
    check_state(draw, (S.LOCKED,), "核对报数")
    if not seat_spoken.spoken_digits:
        raise OutOfOrder(f"席位 {seat_spoken.title} 的报数还没有记录，请主持人先记录。")
    if by is not None:
        check_supervisor(by, draw)
        check_another(by, seat_spoken.spoken_by, "报数")
    elif seat is not None:
        check_seat(seat, (S.LOCKED,), "核对报数")
        check_own(draw, seat)
        if seat.user_id and seat.user_id == seat_spoken.spoken_by_id:
            raise NotAllowed("报数由您本人记录，须由另一人核对。")
    else:
        raise NotAllowed("核对报数的人没有写明。请由纪检监督员或另一个席位核对。")


def check_retry(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, (S.LOCKED,), "宣布重来")


def check_enter_lottery(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, ENTROPY, "录入开奖号码")
    if not draw.pub_source:
        raise RuleBroken("本次抽取没有约定彩票，不能录入开奖号码。", code="no_lottery")


def check_restore_secret(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, (S.LOCKED,), "用纸质副本揭示")
