"""Before the freeze: arrangement, pool changes, rehearsals, confirmation, announcement, freeze."""

from draws.models import Draw, FeasibilityRun, PoolChange
from draws.policies.asking import why_not
from draws.policies.joint import check_leads
from draws.policies.people import BEFORE_FREEZE, check_operator, check_state, check_supervisor
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may

S = Draw.State


def check_prepare(by: User, organisation: Organisation) -> None:
    check_may(by, "draws.operate", organisation)


def check_revise(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, (S.PREPARING,), "修改安排")


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


def check_deposit_chain_b(by: User, draw: Draw) -> None:
    check_supervisor(by, draw)
    check_state(draw, BEFORE_FREEZE, "交存乙方密钥链")


def check_announce(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, (S.PREPARING,), "公告")


def check_freeze(by: User, draw: Draw) -> None:
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, (S.ANNOUNCED,), "冻结名单")
