"""Workbooks of a quarter's quotas and of a plan."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from foundation.rulebook.shortfall import REASON_LABELS
from planning.board import Board
from planning.feasible import Feasible
from planning.plan_page import Sheet
from planning.rules.terms import long_zh
from planning.sheet_columns import columns

_HEAD = PatternFill("solid", fgColor="E4EAF1")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
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


def plan_workbook(found: Sheet) -> BytesIO:
    """The plan in the columns its rulebook asks for, and every number with its arithmetic."""
    book = Workbook()
    page = book.active
    page.title = "计划表"
    wanted = columns(found.book)
    rows = ([at, *(column.value(found, line) for column in wanted)] for at, line in enumerate(found.lines, 1))
    _fill(
        page,
        found.plan.name,
        ("序号", *(column.title for column in wanted)),
        (6, *(column.width for column in wanted)),
        rows,
    )
    numbers = book.create_sheet("各期数量")
    lines = (
        (line.task.name, line.unit, cell.row.period, cell.row.base, cell.row.officers, cell.number, cell.row.explanation.get("sentence", ""),
         cell.row.explanation.get("clause", ""), cell.row.manual_source)
        for line in found.lines for cell in line.cells
    )  # fmt: skip
    _fill(
        numbers,
        found.plan.name,
        ("任务", "主体", "期", "基数", "人数", "应抽", "算式", "条款", "手工数来源"),
        (36, 18, 10, 8, 8, 8, 44, 12, 24),
        lines,
    )
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
    places = ((one.name, one.targets, round(one.visits, 1), one.people) for one in found.places)
    _fill(book.create_sheet("路程"), name, ("片区", "对象", "预计家次", "负责的人"), (20, 8, 10, 10), places)
    capped = ((one.target.uid, one.target.name, one.target.area.name, one.visits) for one in found.capped)
    _fill(
        book.create_sheet("已达上限"),
        name,
        ("编号", "检查对象", "片区", "今年次数"),
        (16, 40, 16, 10),
        capped,
    )
    return _saved(book)


def _fill(
    page: Worksheet, title: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]
) -> None:
    page.append([title])
    page["A1"].font = Font(bold=True, size=14)
    page.append(list(heads))
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
    """Text a spreadsheet cannot take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def _saved(book: Workbook) -> BytesIO:
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return out
