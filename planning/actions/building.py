"""Tasks and numbers of a plan version, worked out from rulebook and registers. Called inside a plan action's transaction."""

from collections.abc import Sequence
from datetime import date

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Line
from planning import population, trial
from planning.models import AnnualPlan, PlannedNumber, PlanTask
from planning.rules import months as monthly
from planning.rules import naming, terms
from planning.rules.figures import Figure
from registry.models import InspectionItem


def build_tasks(
    plan: AnnualPlan,
    book: Rulebook,
    on: date,
    like: AnnualPlan | None = None,
    own_from: AnnualPlan | None = None,
) -> None:
    """One task per drawing line, with its items and numbers; a joint plan has those that are joint by definition, or, where
    the book names none, all of them to choose from. like: version whose choices are kept · own_from: version
    of which only the own tasks are kept.
    """
    units = population.instances(plan.organisation, book)
    lines = _lines(plan, book, terms.draw_lines(book, units), like)
    if not lines:
        needed = "、".join(f"{body.id}（{body.zh}）" for body in book.bodies)
        raise RuleBroken(
            f"没有一个内设机构登记为抽取主体，无法计算配额。请在机构设置里把抽取主体填为：{needed}。",
            code="no_drawing_unit",
        )
    items = _items_by_code(plan.organisation, on)
    before = {task.line: task for task in like.tasks.prefetch_related("items")} if like else {}
    if own_from:
        before |= {
            task.line: task for task in own_from.tasks.filter(origin="local").prefetch_related("items")
        }
    for no, line in enumerate(lines, 1):
        task = PlanTask.objects.create(
            plan=plan, no=no, line=line.id, **_task_fields(book, line, before.get(line.id))
        )
        task.items.set(before[line.id].items.all() if line.id in before else _items_for(items, line))
    _create_numbers(plan, book, on, trial.terms_of(like) if like else _own_terms(own_from))


_JOINT = {"internal_joint": "internal", "joint_departments": "external"}


def _lines(
    plan: AnnualPlan, book: Rulebook, lines: Sequence[Line], like: AnnualPlan | None
) -> Sequence[Line]:
    if not plan.is_joint:
        return lines
    if like is not None:
        kept = set(like.tasks.values_list("line", flat=True))
        return [line for line in lines if line.id in kept]
    joint = [line for line in lines if line.item and book.item(line.item).joint == _JOINT[plan.kind]]
    return joint or lines


def _task_fields(book: Rulebook, line: Line, before: PlanTask | None) -> dict:
    clause = line.origin("rates").ref
    if before is not None:
        kept = (
            "name",
            "directed",
            "scope",
            "basis",
            "period",
            "method",
            "offices",
            "rates",
            "rates_reason",
            "not_joint_reason",
            "weights",
            "note",
            "origin",
            "source",
        )
        values = {field: getattr(before, field) for field in kept}
        return values if book.draw.weights else values | {"weights": []}
    item = book.item(line.item) if line.item else None
    return {
        "name": f"{naming.line_name(book, line)}{terms.PERIOD_ZH[line.period]}抽查"[:200],
        "scope": naming.scope(book, line)[:300],
        "basis": f"{book.zh}（{clause}）"[:200],
        "period": line.period,
        "method": (item.modes if item and item.modes else book.inspection.modes)[0],
        "offices": list(item.offices) if item else [book.body(body).zh for body in line.bodies],
    }


def _items_by_code(organisation: Organisation, on: date) -> dict[str, InspectionItem]:
    return {
        item.code: item for item in InspectionItem.objects.filter(organisation=organisation).published(on)
    }


def _items_for(items: dict[str, InspectionItem], line: Line) -> list[InspectionItem]:
    """The line's own item; a line for all items of daily supervision takes every published one."""
    if line.item is None:
        return list(items.values())
    return [item for code, item in items.items() if code.lower() == line.item.lower()]


def _own_terms(plan: AnnualPlan | None) -> trial.PlanTerms:
    """What a plan says of its own lines only."""
    numbers = trial.terms_of(plan).numbers if plan else {}
    return trial.PlanTerms(numbers={key: row for key, row in numbers.items() if row.task.is_local})


def _create_numbers(plan: AnnualPlan, book: Rulebook, on: date, given: trial.PlanTerms) -> None:
    rates = trial.terms_of(plan).rates
    figures = _year(plan, book, on, trial.PlanTerms(rates, given.numbers))
    tasks = {task.line: task for task in plan.tasks.all()}
    PlannedNumber.objects.bulk_create(
        PlannedNumber(task=tasks[found.line.id], unit_id=found.unit, period=found.period.id,
                      **_number_fields(found, given.numbers.get((found.line.id, found.unit, found.period.id))))
        for found in figures
        if found.line.id in tasks
    )  # fmt: skip


def create_numbers_of(task: PlanTask, book: Rulebook, on: date, *, manual: int | None = None) -> None:
    """The numbers of one new task. manual: the same number for every period, from the task's own document"""
    figures = _year(task.plan, book, on, trial.PlanTerms(), task.line)
    PlannedNumber.objects.bulk_create(
        PlannedNumber(task=task, unit_id=found.unit, period=found.period.id, **_number_fields(found, None) | _typed(task, manual))
        for found in figures
    )  # fmt: skip
    if manual is not None:
        renumber(task.plan, book, on, only=task)


def _typed(task: PlanTask, manual: int | None) -> dict:
    return {} if manual is None else {"manual": manual, "manual_source": task.source}


def _number_fields(found: Figure, kept: PlannedNumber | None) -> dict:
    return {
        "base": found.base,
        "officers": found.explanation["arithmetic"]["officers"] or 0,
        "number": found.required,
        "manual": kept.manual if kept else None,
        "manual_source": kept.manual_source if kept else "",
        "explanation": found.explanation,
        "snapshot": found.members.base,
        "months": kept.months if kept and monthly.fits(found.required, found.period, kept.months) else [],
    }


def _year(plan: AnnualPlan, book: Rulebook, on: date, given: trial.PlanTerms, only: str = "") -> list[Figure]:
    register = trial.read(plan.organisation, book, on, Period(plan.year, "year", 1))
    return trial.year_figures(plan.organisation, register, given, plan.year, only=only)


def renumber(plan: AnnualPlan, book: Rulebook, on: date, only: PlanTask | None = None) -> None:
    """Work the numbers out again, of one task or of all; manual numbers and their sources stay."""
    given = trial.terms_of(plan)
    rows = []
    for found in _year(plan, book, on, given, only.line if only else ""):
        row = given.numbers.get((found.line.id, found.unit, found.period.id))
        if row is None:
            continue
        for field, value in _number_fields(found, row).items():
            setattr(row, field, value)
        rows.append(row)
    PlannedNumber.objects.bulk_update(
        rows, ["base", "officers", "number", "explanation", "snapshot", "months"]
    )
