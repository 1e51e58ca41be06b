"""行政检查通知书 and 现场检查记录 as printed papers. source: domain.md §2.1 (行政检查文书基本格式文本), §2.2"""

import json
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from foundation.documents.paper import Closing, Facts, Heading, Paper, Paragraph, Signs
from foundation.documents.rendering import Page
from foundation.organisation.models import User
from foundation.organisation.policies import can
from foundation.rulebook.model import Rulebook
from inspections import books, policies, tokens
from inspections.marks import mark_of
from inspections.models import Handover, Record, Visit
from inspections.rules import modes, numbering
from planning.joint import together

RIGHTS = (
    "查验检查人员的执法证件；检查人员少于两人或者未出示执法证件的，有权拒绝检查。",
    "认为检查人员与本单位有直接利害关系、可能影响公正的，有权申请其回避。",
    "对检查情况进行陈述、申辩，对记录中的错误要求更正；对本次检查有异议的，可以向本机关提出。",
    "检查涉及的商业秘密和个人隐私，有权要求检查人员保密。",
)
DUTIES = (
    "协助和配合检查，如实提供环评、排污许可、台账、监测报告等材料，不得拒绝、阻挠，不得隐匿、伪造。",
    "在检查记录上签字；对记录有不同意见的，可以在签字处写明。",
)
DISCIPLINE = "检查人员不得接受宴请、礼品和被检查单位安排的食宿、交通，不得在通知的事项以外另行检查。违反的，请拨打监督电话。"


def notice(subject_id: str) -> Page:
    """The notice of one visit (subject_id: its primary key), as it went out."""
    visit = _visits().get(pk=subject_id)
    return Page(
        "inspections/notice_print.html", f"行政检查通知书 {visit.notice_number}", notice_context(visit)
    )


def notice_context(visit: Visit) -> dict[str, Any]:
    book = books.rulebook_of_visit(visit)
    items = [row.item for row in visit.items.select_related("item").order_by("id")]
    at = timezone.localtime(visit.dispatched_at) if visit.dispatched_at else None
    return {
        "visit": visit, "bureau_name": visit.organisation.name, "page_url": tokens.address_of(visit), "items": items,
        "basis": _basis(items, book), "mode": modes.MODES[visit.mode], "team": books.team_of(visit), "helpers": books.helpers_of(visit), "book": book,
        "count_sentence": numbering.notice_count(visit.year_count or 1, visit.year_cap), "rights": RIGHTS, "duties": DUTIES,
        "discipline": DISCIPLINE, "dispatched": at, "complaint_phone": visit.organisation.complaint_phone,
        "joint": together(visit.joint_task) if visit.joint_task else None,
    }  # fmt: skip


def record(subject_id: str) -> Page:
    """One version of a record (subject_id: its primary key): printed from the signed text, nothing else."""
    row = Record.objects.select_related("visit__organisation").get(pk=subject_id)
    name = f"现场检查记录 {row.visit.number} 第{row.version}版"
    return Page("inspections/record_print.html", name, record_context(row))


def record_context(row: Record) -> dict[str, Any]:
    content = json.loads(row.content)
    return {
        "record": row, "content": content, "bureau_name": content["organisation"]["name"], "hash_value": row.sha256,
        "arrived_at": parse_datetime(content["arrived_at"]), "finished_at": parse_datetime(content["finished_at"]),
        "signatures": list(row.signatures.order_by("id")), "outcome_mark": mark_of(row.outcome),
    }  # fmt: skip


def handover(subject_id: str) -> Page:
    """One handover document (subject_id: its primary key)."""
    return handover_paper(_handovers().get(pk=subject_id)).page()


def handover_paper(row: Handover) -> Paper:
    """The same words for PDF and Word: what was found, why it goes there, what goes along, a receipt to be returned."""
    visit, followup = row.followup.visit, row.followup
    found = followup.visit_item.item.name if followup.visit_item else "整次检查"
    facts = Facts((
        (("检查对象", visit.target.name), ("检查任务", visit.number)),
        (("检查日期", str(visit.completed_on or visit.scheduled_on or "")), ("抽查事项", found)),
    ))  # fmt: skip
    blocks = (
        Paragraph(f"{row.to_whom}："),
        Paragraph("我局在“双随机、一公开”检查中发现下列问题，现按规定移送你单位，请依法处理，并将签收和处理情况（立案的写明案号）告知我局。"),
        facts,
        Heading("一、发现的问题"), Paragraph(followup.problem),
        Heading("二、移送依据和理由"), Paragraph(row.basis),
        Heading("三、随附材料"), Paragraph(row.materials or "无。"),
        Closing((row.organisation.name, f"{row.sent_on.year}年{row.sent_on.month}月{row.sent_on.day}日")),
        Heading("回执"), Paragraph(f"{row.number} 及随附材料已收到。"), Signs(("签收单位（章）", "签收人", "签收日期", "立案的，案号")),
    )  # fmt: skip
    return Paper(
        f"{row.get_kind_display()} {row.number}".replace("/", ""),
        row.organisation.name,
        row.number,
        row.get_kind_display(),
        blocks,
        "",
    )


def may_read_handover(user: User, subject_id: str) -> bool:
    row = _handovers().filter(pk=subject_id).first()
    return row is not None and policies.can_see(user, row.followup.visit)


def _handovers():
    return Handover.objects.select_related(
        "organisation", "followup__visit__target", "followup__visit_item__item"
    )


def _visits():
    return Visit.objects.select_related("organisation", "draw__plan", "target__entity", "target__area")


def _basis(items: list, book: Rulebook) -> list[str]:
    """Legal bases of the items, each once; the rulebook itself last."""
    found = dict.fromkeys(text for item in items for text in item.basis)
    return [*found, f"《{book.zh}》"] if f"《{book.zh}》" not in found else list(found)


def may_read_notice(user: User, subject_id: str) -> bool:
    """The team, and staff for whom the name is no longer closed. source: QZ-9.3"""
    return _may_read(user, Visit.objects.filter(pk=subject_id).first())


def may_read_record(user: User, subject_id: str) -> bool:
    return _may_read(user, Visit.objects.filter(records__pk=subject_id).first())


def _may_read(user: User, visit: Visit | None) -> bool:
    if visit is None or not policies.can_read_name(user, visit):
        return False
    return (
        policies.may_manage(user, visit.organisation_id)
        or can(user, "inspections.view")
        or policies.in_team(user, visit)
    )
