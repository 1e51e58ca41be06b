"""The plan as an official document."""

import re
from collections.abc import Iterator
from datetime import date

from foundation.documents.paper import Block, Closing, Heading, Paper, Paragraph, Table
from foundation.documents.rendering import Page
from foundation.organisation.models import User
from foundation.organisation.policies import can
from planning import layouts, plan_page, trial
from planning.models import AnnualPlan
from planning.plan_page import Sheet


def subject(plan: AnnualPlan, layout: str) -> str:
    """The subject id of a printed plan: the plan alone for the rulebook's default table."""
    usual = layouts.default(trial.book_of(plan))
    return str(plan.pk) if layout == usual else f"{plan.pk}-{layout}"


def plan_sheet(subject_id: str) -> Page:
    """A4 landscape: the table, then the clause behind each number. subject_id: `12` or `12-item`"""
    pk, _, layout = subject_id.partition("-")
    plan = AnnualPlan.objects.select_related("organisation", "author", "approver", "lead").get(pk=pk)
    found = plan_page.sheet(plan)
    table = layouts.table(found, layout or layouts.default(found.book))
    context = {
        "plan": plan, "sheet": found, "table": table, "bureau_name": plan.organisation.name,
        "participants": list(plan.participants.order_by("pk")),
        "mark": _mark(plan), "alone": reasons_apart(found),
    }  # fmt: skip
    return Page("planning/plan_sheet.html", plan.name, context)


def plan_paper(plan: AnnualPlan, layout: str = "") -> Paper:
    """The plan as an official document of GB/T 9704: the text, who issues it and when, the table as its annex."""
    found = plan_page.sheet(plan)
    table = layouts.table(found, layout or layouts.default(found.book))
    rows = tuple(tuple(cell.text if cell else "" for cell in row) for row in table.rows)
    merged = tuple(
        (at, column, cell.span)
        for at, row in enumerate(table.rows)
        for column, cell in enumerate(row)
        if cell and cell.span > 1
    )
    annex = Table(
        tuple(column.title for column in table.columns), rows, annex=f"附件　{layouts.TITLES[layout or layouts.default(found.book)]}",
        widths=tuple(column.width for column in table.columns), merged=merged,
    )  # fmt: skip
    issued = _day(plan.issued_on) if plan.issued_on else "（未印发）"
    closing = Closing((plan.organisation.name, issued))
    return Paper(
        plan.name,
        plan.organisation.name,
        plan.number or "（文号未编）",
        plan.name,
        (*_text(found), closing, annex),
        "",
        mark=_mark(plan),
    )


def _text(found: Sheet) -> Iterator[Block]:
    plan, book = found.plan, found.book
    number = f"（{book.about.doc_no}）" if book.about.doc_no else ""
    yield Paragraph(f"根据《{book.zh.strip('《》')}》{number}，结合检查对象名录和执法人员情况，制定本计划。")
    yield Heading("一、任务和数量")
    tasks = plan.tasks.count()
    floor = "，且不低于本计划数" if book.plan.freeze == "floor" else ""
    yield Paragraph(
        f"全年安排抽查任务 {tasks} 项，共应抽 {found.total} 家次，按月安排为：{_monthly(found)}。"
        f"数量按编制日名录计算，各期以当期名录快照重算{floor}。各项任务、范围、比例和时间见附件。"
    )
    at = iter("二三四五")
    if plan.weighed:
        yield Heading(f"{next(at)}、统筹考虑")
        yield Paragraph(plan.weighed)
    if plan.is_joint:
        yield Heading(f"{next(at)}、联合方式")
        others = "；".join(
            f"{one.name}（{one.agreement or '待同意'}）" for one in plan.participants.order_by("pk")
        )
        lead = plan.led_by or "（未定）"
        yield Paragraph(
            f"由{lead}发起并负责组织{f'，实施层级为{plan.level}' if plan.level else ''}。参与方：{others}。"
        )
    alone = reasons_apart(found)
    if alone:
        yield Heading(f"{next(at)}、不能联合的任务")
        for words in alone:
            yield Paragraph(words)
    yield Heading(f"{next(at)}、期限")
    duties = "；".join(f"{duty.label}：{duty.words}" for duty in plan_page.duties(plan, book))
    yield Paragraph(_spelt(duties) + "。")


def reasons_apart(found: Sheet) -> list[str]:
    """Why tasks with shared items are checked alone, as printed. source: NM-19.2"""
    tasks = {line.task.pk: line.task for line in found.lines}.values()
    return [f"{task.name}：{task.not_joint_reason}" for task in tasks if task.not_joint_reason]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _spelt(text: str) -> str:
    """Dates as a document writes them: 2024-01-31 → 2024年1月31日."""
    return re.sub(r"\d{4}-\d\d-\d\d", lambda found: _day(date.fromisoformat(found.group())), text)


def _monthly(found: Sheet) -> str:
    return "，".join(f"{month}月 {count} 家次" for month, count in enumerate(found.month_totals, 1) if count)


def _mark(plan: AnnualPlan) -> str:
    done = (plan.Status.APPROVED, plan.Status.ISSUED, plan.Status.SUPERSEDED)
    return "" if plan.status in done else plan.get_status_display()


def may_read(user: User, subject_id: str) -> bool:
    return can(user, "planning.view")
