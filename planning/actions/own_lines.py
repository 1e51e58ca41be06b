"""Tasks a bureau adds to the book in its own plan, and the widened scope of a task of the book.

source: rulebooks.md §1.5, NM-25.3, NM-25.4, WL-7.3, WL-7.4
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.rulebook.model import Rulebook
from planning import policies, scoping, trial
from planning.actions.building import create_numbers_of
from planning.actions.locking import locked
from planning.models import AnnualPlan, PlanTask
from planning.rules import naming, own_lines
from planning.rules.own_lines import OwnLine
from planning.rules.principles import DAILY
from registry.models import InspectionItem


@dataclass(frozen=True)
class Terms:
    """What the planner says of a line. when: one alternative of conditions · rates: for population and officers ·
    count: per period, for manual"""

    name: str
    source: str
    bodies: Sequence[str]
    when: Sequence[Mapping[str, Any]]
    period: str = "quarter"
    basis: str = "population"
    rates: Sequence[Decimal] = ()
    count: int | None = None
    activity: str = DAILY
    method: str = "onsite"
    offices: Sequence[str] = ()
    items: Sequence[InspectionItem] = field(default=())
    note: str = ""


@transaction.atomic
def add_own_task(*, by: User, plan: AnnualPlan, terms: Terms, on: date) -> PlanTask:
    """A task beyond the book, with its own scope, number and document.

    raises: RuleBroken for a joint plan, an incomplete line, or a directed scope the book does not allow
    """
    plan = locked(plan)
    policies.check_edit(by, plan)
    policies.check_own_plan(plan)
    book = trial.book_of(plan)
    raw = _raw(terms, _next_id(plan))
    _store(plan, book, raw, on)
    book = trial.book_of(plan)
    task = PlanTask(plan=plan, no=_next_no(plan), line=raw["id"], origin=PlanTask.Origin.LOCAL)
    _fill(task, book, terms)
    create_numbers_of(task, book, on, manual=terms.count)
    _note(by, task, "add_own_task", raw)
    return task


@transaction.atomic
def change_own_task(*, by: User, task: PlanTask, terms: Terms, on: date) -> PlanTask:
    """Change every term of an own task; its numbers are worked out anew."""
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    policies.check_own(task)
    book = trial.book_of(plan)
    before = _line(book, task)
    policies.check_shape_kept(plan, before, bodies=terms.bodies, period=terms.period)
    raw = {**_raw(terms, task.line), "widens": before.widens, "except": list(before.except_)}
    _store(plan, book, raw, on)
    book, task.plan = trial.book_of(plan), plan
    _fill(task, book, terms)
    task.numbers.all().delete()
    create_numbers_of(task, book, on, manual=terms.count)
    _note(by, task, "change_own_task", raw)
    return task


@transaction.atomic
def widen_scope(
    *, by: User, task: PlanTask, when: Sequence[Mapping[str, Any]], source: str, on: date
) -> PlanTask | None:
    """Give a task of the book a wider scope. The targets that come in stand in a task of their own, at the same rate, so
    that the book's own targets get no less; the book's scope again takes that task away.

    returns: the task of what is added, None when nothing is
    raises: RuleBroken with the clause for a scope that lets go of somebody the book means
    """
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    policies.check_own_plan(plan)
    book = trial.book_of(plan)
    line = book.line(task.line)
    policies.check_widen(book, line, when)
    known = _widening(plan, book, task.line)
    if list(when) == own_lines.raw_of(line.when):
        if known is not None:
            policies.check_not_confirmed(plan, known)
            _remove(by, known)
        return None
    rates = tuple(Decimal(rate) for rate in task.rates) or line.rates
    terms = Terms(
        name=f"{naming.line_name(book, line)}（扩大的范围）", source=source, bodies=line.bodies, when=when, period=line.period,
        basis=line.basis, rates=rates, count=0 if line.basis == "manual" else None, method=task.method,
        offices=task.offices, items=list(task.items.all()), activity=DAILY,
    )  # fmt: skip
    raw = _raw(terms, known.line if known else _next_id(plan))
    raw |= {"widens": line.id, "except": [line.id, *line.except_], "order": line.order}
    _store(plan, book, raw, on)
    book = trial.book_of(plan)
    found = known or PlanTask(no=_next_no(plan), line=raw["id"], origin=PlanTask.Origin.LOCAL)
    found.plan = plan
    _fill(found, book, terms)
    found.numbers.all().delete()
    create_numbers_of(found, book, on, manual=terms.count)
    _note(by, found, "widen_scope", raw)
    return found


@transaction.atomic
def drop_own_task(*, by: User, task: PlanTask) -> None:
    """Take an own task out of a draft; what the book asks for stays."""
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    policies.check_own(task)
    task.plan = plan
    policies.check_not_confirmed(plan, task)
    _remove(by, task)


def follow_rates(plan: AnnualPlan, book: Rulebook, task: PlanTask, on: date) -> None:
    """The part added to a scope is drawn at the rate of the part it adds to. Called inside an action's transaction."""
    found = _widening(plan, book, task.line)
    if found is None:
        return
    rates = [str(rate) for rate in task.rates] or [str(rate) for rate in book.line(task.line).rates]
    plan.own_lines = [raw | {"rates": rates} if raw["id"] == found.line else raw for raw in plan.own_lines]
    plan.save(update_fields=["own_lines"])
    found.numbers.all().delete()
    create_numbers_of(found, trial.book_of(plan), on)


def check_own_lines(plan: AnnualPlan, book: Rulebook, on: date, *, approved: bool) -> None:
    """What own lines may not do: use up the visits the book's lines need, or set a range for daily checks without the
    exception. approved: the exception has been approved; before, it must have been asked for.

    raises: RuleBroken with the clause. source: rulebooks.md §1.5, NM-26.2, WL-6.2
    """
    own = [line for line in book.quotas if isinstance(line, OwnLine)]
    if not own:
        return
    for line in own:
        policies.check_daily_scope(plan, book, line, approved=approved)
    for name, room in scoping.short_rooms(scoping.year_with(plan, book, on)):
        cap = next(cap for cap in book.caps if cap.id == room.cap)
        clause = cap.origin("max").ref
        raise RuleBroken(
            f"自设任务会占掉规则书要求的次数（{clause}）：{name} {room.targets} 家，每家每年最多 {cap.max} 次，"
            f"规则书至少要抽 {room.needed} 家次，只剩 {max(room.allowed - room.needed, 0)} 家次，自设任务最多会用 {room.own} 家次。"
            "请缩小自设任务的范围或数量。",
            code="cap_spent", clause=clause,
        )  # fmt: skip


def _raw(terms: Terms, line: str) -> dict[str, Any]:
    return {
        "id": line, "zh": terms.name.strip(), "source": terms.source.strip(), "activity": terms.activity, "bodies": list(terms.bodies),
        "when": [{key: list(values) if isinstance(values, tuple | list) else values for key, values in one.items()} for one in terms.when],
        "except": [], "period": terms.period, "basis": terms.basis, "rates": [str(rate) for rate in terms.rates],
        "order": "uninspected_first", "widens": "",
    }  # fmt: skip


def _store(plan: AnnualPlan, book: Rulebook, raw: dict[str, Any], on: date) -> None:
    """raises: RuleBroken for what the line lacks or the book does not know"""
    try:
        line = own_lines.own_line(book, raw)
    except ValueError as faults:
        raise RuleBroken(
            f"范围里有规则书不认识的条件：{faults}。请重新选择。", code="scope_unknown"
        ) from None
    policies.check_own_line(book, line)
    rest = [one for one in plan.own_lines if one["id"] != raw["id"]]
    plan.own_lines = sorted([*rest, raw], key=lambda one: int(one["id"].removeprefix(own_lines.PREFIX)))
    plan.save(update_fields=["own_lines"])


def _fill(task: PlanTask, book: Rulebook, terms: Terms) -> None:
    plan, line = task.plan, _line(book, task)
    task.name, task.source, task.note = terms.name.strip(), terms.source.strip(), terms.note
    task.scope = scoping.words(plan.organisation, line)[:300]
    if line.widens:
        task.scope = f"{task.scope}，已在“{naming.line_name(book, book.line(line.widens))}”里的除外"[:300]
    task.basis, task.period = f"本局自设（{task.source}）"[:200], line.period
    task.method, task.offices = policies.checked_method(book, line, terms.method), _offices(book, line, terms)
    task.directed = own_lines.narrowed(line) and not line.widens
    task.full_clean(exclude=["plan"])
    task.save()
    task.items.set(policies.checked_items(plan, terms.items))


def _offices(book: Rulebook, line: OwnLine, terms: Terms) -> list[str]:
    return list(terms.offices) or [book.body(body).zh for body in line.bodies]


def _line(book: Rulebook, task: PlanTask) -> OwnLine:
    line = book.line(task.line)
    if not isinstance(line, OwnLine):
        raise OutOfOrder(f"“{task.name}”是规则书的任务，不是本局自设的。")
    return line


def _widening(plan: AnnualPlan, book: Rulebook, line: str) -> PlanTask | None:
    own = [one.id for one in book.quotas if isinstance(one, OwnLine) and one.widens == line]
    return PlanTask.objects.filter(plan=plan, line__in=own).first()


def _next_id(plan: AnnualPlan) -> str:
    """Never one that any plan of the bureau has had: draws and statistics go by it."""
    plans = AnnualPlan.objects.filter(organisation=plan.organisation).values_list("own_lines", flat=True)
    return own_lines.next_id(raw["id"] for rows in plans for raw in rows)


def _next_no(plan: AnnualPlan) -> int:
    last = plan.tasks.order_by("-no").values_list("no", flat=True).first()
    return (last or 0) + 1


def _remove(by: User, task: PlanTask) -> None:
    plan = task.plan
    _note(by, task, "drop_own_task", {"id": task.line, "source": task.source})
    plan.own_lines = [raw for raw in plan.own_lines if raw["id"] != task.line]
    plan.save(update_fields=["own_lines"])
    task.numbers.all().delete()
    task.delete()


def _note(by: User, task: PlanTask, act: str, raw: Mapping[str, Any]) -> None:
    ledger.record(
        actor=by, act=f"planning.{act}", subject=task, organisation=task.plan.organisation,
        data={"plan": task.plan, "name": task.name, **raw},
    )  # fmt: skip
