"""Who is claimed by several tasks, offices or plans of one period: gathered for the overlap page. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period
from planning import trial
from planning.models import AnnualPlan, Drawn
from planning.population import Register, draw_period
from planning.rules import naming, overlap
from planning.rules.figures import Figure
from planning.rules.overlap import Claim, Site
from registry.models import Target

STATES = {"joined": "已并为一次", "join": "应并为一次", "ahead": "抽中后并为一次"}


@dataclass(frozen=True)
class Row:
    """One target of the page; `target` is that of the first organisation claiming it."""

    target: Target
    site: Site

    @property
    def state_zh(self) -> str:
        return STATES[self.site.state]


@dataclass(frozen=True)
class Overlaps:
    """team: people of one visit · skipped: bureaus whose plan cannot be read now"""

    period: Period
    rows: tuple[Row, ...]
    plans: tuple[AnnualPlan, ...]
    team: int
    skipped: tuple[str, ...] = ()

    @property
    def total(self) -> overlap.Total:
        return overlap.total(row.site for row in self.rows)


def find(organisations: Sequence[Organisation], period: Period, on: date) -> Overlaps:
    """Claims of every plan in force of these organisations. A few queries per plan."""
    claims: list[Claim] = []
    plans: list[AnnualPlan] = []
    skipped: list[str] = []
    team = 0
    for organisation in organisations:
        for at, plan in enumerate(_plans(organisation, period.year)):
            try:
                book = trial.book_of(plan)
                claims += _of_plan(plan, trial.read(organisation, book, on, period), period, drawn=at == 0)
            except RuleBroken as broken:
                skipped.append(broken.message)
                continue
            plans.append(plan)
            team = max(team, book.team.min)
    found = overlap.sites(_by_premises(claims))
    targets = Target.objects.select_related("area", "organisation").in_bulk(
        [int(site.target) for site in found]
    )
    rows = tuple(Row(targets[int(site.target)], site) for site in found)
    return Overlaps(period, rows, tuple(plans), team, tuple(skipped))


def _plans(organisation: Organisation, year: int) -> list[AnnualPlan]:
    """The version in force of every kind of plan: departmental first."""
    found: dict[str, AnnualPlan] = {}
    in_force = AnnualPlan.objects.every_kind_in_force(organisation, year)
    for plan in in_force.select_related("organisation"):
        found.setdefault(plan.kind, plan)
    return sorted(found.values(), key=lambda plan: (plan.kind != "department", plan.kind))


def _of_plan(plan: AnnualPlan, register: Register, period: Period, *, drawn: bool) -> list[Claim]:
    """drawn: whether what was drawn is counted here; the record does not tell kinds of plans apart."""
    figures = trial.figures(plan.organisation, register, trial.terms_of(plan), period)
    tasks = {task.line: task for task in plan.tasks.all()}
    units = {unit.pk: unit.name for several in register.units.values() for unit in several}
    claims = []
    for figure in figures:
        if figure.line.id not in tasks:
            continue
        name, office = naming.line_name(register.book, figure.line), units[figure.unit]
        claims += [Claim(str(target), name, office, plan.name, chance) for target, chance in _chances(figure)]
    return claims + (_drawn(plan, register, units, period) if drawn else [])


def _chances(figure: Figure) -> Iterable[tuple[int, float]]:
    """What is still to be drawn, spread over who may be drawn."""
    if not figure.possible:
        return []
    return [(target, figure.possible / figure.pool) for target in figure.members.pool]


def _drawn(plan: AnnualPlan, register: Register, units: dict[int, str], period: Period) -> list[Claim]:
    rows = Drawn.objects.standing().of_year(plan.organisation, period.year)
    lines = {
        line: trial.any_line(register.book, plan.organisation, line)
        for line in set(rows.values_list("line", flat=True))
    }
    names = {line: naming.line_name(register.book, found) for line, found in lines.items()}
    return [
        Claim(str(target), names[line], units.get(unit, ""), plan.name, 1.0, number)
        for own, line, unit, target, number in rows.values_list("period", "line", "unit", "target", "draw_number")
        if draw_period(number, own) == period.id
    ]  # fmt: skip


def _by_premises(claims: Sequence[Claim]) -> list[Claim]:
    """Entries of different bureaus with the same credit code and name are the same premises."""
    ids = {int(claim.target) for claim in claims}
    rows = Target.objects.filter(pk__in=ids).order_by("pk") if ids else Target.objects.none()
    first: dict[tuple[str, str], int] = {}
    same: dict[int, int] = defaultdict(int)
    for pk, uscc, name in rows.values_list("pk", "entity__uscc", "name"):
        same[pk] = first.setdefault((uscc, name), pk) if uscc else pk
    return [
        Claim(str(same[int(one.target)]), one.task, one.office, one.plan, one.chance, one.draw)
        for one in claims
    ]
