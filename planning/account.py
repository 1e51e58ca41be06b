"""The yearly account as its page and workbook show it: what was required, drawn, missed, made up. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Rule
from planning import headcount, population, trial
from planning.models import AnnualPlan, Drawn, MakeUp, Quota
from planning.rules import account, naming, terms
from planning.rules.account import Check, LineAccount, PeriodAccount

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Credit:
    draw: str
    period: str
    missed: str
    reason: str
    noted_by: str
    noted_at: datetime
    count: int


@dataclass(frozen=True)
class Account:
    organisation: Organisation
    year: int
    book: Rulebook
    lines: tuple[LineAccount, ...]
    checks: tuple[Check, ...]
    made: tuple[MakeUp, ...]

    @property
    def required(self) -> int:
        return sum(line.required for line in self.lines)

    @property
    def drawn(self) -> int:
        return sum(line.drawn for line in self.lines)

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)

    @property
    def credits(self) -> list[Credit]:
        """Make-ups counted per draw and missed period: who was drawn stays closed here."""
        found = Counter((one.drawn.draw_number, one.drawn.period, one.missed.period, one.reason, one.noted_by.name, one.noted_at)
                        for one in self.made)  # fmt: skip
        return [Credit(*key, count) for key, count in found.items()]


def account_of(organisation: Organisation, year: int, on: date) -> Account:
    """Seven queries whatever the size of the register.

    raises: RulebookMissing; RuleBroken when the plan's rulebook has changed
    """
    plan = AnnualPlan.objects.in_force(organisation, year).first()
    book = trial.book_of(plan) if plan else trial.governing_book(organisation, year, on)
    units = population.instances(organisation, book)
    quotas = {
        (quota.period, quota.line, quota.unit_id): quota
        for quota in Quota.objects.filter(
            organisation=organisation, period__startswith=str(year), confirmed_at__isnull=False
        ).defer("snapshot", "explanation")
    }
    drawn = _drawn(organisation, year)
    made = tuple(
        MakeUp.objects.filter(missed__organisation=organisation, missed__period__startswith=str(year))
        .select_related("missed", "drawn", "noted_by").order_by("-pk")
    )  # fmt: skip
    lines = tuple(
        _line(book, line, unit, year, quotas, drawn, made)
        for line in terms.draw_lines(book, units) for body in line.bodies for unit in units.get(body, ())
    )  # fmt: skip
    return Account(
        organisation, year, book, lines, tuple(_checks(organisation, book, units, drawn, year, on)), made
    )


def _drawn(organisation: Organisation, year: int) -> dict[Key, set[int]]:
    found: dict[Key, set[int]] = defaultdict(set)
    rows = Drawn.objects.standing().of_year(organisation, year)
    for period, line, unit, target in rows.values_list("period", "line", "unit", "target"):
        found[period, line, unit].add(target)
    return found


def _line(
    book: Rulebook, line: Rule, unit: Unit, year: int, quotas: Mapping[Key, Quota], drawn: Mapping[Key, set[int]], made: Iterable[MakeUp]
) -> LineAccount:  # fmt: skip
    to = Counter((one.missed.period, one.missed.line, one.missed.unit_id) for one in made)
    given = Counter((one.drawn.period, one.drawn.line, one.drawn.unit_id) for one in made)
    periods = []
    for period in Period.of_year(year, line.period):
        key = (period.id, line.id, unit.pk)
        quota = quotas.get(key)
        periods.append(
            PeriodAccount(
                period.id, terms.short_zh(period), quota.required if quota else None, len(drawn.get(key, ())),
                tuple(quota.reasons) if quota and quota.required > len(drawn.get(key, ())) else (), to[key], given[key],
                quota.pk if quota else None,
            )
        )  # fmt: skip
    own = [targets for (_, kept, at), targets in drawn.items() if (kept, at) == (line.id, unit.pk)]
    return LineAccount(
        line.id,
        naming.short_scope(book, line),
        naming.tier_of(line),
        unit.name,
        tuple(periods),
        len(set().union(*own)),
    )


def _checks(
    organisation: Organisation, book: Rulebook, units: dict[str, tuple[Unit, ...]], drawn: dict[Key, set[int]], year: int, on: date
) -> list[Check]:  # fmt: skip
    wanted = [line for line in book.quotas if line.role == "check"]
    if not wanted:
        return []
    everyone = [unit for several in units.values() for unit in several]
    heads = headcount.officers(organisation, everyone, on, Period(year, "year", 1))
    bodies = {body: [heads[unit.pk] for unit in several] for body, several in units.items()}
    distinct = {}
    for check in wanted:
        behind = account.lines_behind(book, check)
        distinct[check.id] = len(set().union(*(ids for (_, line, _), ids in drawn.items() if line in behind)))
    return account.checks(book, bodies, distinct)


def spare_rows(missed: Quota) -> list[Drawn]:
    """Targets of later periods beyond their own quota that could be credited to a missed one, last drawn first."""
    rows = Drawn.objects.standing().filter(
        organisation=missed.organisation,
        line=missed.line,
        unit=missed.unit_id,
        period__startswith=missed.period[:4],
    )
    after = Period.parse(missed.period).last
    later = [row for row in rows.order_by("-drawn_on", "-pk") if Period.parse(row.period).first > after]
    used = set(MakeUp.objects.filter(drawn__in=later).values_list("drawn", flat=True))
    required = dict(
        Quota.objects.filter(
            organisation=missed.organisation, line=missed.line, unit=missed.unit_id
        ).values_list("period", "required")
    )
    counts = Counter(row.period for row in later)
    credited = Counter(row.period for row in later if row.pk in used)
    free = {period: count - required.get(period, 0) - credited[period] for period, count in counts.items()}
    found = []
    for row in later:
        if row.pk not in used and free[row.period] > 0:
            free[row.period] -= 1
            found.append(row)
    return found
