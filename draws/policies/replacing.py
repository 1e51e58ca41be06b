"""Replacements after the draw: asked for, decided by another, carried out with both keys."""

from draws.models import Draw, ReplacementRequest
from draws.policies.people import check_operator, check_state
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may

S = Draw.State


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
