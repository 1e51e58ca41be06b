"""The register of a bureau as the starting point of simulated years. Reads only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from foundation.organisation.models import Organisation
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Line
from planning import population, trial
from planning.models import AnnualPlan
from planning.rules.fairness import Tally
from planning.rules.simulation import Choose, Instance, Slot, in_steps, play, slots
from planning.rules.spread import Loads, Sample, Times
from planning.rules.standing import Known
from planning.rules.workload import Worker


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
        return of_plan(plan, on)
    book = library.get(rulebook_id) if rulebook_id else trial.governing_book(organisation, year, on)
    return _start(organisation, year, on, book, trial.PlanTerms())


def of_plan(plan: AnnualPlan, on: date) -> Start:
    """Today's register with no visit yet, and the numbers of this plan, approved or not."""
    return _start(plan.organisation, plan.year, on, trial.book_of(plan), trial.terms_of(plan))


def _start(organisation: Organisation, year: int, on: date, book: Rulebook, given: trial.PlanTerms) -> Start:
    register = population.read(organisation, book, on, year=year)
    figures = trial.year_figures(organisation, register, given, year)
    numbers = {(one.line.id, one.unit, one.period.id): one.required for one in figures}
    instances = [
        Instance(unit.pk, unit.name, unit.body, register.jurisdiction(unit))
        for several in register.units.values()
        for unit in several
    ]
    targets = tuple(replace(known, visits=0, checked=False) for known in register.targets if not known.gone)

    def required(line: Line, instance: Instance, period: Period, base: int) -> int:
        return numbers.get((line.id, instance.unit, period.id), 0)

    return Start(book, year, targets, tuple(slots(book, targets, instances, year, required)))


class _Lots(Protocol):
    """Chance, given from above: see `config.simulation.lottery.Lots`."""

    @property
    def choose(self) -> Choose: ...
    @property
    def people(self) -> Callable[[str], Sample]: ...


def years(
    start: Start,
    workers: Sequence[Worker],
    runs: int,
    lots: _Lots,
    tell: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Play the year `runs` times. tell: called with the number of years done so far"""
    tally, steps = Tally(start.book, start.slots, start.targets), in_steps(start.slots)
    times = Times(start.slots)
    loads = Loads(steps, workers, start.targets, start.book.team.min)
    for run in range(runs):
        year = play(steps, str(run), lots.choose)
        tally.add(year)
        times.add(year)
        loads.add(steps, year, lots.people(str(run)))
        tell(run + 1)
    found = tally.result()
    for line, row in zip(found["lines"], tally.lines, strict=True):
        line["times"] = times.of(row)
    return found | {"targets": times.result(), "people": loads.result()}
