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
from foundation.workdays.models import calendar
from planning import scene, trial
from planning.models import AnnualPlan, PlannedNumber, PlanTask
from planning.rules import deadlines, differences, feasibility, naming, outlook, terms
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
    def missing(self) -> bool:
        return self.manual and any(cell.row.manual is None for cell in self.cells)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Where each part of the first number comes from; the sentences of all periods stand beside it."""
        return self.cells[0].row.explanation.get("parts", []) if self.cells else []

    @property
    def main(self) -> Mapping[str, Any]:
        return self.cells[0].row.explanation if self.cells else {}


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
    return outlook.outlook(scene.scene_of(plan.organisation, book, register, figures, on, whole, plan))


def comparisons(found: Sheet) -> list[dict[str, Any]]:
    """Computed yearly numbers beside those printed in the source document. source: AMB-28"""
    required: dict[str, int] = defaultdict(int)
    for line in found.lines:
        required[line.task.line] += line.total
    return [
        {"name": names, "sentence": compared.sentence, "ok": compared.ok, "ref": origin.ref}
        for names, compared, origin in feasibility.stated(found.book, required)
    ]


def duties(plan: AnnualPlan, book: Rulebook) -> list[deadlines.Deadline]:
    """Making, filing, publishing; publication itself is counted from the issue and shown there."""
    return deadlines.deadlines(
        book,
        calendar(),
        year=plan.year,
        approved_on=_day(plan.approved_at),
        issued_on=plan.issued_on,
        filed_on=plan.filed_on,
    )


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
    return {
        task.line: {"任务": task.name, "比例": "、".join(task.rates) or "按规则书", "检查方式": task.method,
                    "检查主体": "、".join(task.offices), "备注": task.note or "无"}
        for task in plan.tasks.order_by("no")
    }  # fmt: skip
