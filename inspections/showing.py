"""One visit made ready for a page: steps, facts, items, evidence, papers. Reads only."""

from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone

from foundation.documents import actions as documents
from foundation.documents import rendering
from foundation.documents.models import Document
from foundation.ledger.models import Entry
from foundation.organisation.models import User
from foundation.workdays.rules import Calendar
from inspections import books, policies, queries, tokens
from inspections.actions.reviewing import latest_record
from inspections.contents import item_results, items_of
from inspections.documents import record_context
from inspections.forms import (
    AssistantForm,
    DispatchForm,
    MonitoringForm,
    MonitoringResultForm,
    PartnerForm,
    WaiveForm,
)
from inspections.marks import mark_of
from inspections.models import Feedback, Visit
from inspections.rules import assisting, modes, numbering, outcomes, waiving
from personnel.models import Assistant
from planning.joint import together
from registry.models import PriorInspection

State = Visit.State
ONLY_OURS = "只记录、只公示本部门负责的事项"  # source: NM-7.2
READ = 200  # entries behind the little history beside a visit; all of them are in the case file
ACTS = {
    "inspections.import_field": "导入移动执法记录", "inspections.add_assistant": "加辅助人员", "inspections.remove_assistant": "减辅助人员",
    "inspections.create_visits": "生成任务", "inspections.dispatch": "派发通知", "inspections.arrive": "到场亮证",
    "inspections.finish": "检查结束", "inspections.submit_record": "签字提交", "inspections.review": "审核",
    "inspections.reopen": "退回更正", "inspections.waive": "免予检查", "inspections.close_followup": "后续办结",
    "inspections.add_evidence": "上传证据", "inspections.name_survey": "注明勘查笔录", "inspections.set_production_state": "填生产状态",
    "inspections.save_item": "填检查事项", "inspections.open_followup": "登记后续", "inspections.set_followup_terms": "填整改要求",
    "inspections.arrange_monitoring": "安排同步监测", "inspections.record_monitoring": "登记监测结果", "inspections.cancel_monitoring": "不再监测",
    "inspections.add_partner": "加参加部门", "inspections.remove_partner": "去掉参加部门",
    "inspections.receive_feedback": "企业评价", "inspections.renew_papers": "重新生成文书", "inspections.file_case": "归档", "inspections.hand_over": "移送", "inspections.note_receipt": "移送回执",
}  # fmt: skip


def whole_visit(visit: Visit, user: User, today: date, calendar: Calendar) -> dict[str, Any]:
    """Context of the desk's page; the name and what betrays it only for those who may read it."""
    book = books.rulebook_of_visit(visit)
    shown = policies.can_read_name(user, visit)
    record = latest_record(visit) if visit.records.exists() else None
    return {
        "visit": visit, "name": visit.target.name if shown else queries.HIDDEN, "shown": shown, "book": book,
        "steps": steps(visit), "facts": facts(visit, shown), "team": books.team_of(visit),
        "helpers": visit.helpers.filter(left_at=None).select_related("assistant").order_by("id"),
        "left_helpers": visit.helpers.exclude(left_at=None).select_related("assistant").order_by("left_at"),
        "left_members": visit.team.exclude(left_at=None).select_related("inspector").order_by("left_at"),
        "items": items(visit), "evidence": visit.evidence.select_related("visit_item__item", "uploaded_by").order_by("id"),
        "record": record, "paper": record_context(record) if record else None,
        "versions": visit.records.select_related("written_by").prefetch_related("reviews__reviewer").order_by("-version"),
        "followups": visit.followups.select_related("visit_item__item").order_by("id"),
        "papers": papers(visit, record) if shown else [], "pdf_problem": rendering.unavailable_reason(),
        "today": today, "left": queries.left(visit.due_on, today, calendar), "log": log(visit),
        "case_files": visit.case_files.select_related("filed_by").order_by("-version"),
        **beside(visit, user),
        "code_labels": books.codes(book), "feedback": Feedback.objects.filter(visit=visit).first(),
    }  # fmt: skip


def beside(visit: Visit, user: User) -> dict[str, Any]:
    """Monitoring on the same day and departments that take part, with what this user may do. source: QZ-8.1, QZ-8.2"""
    rows = visit.monitorings.select_related("asked_by").prefetch_related("files").order_by("id")
    monitorings = []
    for one in rows:
        one.visit = visit
        monitorings.append({
            "one": one, "may_record": policies.can(policies.check_record_monitoring, user, one),
            "may_cancel": policies.can(policies.check_cancel_monitoring, user, one),
            "form": MonitoringResultForm(initial={"sampler": one.sampler}, auto_id=f"m{one.pk}_%s"),
        })  # fmt: skip
    return {
        "monitorings": monitorings, "partners": list(visit.partners.order_by("id")),
        "may_arrange": policies.can(policies.check_arrange_monitoring, user, visit),
        "may_partner": policies.can(policies.check_partners, user, visit),
        "monitoring_form": MonitoringForm(auto_id="mon_%s"), "partner_form": PartnerForm(auto_id="part_%s"),
    }  # fmt: skip


def steps(visit: Visit) -> list[dict[str, str]]:
    """Where the visit is on its road."""
    submitted = visit.state in (State.SUBMITTED, State.REVIEWED, State.RETURNED)
    passed = [
        ("派发通知", visit.dispatched_at is not None, visit.notice_number),
        ("到场亮证", visit.arrived_at is not None, _moment(visit.arrived_at)),
        ("检查", visit.finished_at is not None, _moment(visit.finished_at)),
        ("签字提交", submitted and visit.state != State.RETURNED, visit.get_state_display() if visit.state == State.RETURNED else ""),
        ("审核", visit.state == State.REVIEWED, ""),
    ]  # fmt: skip
    if visit.state in (State.WAIVED, State.VOID):
        return [{"label": visit.get_state_display(), "note": visit.void_reason, "state": "now"}]
    now = next((at for at, (_, done, _) in enumerate(passed) if not done), len(passed))
    return [
        {"label": label, "note": note, "state": "done" if done else "now" if at == now else "todo"}
        for at, (label, done, note) in enumerate(passed)
    ]


def facts(visit: Visit, shown: bool) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any, str]] = [
        (
            "检查对象",
            visit.target.name if shown else queries.HIDDEN,
            visit.target.address if shown else "检查开始后可见",
        ),
        ("抽取会", visit.draw.number, f"屏幕编号 {visit.code}" if visit.code else ""),
        ("检查方式", modes.MODES[visit.mode], visit.mode_reason),
        ("通知书", visit.notice_number or "还没有派发", ""),
        ("检查日期", visit.scheduled_on or "", ""),
        ("生产状态", outcomes.PRODUCTION.get(visit.production_state, ""), visit.production_note),
        ("完成日", visit.completed_on or "", f"录入期限 {visit.enter_due_on}" if visit.enter_due_on else ""),
    ]
    if visit.dispatched_at:
        rows.insert(4, ("检查频次", numbering.notice_count(visit.year_count or 1, visit.year_cap), ""))
    if visit.waived_for is not None:
        rows.append(("代替它的检查", f"{visit.waived_for.on} {visit.waived_for.source}", visit.void_reason))
    if visit.joint_task is not None:
        rows.insert(1, ("联合检查", together(visit.joint_task).sentence, ONLY_OURS))
    merged = visit.credits.filter(ended_at=None).exclude(draw=visit.draw).select_related("draw")
    rows += [("合并自", credit.draw.number, "同一对象一次检查完成") for credit in merged]
    return [{"label": label, "value": value, "note": note} for label, value, note in rows]


def items(visit: Visit) -> list[dict[str, Any]]:
    """Items with their answers; a fixed number of queries."""
    rows = items_of(visit)
    labels = books.codes(books.rulebook_of_visit(visit))
    return [
        {
            "row": row, "number": at, "complete": result.complete, "answered": len(result.answers), "points": result.points,
            "label": labels.get(row.result, ""), "mark": mark_of(row.result), "problem": bool(result.problems) or row.result not in ("", outcomes.NO_PROBLEM),
            "checks": sorted(row.checks.all(), key=lambda check: check.checkpoint.no), "text": result.text,
        }
        for at, (row, result) in enumerate(zip(rows, item_results(rows), strict=True), 1)
    ]  # fmt: skip


def papers(visit: Visit, record: Any) -> list[dict[str, Any]]:
    """The PDFs of a visit and how far they are."""
    wanted = [("行政检查通知书", documents.latest("visit_notice", visit.pk) if visit.dispatched_at else None)]
    if record is not None:
        wanted.append(("现场检查记录", documents.latest("visit_record", record.pk)))
    return [{"label": label, "document": document} for label, document in wanted if document is not None]


def failed(papers: list[dict[str, Any]]) -> bool:
    return any(paper["document"].state == Document.State.FAILED for paper in papers)


def log(visit: Visit) -> list[dict[str, str]]:
    """Newest first; what one person did several times in a row is one line, at its last moment."""
    lines: list[dict[str, str]] = []
    entries = Entry.objects.of(visit).order_by("-seq")[:READ]
    for (act, who), row in groupby(entries, key=lambda entry: (entry.act, entry.actor_name)):
        same = list(row)
        times = f" {len(same)} 次" if len(same) > 1 else ""
        lines.append({"date": _moment(same[0].at), "title": ACTS.get(act, act) + times, "text": who})
    return lines


def mode_choices(visit: Visit, on: date) -> list[tuple[str, str]]:
    rule = books.modes_of(visit, on)
    return [
        (mode, f"{label}（默认）" if at == 0 else label)
        for at, (mode, label) in enumerate(books.mode_labels(rule).items())
    ]


def waive_choices(visit: Visit) -> dict[str, Any]:
    """Kinds and checks of the same target in the drawn period."""
    period = books.period_of(visit)
    priors = PriorInspection.objects.filter(target=visit.target, on__gte=period.first, on__lte=period.last)
    return {
        "activities": waiving.activities(books.rulebook_of_visit(visit)),
        "priors": priors.order_by("-on", "id"),
    }


def desk_forms(visit: Visit, user: User, today: date) -> dict[str, Any]:
    """What this user may do now; forms only for open steps."""
    given: dict[str, Any] = {
        "may_reopen": policies.can(policies.check_reopen, user, visit),
        "why_not_file": policies.why_not(policies.check_file_case, user, visit),
    }
    if policies.can(policies.check_help, user, visit):
        given["may_help"], given["helper_form"] = True, helper_form(visit)
    if policies.can(policies.check_dispatch, user, visit):
        day = max(today, visit.scheduled_on or today)
        given["dispatch_form"] = DispatchForm(
            choices=mode_choices(visit, today), initial={"scheduled_on": day, "assistants": 0}
        )
    choices = waive_choices(visit)
    if choices["activities"] and policies.can(policies.check_waive, user, visit):
        given["waive_form"] = WaiveForm(**choices, prefix="")
    return given


def helper_form(visit: Visit, data: Any = None) -> AssistantForm | None:
    """None where the rulebook knows no assistants and no item may be helped with."""
    third_party = visit.items.values_list("item__third_party", flat=True)
    if not assisting.allowed(books.rulebook_of_visit(visit), third_party):
        return None
    present = visit.helpers.filter(left_at=None).values("assistant")
    people = Assistant.objects.of(visit.organisation).filter(ended_on=None).exclude(pk__in=present)
    return AssistantForm(data, people=people.order_by("name", "id"))


def notice_address(visit: Visit) -> str:
    return tokens.address_of(visit) if visit.dispatched_at else ""


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M") if at else ""
