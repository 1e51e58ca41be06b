"""Who can be sent where and when: the people behind the visits of a year. source: rulebooks.md §3 [team], INV-09"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from planning.rules.standing import Known


@dataclass(frozen=True)
class Worker:
    """One inspector as the capacity sees him.

    valid: first and last day of the certificate, None = open or no certificate · away: periods of absence, end None = open
    """

    id: int
    name: str
    unit: int
    unit_name: str
    areas: frozenset[int]
    valid: tuple[date | None, date | None]
    away: tuple[tuple[date, date | None], ...] = ()

    def certified_on(self, day: date) -> bool:
        first, last = self.valid
        return last is not None and day <= last and (first is None or first <= day)

    def away_on(self, day: date) -> bool:
        return any(since <= day and (until is None or day <= until) for since, until in self.away)

    def fit_on(self, day: date) -> bool:
        """Certified and present."""
        return self.certified_on(day) and not self.away_on(day)


@dataclass(frozen=True)
class Room:
    """What the people of a span can do. days: person-days with certificate and present · lost_leave, lost_certificate:
    person-days that leave and certificates take away · people: how many are there for at least one day"""

    people: int
    days: int
    lost_leave: int
    lost_certificate: int


def room(workers: Iterable[Worker], workdays: Collection[date]) -> Room:
    """Person-days of a span, one visit per person and working day at most."""
    people = days = leave = certificate = 0
    for worker in workers:
        fit = 0
        for day in workdays:
            if not worker.certified_on(day):
                certificate += 1
            elif worker.away_on(day):
                leave += 1
            else:
                fit += 1
        people, days = people + (fit > 0), days + fit
    return Room(people, days, leave, certificate)


class Reach:
    """Who may be sent to a target: those who look after its area; where nobody does, its unit; otherwise everybody."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.everybody = tuple(worker.id for worker in workers)
        self.by_area: dict[int, list[int]] = {}
        self.by_unit: dict[int, list[int]] = {}
        self._known: dict[tuple[int, int | None], tuple[Sequence[int], ...]] = {}
        for worker in workers:
            self.by_unit.setdefault(worker.unit, []).append(worker.id)
            for area in worker.areas:
                self.by_area.setdefault(area, []).append(worker.id)

    def rings(self, area: int, unit: int | None) -> tuple[Sequence[int], ...]:
        """From the nearest to everybody."""
        found = self._known.get((area, unit))
        if found is None:
            near = (self.by_area.get(area, ()), self.by_unit.get(unit or 0, ()), self.everybody)
            found = self._known[area, unit] = tuple(ring for ring in near if ring)
        return found


@dataclass(frozen=True)
class Way:
    """What a bureau reckons with for one area. visits: one team's in a day · road: days on the road beside each day out"""

    visits: int = 1
    road: float = 0.0


@dataclass(frozen=True)
class AreaQuarter:
    """visits: expected · needed: person-days with the road · days: of the people who look after the area"""

    visits: float
    needed: float
    days: int

    @property
    def short(self) -> bool:
        return self.needed > self.days


@dataclass(frozen=True)
class AreaLoad:
    """Travel: what one area asks for. people: who look after it · quarters: against the days of those people"""

    area: int
    targets: int
    people: int
    quarters: tuple[AreaQuarter, ...]

    @property
    def visits(self) -> float:
        return sum(one.visits for one in self.quarters)

    @property
    def needed(self) -> float:
        return sum(one.needed for one in self.quarters)

    @property
    def short(self) -> bool:
        """Somebody looks after it, and in some quarter their days do not suffice."""
        return bool(self.people) and any(one.short for one in self.quarters)


def area_loads(
    targets: Iterable[Known], expected: Mapping[int, Sequence[float]], workers: Sequence[Worker], *, team: int,
    ways: Mapping[int, Way], workdays: Sequence[Collection[date]],
) -> list[AreaLoad]:  # fmt: skip
    """expected: target → visits expected per quarter · ways: area → what the bureau reckons with. Most visits first."""
    size: dict[int, int] = {}
    visits: dict[int, list[float]] = {}
    for known in targets:
        size[known.area] = size.get(known.area, 0) + 1
        sums = visits.setdefault(known.area, [0.0] * len(workdays))
        for at, chance in enumerate(expected.get(known.id, ())):
            sums[at] += chance
    found = []
    for area, count in size.items():
        near = [worker for worker in workers if area in worker.areas]
        way = ways.get(area, Way())
        quarters = tuple(
            AreaQuarter(visits[area][at], person_days(visits[area][at], team, way), room(near, span).days)
            for at, span in enumerate(workdays)
        )
        found.append(AreaLoad(area, count, len(near), quarters))
    return sorted(found, key=lambda load: (-load.visits, load.area))


def person_days(visits: float, team: int, way: Way) -> float:
    """A team's days out for these visits, each with its days on the road, times its people."""
    return visits / way.visits * (1 + way.road) * team
