"""Registering a draw that was held elsewhere: one registers, the named leader approves, nobody both. source: QS-3.4"""

from draws.models import OffPlatformDraw
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can, check_another, check_may
from foundation.rulebook import library

State = OffPlatformDraw.State


def check_register_off_platform(by: User, organisation: Organisation) -> None:
    check_may(by, "draws.operate", organisation)


def check_approver(by: User, approver: User | None) -> None:
    """raises: NotAllowed unless another person is named who may approve"""
    if approver is None:
        raise NotAllowed("平台外抽取要有批准人（QS-3.4），请选一位分管领导。", clause="QS-3.4")
    if (
        approver.organisation_id != by.organisation_id
        or not approver.is_active
        or not can(approver, "draws.approve")
    ):
        raise NotAllowed("批准人须是本局在用账号的分管领导，请重选。", clause="QS-3.4")
    if approver.pk == by.pk:
        raise NotAllowed("批准人不能是登记人本人，请选另一位分管领导。", clause="QS-3.4")


def check_decide_off_platform(by: User, off: OffPlatformDraw) -> None:
    check_may(by, "draws.approve", off.organisation)
    check_another(by, off.requested_by, "平台外抽取")
    if by.pk != off.approver_id:
        raise NotAllowed(f"这份登记指定由{off.approver.name}批准。")
    if off.state != State.REQUESTED:
        raise OutOfOrder(f"{off.number} 已经是“{off.get_state_display()}”，不能再批。")


def check_read_off_platform(by: User, off: OffPlatformDraw) -> None:
    """Who was drawn: whoever runs, watches or approves it; others only where the list is no secret before the visit. source: QZ-9.3"""
    inside = by.organisation_id == off.organisation_id
    if inside and any(can(by, code) for code in ("draws.operate", "draws.supervise", "draws.approve")):
        return
    books = set(off.rows.values_list("quota__plan__rulebook_id", flat=True))
    if any(library.get(book).draw.list_secret_until == "visit" for book in books):  # noqa: S105
        raise NotAllowed(
            "规则书规定名单在检查前保密，抽中的对象和证据只给抽取组织员、纪检监督员和分管领导看。"
        )


def check_void_off_platform(by: User, off: OffPlatformDraw) -> None:
    check_may(by, "draws.approve", off.organisation)
    check_another(by, off.requested_by, "平台外抽取")
    if off.state != State.APPROVED:
        raise OutOfOrder(f"{off.number} 是“{off.get_state_display()}”，只有已批准的才要作废。")
