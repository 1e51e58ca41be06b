"""What many simulated years show: coverage, caps, shortfall, and whether equals had equal chances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import matches
from planning.rules import naming
from planning.rules.simulation import Slot, Year
from planning.rules.standing import Known

UNEVEN = 4.0
"""Standard deviations of the dispersion beyond which equals were not treated alike (1 in 30,000 by chance)."""


@dataclass
class _Line:
    slots: list[Slot]
    drawn: Counter[str] = field(default_factory=Counter)
    short_runs: Counter[str] = field(default_factory=Counter)
    cap_runs: int = 0
    distinct: list[int] = field(default_factory=list)

    @property
    def base(self) -> frozenset[int]:
        return frozenset(target for slot in self.slots for target in slot.base)


@dataclass
class _Equals:
    """Targets that stand alike in every slot. within: sum over years of the sample variance inside the year"""

    members: tuple[int, ...]
    hits: Counter[int] = field(default_factory=Counter)
    within: float = 0.0


class Tally:
    """Takes one year after the other and keeps sums only, so that a thousand years need no more room than one."""

    def __init__(self, book: Rulebook, slots: Sequence[Slot], targets: Sequence[Known]) -> None:
        self.book, self.targets, self.years = book, targets, 0
        self.lines: dict[tuple[str, int], _Line] = {}
        for slot in slots:
            self.lines.setdefault((slot.line.id, slot.instance.unit), _Line([])).slots.append(slot)
        self.equals = [_Equals(members) for members in _equals(slots)]
        self.group = {member: group for group in self.equals for member in group.members}
        self.coverage = {rule.id: _covered_by(book, rule, slots, targets) for rule in book.coverage}
        self.covered: dict[str, list[int]] = {rule.id: [] for rule in book.coverage}
        self.capped = {cap.id: _bound_by(slots, targets, cap, book) for cap in book.caps}
        self.highest: Counter[str] = Counter()
        self.at_cap: Counter[str] = Counter()
        self.visits: list[int] = []
        self.hits: list[int] = []

    def add(self, year: Year) -> None:
        self.years += 1
        self.visits.append(sum(year.visits.values()))
        self.hits.append(sum(map(len, year.taken.values())))
        self._add_lines(year)
        self._add_groups(year)
        for rule in self.book.coverage:
            self.covered[rule.id].append(_met(rule, self.coverage[rule.id], year, self.lines))
        for cap in self.book.caps:
            counts = [year.visits[target] for target in self.capped[cap.id]]
            self.highest[cap.id] = max(self.highest[cap.id], *counts, 0) if counts else 0
            self.at_cap[cap.id] += sum(count >= cap.max for count in counts)

    def _add_lines(self, year: Year) -> None:
        for line in self.lines.values():
            seen: set[int] = set()
            capped = False
            for slot in line.slots:
                taken = year.taken[slot.key]
                line.drawn[slot.period.id] += len(taken)
                if len(taken) < slot.required:
                    line.short_runs[slot.period.id] += 1
                    capped = capped or year.pools[slot.key] < min(slot.required, len(slot.eligible))
                seen.update(taken)
            line.cap_runs += capped
            line.distinct.append(len(seen))

    def _add_groups(self, year: Year) -> None:
        per_group: dict[int, Counter[int]] = defaultdict(Counter)
        for target, count in year.visits.items():
            per_group[id(self.group[target])][target] = count
        for group in self.equals:
            counts, size = per_group.get(id(group), Counter()), len(group.members)
            if size > 1 and counts:
                total = sum(counts.values())
                group.within += (sum(n * n for n in counts.values()) - total * total / size) / (size - 1)
            group.hits.update(counts)

    def result(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "lines": [self._line(line) for line in self.lines.values()],
            "coverage": [self._coverage(rule) for rule in self.book.coverage],
            "caps": [self._cap(cap) for cap in self.book.caps],
            "fairness": [asdict(evenness(group.members, group.hits, group.within, self.years))
                         for group in self.equals if len(group.members) > 1],
            "visits": {"mean": _mean(self.visits), "merged_mean": _mean(self.hits) - _mean(self.visits)},
        }  # fmt: skip

    def _line(self, line: _Line) -> dict[str, Any]:
        first, base = line.slots[0], len(line.base)
        periods = [
            {
                "period": slot.period.id, "base": len(slot.base), "eligible": len(slot.eligible), "required": slot.required,
                "drawn_mean": line.drawn[slot.period.id] / self.years, "short_runs": line.short_runs[slot.period.id],
            }
            for slot in line.slots
        ]  # fmt: skip
        required = sum(slot.required for slot in line.slots)
        drawn = sum(line.drawn.values()) / self.years
        return {
            "line": first.line.id, "name": naming.line_name(self.book, first.line), "unit_name": first.instance.name,
            "order": first.line.order, "base": base, "required": required, "drawn_mean": drawn,
            "shortfall_mean": required - drawn, "cap_limited_runs": line.cap_runs, "distinct_mean": _mean(line.distinct),
            "covered_mean": _mean(line.distinct) / base if base else None,
            "covered_min": min(line.distinct) / base if base else None,
            "covered_expected": expected_coverage(line.slots), "full_runs": line.distinct.count(base) if base else 0,
            "repeats_mean": drawn - _mean(line.distinct), "periods": periods,
        }  # fmt: skip

    def _coverage(self, rule: Any) -> dict[str, Any]:
        size, counts = len(self.coverage[rule.id]), self.covered[rule.id]
        return {
            "id": rule.id, "zh": rule.zh, "subject": rule.subject, "every": rule.every, "times": rule.times,
            "strength": rule.strength, "clause": rule.origin("times").ref, "population": size,
            "covered_mean": _mean(counts) / size if size else None, "covered_min": min(counts) / size if size else None,
            "full_runs": sum(count == size for count in counts),
        }  # fmt: skip

    def _cap(self, cap: Any) -> dict[str, Any]:
        return {
            "id": cap.id, "max": cap.max, "clause": cap.origin("max").ref, "population": len(self.capped[cap.id]),
            "highest": self.highest[cap.id], "kept": self.highest[cap.id] <= cap.max,
            "at_cap_mean": self.at_cap[cap.id] / self.years,
            "short_runs": max((line.cap_runs for line in self.lines.values()), default=0),
        }  # fmt: skip


@dataclass(frozen=True)
class Evenness:
    """Visits per year of targets that stand alike. dispersion: spread between them ÷ what chance alone gives
    (1 = pure chance; None = everybody always alike) · z: how far from 1, in standard deviations"""

    targets: int
    mean: float
    lowest: float
    highest: float
    dispersion: float | None
    z: float | None
    even: bool


def evenness(members: Sequence[int], hits: Mapping[int, int], within: float, years: int) -> Evenness:
    """within: sum over the years of the sample variance between the members inside each year.

    If equals are exchangeable, the sample variance of their totals is on average just that sum; the ratio then
    follows chi-square / (n - 1), read as z by the Wilson-Hilferty cube root.
    """
    size, totals = len(members), [hits.get(member, 0) for member in members]
    mean = sum(totals) / size
    between = sum((total - mean) ** 2 for total in totals) / (size - 1)
    low, high = min(totals) / years, max(totals) / years
    if within <= 1e-9:
        return Evenness(size, mean / years, low, high, None, None, between <= 1e-9)
    ratio, part = between / within, 2 / (9 * (size - 1))
    z = (ratio ** (1 / 3) - (1 - part)) / sqrt(part)
    return Evenness(size, mean / years, low, high, ratio, z, z <= UNEVEN)


def expected_coverage(slots: Sequence[Slot]) -> float | None:
    """Share of the base drawn at least once, in closed form: a lottery without caps is independent from period to
    period. None where a cap, an order or a changing base makes it no such lottery."""
    first = slots[0]
    plain = (
        first.line.order == "uniform"
        and not first.line.lifetime_once
        and not any(slot.limits for slot in slots)
    )
    if (
        not plain
        or not first.base
        or any(slot.base != first.base or slot.eligible != first.eligible for slot in slots)
    ):
        return None
    missed = 1.0
    for slot in slots:
        missed *= 1 - min(slot.required, len(slot.eligible)) / len(slot.eligible) if slot.eligible else 1
    return (1 - missed) * len(first.eligible) / len(first.base)


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0


def _equals(slots: Sequence[Slot]) -> list[tuple[int, ...]]:
    """Targets by what they may be drawn in and up to which cap; those that may nowhere are left out."""
    places: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for at, slot in enumerate(slots):
        for target in slot.eligible:
            places[target].append((at, slot.limits.get(target)))
    found: dict[tuple[tuple[int, int | None], ...], list[int]] = defaultdict(list)
    for target, stand in places.items():
        found[tuple(stand)].append(target)
    return [tuple(members) for members in found.values()]


def _covered_by(book: Rulebook, rule: Any, slots: Sequence[Slot], targets: Sequence[Known]) -> frozenset[Any]:
    """What a coverage rule asks for: targets of its scope in the base of some line, or items of the book."""
    if rule.subject == "item":
        return frozenset(item.id for item in book.items)
    in_base: dict[str, set[int]] = defaultdict(set)
    for slot in slots:
        in_base[slot.instance.body].update(slot.base)
    first = slots[0].period.first if slots else None
    return frozenset(
        known.id
        for known in targets
        for body in rule.bodies
        if first
        and known.id in in_base[body]
        and matches(rule.when, known.facts, first, tiers=known.tiers.get(body, ()))
    )


def _met(rule: Any, wanted: frozenset[Any], year: Year, lines: Mapping[tuple[str, int], _Line]) -> int:
    if rule.subject == "target":
        return sum(year.visits[target] >= rule.times for target in wanted)
    drawn = {
        line.slots[0].line.item for line in lines.values() if any(year.taken[slot.key] for slot in line.slots)
    }
    return len(drawn & wanted)


def _bound_by(slots: Iterable[Slot], targets: Iterable[Known], cap: Any, book: Rulebook) -> frozenset[int]:
    """Targets a cap holds for in every body that may draw them."""
    bodies: dict[int, set[str]] = defaultdict(set)
    day = None
    for slot in slots:
        day = day or slot.period.first
        for target in slot.eligible:
            bodies[target].add(slot.instance.body)
    return frozenset(
        known.id
        for known in targets
        if day and bodies.get(known.id)
        and not any(matches(cap.exempt, known.facts, day, tiers=known.tiers.get(body, ())) for body in bodies[known.id])
    )  # fmt: skip
