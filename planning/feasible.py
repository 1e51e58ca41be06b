"""Everything of the feasibility page of a plan, gathered in a number of queries that does not grow with the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.organisation.models import Area
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import Calendar
from planning import factors, headcount, scene, trial
from planning.models import AnnualPlan, PlanTask
from planning.population import Register
from planning.rules import outlook, workload, year_grid
from planning.rules.feasibility import Finding
from planning.rules.year_grid import Line, Quarter
from registry.models import InspectionItem, Target

MOST = 500


@dataclass(frozen=True)
class Place:
    """One area of the travel table."""

    name: str
    load: workload.AreaLoad
    way: workload.Way

    @property
    def visits(self) -> float:
        return self.load.visits

    @property
    def people(self) -> int:
        return self.load.people


@dataclass(frozen=True)
class Capped:
    """A target that has its visits of the year already."""

    target: Target
    visits: int
    line: str
    where: tuple[str, str, int]


@dataclass(frozen=True)
class Item:
    """An item of the plan that may not be inspected now."""

    task: PlanTask
    name: str
    status: str


@dataclass(frozen=True)
class Feasible:
    plan: AnnualPlan
    book: Rulebook
    on: date
    findings: tuple[Finding, ...]
    lines: tuple[Line, ...]
    quarters: tuple[Quarter, ...]
    places: tuple[Place, ...]
    capped: tuple[Capped, ...]
    capped_count: int
    items: tuple[Item, ...]

    @property
    def conflicts(self) -> int:
        return sum(finding.level == "bad" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return sum(finding.level == "warn" for finding in self.findings)

    @property
    def several(self) -> bool:
        return len({line.unit for line in self.lines}) > 1

    @property
    def any_areas(self) -> bool:
        """Somebody's areas are registered, so that an area without anybody is a gap."""
        return any(place.people for place in self.places)

    @property
    def heads(self) -> list[str]:
        return [quarter.name for quarter in self.quarters]


def feasible(plan: AnnualPlan, on: date) -> Feasible:
    """raises: RuleBroken when the rulebook of the plan has changed"""
    book, whole = trial.book_of(plan), Period(plan.year, "year", 1)
    register = trial.read(plan.organisation, book, on, whole)
    figures = trial.year_figures(plan.organisation, register, trial.terms_of(plan), plan.year)
    seen = scene.scene_of(plan.organisation, book, register, figures, on, whole, plan)
    people = headcount.workers(plan.organisation, plan.year)
    spans = [_workdays(period, calendar()) for period in Period.of_year(plan.year, "quarter")]
    quarters = year_grid.quarters(seen, plan.year, [workload.room(people, span) for span in spans], spans)
    present = [known for known in register.targets if not known.gone]
    ways = factors.ways(plan.organisation)
    areas = workload.area_loads(
        present, year_grid.expected_visits(seen), people, team=book.team.min, ways=ways, workdays=spans
    )
    names = dict(Area.objects.filter(organisation=plan.organisation).values_list("pk", "name"))
    extra = year_grid.people_findings(seen, quarters, areas, names)
    capped = _capped(register, plan, on)
    return Feasible(
        plan=plan, book=book, on=on, findings=_sorted([*outlook.outlook(seen), *extra]), lines=tuple(year_grid.lines(seen)),
        quarters=tuple(quarters),
        places=tuple(Place(names[one.area], one, ways.get(one.area, workload.Way())) for one in areas if one.visits),
        capped=_named(capped[:MOST]), capped_count=len(capped), items=tuple(_items(plan, on)),
    )  # fmt: skip


def _sorted(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: ("bad", "warn", "ok").index(finding.level)))


def _workdays(period: Period, days: Calendar) -> list[date]:
    span = (period.first + timedelta(days=at) for at in range((period.last - period.first).days + 1))
    return [day for day in span if days.is_workday(day)]


def _capped(
    register: Register, plan: AnnualPlan, on: date
) -> list[tuple[int, int, str, tuple[str, str, int]]]:
    """Targets the cap takes out now, each with the first line it belongs to; only in the year that is running."""
    if plan.year != on.year:
        return []
    found: dict[int, tuple[int, int, str, tuple[str, str, int]]] = {}
    for slot in trial.slots(register.book, register.units, Period.containing(on, "quarter")):
        members = register.members(slot.line, slot.unit, slot.period, fresh=True)
        for target in members.out_of_pool("C.CAP"):
            where = (slot.period.id, slot.line.id, slot.unit.pk)
            found.setdefault(target, (target, members.visits[target], slot.line.id, where))
    return list(found.values())


def _named(rows: Sequence[tuple[int, int, str, tuple[str, str, int]]]) -> tuple[Capped, ...]:
    targets = Target.objects.select_related("area").in_bulk([row[0] for row in rows])
    return tuple(Capped(targets[pk], visits, line, where) for pk, visits, line, where in rows)


def _items(plan: AnnualPlan, on: date) -> list[Item]:
    """Items of the tasks that are not published, or only from a later day. source: AMB-35"""
    published = InspectionItem.objects.published(on).values("pk")
    tasks = PlanTask.objects.filter(plan=plan).prefetch_related("items").order_by("no")
    fit = set(published.filter(organisation=plan.organisation).values_list("pk", flat=True))
    return [
        Item(task, item.name, item.get_status_display())
        for task in tasks
        for item in task.items.all()
        if item.pk not in fit
    ]
