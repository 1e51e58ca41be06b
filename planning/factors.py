"""What a plan is to weigh: quality of the area, number of sources, of inspectors, size of the area. source: NM-25.2, WL-7.1, WL-7.10"""

from datetime import date

from django.db.models import Count

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.vocabulary import TIER_LABELS
from planning import headcount
from registry.models import PriorInspection, Target, TargetFlag, TierAssignment


def factors(organisation: Organisation, book: Rulebook, on: date) -> list[tuple[str, str]]:
    """Counts of today's registers, label and text. Six queries."""
    present = Target.objects.of(organisation).exclude(status__in=Target.GONE)
    tiers = TierAssignment.objects.filter(target__in=present, until=None)
    by_tier = dict(tiers.values_list("tier").annotate(count=Count("target", distinct=True)))
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
    problems = PriorInspection.objects.filter(target__in=present, on__year=on.year - 1).count()
    return [
        *found,
        ("检查人员数量", f"在编在岗持证 {headcount.posted(organisation, on)} 人"),
        ("风险情况", f"今年有风险标记的 {flags.count()} 家；去年记录的检查 {problems} 次"),
    ]
