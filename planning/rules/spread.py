"""What many simulated years mean for each target and each inspector: how often, never, how evenly.

The teams follow the shape of a draw (capacity = seats ÷ people, rounded up, plus one; the nearest first), but not its
matching: who goes is a lot among those who may. source: docs/decisions/0010, AMB-50
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planning.rules.simulation import Slot, Year
from planning.rules.standing import Known
from planning.rules.workload import Reach, Worker

Sample = Callable[[Sequence[int], int], Sequence[int]]
"""(people, how many) → that many different ones, by lot."""

MANY = 4


class Times:
    """How many targets of a line were visited 0, 1, 2, 3, 4 or more times in a year."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.years = 0
        self.bases: dict[tuple[str, int], set[int]] = defaultdict(set)
        for slot in slots:
            self.bases[slot.line.id, slot.instance.unit].update(slot.base)
        self.counts: dict[tuple[str, int], Counter[int]] = {row: Counter() for row in self.bases}
        self.everybody = frozenset(target for base in self.bases.values() for target in base)
        self.all: Counter[int] = Counter()

    def add(self, year: Year) -> None:
        self.years += 1
        times = {target: min(count, MANY) for target, count in year.visits.items()}
        self.all.update(Counter(times.values()))
        self.all[0] += len(self.everybody) - len(times)
        for row, base in self.bases.items():
            seen = Counter(times[target] for target in base if target in times)
            self.counts[row].update(seen)
            self.counts[row][0] += len(base) - sum(seen.values())

    def of(self, row: tuple[str, int]) -> list[float]:
        """Mean number of targets by times: index 0 never, the last MANY or more."""
        return [self.counts[row][times] / self.years for times in range(MANY + 1)]

    def result(self) -> dict[str, Any]:
        total = len(self.everybody)
        return {
            "targets": total,
            "times": [self.all[times] / self.years for times in range(MANY + 1)],
            "never_share": self.all[0] / self.years / total if total else None,
        }


class Loads:
    """How many visits every inspector would make, drawn by lot within capacity and reach."""

    def __init__(
        self, steps: Sequence[Sequence[Slot]], workers: Sequence[Worker], targets: Sequence[Known], team: int
    ) -> None:
        self.workers, self.team, self.years, self.unstaffed = workers, team, 0, 0
        self.days = [step[0].period.first for step in steps]
        fit = [[worker for worker in workers if worker.fit_on(day)] for day in self.days]
        self.fit = [tuple(worker.id for worker in present) for present in fit]
        self.reach = [Reach(present) for present in fit]
        self.place = {known.id: (known.area, known.unit) for known in targets}
        self.counts: dict[int, list[int]] = {worker.id: [] for worker in workers}
        self.visits: list[list[int]] = [[] for _ in steps]

    def add(self, steps: Sequence[Sequence[Slot]], year: Year, sample: Sample) -> None:
        self.years += 1
        done: Counter[int] = Counter()
        for at, step in enumerate(steps):
            targets = sorted({target for slot in step for target in year.taken[slot.key]})
            self.visits[at].append(len(targets))
            if len(self.fit[at]) < self.team:
                self.unstaffed += len(targets)
                continue
            self._staff(at, targets, done, sample)
        for worker, counts in self.counts.items():
            counts.append(done[worker])

    def _staff(self, at: int, targets: Sequence[int], done: Counter[int], sample: Sample) -> None:
        seats, people = len(targets) * self.team, len(self.fit[at])
        capacity = -(-seats // people) + 1
        here: Counter[int] = Counter()
        for target in targets:
            team = self._team(at, target, here, capacity, sample)
            here.update(team)
        done.update(here)

    def _team(
        self, at: int, target: int, here: Mapping[int, int], capacity: int, sample: Sample
    ) -> list[int]:
        """The nearest ring first; whoever is missing comes from the next one, at last beyond capacity."""
        team: list[int] = []
        for ring in self.reach[at].rings(*self.place[target]):
            team += _free(ring, self.team - len(team), team, here, capacity, sample)
            if len(team) == self.team:
                return team
        rest = [one for one in self.fit[at] if one not in team]
        return team + list(sample(rest, self.team - len(team)))

    def result(self) -> dict[str, Any]:
        return {
            "team": self.team,
            "unstaffed_mean": self.unstaffed / self.years,
            "people": [self._person(worker) for worker in self.workers],
            "person_years": self._person_years(),
            "steps": [
                {"day": str(day), "people": len(self.fit[at]), "visits_mean": sum(self.visits[at]) / self.years,
                 "visits_high": max(self.visits[at])}
                for at, day in enumerate(self.days)
            ],
        }  # fmt: skip

    def _person(self, worker: Worker) -> dict[str, Any]:
        counts = sorted(self.counts[worker.id])
        return {
            "id": worker.id, "name": worker.name, "unit_name": worker.unit_name, "mean": sum(counts) / len(counts),
            "low": counts[len(counts) // 20], "high": counts[-1 - len(counts) // 20], "most": counts[-1],
        }  # fmt: skip

    def _person_years(self) -> list[list[float]]:
        """[visits of one person in one year, share of the person-years], every number in between included."""
        found = Counter(count for counts in self.counts.values() for count in counts)
        if not found:
            return []
        total = found.total()
        return [[visits, found[visits] / total] for visits in range(min(found), max(found) + 1)]


def _free(
    ring: Sequence[int],
    need: int,
    team: Sequence[int],
    here: Mapping[int, int],
    capacity: int,
    sample: Sample,
) -> Sequence[int]:
    """Up to `need` of a ring by lot, without those at capacity or on the team already.

    Most lots fall on people who are free; only where one does not, the free ones are listed and drawn from. Either way
    every set of free people is as likely as any other.
    """
    if len(ring) >= need:
        lucky = sample(ring, need)
        if all(here.get(one, 0) < capacity and one not in team for one in lucky):
            return lucky
    free = [one for one in ring if here.get(one, 0) < capacity and one not in team]
    return sample(free, min(need, len(free)))
