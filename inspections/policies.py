"""Who may do what with a visit, and when. `check_x` raises with the reason; `can_x` answers templates."""

from collections.abc import Callable
from typing import Any

from draws.models import Draw
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can as may
from foundation.organisation.policies import check_another, check_may
from inspections.models import (
    Audit,
    AuditFinding,
    Evidence,
    Feedback,
    FollowUp,
    Handover,
    Monitoring,
    SpecialCheck,
    Visit,
)
from inspections.rules import states
from registry.models import Target

MANAGERS = ("draws.operate", "draws.approve")
READY = (Draw.State.SIGNED, Draw.State.CLOSED)


def may_manage(user: User, organisation_id: int) -> bool:
    return user.organisation_id == organisation_id and any(may(user, code) for code in MANAGERS)


def check_manage(by: User, organisation: Organisation) -> None:
    """Creating visits and sending notices: who runs the draw, or the leader who approves."""
    if not any(may(by, code) for code in MANAGERS):
        raise NotAllowed("派发检查任务须由抽取组织员或分管领导办理。")
    if by.organisation_id != organisation.pk:
        raise NotAllowed(f"您属于{by.organisation.name}，不能改动{organisation.name}的记录。")


def check_create(by: User, draw: Draw) -> None:
    check_manage(by, draw.organisation)
    if draw.kind != Draw.Kind.FORMAL:
        raise RuleBroken(f"{draw.number} 是演练，不产生检查任务。", code="rehearsal")
    if draw.state not in READY:
        raise OutOfOrder(f"{draw.number} 现在是“{draw.get_state_display()}”，签字封存后才能生成检查任务。")


def check_dispatch(by: User, visit: Visit) -> None:
    check_manage(by, visit.organisation)
    states.after(visit.state, "dispatch")
    if visit.dispatched_at:
        raise OutOfOrder(f"{visit.number} 的通知书 {visit.notice_number} 已经派发，不用再派。")


def in_team(user: User, visit: Visit) -> bool:
    """Now a member, with the login of the inspector."""
    return visit.team.filter(inspector__user=user, left_at=None).exists()


def check_member(by: User, visit: Visit) -> None:
    """raises: NotAllowed unless the person is in the present team and may sign (an auxiliary may not write)"""
    check_may(by, "inspections.own", visit.organisation)
    member = visit.team.filter(inspector__user=by, left_at=None).first()
    if member is None:
        raise NotAllowed("您不在这次检查的检查组里，只有检查组能填写和签字。")
    if member.auxiliary:
        raise NotAllowed("您是辅助人员，不能填写检查结果，须由持证的检查人员办理。")


def check_arrive(by: User, visit: Visit) -> None:
    check_member(by, visit)
    states.after(visit.state, "arrive")
    if visit.dispatched_at is None:
        raise OutOfOrder(
            "还没有派发行政检查通知书，不能开始检查。请抽取组织员先派发。", code="not_dispatched"
        )


def check_record(by: User, visit: Visit) -> None:
    check_member(by, visit)
    states.after(visit.state, "record")


def check_finish(by: User, visit: Visit) -> None:
    check_member(by, visit)
    states.after(visit.state, "finish")


def check_submit(by: User, visit: Visit) -> None:
    check_member(by, visit)
    states.after(visit.state, "submit")


def check_help(by: User, visit: Visit) -> None:
    """Who sends the team also picks who helps it, until the visit is over. source: NM-18.3"""
    check_manage(by, visit.organisation)
    if visit.state not in (Visit.State.ASSIGNED, Visit.State.STARTED) or visit.finished_at:
        raise OutOfOrder(f"{visit.number} 的检查已经结束或不再进行，不能再增减辅助人员。")


def check_review(by: User, visit: Visit) -> None:
    """Neither anybody who was ever in the team nor a writer of any version. source: INV-06, design §7"""
    check_may(by, "inspections.review", visit.organisation)
    if visit.team.filter(inspector__user=by).exists():
        raise NotAllowed("您是这次检查的检查组成员，须由另一人审核。")
    for record in visit.records.select_related("written_by"):
        check_another(by, record.written_by, "检查记录")
    states.after(visit.state, "pass")


def check_reopen(by: User, visit: Visit) -> None:
    """A member who noticed a mistake, or a reviewer."""
    if in_team(by, visit):
        check_member(by, visit)
    else:
        check_may(by, "inspections.review", visit.organisation)
    states.after(visit.state, "reopen")


def check_waive(by: User, visit: Visit) -> None:
    """The leader decides; nobody is on the way yet. source: AMB-41"""
    check_may(by, "draws.approve", visit.organisation)
    states.after(visit.state, "waive")


def check_open_followup(by: User, visit: Visit) -> None:
    _check_follow(by, visit)
    if visit.state not in (Visit.State.SUBMITTED, Visit.State.RETURNED, Visit.State.REVIEWED):
        raise OutOfOrder("检查记录还没有提交，问题先写在检查事项里。")


def check_change_followup(by: User, followup: FollowUp) -> None:
    _check_follow(by, followup.visit)
    if followup.state != FollowUp.State.OPEN:
        raise OutOfOrder(f"这条后续已在 {followup.closed_on} 办结，不能再改。")


def check_note_receipt(by: User, handover: Handover) -> None:
    """A receipt or a case number may come after the follow-up was closed."""
    _check_follow(by, handover.followup.visit)


def check_arrange_monitoring(by: User, visit: Visit) -> None:
    """Who sends the visit out, or its team; while it is not over. source: QZ-8.1"""
    _check_manage_or_team(by, visit)
    if visit.state not in (Visit.State.ASSIGNED, Visit.State.STARTED):
        raise OutOfOrder(
            f"{visit.number} 现在是“{visit.get_state_display()}”，同步监测要在检查结束前安排。以后的监测请另行安排。"
        )


def check_record_monitoring(by: User, monitoring: Monitoring) -> None:
    """Results may come after the visit, never before anybody was there."""
    visit = monitoring.visit
    _check_manage_or_team(by, visit)
    if monitoring.state != Monitoring.State.PLANNED:
        raise OutOfOrder(f"这项监测现在是“{monitoring.get_state_display()}”，结果不能再登记。")
    if visit.state in (Visit.State.VOID, Visit.State.WAIVED):
        raise OutOfOrder(f"{visit.number} 现在是“{visit.get_state_display()}”，没有同步的监测可以登记。")
    if visit.arrived_at is None:
        raise OutOfOrder("检查组还没有到场，同步监测和检查在同一天，到场以后再登记结果。")


def check_cancel_monitoring(by: User, monitoring: Monitoring) -> None:
    _check_manage_or_team(by, monitoring.visit)
    if monitoring.state != Monitoring.State.PLANNED:
        raise OutOfOrder(f"这项监测现在是“{monitoring.get_state_display()}”，不用再取消。")


def check_partners(by: User, visit: Visit) -> None:
    """Until the record is signed. source: QZ-8.2"""
    _check_manage_or_team(by, visit)
    if visit.state not in (Visit.State.ASSIGNED, Visit.State.STARTED, Visit.State.RETURNED):
        raise OutOfOrder(
            f"{visit.number} 现在是“{visit.get_state_display()}”，参加部门在记录签字之前登记。要改请先退回更正。"
        )


def _check_manage_or_team(by: User, visit: Visit) -> None:
    if in_team(by, visit):
        check_member(by, visit)
        return
    check_manage(by, visit.organisation)


def check_register_special(by: User, target: Target) -> None:
    """Who runs the draws also keeps the register of what goes past them. source: CAP-77"""
    check_may(by, "draws.operate", target.organisation)


def check_decide_special(by: User, special: SpecialCheck) -> None:
    check_may(by, "draws.approve", special.organisation)
    check_another(by, special.requested_by, "这项登记")
    if special.state != SpecialCheck.State.REQUESTED:
        raise OutOfOrder(f"{special.number} 现在是“{special.get_state_display()}”，不用再批。")


def check_finish_special(by: User, special: SpecialCheck) -> None:
    check_may(by, "draws.operate", special.organisation)
    if special.state != SpecialCheck.State.APPROVED:
        raise OutOfOrder(
            f"{special.number} 现在是“{special.get_state_display()}”，批准以后才能登记检查结果。"
        )


def _check_follow(by: User, visit: Visit) -> None:
    if in_team(by, visit):
        check_member(by, visit)
        return
    check_may(by, "inspections.review", visit.organisation)


def check_file_case(by: User, visit: Visit) -> None:
    """A reviewer closes the file when the visit has ended and nothing of it is open any more. source: QS-22.1"""
    check_may(by, "inspections.review", visit.organisation)
    if visit.state not in Visit.ENDED:
        raise OutOfOrder(f"{visit.number} 现在是“{visit.get_state_display()}”，审核通过以后才能归档。")
    left = visit.followups.open().count()
    if left:
        raise OutOfOrder(f"还有 {left} 条整改或后续没有办结，办结以后再归档。")


def can_see(user: User, visit: Visit) -> bool:
    """Evidence and record of a visit: its team, and those who look at visits of this or a branch's organisation."""
    if (
        may(user, "inspections.view")
        and Organisation.objects.visible_to(user).filter(pk=visit.organisation_id).exists()
    ):
        return True
    return may(user, "inspections.own") and in_team(user, visit)


def can_see_evidence(user: User, evidence: Evidence) -> bool:
    return can_see(user, evidence.visit)


def can_read_name(user: User, visit: Visit) -> bool:
    """Who sends notices knows; staff from the start of a visit whose list is secret; the team from its dispatch.

    source: QZ-9.3, AMB-21
    """
    if may_manage(user, visit.organisation_id):
        return True
    if may(user, "inspections.view"):
        return visit.name_is_open
    return visit.dispatched_at is not None


def why_not(check: Callable[..., None], *args: Any) -> str:
    """The reason for a disabled button, empty when the step is open."""
    try:
        check(*args)
    except RuleBroken as broken:
        return broken.message
    return ""


def can(check: Callable[..., None], *args: Any) -> bool:
    return not why_not(check, *args)


AUDITORS = ("inspections.review", "draws.supervise")


def check_audit(by: User, organisation: Organisation, audited: Organisation) -> None:
    """A reviewer, the leader or the discipline officer, of the own bureau or a branch. source: NM-41.1, NM-42.1"""
    if by.organisation_id != organisation.pk or not any(may(by, code) for code in AUDITORS):
        raise NotAllowed("稽查由稽查机构的结果审核人、分管领导或纪检监督员登记。")
    if not Organisation.objects.visible_to(by).filter(pk=audited.pk).exists():
        raise NotAllowed(f"{audited.name}不是本局，也不是下级机构，不能稽查。")


def check_audit_open(audit: Audit) -> None:
    if audit.concluded_on:
        raise OutOfOrder(f"{audit.number} 已在 {audit.concluded_on} 办结，不能再改。")


def check_rectify(by: User, audit: Audit) -> None:
    """The audited organisation says what it did."""
    if by.organisation_id != audit.audited_id or not any(
        may(by, code) for code in (*AUDITORS, "planning.edit")
    ):
        raise NotAllowed(f"整改情况由{audit.audited.name}登记。")


def check_judge_finding(by: User, audit: Audit, finding: AuditFinding) -> None:
    check_audit(by, audit.organisation, audit.audited)
    check_audit_open(audit)
    if finding.rectified_on is None:
        raise OutOfOrder("被稽查机构还没有登记整改情况。")
    if finding.accepted_on:
        raise OutOfOrder(f"整改已在 {finding.accepted_on} 认可。")
    if finding.rectified_by is not None:
        check_another(by, finding.rectified_by, "整改情况")


def check_feedback(visit: Visit) -> None:
    """When the enterprise may judge a visit: somebody came, the visit stands, and it has not spoken yet."""
    if visit.state in (Visit.State.VOID, Visit.State.WAIVED):
        raise OutOfOrder(f"{visit.number} 已取消，不用评价。有人仍以此检查的，请拨打监督电话。")
    if visit.arrived_at is None:
        raise OutOfOrder("检查人员还没有到场，到场以后才能评价。请检查之后再扫一次。")
    if Feedback.objects.filter(visit=visit).exists():
        raise RuleBroken(
            "这次检查已经评价过，一次检查只收一份。要补充的，请拨打监督电话或到公示网站提交。",
            code="already_rated",
        )
