"""What a plan is to weigh, side by side: quality and size of each area, sources, people, what last year's checks found,
and how often the plan would look. source: NM-14.3, NM-25.2, XY-5.2, WL-7.1, WL-7.10
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.vocabulary import TIER_LABELS
from planning import headcount, scene, trial
from planning.models import AnnualPlan, AreaProfile
from planning.population import Register, label_word
from planning.rules import year_grid
from planning.rules.weighing import Group, Past, group
from planning.rules.workload import Way
from registry.models import PriorInspection, Target, TargetFlag, TargetTag, TierAssignment

MOST_LABELS = 20  # rows of the table by label; the rest is in the register


@dataclass(frozen=True)
class AreaRow:
    """One area with what the bureau wrote of it. id: of the area · people: who look after it"""

    id: int
    name: str
    profile: AreaProfile | None
    tiers: tuple[tuple[str, int], ...]
    people: int
    found: Group


@dataclass(frozen=True)
class Weighing:
    """year: the one that is planned; checks are those of the year before"""

    year: int
    areas: tuple[AreaRow, ...]
    tiers: tuple[Group, ...]
    labels: tuple[Group, ...]
    all: Group


def weighing(plan: AnnualPlan, on: date) -> Weighing:
    """A number of queries that does not grow with the register. raises: RuleBroken when the plan's rulebook has changed"""
    book, whole = trial.book_of(plan), Period(plan.year, "year", 1)
    register = trial.read(plan.organisation, book, on, whole)
    figures = trial.year_figures(plan.organisation, register, trial.terms_of(plan), plan.year)
    seen = scene.scene_of(plan.organisation, book, register, figures, on, whole, plan)
    planned = {target: sum(quarters) for target, quarters in year_grid.expected_visits(seen).items()}
    present = {known.id: known for known in register.targets if not known.gone}
    past = _past(plan.organisation, plan.year - 1)

    def of(name: str, ids: Iterable[int]) -> Group:
        return group(name, [one for one in ids if one in present], past, planned)

    return Weighing(
        plan.year, _areas(plan.organisation, register, of, plan.year), _tiers(book, register, of), _labels(plan.organisation, on, of, present),
        of("全部", present),
    )  # fmt: skip


Of = Callable[[str, Iterable[int]], Group]


def _past(organisation: Organisation, year: int) -> Mapping[int, Past]:
    """Target → checks of a year that the register knows of, with the problems found."""
    rows = PriorInspection.objects.filter(target__organisation=organisation, on__year=year)
    checks: Counter[int] = Counter()
    problems: Counter[int] = Counter()
    for target, problem in rows.values_list("target", "problem_found"):
        checks[target] += 1
        problems[target] += bool(problem)
    return {target: Past(count, problems[target]) for target, count in checks.items()}


def _areas(organisation: Organisation, register: Register, of: Of, year: int) -> tuple[AreaRow, ...]:
    profiles = {one.area_id: one for one in AreaProfile.objects.filter(area__organisation=organisation)}
    people: Counter[int] = Counter(
        area for worker in headcount.workers(organisation, year) for area in worker.areas
    )
    inside: dict[int, list[int]] = defaultdict(list)
    tiers: dict[int, Counter[str]] = defaultdict(Counter)
    for known in register.targets:
        if not known.gone:
            inside[known.area].append(known.id)
            tiers[known.area].update({tier for several in known.tiers.values() for tier in several})
    return tuple(
        AreaRow(
            area.pk, area.name, profiles.get(area.pk),
            tuple((TIER_LABELS[tier], tiers[area.pk][tier]) for tier in ("key", "special", "general") if tiers[area.pk][tier]),
            people[area.pk], of(area.name, inside[area.pk]),
        )
        for area in organisation.areas.order_by("code")
    )  # fmt: skip


def _tiers(book: Rulebook, register: Register, of: Of) -> tuple[Group, ...]:
    names = dict.fromkeys((tier.id, tier.zh) for tier in book.tiers)
    return tuple(
        of(
            zh,
            [
                known.id
                for known in register.targets
                if any(tier in several for several in known.tiers.values())
            ],
        )
        for tier, zh in names
    )


def _labels(organisation: Organisation, on: date, of: Of, present: Collection[int]) -> tuple[Group, ...]:
    """Labels, credit grades and the positive list, the most common first."""
    found: dict[str, set[int]] = defaultdict(set)
    tags = TargetTag.objects.filter(target__organisation=organisation).exclude(valid_until__lt=on)
    for target, name, value in tags.values_list("target", "group", "value"):
        found[label_word(name, value)].add(target)
    marked = Target.objects.of(organisation).exclude(credit_grade="", positive_list=False)
    for target, grade, positive in marked.values_list("id", "credit_grade", "positive_list"):
        if grade:
            found[f"信用等级：{grade}"].add(target)
        if positive:
            found["监督执法正面清单"].add(target)
    groups = [of(name, ids) for name, ids in found.items() if ids & set(present)]
    return tuple(sorted(groups, key=lambda one: (-one.targets, one.name))[:MOST_LABELS])


def ways(organisation: Organisation) -> dict[int, Way]:
    """Area id → what the bureau reckons with for the road; an area it wrote nothing of goes by the default."""
    rows = AreaProfile.objects.filter(area__organisation=organisation)
    return {
        area: Way(visits, float(road))
        for area, visits, road in rows.values_list("area", "visits_per_day", "trip_days")
    }


def factors(organisation: Organisation, book: Rulebook, on: date) -> list[tuple[str, str]]:
    """Counts of today's registers, label and text. Six queries."""
    present = Target.objects.of(organisation).exclude(status__in=Target.GONE)
    by_tier: Counter[str] = Counter()
    for _, tier in (
        TierAssignment.objects.filter(target__in=present, until=None).values_list("target", "tier").distinct()
    ):
        by_tier[tier] += 1
    areas = present.exclude(area=None).values("area").distinct().count()
    found = [("污染源数量", f"{present.count()} 家，分布在 {areas} 个片区")]
    if by_tier:
        text = "，".join(
            f"{TIER_LABELS[tier]} {by_tier[tier]} 家"
            for tier in ("key", "special", "general")
            if tier in by_tier
        )
        found.append(("监管对象类别", text))
    flags = (
        TargetFlag.objects.filter(target__in=present, happened_on__year=on.year).values("target").distinct()
    )
    past = PriorInspection.objects.filter(target__in=present, on__year=on.year - 1)
    checks, problems = past.count(), past.filter(problem_found=True).count()
    rate = f"，发现问题 {problems} 次，占 {problems * 100 // checks}%" if checks else ""
    return [
        *found,
        ("检查人员数量", f"在编在岗持证 {headcount.posted(organisation, on)} 人"),
        ("风险情况", f"今年有风险标记的 {flags.count()} 家；去年记录的检查 {checks} 次{rate}"),
    ]
