"""The one place that decides base and pool, used by the quotas and by the freeze. source: rulebooks.md §5, MC1 §3

`read` takes a handful of queries whatever the size of the register and the number of lines; everything after
it is arithmetic in `planning.rules.standing`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from foundation.errors import RuleBroken
from foundation.organisation.adoption import drawing_units
from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Facts
from foundation.rulebook.tables import Quota as Line
from foundation.rulebook.tiers import tier_ids
from planning.models import Drawn, Override, Quota
from planning.rules.standing import Jurisdiction, Known, LineMembers, Past, line_members
from planning.rules.terms import own_period
from registry.facts import facts_of
from registry.history import superior_clean
from registry.models import PriorInspection, Target, TargetTag, TierAssignment

__all__ = ["LineMembers", "Register", "instances", "members", "read"]


@dataclass(frozen=True)
class Register:
    """Registers of one organisation as they stand on a day, ready to be asked line by line.

    drawn: (period, line, unit) → ids · ever: line → ids drawn in any year · overrides: line or "" → ids → rules ·
    frozen: (period, line, unit) → confirmed quota with its snapshot
    """

    book: Rulebook
    on: date
    targets: tuple[Known, ...]
    units: Mapping[str, tuple[Unit, ...]]
    drawn: Mapping[tuple[str, str, int], frozenset[int]]
    ever: Mapping[str, frozenset[int]]
    overrides: Mapping[str, Mapping[int | None, frozenset[str]]]
    frozen: Mapping[tuple[str, str, int], Quota]

    def members(
        self,
        line: Line,
        unit: Unit,
        period: Period,
        *,
        exclusions: Collection[str] | None = None,
        fresh: bool = False,
    ) -> LineMembers:
        """Base, pool and status for one line and instance in the line's own period.

        exclusions: optional exclusions chosen; None = those of the confirmed quota
        fresh: decide the base anew although a snapshot was confirmed
        """
        key = (period.id, line.id, unit.pk)
        quota = self.frozen.get(key)
        snapshot = None if fresh or quota is None or not quota.snapshot else frozenset(quota.snapshot)
        chosen = (quota.exclusions if quota else ()) if exclusions is None else exclusions
        past = Past(
            self.drawn.get(key, frozenset()),
            self.ever.get(line.id, frozenset()),
            {**self._overrides(""), **self._merged(line.id)},
        )
        return line_members(
            self.book, line, self.targets, self.jurisdiction(unit), period, self.on,
            body=unit.body, past=past, exclusions=chosen, snapshot=snapshot,
        )  # fmt: skip

    def jurisdiction(self, unit: Unit) -> Jurisdiction:
        rivals = frozenset(other.pk for other in self.units.get(unit.body, ()) if other.pk != unit.pk)
        if self.book.body(unit.body).area == "whole":
            return Jurisdiction(unit.pk, None, rivals)
        return Jurisdiction(unit.pk, frozenset(area.pk for area in unit.areas.all()), rivals)

    def count_drawn(self, line: Line, unit: Unit, period: Period) -> int:
        return len(self.drawn.get((period.id, line.id, unit.pk), ()))

    def _overrides(self, line: str) -> Mapping[int | None, frozenset[str]]:
        return self.overrides.get(line, {})

    def _merged(self, line: str) -> dict[int | None, frozenset[str]]:
        general, own = self._overrides(""), self._overrides(line)
        return {key: general.get(key, frozenset()) | rules for key, rules in own.items()}


def instances(organisation: Organisation, book: Rulebook) -> dict[str, tuple[Unit, ...]]:
    """Drawing instances per body of the rulebook, in code order; bodies without one are left out. One query pair."""
    found: dict[str, list[Unit]] = defaultdict(list)
    units = Unit.objects.filter(organisation=organisation).exclude(body="").prefetch_related("areas")
    for unit in units.order_by("code"):
        found[unit.body].append(unit)
    return {body.id: tuple(found[body.id]) for body in book.bodies if body.id in found}


def read(
    organisation: Organisation, book: Rulebook, on: date, *, year: int, beside: Collection[str] = ()
) -> Register:  # fmt: skip
    """Read everything the lines of one year need. `year`: calendar year whose visits count (AMB-08) · beside: "area",
    "label", when something else than a line of a plan's own asks for them
    """
    drawn = _drawn(organisation)
    return Register(
        book=book,
        on=on,
        targets=tuple(_targets(organisation, book, on, year, drawn, beside)),
        units=instances(organisation, book),
        drawn=_by_key(drawn, year),
        ever=_ever(drawn),
        overrides=_overrides(organisation, year),
        frozen=_frozen(organisation, year),
    )


def members(
    organisation: Organisation, rulebook: Rulebook, line_id: str, unit: Unit, on: date, *, period: str,
    exclusions: Collection[str] | None = None, fresh: bool = False,
) -> LineMembers:  # fmt: skip
    """Base and pool of one line for one drawing instance on a day.

    period: of the draw or of the line (2026Q4 is read as 2026H2 for a half-year line)
    raises: RuleBroken when the unit does not draw under this line
    """
    line, asked = rulebook.line(line_id), Period.parse(period)
    if unit.body not in line.bodies:
        raise RuleBroken(
            f"{unit.name}不是配额“{line_id}”的抽取主体。请在“机构”里核对它的抽取主体代码（应为{'、'.join(line.bodies)}）。",
            code="not_a_drawing_body",
        )
    register = read(organisation, rulebook, on, year=asked.year)
    return register.members(line, unit, own_period(line, asked), exclusions=exclusions, fresh=fresh)


def unlisted(register: Register, body: str) -> list[int]:
    """Present targets that belong to no tier of a body: never drawn there. source: AMB-42"""
    return [known.id for known in register.targets if not known.gone and not known.tiers.get(body)]


DrawnRow = tuple[str, str, int, int, str]


def _drawn(organisation: Organisation) -> list[DrawnRow]:
    rows = Drawn.objects.standing().filter(organisation=organisation)
    return list(rows.values_list("period", "line", "unit", "target", "draw_number"))


def _by_key(rows: Iterable[DrawnRow], year: int) -> dict[tuple[str, str, int], frozenset[int]]:
    found: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for period, line, unit, target, _ in rows:
        if period.startswith(str(year)):
            found[period, line, unit].add(target)
    return {key: frozenset(ids) for key, ids in found.items()}


def _ever(rows: Iterable[DrawnRow]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for _, line, _, target, _ in rows:
        found[line].add(target)
    return {line: frozenset(ids) for line, ids in found.items()}


def _overrides(organisation: Organisation, year: int) -> dict[str, dict[int | None, frozenset[str]]]:
    found: dict[str, dict[int | None, frozenset[str]]] = defaultdict(dict)
    for line, target, rule in Override.objects.approved(organisation, year).values_list(
        "line", "target", "rule"
    ):
        found[line][target] = found[line].get(target, frozenset()) | {rule}
    return found


def _frozen(organisation: Organisation, year: int) -> dict[tuple[str, str, int], Quota]:
    confirmed = Quota.objects.filter(
        organisation=organisation, period__startswith=str(year), confirmed_at__isnull=False
    )
    return {(quota.period, quota.line, quota.unit_id): quota for quota in confirmed}


def _targets(
    organisation: Organisation, book: Rulebook, on: date, year: int, drawn: Sequence[DrawnRow],
    asked: Collection[str] = (),
) -> Iterable[Known]:  # fmt: skip
    """Everything present, and what left during the year."""
    first = date(year, 1, 1)
    still = Target.objects.of(organisation).filter(
        ~Q(status__in=Target.GONE) | Q(status_since__gte=first) | Q(merged_into__isnull=False)
    )
    facts = facts_of(still, on)
    clean = superior_clean(list(facts), year)
    beside = _beside(organisation, book, on, asked)
    tiers, (visits, checked) = _tiers(organisation, on), _visits(organisation, year, drawn)
    bodies = [body.id for body in book.bodies if any(body.id in line.bodies for line in book.quotas)]
    for pk, area, unit, status, merged in still.values_list("id", "area", "unit", "status", "merged_into"):
        known = Facts(
            {**facts[pk].attributes, "superior_clean_this_year": pk in clean, **beside(pk, area)},
            facts[pk].flags,
        )
        yield Known(
            pk, area, unit, known,
            gone="merged" if merged else status if status in Target.GONE else "",
            tiers={body: tiers.get((pk, body)) or tier_ids(book, body, known, on) for body in bodies},
            visits=visits.get(pk, 0),
            checked=pk in checked,
        )  # fmt: skip


def _beside(
    organisation: Organisation, book: Rulebook, on: date, named: Collection[str]
) -> Callable[[int, int], dict[str, Any]]:
    """Area and labels of a target, which only lines of a plan's own ask for; without such a line nothing is read."""
    asked = {name for line in book.quotas if line.local for name in _named(line)} | {
        name for name in named if name in ("area", "label")
    }
    areas = dict(organisation.areas.values_list("id", "code")) if "area" in asked else {}
    labels: dict[int, list[str]] = defaultdict(list)
    if "label" in asked:
        tags = TargetTag.objects.filter(target__organisation=organisation).order_by("id")
        tags = tags.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_until=None) | Q(valid_until__gte=on)
        )
        for target, group, value in tags.values_list("target", "group", "value"):
            labels[target].append(label_word(group, value))

    def found(target: int, area: int) -> dict[str, Any]:
        return {"area": areas.get(area), "label": tuple(labels.get(target, ()))} if asked else {}

    return found


def _named(line: Line) -> set[str]:
    return {condition.name for alternative in line.when.alternatives for condition in alternative}


def label_word(group: str, value: str) -> str:
    """A label as one word: 行业：炼焦."""
    return f"{group}：{value}"


def _tiers(organisation: Organisation, on: date) -> dict[tuple[int, str], tuple[str, ...]]:
    """Tiers assigned on the day, overridden ones included, per target and body."""
    rows = TierAssignment.objects.filter(target__organisation=organisation, since__lte=on)
    rows = rows.filter(Q(until=None) | Q(until__gt=on)).order_by("id")
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for target, body, tier in rows.values_list("target", "body", "tier"):
        found[target, body].append(tier)
    return {key: tuple(tiers) for key, tiers in found.items()}


def _visits(
    organisation: Organisation, year: int, drawn: Iterable[DrawnRow]
) -> tuple[dict[int, int], set[int]]:
    """Counted visits of the year: every drawn task, open or done, one per target and draw period (a merged visit
    counts once), and own inspections recorded from elsewhere; beside them who had any own check at all, a targeted
    one included: it does not count for the cap, but covers the target. source: AMB-08, AMB-10
    """
    seen: dict[int, set[str]] = defaultdict(set)
    numbers: dict[int, set[str]] = defaultdict(set)
    for period, _, _, target, number in drawn:
        if period.startswith(str(year)):
            seen[target].add(draw_period(number, period))
        numbers[target].add(number)
    rows = PriorInspection.objects.filter(
        target__organisation=organisation, on__year=year, level=PriorInspection.Level.OWN
    )
    checked: set[int] = set()
    for target, source, on, counted in rows.values_list("target", "source", "on", "counted"):
        checked.add(target)
        if counted and not any(number in source for number in numbers[target]):
            seen[target].add(f"{on} {source}")
    return {target: len(visits) for target, visits in seen.items()}, checked


def draw_period(number: str, period: str) -> str:
    """The period in a draw number `{org}-{period}-{serial}`; the line's own period where it has another form."""
    parts = number.split("-")
    return parts[1] if len(parts) == 3 else period


def units_of(organisation: Organisation, book: Rulebook, line: Line) -> list[Unit]:
    """Instances that draw under one line."""
    return [unit for body in line.bodies for unit in drawing_units(organisation, body)]
