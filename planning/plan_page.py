"""A plan as its page, its PDF and its workbook show it: tasks with their numbers, findings, deadlines, versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.values import Origin
from foundation.workdays.models import calendar
from planning import joint, scene, trial, weighted
from planning.forms import MODE_LABELS
from planning.models import AnnualPlan, Override, PlannedNumber, PlanTask
from planning.rules import deadlines, differences, naming, outlook, principles, stated, terms
from planning.rules import months as monthly
from planning.rules.feasibility import Finding


@dataclass(frozen=True)
class Cell:
    """One number under the quarters: `span` columns wide."""

    number: int
    span: int
    label: str
    row: PlannedNumber


@dataclass(frozen=True)
class Line:
    """A task for one instance; `manual`: the number comes from another document and may be missing."""

    key: str
    task: PlanTask
    unit: str
    tier: str
    place: str
    rate: str
    own_rate: bool
    base: int
    cells: tuple[Cell, ...]
    manual: bool

    @property
    def total(self) -> int:
        return sum(cell.number for cell in self.cells)

    @property
    def months(self) -> dict[int, int]:
        """{month: how many}, as laid out in the plan or evenly."""
        found: dict[int, int] = {}
        for cell in self.cells:
            found |= monthly.by_month(cell.number, Period.parse(cell.row.period), cell.row.months)
        return found

    @property
    def missing(self) -> bool:
        return self.manual and any(cell.row.manual is None for cell in self.cells)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Where each part of the first number comes from; the sentences of all periods stand beside it."""
        return self.cells[0].row.explanation.get("parts", []) if self.cells else []

    @property
    def main(self) -> Mapping[str, Any]:
        return self.cells[0].row.explanation if self.cells else {}


_TIER_BARS = {
    "key": ("重点", "k-key"),
    "special": ("特殊", "k-spec"),
    "general": ("一般", "k-gen"),
    "": ("其他", "k-5"),
}


@dataclass(frozen=True)
class Sheet:
    """All of a plan's lines with the totals below them."""

    plan: AnnualPlan
    book: Rulebook
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def month_totals(self) -> list[int]:
        return [sum(line.months.get(month, 0) for line in self.lines) for month in range(1, 13)]

    @property
    def month_chart(self) -> dict[str, Any]:
        """The year as a picture: each month's number, stacked by tier; lines about no single tier come last."""
        series = []
        for tier, (label, css) in _TIER_BARS.items():
            lines = [line for line in self.lines if line.tier == tier]
            values = [sum(line.months.get(month, 0) for line in lines) for month in range(1, 13)]
            if any(values):
                series.append({"label": label, "values": values, "css": css})
        return {"labels": [f"{month}月" for month in range(1, 13)], "series": series}

    @property
    def several(self) -> bool:
        return len({line.unit for line in self.lines}) > 1

    @property
    def quarters(self) -> list[str]:
        return [terms.short_zh(one) for one in Period.of_year(self.plan.year, "quarter")]


_SPAN = {"quarter": 1, "half_year": 2, "year": 4}


def sheet(plan: AnnualPlan) -> Sheet:
    """Three queries: numbers with their tasks and units, items, nothing per row."""
    book = trial.book_of(plan)
    rows = PlannedNumber.objects.filter(task__plan=plan).select_related("task", "unit")
    found: dict[tuple[int, int], list[PlannedNumber]] = defaultdict(list)
    for row in rows.order_by("task__no", "unit__code", "period"):
        found[row.task_id, row.unit_id].append(row)
    tasks = {task.pk: task for task in plan.tasks.prefetch_related("items")}
    return Sheet(plan, book, tuple(_line(book, tasks[task], numbers) for (task, _), numbers in found.items()))


def _line(book: Rulebook, task: PlanTask, rows: Sequence[PlannedNumber]) -> Line:
    line = book.line(task.line)
    clause = clauses.quote(line.origin("rates").ref)
    rates = tuple(Decimal(rate) for rate in task.rates) or line.rates
    return Line(
        key=f"{task.pk}-{rows[0].unit_id}", task=task, unit=rows[0].unit.name, tier=naming.tier_of(line),
        place=clause.place if clause else "",
        rate="、".join(dict.fromkeys(terms.rate_text(line, rate) for rate in rates)) or "按填数",
        own_rate=bool(task.rates), base=rows[0].base, cells=tuple(_cells(line.period, rows)), manual=line.basis == "manual",
    )  # fmt: skip


def _cells(kind: str, rows: Sequence[PlannedNumber]) -> list[Cell]:
    if kind == "month":
        return [Cell(row.number, 1, terms.short_zh(Period.parse(row.period)), row) for row in rows]
    named = kind != "quarter"
    return [
        Cell(row.number, _SPAN[kind], terms.short_zh(Period.parse(row.period)) if named else "", row)
        for row in rows
    ]


def findings(plan: AnnualPlan, book: Rulebook, on: date) -> list[Finding]:
    """The year tried out on today's registers."""
    whole = Period(plan.year, "year", 1)
    register = trial.read(plan.organisation, book, on, whole)
    figures = trial.year_figures(plan.organisation, register, trial.terms_of(plan), plan.year)
    found = outlook.outlook(scene.scene_of(plan.organisation, book, register, figures, on, whole, plan))
    return sorted(
        [*found, *apart(plan, book)], key=lambda finding: ("bad", "warn", "ok").index(finding.level)
    )


def apart(plan: AnnualPlan, book: Rulebook) -> list[Finding]:
    """Shared items checked alone without saying why. source: NM-19.2"""
    tasks = joint.unexplained(plan) if len(book.plan.kinds) > 1 else []
    if not tasks:
        return []
    clause = principles.apart_clause(book)
    return [
        Finding(
            "warn", "apart", f"{len(tasks)} 项任务的事项要与别的部门或科室一起查，没有列入联合计划，也没有写不能联合的理由",
            "、".join(task.name for task in tasks[:6]), ("把它列入联合计划", "在任务页填“不能联合的理由”，会印在计划里"),
            Origin("law", clause) if clause else None,
        )
    ]  # fmt: skip


def comparisons(found: Sheet) -> list[stated.Beside]:
    """Worked out numbers beside those printed in the source document. source: AMB-28"""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in found.lines:
        lines[line.task.line].append(line)
    years = {
        rule: stated.LineYear(
            sum(one.base for one in several),
            tuple(
                sum(cells)
                for cells in zip(*((cell.number for cell in one.cells) for one in several), strict=True)
            ),
        )
        for rule, several in lines.items()
    }
    return stated.beside(found.book, years)


def duties(plan: AnnualPlan, book: Rulebook) -> list[deadlines.Deadline]:
    """Making, filing, publishing, each with its own kind of deadline and the day it was done."""
    return deadlines.deadlines(
        book,
        calendar(),
        year=plan.year,
        approved_on=_day(plan.approved_at),
        issued_on=plan.issued_on,
        filed_on=plan.filed_on,
        published_on=plan.published_on,
        excused=_excused(plan),
        superior_on=plan.superior_issued_on,
        today=timezone.localdate(),
    )


def _excused(plan: AnnualPlan) -> bool:
    """The day the plan is due was set aside with approval. source: AMB-57"""
    return Override.objects.approved(plan.organisation, plan.year).filter(rule=principles.PLAN_DUE).exists()


def _day(moment: Any) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def versions(plan: AnnualPlan) -> list[AnnualPlan]:
    others = AnnualPlan.objects.filter(organisation=plan.organisation, year=plan.year, kind=plan.kind)
    return list(others.select_related("author", "approver").order_by("-version"))


def changes(old: AnnualPlan, new: AnnualPlan) -> list[dict[str, str]]:
    """Rows of components/diff_table.html between two versions. Four queries."""
    before, after = _numbers(old), _numbers(new)
    names = {task.line: task.name for task in [*old.tasks.all(), *new.tasks.all()]}
    found = [*differences.fields(_fields(old), _fields(new)), *differences.numbers(before, after)]
    return [
        {"name": f"{names.get(one.line, one.line)}{f'　{one.unit}' if one.unit else ''}",
         "label": f"{terms.short_zh(Period.parse(one.period))}{one.label}" if one.period else one.label,
         "old": one.old, "new": one.new, "note": ""}
        for one in found
    ]  # fmt: skip


def _numbers(plan: AnnualPlan) -> dict[differences.Key, tuple[int, int]]:
    rows = PlannedNumber.objects.filter(task__plan=plan).order_by("task__no", "unit__code", "period")
    cells = rows.values_list("task__line", "unit__name", "period", "base", "number")
    return {(line, unit, period): (base, number) for line, unit, period, base, number in cells}


def _fields(plan: AnnualPlan) -> dict[str, dict[str, str]]:
    found = {HEAD: _head(plan)}
    for task in plan.tasks.prefetch_related("items", "numbers").order_by("no"):
        found[task.line] = {
            "任务": task.name, "抽查类型": "定向" if task.directed else "不定向",
            "抽查事项": "、".join(sorted(item.name for item in task.items.all())) or "未选",
            "权重": "；".join(weighted.words_of(task)) or "人人一张签", "比例": "、".join(task.rates) or "按规则书", "提高比例的理由": task.rates_reason or "无",
            "检查方式": MODE_LABELS.get(task.method, task.method), "检查主体": "、".join(task.offices), "备注": task.note or "无", "不能联合的理由": task.not_joint_reason or "无",
            "分月安排": "；".join(f"{row.period} {'、'.join(map(str, row.months))}" for row in task.numbers.all() if row.months) or "均匀",
        }  # fmt: skip
    return found


HEAD = "计划说明"


def _head(plan: AnnualPlan) -> dict[str, str]:
    return {
        "计划名称": plan.name, "规则书": f"{plan.rulebook_id}（{plan.rulebook_hash[:8]}）",
        "牵头方": plan.led_by or "无", "实施层级": plan.level or "无",
        "参与方": "、".join(plan.participants.order_by("pk").values_list("name", flat=True)) or "无",
        "统筹考虑": plan.weighed or "无", "上级计划": plan.superior_document or "无",
    }  # fmt: skip
