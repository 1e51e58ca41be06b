"""What a bureau writes of its areas for planning: quality, size, and how it reckons with the road."""

from decimal import Decimal

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Area, User
from foundation.organisation.policies import check_may
from planning.models import AreaProfile


@transaction.atomic
def set_area_profile(
    *, by: User, area: Area, quality: str = "", quality_source: str = "", square_km: Decimal | None = None,
    visits_per_day: int = 1, trip_days: Decimal = Decimal(0),
) -> AreaProfile:  # fmt: skip
    """Quality and size with their source; visits a day and days on the road are the bureau's own estimate, no rule.

    raises: RuleBroken for a quality without source or numbers that cannot be. source: NM-25.2, WL-7.1
    """
    check_may(by, "planning.edit", area.organisation)
    if quality.strip() and not quality_source.strip():
        raise RuleBroken("写了环境质量，还要写明来源，例如 监测月报。", code="source_missing")
    if visits_per_day < 1 or trip_days < 0 or (square_km is not None and square_km <= 0):
        raise RuleBroken("一天至少查 1 家，路上天数不小于 0，面积大于 0。请改正。", code="wrong_number")
    values = {
        "quality": quality.strip(), "quality_source": quality_source.strip(), "square_km": square_km, "visits_per_day": visits_per_day,
        "trip_days": trip_days,
    }  # fmt: skip
    found, _ = AreaProfile.objects.update_or_create(area=area, defaults=values)
    ledger.record(
        actor=by, act="planning.set_area_profile", subject=found, organisation=area.organisation, data={"area": area, **values}
    )  # fmt: skip
    return found
