"""Replacements after the draw: asked for, decided by another, carried out with both keys."""

from draws.models import Draw, ReplacementRequest
from draws.policies.people import check_operator, check_state
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may
from foundation.organisation.roles import Role
from personnel.models import Inspector

S, Kind = Draw.State, ReplacementRequest.Kind


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
    _check_department(by, request)


def _check_department(by: User, request: ReplacementRequest) -> None:
    """Whoever leaves his team does not decide on it; on leaving and falling ill decides the head of his own department."""
    row = request.draw.snapshot_inspectors.filter(commitment=request.inspector).select_related(
        "inspector__unit"
    )
    person = row[0].inspector if request.inspector and row else None
    if person is None:
        return
    if person.user_id == by.pk:
        raise NotAllowed("要换下的是您本人，须由上一级负责人批准。")
    if request.kind not in (Kind.RECUSE, Kind.ABSENT):
        return
    able = approvers(request, person)
    if by not in able:
        names = "、".join(user.name for user in able)
        raise NotAllowed(f"要换下的人属于{person.unit.name}，须由该部门负责人或其上一级{names}批准。")


def approvers(request: ReplacementRequest, person: Inspector) -> list[User]:
    """The head of the person's own department; is it the head who leaves or asks, the leader above. source: NM-29.2, AMB-22

    A leader whose account belongs to a department heads it; one without a department stands above all of them.
    """
    leaders = list(
        User.objects.filter(
            organisation=request.draw.organisation_id, is_active=True, grants__role=Role.HEAD, grants__revoked_at=None
        )
        .exclude(pk__in=[pk for pk in (person.user_id, request.requested_by_id) if pk])
        .order_by("pk")
    )  # fmt: skip
    own = [user for user in leaders if user.unit_id == person.unit_id]
    above = [user for user in leaders if user.unit_id is None]
    return own or above or leaders


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
