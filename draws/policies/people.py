"""Who operates, who supervises, who reads; and what the state of a draw allows."""

from draws.models import Draw
from draws.policies.joint import check_leads
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_may

S = Draw.State
BEFORE_FREEZE = (S.PREPARING, S.ANNOUNCED)
ENTROPY = (S.FROZEN, S.LOCKED)
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


def check_reader(by: User, draw: Draw) -> None:
    check_may(by, "draws.view")
    if not Organisation.objects.visible_to(by).filter(pk=draw.organisation_id).exists():
        raise NotAllowed(f"您看不到{draw.organisation.name}的抽取。")


def check_pace(by: User, draw: Draw, what: str) -> None:
    """Pause, go on, limit: the host's, from the announcement to the signatures."""
    check_operator(by, draw)
    check_leads(by, draw)
    check_state(draw, (S.ANNOUNCED, S.FROZEN, S.LOCKED, S.REVEALED, S.RESULT), what)
