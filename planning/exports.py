"""Workbooks of a quarter's quotas, of a plan, of the yearly account and of the exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from foundation.rulebook.shortfall import REASON_LABELS
from foundation.sheets.columns import guarded
from planning import layouts
from planning.account import Account
from planning.board import Board
from planning.feasible import Feasible
from planning.models import Override
from planning.plan_page import Sheet, comparisons
from planning.rules.terms import long_zh

_HEAD = PatternFill("solid", fgColor="E4EAF1")
QUOTA_HEADS = (
    "层级",
    "主体",
    "期",
    "基数",
    "可抽",
    "比例",
    "应抽",
    "计划下限",
    "已抽",
    "尚缺",
    "本批拟抽",
    "预计欠",
    "原因",
    "算式",
    "条款",
    "原文",
)
QUOTA_WIDTHS = (16, 18, 10, 8, 8, 10, 8, 10, 8, 8, 10, 8, 18, 44, 12, 60)


def quota_workbook(found: Board) -> BytesIO:
    """One sheet with a row per number, one with the findings."""
    book = Workbook()
    page = book.active
    page.title = "配额"
    _fill(
        page,
        f"{found.organisation.name}{long_zh(found.period)}配额",
        QUOTA_HEADS,
        QUOTA_WIDTHS,
        (_quota(row) for row in found.rows),
    )
    checks = book.create_sheet("能不能做到")
    level = {"bad": "冲突", "warn": "提醒", "ok": "通过"}
    lines = (
        (level[one.level], one.title, one.text, "；".join(one.options), one.origin.ref if one.origin else "")
        for one in found.findings
    )
    _fill(
        checks,
        f"按 {found.on} 名录与人员试算",
        ("结论", "事项", "说明", "可以怎么办", "条款"),
        (8, 50, 50, 50, 12),
        lines,
    )
    return _saved(book)


def _quota(row: Any) -> tuple[Any, ...]:
    figure, kept = row.figure, row.figure.explanation
    return (
        row.name, row.unit, long_zh(figure.period), figure.base, figure.pool, figure.rate_text, figure.required, figure.floor, figure.drawn,
        figure.remaining, figure.possible, figure.short.count, "、".join(REASON_LABELS[reason] for reason in figure.short.reasons),
        kept["sentence"], kept["clause"], kept["text"],
    )  # fmt: skip


def plan_workbook(found: Sheet, layout: str = "") -> BytesIO:
    """The plan as the table chosen, every number with its arithmetic, its months, and the printed numbers beside it.

    layout: one of `planning.layouts.LAYOUTS`; "" = the one that suits the rulebook
    """
    book = Workbook()
    page = book.active
    page.title = "计划表"
    _table(page, found.plan.name, layouts.table(found, layout or layouts.default(found.book)))
    _numbers(book.create_sheet("各期数量"), found)
    _months(book.create_sheet("分月安排"), found)
    _stated(book.create_sheet("与文件载明数比较"), found)
    apart = {line.task.pk: line.task for line in found.lines if line.task.not_joint_reason}
    if apart:
        _fill(book.create_sheet("不能联合的任务"), "不能联合的任务", ("任务", "理由"), (40, 80),
              ((task.name, task.not_joint_reason) for task in apart.values()))  # fmt: skip
    return _saved(book)


def _table(page: Worksheet, title: str, table: layouts.Table) -> None:
    _fill(
        page, title, [column.title for column in table.columns], [max(column.width, 6) for column in table.columns],
        ([cell.text if cell else None for cell in row] for row in table.rows),
    )  # fmt: skip
    for at, row in enumerate(table.rows, 3):
        for column, cell in enumerate(row, 1):
            if cell and cell.span > 1:
                page.merge_cells(
                    start_row=at, end_row=at + cell.span - 1, start_column=column, end_column=column
                )
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(table.columns))
    page["A1"].alignment = Alignment(horizontal="center")
    thin = Side(style="thin")
    for cells in page.iter_rows(min_row=2):
        for one in cells:
            one.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            one.alignment = Alignment(vertical="center", wrap_text=True)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    page.print_title_rows = "2:2"


def _numbers(page: Worksheet, found: Sheet) -> None:
    lines = (
        (line.task.name, line.unit, cell.row.period, cell.row.base, cell.row.officers, cell.number, cell.row.explanation.get("sentence", ""),
         cell.row.explanation.get("clause", ""), cell.row.manual_source)
        for line in found.lines for cell in line.cells
    )  # fmt: skip
    _fill(
        page,
        found.plan.name,
        ("任务", "主体", "期", "基数", "人数", "应抽", "算式", "条款", "手工数来源"),
        (36, 18, 10, 8, 8, 8, 44, 12, 24),
        lines,
    )


def _months(page: Worksheet, found: Sheet) -> None:
    rows = ((line.task.name, line.unit, *(line.months.get(month, 0) for month in range(1, 13)), line.total)
            for line in found.lines)  # fmt: skip
    _fill(
        page, f"{found.plan.name}分月安排", ("任务", "主体", *(f"{month}月" for month in range(1, 13)), "全年"),
        (36, 18, *[6] * 12, 8), [*rows, ("合计", "", *found.month_totals, found.total)],
    )  # fmt: skip


def _stated(page: Worksheet, found: Sheet) -> None:
    rows = (
        (one.kind, one.name, one.printed, one.computed, one.difference, "相符" if one.ok else "不一致", one.why, one.ref)
        for one in comparisons(found)
    )  # fmt: skip
    _fill(
        page, "文件载明的数与计算的数", ("比较", "范围", "文件载明", "计算", "差", "结论", "说明", "条款"),
        (10, 36, 10, 8, 8, 10, 70, 12), rows,
    )  # fmt: skip


def account_workbook(found: Account) -> BytesIO:
    """The yearly account: a row per line, body and period, then the exceptions of the year."""
    book = Workbook()
    page = book.active
    page.title = "全年对账"
    rows = (
        (line.name, line.unit, one.label, one.required, one.drawn, one.short, one.words,
         one.made_up, one.open)
        for line in found.lines for one in line.periods
    )  # fmt: skip
    _fill(
        page, f"{found.organisation.name}{found.year}年全年对账",
        ("配额", "主体", "期", "应抽", "已抽", "当期欠", "原因", "后来补抽", "仍欠"), (30, 18, 10, 8, 8, 8, 24, 10, 8), rows,
    )  # fmt: skip
    return _saved(book)


def feasibility_workbook(found: Feasible) -> BytesIO:
    """Findings, every period of every line, people per quarter, areas, targets at their cap."""
    book = Workbook()
    page, name = book.active, found.plan.name
    page.title = "结论"
    level = {"bad": "冲突", "warn": "提醒", "ok": "通过"}
    findings = (
        (level[one.level], one.title, one.text, "；".join(one.options), one.origin.ref if one.origin else "")
        for one in found.findings
    )
    _fill(
        page,
        f"{name}，按 {found.on} 名录与人员试算",
        ("结论", "事项", "说明", "可以怎么办", "条款"),
        (8, 50, 50, 50, 12),
        findings,
    )
    cells = (
        (line.name, line.unit, line.base, cell.period, cell.required, cell.drawn, cell.short, cell.reasons)
        for line in found.lines
        for cell in line.cells
    )
    _fill(
        book.create_sheet("各期"),
        name,
        ("任务", "主体", "基数", "期", "应抽", "能抽", "欠", "原因"),
        (24, 18, 8, 10, 8, 8, 8, 24),
        cells,
    )
    people = (
        (
            one.name,
            one.visits,
            one.team,
            one.seats,
            one.room.people,
            one.workdays,
            one.room.days,
            one.room.lost_leave,
            one.room.lost_certificate,
            "够" if one.enough else "不够",
        )
        for one in found.quarters
    )
    heads = (
        "季度",
        "要查家",
        "每组人",
        "需要人次",
        "在岗持证",
        "工作日",
        "人日",
        "请假少人日",
        "证件少人日",
        "结论",
    )
    _fill(book.create_sheet("人员"), name, heads, (10,) * 10, people)
    places = (
        (one.name, one.load.targets, round(one.visits, 1), one.people, one.way.visits, one.way.road, heads, round(quarter.visits, 1),
         round(quarter.needed, 1), quarter.days)
        for one in found.places for heads, quarter in zip(found.heads, one.load.quarters, strict=True)
    )  # fmt: skip
    travel = (
        "片区",
        "对象",
        "全年预计家次",
        "负责的人",
        "一天查几家",
        "路上几天",
        "季度",
        "本季家次",
        "需要人日",
        "负责的人有人日",
    )
    _fill(book.create_sheet("路程"), name, travel, (20, 8, 12, 10, 10, 10, 10, 10, 10, 14), places)
    capped = ((one.target.uid, one.target.name, one.target.area.name, one.visits) for one in found.capped)
    _fill(
        book.create_sheet("已达上限"),
        name,
        ("编号", "检查对象", "片区", "今年次数"),
        (16, 40, 16, 10),
        capped,
    )
    return _saved(book)


def override_workbook(title: str, rows: Iterable[Override], words: Mapping[str, str]) -> BytesIO:
    """Every exception asked for in a year."""
    book = Workbook()
    page = book.active
    page.title = "例外申请"
    lines = (
        (one.year, words.get(one.rule, one.rule), one.clause, one.target.name if one.target else one.line or "不分对象", one.reason,
         one.evidence, "；".join(f"{file.name}（{file.sha256}）" for file in one.files.all()) or (f"没有：{one.no_file_reason}" if one.no_file_reason else ""), one.requested_by.name, _minute(one.requested_at), one.approved_by.name if one.approved_by else "",
         _minute(one.approved_at), one.refused_reason)
        for one in rows
    )  # fmt: skip
    _fill(
        page, title, ("年度", "规则", "条款", "对象或配额", "理由", "证据", "证据文件和指纹", "申请人", "申请时间", "批准人", "批准时间", "不同意理由"),
        (8, 26, 12, 26, 36, 30, 40, 10, 17, 10, 17, 26), lines,
    )  # fmt: skip
    return _saved(book)


def _minute(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _fill(
    page: Worksheet, title: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]
) -> None:
    page.append([guarded(title)])
    page["A1"].font = Font(bold=True, size=14)
    page.append([guarded(head) for head in heads])
    for cell in page[2]:
        cell.fill, cell.font = _HEAD, Font(bold=True)
    for row in rows:
        page.append([_safe(value) for value in row])
    for at, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(at)].width = width
    for cells in page.iter_rows(min_row=3):
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    page.freeze_panes = "A3"


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run is kept as text."""
    return guarded(value) if isinstance(value, str) else value


def _saved(book: Workbook) -> BytesIO:
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return out
