"""What the feasibility checks need to see, gathered in a fixed number of queries."""

from collections.abc import Sequence
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from planning import headcount
from planning.models import AnnualPlan
from planning.population import Register
from planning.rules.feasibility import People, Scene
from planning.rules.figures import Figure
from registry.models import InspectionItem


def scene_of(
    organisation: Organisation, book: Rulebook, register: Register, found: Sequence[Figure], on: date, period: Period,
    plan: AnnualPlan | None = None,
) -> Scene:  # fmt: skip
    units = [unit for several in register.units.values() for unit in several]
    crew = headcount.crew(organisation, on, period.last)
    start = max(on, period.first)
    people = People(
        crew.available, max(workdays_between(calendar(), start, period.last), 0), crew.expired, crew.expiring
    )
    return Scene(
        book=book, figures=found, people=people, on=on, names={unit.pk: unit.name for unit in units},
        unpublished=tuple(_unpublished(plan)) if plan else (),
        idle_bodies=tuple(body.zh for body in book.bodies if body.id not in register.units and _draws(book, body.id)),
        landless=tuple(
            unit.name for unit in units if book.body(unit.body).area == "own" and not unit.areas.all()
        ),
    )  # fmt: skip


def _draws(book: Rulebook, body: str) -> bool:
    return any(body in line.bodies and line.role == "draw" for line in book.quotas)


def _unpublished(plan: AnnualPlan) -> list[str]:
    bare = plan.tasks.exclude(items__status=InspectionItem.Status.PUBLISHED).order_by("no")
    return list(bare.values_list("name", flat=True))
