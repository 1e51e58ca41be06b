"""Who may do what in a draw, and when. Each `check_x` raises with the reason; `can_x` and `why_not` answer templates."""

from collections.abc import Callable
from typing import Any

from draws.chain import state_of
from draws.models import (
    ConflictOfInterest,
    Draw,
    FeasibilityRun,
    PoolChange,
    Presence,
    ReplacementRequest,
    Seat,
    SnapshotTarget,
)
from draws.rules.enough import ENOUGH_DICE, SeatFacts, seating_gap, throw_gap
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may
from foundation.organisation.roles import Role

S = Draw.State
BEFORE_FREEZE = (S.PREPARING, S.ANNOUNCED)
ENTROPY = (S.FROZEN, S.LOCKED)
DRAWN = (S.RESULT, S.SIGNED)
CERTIFIED = (S.SIGNED, S.VOID, S.CLOSED)
VOIDABLE = (S.FROZEN, S.LOCKED, S.REVEALED, S.RESULT, S.SIGNED)


def check_state(draw: Draw, states: tuple[str, ...], what: str) -> None:
    """raises: OutOfOrder naming the present state"""
    if draw.state not in states:
        when = "或".join(S(state).label for state in states)
        raise OutOfOrder(f"{draw.number} 现在是“{S(draw.state).label}”，要在“{when}”时才能{what}。")


def check_operator(by: User, draw: Draw) -> None:
    check_may(by, "draws.operate", draw.organisation)
    if by.pk == draw.discipline_id:
        raise NotAllowed("您是本次的纪检监督员，不能同时操作抽取，须由抽取组织员办理。")


def check_supervisor(by: User, draw: Draw) -> None:
    """The discipline officer of this draw; without one, the leader who approves replacements."""
    if draw.discipline is not None:
        if by.pk != draw.discipline.pk:
            raise NotAllowed(f"这一步由本次的纪检监督员{draw.discipline.name}办理。")
        check_may(by, "draws.supervise", draw.organisation)
        return
    check_may(by, "draws.approve", draw.organisation)
    if by.pk == draw.operator_id:
        raise NotAllowed("主持人不能监督自己的抽取，须由另一位分管领导办理。")


def check_pace(by: User, draw: Draw, what: str) -> None:
    """Pause, go on, limit: the host's, from the announcement to the signatures."""
    check_operator(by, draw)
    check_state(draw, (S.ANNOUNCED, S.FROZEN, S.LOCKED, S.REVEALED, S.RESULT), what)


def check_reader(by: User, draw: Draw) -> None:
    check_may(by, "draws.view")
    if not Organisation.objects.visible_to(by).filter(pk=draw.organisation_id).exists():
        raise NotAllowed(f"您看不到{draw.organisation.name}的抽取。")


def check_prepare(by: User, organisation: Organisation) -> None:
    check_may(by, "draws.operate", organisation)


def check_revise(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.PREPARING,), "修改安排")


def check_add_seat(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, BEFORE_FREEZE, "安排席位")


def check_edit_seat(by: User, draw: Draw, seat: Seat) -> None:
    check_add_seat(by, draw)
    _check_own(draw, seat)


def check_print_codes(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, BEFORE_FREEZE, "印席位码")


def check_ask_pool_change(by: User, draw: Draw) -> None:
    """Whoever plans or runs the draw asks; two others decide. source: draw-protocol.md §13"""
    if by.organisation_id != draw.organisation_id:
        raise NotAllowed(f"您属于{by.organisation.name}，不能改动{draw.organisation.name}的记录。")
    if not (may(by, "draws.operate") or may(by, "planning.edit")):
        raise NotAllowed("申请排除或放回须由抽取组织员或计划编制员办理。")
    check_state(draw, BEFORE_FREEZE, "申请排除或放回")


def check_approve_pool_change(by: User, change: PoolChange) -> None:
    check_may(by, "draws.approve", change.draw.organisation)
    _check_pool_decision(by, change, change.endorsed_by, "批准")
    if change.approved_at:
        raise OutOfOrder("这份申请已经批准过，还要纪检监督员核可。")


def check_endorse_pool_change(by: User, change: PoolChange) -> None:
    """The discipline officer of the draw; without one, a second leader."""
    check_supervisor(by, change.draw)
    _check_pool_decision(by, change, change.approved_by, "核可")
    if change.endorsed_at:
        raise OutOfOrder("这份申请已经核可过，还要分管领导批准。")


def check_refuse_pool_change(by: User, change: PoolChange) -> None:
    if why_not(check_approve_pool_change, by, change) and why_not(check_endorse_pool_change, by, change):
        raise NotAllowed(why_not(check_approve_pool_change, by, change))


def _check_pool_decision(by: User, change: PoolChange, other: User | None, what: str) -> None:
    check_state(change.draw, BEFORE_FREEZE, f"{what}排除或放回")
    check_another(by, change.requested_by, "这份申请")
    if change.settled:
        raise OutOfOrder(f"这份申请已经是“{change.state_words}”，不能再办。")
    if other is not None and other.pk == by.pk:
        raise NotAllowed("批准和纪检核可须由两个人办理，您已经办过其中一项。")


def check_rehearse_seeds(by: User, draw: Draw) -> None:
    """A rehearsal on throw-away seeds decides nothing; operator, planner and supervisor may ask for one."""
    if by.organisation_id != draw.organisation_id:
        raise NotAllowed(f"您属于{by.organisation.name}，不能为{draw.organisation.name}试抽。")
    if not any(may(by, code) for code in ("draws.operate", "planning.edit", "draws.supervise")):
        raise NotAllowed("试抽须由抽取组织员、计划编制员或纪检监督员发起。")
    check_state(draw, BEFORE_FREEZE, "试抽")
    running = draw.feasibility_runs.filter(
        state__in=[FeasibilityRun.State.WAITING, FeasibilityRun.State.RUNNING]
    )
    if running.exists():
        raise OutOfOrder("已有一次试抽正在进行，请等它完成。")


def check_confirm_preparation(by: User, draw: Draw) -> None:
    """The one who supervises, never the one who prepared."""
    check_state(draw, BEFORE_FREEZE, "确认准备")
    check_supervisor(by, draw)
    check_another(by, draw.operator, "准备")


def check_withdraw(by: User, draw: Draw, second: User | None) -> None:
    """Not holding a draw that has its number: both signatures, as for any void. source: MC1 §5, §11"""
    check_operator(by, draw)
    check_state(draw, BEFORE_FREEZE, "撤下")
    if second is None:
        raise NotAllowed("撤下抽取要主持人和纪检监督员两个人签字，请纪检监督员登录确认。")
    check_another(second, by, "撤下")
    check_supervisor(second, draw)


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


def check_remove_seat(by: User, draw: Draw, seat: Seat) -> None:
    check_add_seat(by, draw)
    _check_own(draw, seat)


def check_reissue_code(by: User, draw: Draw, seat: Seat) -> None:
    """Before the freeze the operator; afterwards a new code could replace a person, so the supervisor."""
    _check_own(draw, seat)
    check_state(draw, (*BEFORE_FREEZE, *VOIDABLE), "换发席位码")
    if draw.state in BEFORE_FREEZE:
        check_operator(by, draw)
    else:
        check_supervisor(by, draw)


def check_confirm_presence(by: User, draw: Draw, role: str) -> None:
    check_state(draw, (*BEFORE_FREEZE, *ENTROPY), "确认在场")
    if role == Presence.Role.SYSADMIN:
        if by.organisation_id != draw.organisation_id or Role.SYSADMIN not in by.role_codes():
            raise NotAllowed("系统管理员在场须由系统管理员用自己的账号确认。")
    elif role == Presence.Role.OPERATOR:
        check_operator(by, draw)
    elif role in (Presence.Role.DISCIPLINE, Presence.Role.APPROVER):
        check_supervisor(by, draw)
    else:
        raise RuleBroken("没有这种在场身份。", code="unknown_role")


def check_join_own(by: User, draw: Draw, seat: Seat) -> None:
    _check_own(draw, seat)
    check_state(draw, (*BEFORE_FREEZE, *ENTROPY), "入席")
    if seat.user_id != by.pk:
        raise NotAllowed("这个席位登记的不是您的账号，请用席位码入席。")


def check_deposit_chain_b(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, BEFORE_FREEZE, "交存乙方密钥链")


def check_announce(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.PREPARING,), "公告")


def check_freeze(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.ANNOUNCED,), "冻结名单")


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
    _check_own(draw, seat)
    check_state(draw, ENTROPY, "记录报数")
    if seat.method != Seat.Method.SPOKEN:
        raise RuleBroken(f"席位 {seat.title} 是封签席，由其本人在自己的设备上公开数字。", code="not_spoken")


def check_confirm_spoken(
    draw: Draw, seat_spoken: Seat, *, by: User | None = None, seat: Seat | None = None
) -> None:
    """Another person than the one who typed: the supervisor with a login, or any other joined seat."""
    _check_own(draw, seat_spoken)
    check_state(draw, (S.LOCKED,), "核对报数")
    if not seat_spoken.spoken_digits:
        raise OutOfOrder(f"席位 {seat_spoken.title} 的报数还没有记录，请主持人先记录。")
    if by is not None:
        check_supervisor(by, draw)
        check_another(by, seat_spoken.spoken_by, "报数")
    elif seat is not None:
        check_seat(seat, (S.LOCKED,), "核对报数")
        _check_own(draw, seat)
        if seat.user_id and seat.user_id == seat_spoken.spoken_by_id:
            raise NotAllowed("报数由您本人记录，须由另一人核对。")
    else:
        raise NotAllowed("核对报数的人没有写明。请由纪检监督员或另一个席位核对。")


def check_retry(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, (S.LOCKED,), "宣布重来")


def check_enter_lottery(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, ENTROPY, "录入开奖号码")
    if not draw.pub_source:
        raise RuleBroken("本次抽取没有约定彩票，不能录入开奖号码。", code="no_lottery")


def check_restore_secret(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, (S.LOCKED,), "用纸质副本揭示")


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
    _check_own(draw, seat)
    check_state(draw, (S.RESULT,), "注明未签")
    if seat.signed_at:
        raise OutOfOrder(f"席位 {seat.title} 已经签字，不用注明。")


def check_seal(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.RESULT,), "封存签字")


def check_request_replacement(by: User, draw: Draw) -> None:
    """Whoever works with the drawn visits; the approver decides."""
    if by.organisation_id != draw.organisation_id:
        raise NotAllowed(f"您不属于{draw.organisation.name}，不能申请替换。")
    if not any(
        may(by, code) for code in ("draws.operate", "inspections.own", "draws.supervise", "planning.edit")
    ):
        raise NotAllowed("申请替换须由检查人员、抽取组织员、计划编制员或纪检监督员办理。")
    check_state(draw, (S.SIGNED,), "申请替换")


def check_decide_replacement(by: User, request: ReplacementRequest) -> None:
    check_may(by, "draws.approve", request.draw.organisation)
    check_another(by, request.requested_by, "替换申请")
    check_state(request.draw, (S.SIGNED,), "批准替换")
    if request.state != ReplacementRequest.State.REQUESTED:
        raise OutOfOrder(f"这份申请已经是“{request.get_state_display()}”，不能再批。")


def check_start_round(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_state(draw, (S.SIGNED,), "执行替换")


def check_release_b(by: User, draw: Draw) -> None:
    check_state(draw, (S.SIGNED,), "交出乙方密钥")
    holder = draw.chain_b_by
    if holder is None or by.pk != holder.pk:
        raise NotAllowed(
            f"乙方密钥在{holder.name if holder else '别人'}手里，须由其本人在自己的浏览器里交出。"
        )


def check_unmask(by: User, draw: Draw) -> None:
    _check_insider(by, draw)
    check_state(draw, (S.SIGNED, S.VOID), "查看名称")


def check_open_names(by: User, draw: Draw) -> None:
    _check_insider(by, draw)
    check_state(draw, (S.SIGNED, S.VOID), "公开名称")


def check_certify(by: User, draw: Draw, row: SnapshotTarget) -> None:
    """Tell an enterprise about itself. Until every drawn visit has begun only to those whose visit has: a plain
    "not drawn" would tell too much, and the refusal says the same to everybody.
    """
    _check_insider(by, draw)
    check_state(draw, CERTIFIED, "出具抽取证明")
    if row.started_on is None and _is_waiting(draw):
        raise OutOfOrder(
            "本次抽中的检查还没有全部开始。检查已开始的企业现在就可以出具，其余的等全部开始后再出具，免得从“有没有”看出谁被抽中。"
        )


def check_party(draw: Draw, row: SnapshotTarget) -> None:
    """The enterprise itself, by the token on its notice: from the beginning of its visit. source: QZ-9.3"""
    check_state(draw, CERTIFIED, "取得抽取证明")
    if row.started_on is None and draw.state != S.CLOSED:
        raise OutOfOrder("检查开始以后才能取得抽取证明。请在检查人员到场后再打开本页。")


def _is_waiting(draw: Draw) -> bool:
    """Whether the chain still has drawn visits that have not begun."""
    if draw.state != S.SIGNED:
        return False
    standing = state_of(draw).standing
    begun = set(draw.snapshot_targets.exclude(started_on=None).values_list("commitment", flat=True))
    return bool(standing and set(standing.visits) - begun)


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


def check_declare_conflict(by: User, inspector: Any) -> None:
    """An inspector declares for himself; the discipline officer for anybody."""
    if inspector.user_id == by.pk and may(by, "personnel.own"):
        return
    check_may(by, "personnel.conflicts", inspector.organisation)


def check_withdraw_conflict(by: User, conflict: ConflictOfInterest) -> None:
    """The discipline officer, but never of a relation of his own."""
    check_may(by, "personnel.conflicts", conflict.organisation)
    if conflict.inspector.user_id == by.pk:
        raise NotAllowed("这是您本人的利害关系，请另一名纪检监督员办理撤回。")
    if conflict.withdrawn_at:
        raise OutOfOrder("这条利害关系已经撤回。")


def check_change_conflict(by: User, conflict: ConflictOfInterest) -> None:
    """Declare anew, or ask for the withdrawal of, one that binds: the person himself or the discipline officer."""
    check_declare_conflict(by, conflict.inspector)
    if conflict.withdrawn_at:
        raise OutOfOrder("这条利害关系已经撤回。")


def check_confirm_conflicts(by: User, inspector: Any) -> None:
    """Nobody confirms for another."""
    if inspector.user_id != by.pk or not may(by, "personnel.own"):
        raise NotAllowed("年度确认只能由检查人员本人办理。")


def check_seat(seat: Seat, states: tuple[str, ...], what: str) -> None:
    check_state(seat.draw, states, what)
    if seat.joined_at is None:
        raise NotAllowed(f"席位 {seat.title} 还没有入席，请先输入席位码。")


def _check_insider(by: User, draw: Draw) -> None:
    if by.organisation_id != draw.organisation_id:
        raise NotAllowed(f"您不属于{draw.organisation.name}，不能查看本次抽取的名称。")
    codes = ("draws.operate", "draws.supervise", "draws.approve", "inspections.review", "inspections.own")
    if not any(may(by, code) for code in codes):
        raise NotAllowed("查看或公开名称须由抽取组织员、纪检监督员、检查人员、审核人或分管领导办理。")


def _check_own(draw: Draw, seat: Seat) -> None:
    if seat.draw_id != draw.pk:
        raise NotAllowed("这个席位不属于本次抽取。")


def why_not(check: Callable[..., None], *args: Any, **given: Any) -> str:
    """The reason for a disabled button, empty when the step is open."""
    try:
        check(*args, **given)
    except RuleBroken as broken:
        return broken.message
    return ""


def _can(check: Callable[..., None]) -> Callable[..., bool]:
    return lambda *args, **given: not why_not(check, *args, **given)


can_prepare = _can(check_prepare)
can_revise = _can(check_revise)
can_add_seat = _can(check_add_seat)
can_edit_seat = _can(check_edit_seat)
can_print_codes = _can(check_print_codes)
can_ask_pool_change = _can(check_ask_pool_change)
can_approve_pool_change = _can(check_approve_pool_change)
can_endorse_pool_change = _can(check_endorse_pool_change)
can_refuse_pool_change = _can(check_refuse_pool_change)
can_rehearse_seeds = _can(check_rehearse_seeds)
can_confirm_preparation = _can(check_confirm_preparation)
can_withdraw = _can(check_withdraw)
can_remove_seat = _can(check_remove_seat)
can_reissue_code = _can(check_reissue_code)
can_confirm_presence = _can(check_confirm_presence)
can_join_own = _can(check_join_own)
can_deposit_chain_b = _can(check_deposit_chain_b)
can_announce = _can(check_announce)
can_freeze = _can(check_freeze)
can_sealed_copy = _can(check_sealed_copy)
can_spotcheck = _can(check_spotcheck)
can_slip = _can(check_slip)
can_open_slip = _can(check_open_slip)
can_speak = _can(check_speak)
can_confirm_spoken = _can(check_confirm_spoken)
can_retry = _can(check_retry)
can_enter_lottery = _can(check_enter_lottery)
can_restore_secret = _can(check_restore_secret)
can_sign = _can(check_sign)
can_note_unsigned = _can(check_note_unsigned)
can_seal = _can(check_seal)
can_request_replacement = _can(check_request_replacement)
can_decide_replacement = _can(check_decide_replacement)
can_start_round = _can(check_start_round)
can_release_b = _can(check_release_b)
can_unmask = _can(check_unmask)
can_open_names = _can(check_open_names)
can_void = _can(check_void)
can_close = _can(check_close)
can_declare_conflict = _can(check_declare_conflict)
can_withdraw_conflict = _can(check_withdraw_conflict)
can_change_conflict = _can(check_change_conflict)
can_confirm_conflicts = _can(check_confirm_conflicts)
