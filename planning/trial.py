"""Numbers as they would be today: registers, plan and rulebook put together. Reads only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from foundation.errors import RuleBroken
from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation, Unit
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Line
from planning import headcount, population
from planning.models import AnnualPlan, PlannedNumber, PlanTask
from planning.population import Register
from planning.rules import own_lines, terms
from planning.rules.figures import Figure, Terms, figure
from planning.rules.standing import ELIGIBLE, LineMembers

Key = tuple[str, int, str]


@dataclass(frozen=True)
class PlanTerms:
    """What a plan says of its lines: own rates per line, planned number per (line, unit id, period id)."""

    rates: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    numbers: Mapping[Key, PlannedNumber] = field(default_factory=dict)


def terms_of(plan: AnnualPlan) -> PlanTerms:
    """Two queries."""
    tasks = PlanTask.objects.filter(plan=plan).values_list("line", "rates")
    rows = PlannedNumber.objects.filter(task__plan=plan).select_related("task")
    numbers = {(row.task.line, row.unit_id, row.period): row for row in rows}
    return PlanTerms({line: tuple(Decimal(rate) for rate in rates) for line, rates in tasks}, numbers)


def governing_book(organisation: Organisation, year: int, on: date) -> Rulebook:
    """The version in force on the first day of the year; where none was yet, the first one adopted during the
    year, or the one in force today. source: AMB-59
    """
    try:
        return rulebook_of(organisation, date(year, 1, 1))
    except RulebookMissing:
        later = organisation.adoptions.filter(effective_from__year=year).order_by("effective_from").first()
        return rulebook_of(organisation, later.effective_from if later else on)


def book_of(plan: AnnualPlan) -> Rulebook:
    """The rulebook a plan was made with, and the lines the plan adds to it.

    raises: RuleBroken when its file has changed since
    """
    book = library.get(plan.rulebook_id)
    if book.hash != plan.rulebook_hash:
        raise RuleBroken(
            f"计划“{plan.name}”所依据的规则书 {plan.rulebook_id} 已变（{plan.rulebook_hash[:8]} → {book.hash[:8]}）。"
            "请修订计划，使其依据现行版本。",
            code="rulebook_changed",
        )
    return own_lines.with_own(book, plan.own_lines)


def book_as_planned(plan: AnnualPlan) -> Rulebook:
    """The same to read an old plan or draw by, whatever became of the file since."""
    return own_lines.with_own(library.get(plan.rulebook_id), plan.own_lines)


def book_in_use(organisation: Organisation, year: int, on: date) -> Rulebook:
    """Of the plan in force, else the one that governs the year."""
    plan = AnnualPlan.objects.in_force(organisation, year).first()
    return book_of(plan) if plan else governing_book(organisation, year, on)


def any_line(book: Rulebook, organisation: Organisation, line: str) -> Line:
    """A line by its id, also one that only an older version of a plan added: what was drawn under it keeps its name.

    raises: KeyError for a line nobody ever had
    """
    if any(one.id == line for one in book.quotas):
        return book.line(line)
    for plan in AnnualPlan.objects.filter(organisation=organisation).exclude(own_lines=[]).order_by("-pk"):
        if any(raw["id"] == line for raw in plan.own_lines):
            return book_as_planned(plan).line(line)
    raise KeyError(line)


@dataclass(frozen=True)
class Slot:
    """One number to be worked out: a line, an instance, one of the line's own periods."""

    line: Line
    unit: Unit
    period: Period

    @property
    def key(self) -> Key:
        return (self.line.id, self.unit.pk, self.period.id)


def slots(book: Rulebook, units: Mapping[str, Iterable[Unit]], period: Period) -> list[Slot]:
    """Everything in play in a period, in the order of the book: lines, then instances, then own periods."""
    return [
        Slot(line, unit, own)
        for line in terms.draw_lines(book, units)
        for body in line.bodies
        for unit in units.get(body, ())
        for own in terms.in_play(line, period)
    ]


def figures(
    organisation: Organisation, register: Register, plan: PlanTerms, period: Period, *,
    exclusions: Collection[str] | None = None, fresh: bool = False,
) -> list[Figure]:  # fmt: skip
    """The figures of everything in play in a period, on the register's day."""
    wanted = slots(register.book, register.units, period)
    heads = _heads(organisation, register, wanted)
    floors = register.book.plan.freeze == "floor"
    return [_figure(register, plan, slot, heads, floors, exclusions, fresh) for slot in wanted]


def _figure(
    register: Register, plan: PlanTerms, slot: Slot, heads: Mapping[tuple[str, int], int], floors: bool,
    exclusions: Collection[str] | None, fresh: bool,
) -> Figure:  # fmt: skip
    officers = heads.get((slot.period.id, slot.unit.pk), 0)
    drawn = register.count_drawn(slot.line, slot.unit, slot.period)
    brought = _terms(plan, slot, officers, floors=floors, drawn=drawn)
    quota = None if fresh else register.frozen.get((slot.period.id, slot.line.id, slot.unit.pk))
    if quota is not None:
        brought = replace(brought, officers=quota.officers, confirmed=quota.required, kept=quota.explanation)
    found = register.members(slot.line, slot.unit, slot.period, exclusions=exclusions, fresh=fresh)
    return figure(register.book, slot.line, slot.unit.body, found, brought)


def _terms(plan: PlanTerms, slot: Slot, officers: int, *, floors: bool, drawn: int) -> Terms:
    planned = plan.numbers.get(slot.key)
    return Terms(
        rates=plan.rates.get(slot.line.id, ()),
        manual=(planned.manual if planned else None) or 0,
        manual_source=planned.manual_source if planned else "",
        floor=planned.number if floors and planned else None,
        officers=officers,
        drawn=drawn,
    )


def _heads(
    organisation: Organisation, register: Register, wanted: Iterable[Slot]
) -> dict[tuple[str, int], int]:
    """Head-counts, only for the periods of lines that multiply them."""
    units = [unit for several in register.units.values() for unit in several]
    periods = {slot.period.id: slot.period for slot in wanted if slot.line.basis == "officers"}
    found = {}
    for period in periods.values():
        counts = headcount.officers(organisation, units, register.on, period)
        found.update({(period.id, unit): count for unit, count in counts.items()})
    return found


def year_figures(
    organisation: Organisation, register: Register, plan: PlanTerms, year: int, *, only: str = ""
) -> list[Figure]:
    """The plan's numbers: today's register, as if nothing had been drawn, stands for every period of the year; no
    floor yet. only: line id. source: AMB-03, AMB-31
    """
    whole = Period(year, "year", 1)
    wanted = [slot for slot in slots(register.book, register.units, whole) if only in ("", slot.line.id)]
    units = [unit for several in register.units.values() for unit in several]
    counts = headcount.officers(organisation, units, register.on, whole)
    bases: dict[tuple[str, int], list[int]] = {}
    found = []
    for slot in wanted:
        row = (slot.line.id, slot.unit.pk)
        if row not in bases:
            bases[row] = register.members(slot.line, slot.unit, slot.period, fresh=True).base
        members = untouched(slot, bases[row])
        brought = _terms(plan, slot, counts[slot.unit.pk], floors=False, drawn=0)
        found.append(figure(register.book, slot.line, slot.unit.body, members, brought))
    return found


def untouched(slot: Slot, base: list[int]) -> LineMembers:
    """A base nobody has been drawn from."""
    return LineMembers(slot.line.id, slot.unit.pk, slot.period, base, dict.fromkeys(base, ELIGIBLE), {})


def read(organisation: Organisation, book: Rulebook, on: date, period: Period) -> Register:
    return population.read(organisation, book, on, year=period.year)
