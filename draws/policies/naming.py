"""Who may see, open or be told names."""

from collections.abc import Collection

from draws.chain import events_of, state_of
from draws.models import Draw, SnapshotTarget
from draws.policies.people import CERTIFIED, check_state
from draws.rules.last_teams import last_teams
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User
from foundation.organisation.policies import can as may

S = Draw.State


OVERSEERS = ("draws.operate", "draws.supervise", "draws.approve", "inspections.review")


def check_unmask(by: User, draw: Draw, commitments: Collection[str] = ()) -> None:
    """An inspector sees the names of his own visits only. source: QZ-9.3"""
    check_insider(by, draw)
    check_state(draw, (S.SIGNED, S.VOID), "查看名称")
    if not any(may(by, code) for code in OVERSEERS) and not set(commitments) <= _visits_of(by, draw):
        raise NotAllowed("检查人员只能查看自己那一组的检查对象。")


def check_open_names(by: User, draw: Draw) -> None:
    check_insider(by, draw)
    check_state(draw, (S.SIGNED, S.VOID), "公开名称")
    if not any(may(by, code) for code in OVERSEERS):
        raise NotAllowed("公开名称须由抽取组织员、纪检监督员、审核人或分管领导办理。")


def _visits_of(by: User, draw: Draw) -> set[str]:
    """Commitments of the visits in whose last team the person is."""
    own = set(draw.snapshot_inspectors.filter(inspector__user=by).values_list("commitment", flat=True))
    return {visit for visit, team in last_teams(events_of(draw)).items() if own & team}


def check_certify(by: User, draw: Draw, row: SnapshotTarget) -> None:
    """Tell an enterprise about itself. Until every drawn visit has begun only to those whose visit has: a plain
    "not drawn" would tell too much, and the refusal says the same to everybody.
    """
    check_insider(by, draw)
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


def check_insider(by: User, draw: Draw) -> None:
    if by.organisation_id != draw.organisation_id:
        raise NotAllowed(f"您不属于{draw.organisation.name}，不能查看本次抽取的名称。")
    if not any(may(by, code) for code in (*OVERSEERS, "inspections.own")):
        raise NotAllowed("查看或公开名称须由抽取组织员、纪检监督员、检查人员、审核人或分管领导办理。")
