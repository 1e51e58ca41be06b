"""The register of a bureau as the starting point of simulated years. Reads only."""

from dataclasses import dataclass, replace
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning import population, trial
from planning.models import AnnualPlan
from planning.rules.simulation import Instance, Slot, slots
from planning.rules.standing import Known


@dataclass(frozen=True)
class Start:
    """A year that has not begun: who there is, and what must be drawn."""

    book: Rulebook
    year: int
    targets: tuple[Known, ...]
    slots: tuple[Slot, ...]


def of_register(organisation: Organisation, year: int, on: date, *, rulebook_id: str = "") -> Start:
    """Today's register with no visit yet; numbers of the plan in force where it follows the same rulebook, else of
    the rulebook itself (manual lines are then 0)."""
    plan = AnnualPlan.objects.in_force(organisation, year).first()
    if plan is not None and rulebook_id in ("", plan.rulebook_id):
        book, given = trial.book_of(plan), trial.terms_of(plan)
    else:
        book = library.get(rulebook_id) if rulebook_id else trial.governing_book(organisation, year, on)
        given = trial.PlanTerms()
    register = population.read(organisation, book, on, year=year)
    figures = trial.year_figures(organisation, register, given, year)
    numbers = {(one.line.id, one.unit, one.period.id): one.required for one in figures}
    instances = [
        Instance(unit.pk, unit.name, unit.body, register.jurisdiction(unit))
        for several in register.units.values()
        for unit in several
    ]
    targets = tuple(replace(known, visits=0) for known in register.targets if not known.gone)

    def required(line, instance: Instance, period: Period, base: int) -> int:
        return numbers.get((line.id, instance.unit, period.id), 0)

    return Start(book, year, targets, tuple(slots(book, targets, instances, year, required)))
