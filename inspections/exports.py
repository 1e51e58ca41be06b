"""Lists as Excel tables; no cell can run as a formula (foundation.sheets)."""

from collections.abc import Iterable
from typing import IO, Any

from django.utils import timezone

from foundation.sheets.columns import Column, Sheet
from foundation.sheets.writing import write_xlsx
from inspections.models import CaseFile, FollowUp, Handover, SpecialCheck
from inspections.queries import Row

VISITS = Sheet("visits", "检查任务", (
    Column("number", "检查任务编号", "code"), Column("draw", "抽取会", "code"), Column("name", "检查对象"),
    Column("state", "状态"), Column("mode", "检查方式"), Column("team", "检查人员"), Column("notice", "通知书文号"),
    Column("scheduled_on", "检查日期", "date"), Column("due_on", "完成期限", "date"),
    Column("completed_on", "完成日", "date"), Column("outcome", "检查结果"),
), unit="家")  # fmt: skip
FOLLOWUPS = Sheet("followups", "整改与后续", (
    Column("visit", "检查任务编号", "code"), Column("name", "检查对象"), Column("kind", "类别"), Column("problem", "问题", max_length=1000),
    Column("demand", "要求", max_length=500), Column("due_on", "期限", "date"), Column("handed_to", "移送单位"),
    Column("state", "状态"), Column("closed_on", "办结日期", "date"), Column("note", "复查情况", max_length=500),
), unit="条")  # fmt: skip

CASES = Sheet("cases", "卷宗目录", (
    Column("number", "卷宗号", "code"), Column("version", "版本", "number"), Column("visit", "检查任务编号", "code"), Column("name", "检查对象"),
    Column("files", "件数", "number"), Column("size", "字节数", "number"), Column("filed_on", "归档日期", "date"), Column("filed_by", "归档人"),
    Column("sha256", "卷宗指纹", "code", max_length=64),
), unit="卷")  # fmt: skip

HANDOVERS = Sheet("handovers", "移送文书", (
    Column("number", "文书号", "code"), Column("kind", "种类"), Column("to_whom", "受移送机关"), Column("name", "检查对象"),
    Column("visit", "检查任务编号", "code"), Column("problem", "问题", max_length=1000), Column("sent_on", "移送日期", "date"),
    Column("sent_by", "经办人"), Column("received_on", "签收日期", "date"), Column("received_by", "签收人"), Column("case_number", "案号", "code"),
    Column("outcome", "办理情况", max_length=500),
), unit="份")  # fmt: skip

SPECIALS = Sheet("specials", "不适用双随机的检查", (
    Column("number", "登记号", "code"), Column("activity", "情形"), Column("clause", "依据条款", "code"), Column("name", "检查对象"),
    Column("reference", "来源编号", "code"), Column("reason", "事由", max_length=500), Column("state", "状态"),
    Column("planned_on", "拟检查日期", "date"), Column("requested_by", "登记人"), Column("decided_by", "批准人"),
    Column("note", "批准意见", max_length=300), Column("checked_on", "检查日期", "date"), Column("found", "结果"),
    Column("outcome", "检查情况", max_length=1000),
), unit="项")  # fmt: skip


def visits_file(rows: Iterable[Row]) -> IO[bytes]:
    return write_xlsx(VISITS, (_visit(row) for row in rows))


def _visit(row: Row) -> dict[str, Any]:
    visit = row.visit
    return {
        "number": visit.number, "draw": visit.draw.number, "name": row.name, "state": visit.get_state_display(),
        "mode": row.mode, "team": row.team, "notice": visit.notice_number, "scheduled_on": visit.scheduled_on,
        "due_on": visit.due_on, "completed_on": visit.completed_on, "outcome": row.outcome,
    }  # fmt: skip


def followups_file(followups: Iterable[FollowUp]) -> IO[bytes]:
    return write_xlsx(FOLLOWUPS, (_followup(row) for row in followups))


def _followup(row: FollowUp) -> dict[str, Any]:
    return {
        "visit": row.visit.number, "name": row.visit.target.name, "kind": row.get_kind_display(), "problem": row.problem,
        "demand": row.demand, "due_on": row.due_on, "handed_to": row.handed_to, "state": row.get_state_display(),
        "closed_on": row.closed_on, "note": row.closing_note,
    }  # fmt: skip


def cases_file(cases: Iterable[CaseFile]) -> IO[bytes]:
    return write_xlsx(CASES, (_case(row) for row in cases))


def _case(row: CaseFile) -> dict[str, Any]:
    return {
        "number": row.number, "version": row.version, "visit": row.visit.number, "name": row.visit.target.name,
        "files": len(row.catalogue), "size": row.size, "filed_on": timezone.localdate(row.filed_at), "filed_by": row.filed_by.name,
        "sha256": row.sha256,
    }  # fmt: skip


def handovers_file(handovers: Iterable[Handover]) -> IO[bytes]:
    return write_xlsx(HANDOVERS, (_handover(row) for row in handovers))


def _handover(row: Handover) -> dict[str, Any]:
    return {
        "number": row.number, "kind": row.get_kind_display(), "to_whom": row.to_whom, "name": row.followup.visit.target.name,
        "visit": row.followup.visit.number, "problem": row.followup.problem, "sent_on": row.sent_on, "sent_by": row.sent_by.name,
        "received_on": row.received_on, "received_by": row.received_by, "case_number": row.case_number,
        "outcome": row.followup.closing_note,
    }  # fmt: skip


def specials_file(specials: Iterable[SpecialCheck]) -> IO[bytes]:
    return write_xlsx(SPECIALS, (_special(row) for row in specials))


def _special(row: SpecialCheck) -> dict[str, Any]:
    found = "" if row.problem_found is None else "发现问题" if row.problem_found else "未发现问题"
    return {
        "number": row.number, "activity": row.activity_name, "clause": row.clause, "name": row.target.name, "reference": row.reference,
        "reason": row.reason, "state": row.get_state_display(), "planned_on": row.planned_on, "requested_by": row.requested_by.name,
        "decided_by": row.decided_by.name if row.decided_by else "", "note": row.decision_note, "checked_on": row.checked_on,
        "found": found, "outcome": row.outcome,
    }  # fmt: skip
