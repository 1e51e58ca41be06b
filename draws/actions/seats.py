"""Seats: who may bring digits, the one-time code, taking the seat with one's own device."""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from draws import policies, secrets
from draws.actions.common import lock, moment
from draws.models import Draw, RefusedAct, Seat
from draws.refusals import act
from draws.rules.mc1.patterns import MAX_SEATS
from draws.rules.protocol import WRONG_CODES, WRONG_CODES_MINUTES
from foundation.errors import NotAllowed, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User, code_validator


@act("draws.add_seat")
def add_seat(
    *,
    by: User,
    draw: Draw,
    seat: str,
    role: str,
    title: str,
    method: str,
    holder: str = "",
    user: User | None = None,
) -> tuple[Seat, str]:
    """A seat and its code, which is shown this once; only its keyed hash is kept.

    seat, role: CODE of MC1, e.g. "S2", "media"; method: "sealed" or "spoken"
    """
    lock(draw)
    policies.check_add_seat(by, draw)
    for code in (seat, role):
        code_validator(code)
    if draw.seats.count() >= MAX_SEATS:
        raise RuleBroken(f"席位最多 {MAX_SEATS} 个，请先移除一个。", code="too_many_seats")
    if draw.seats.filter(seat=seat).exists():
        raise RuleBroken(f"席位编号 {seat} 已有，请换一个编号。", code="seat_taken")
    if user is not None and user.pk == draw.operator_id and role != "operator":
        raise NotAllowed("主持人只能坐组织方席位，其他席位须由别人担任。")
    position = (draw.seats.aggregate(last=Max("position"))["last"] or 0) + 1
    code = secrets.seat_code()
    made = Seat(
        draw=draw, seat=seat, position=position, role=role, title=title.strip(), method=method,
        holder=holder.strip(), user=user, code_hash=secrets.code_hash(draw, code),
    )  # fmt: skip
    made.full_clean()
    made.save()
    ledger.record(
        actor=by, act="draws.add_seat", subject=draw, data={"seat": seat, "role": role, "method": method}
    )
    return made, code


@act("draws.edit_seat")
def edit_seat(
    *,
    by: User,
    draw: Draw,
    seat: Seat,
    role: str,
    title: str,
    method: str,
    holder: str = "",
    user: User | None = None,
) -> Seat:
    """Change a seat before the freeze. Another person or another way of giving digits frees the seat: a new code is needed."""
    lock(draw)
    seat.refresh_from_db()
    policies.check_edit_seat(by, draw, seat)
    code_validator(role)
    if user is not None and user.pk == draw.operator_id and role != "operator":
        raise NotAllowed("主持人只能坐组织方席位，其他席位须由别人担任。")
    another = (seat.holder, seat.user_id, seat.method) != (holder.strip(), user.pk if user else None, method)
    seat.role, seat.title, seat.method, seat.holder, seat.user = (
        role,
        title.strip(),
        method,
        holder.strip(),
        user,
    )
    if another:
        seat.code_hash, seat.device_hash, seat.joined_at = "", "", None
    seat.full_clean()
    seat.save()
    ledger.record(
        actor=by, act="draws.edit_seat", subject=draw,
        data={"seat": seat.seat, "role": role, "method": method, "freed": another},
    )  # fmt: skip
    return seat


@act("draws.print_codes")
def print_codes(*, by: User, draw: Draw) -> list[tuple[Seat, str]]:
    """New codes for every sealed seat that nobody has taken, for one printed sheet; earlier codes of these seats are void.

    raises: RuleBroken when there is no such seat
    """
    lock(draw)
    policies.check_print_codes(by, draw)
    waiting = list(
        draw.seats.filter(joined_at=None, method=Seat.Method.SEALED, user=None).order_by("position")
    )
    if not waiting:
        raise RuleBroken(
            "没有等待入席的封签席，不用印席位码。已入席的要换人，请单独换发。", code="no_seat_waits"
        )
    made = []
    for seat in waiting:
        code = secrets.seat_code()
        seat.code_hash, seat.device_hash = secrets.code_hash(draw, code), ""
        seat.save(update_fields=["code_hash", "device_hash"])
        made.append((seat, code))
    ledger.record(
        actor=by, act="draws.print_codes", subject=draw, data={"seats": [seat.seat for seat in waiting]}
    )
    return made


@act("draws.remove_seat")
def remove_seat(*, by: User, draw: Draw, seat: Seat) -> None:
    """Take a seat away before the freeze."""
    lock(draw)
    policies.check_remove_seat(by, draw, seat)
    name = seat.seat
    seat.delete()
    ledger.record(actor=by, act="draws.remove_seat", subject=draw, data={"seat": name})


@act("draws.reissue_code")
def reissue_code(*, by: User, draw: Draw, seat: Seat) -> str:
    """A new code; the device that held the seat loses it."""
    lock(draw)
    policies.check_reissue_code(by, draw, seat)
    code = secrets.seat_code()
    seat.code_hash, seat.device_hash, seat.joined_at = secrets.code_hash(draw, code), "", None
    seat.save(update_fields=["code_hash", "device_hash", "joined_at"])
    ledger.record(actor=by, act="draws.reissue_code", subject=draw, data={"seat": seat.seat})
    return code


@act("draws.join")
def join(*, number: str, code: str, now: datetime | None = None) -> tuple[Seat, str]:
    """Take a seat with its one-time code; the token belongs into the device's signed session.

    raises: NotAllowed for a wrong or used code, or after too many wrong codes
    """
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).filter(number=number).first()
    if draw is None:
        raise NotAllowed("没有这个编号的抽取会，请核对二维码或编号。")
    policies.check_state(draw, (*policies.BEFORE_FREEZE, *policies.VOIDABLE), "入席")
    _check_guesses(draw, moment(now))
    seat = draw.seats.exclude(code_hash="").filter(code_hash=secrets.code_hash(draw, code)).first()
    if seat is None:
        raise NotAllowed("席位码不对或已经用过，请核对纸条，或请主持人换发。", code="wrong_code")
    token = secrets.device_token()
    seat.code_hash, seat.device_hash, seat.joined_at = "", secrets.device_hash(token), moment(now)
    seat.save(update_fields=["code_hash", "device_hash", "joined_at"])
    ledger.record(actor=None, actor_name=seat.title, act="draws.join", subject=draw, data={"seat": seat.seat})
    seat.draw = draw
    return seat, token


@act("draws.join_own")
def join_own(*, by: User, draw: Draw, seat: Seat, now: datetime | None = None) -> Seat:
    """Take the seat that is registered for one's own account, without a code."""
    lock(draw)
    policies.check_join_own(by, draw, seat)
    seat.code_hash, seat.joined_at = "", moment(now)
    seat.save(update_fields=["code_hash", "joined_at"])
    ledger.record(actor=by, act="draws.join_own", subject=draw, data={"seat": seat.seat})
    return seat


def _check_guesses(draw: Draw, now: datetime) -> None:
    since = min(now, timezone.now()) - timedelta(minutes=WRONG_CODES_MINUTES)
    wrong = RefusedAct.objects.filter(draw=draw, act="draws.join", at__gte=since).count()
    if wrong >= WRONG_CODES:
        raise NotAllowed(
            f"席位码已连续输错 {wrong} 次，请 {WRONG_CODES_MINUTES} 分钟后再试，或请主持人换发。"
        )
