"""The periodic review of the register: who went through it, for which period and unit, with what outcome."""

from datetime import date

from django.db import transaction

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, Unit, User
from foundation.rulebook.periods import Period
from registry import policies
from registry.models import RegisterReview


@transaction.atomic
def record_review(
    *, by: User, organisation: Organisation, period: str, on: date, unit: Unit | None = None, added: int = 0,
    closed: int = 0, changed: int = 0, material: str = "",
) -> RegisterReview:  # fmt: skip
    """Record that the register, or one unit's part of it, was reviewed. Nothing found is said so in `material`.

    source: QZ-13.1, XY-2.5, NM-13.2
    raises: NotAllowed; RuleBroken for a period to come, a foreign unit, or no changes and no word about it
    """
    policies.check_may_edit(by, organisation)
    if Period.parse(period).first > on:
        raise RuleBroken(
            f"{period} 还没有开始，不能登记复核。请选已经开始的一期。", code="review_in_the_future"
        )
    if unit is not None and unit.organisation_id != organisation.pk:
        raise RuleBroken(f"{unit.name}不属于{organisation.name}，请重新选择单位。", code="foreign_unit")
    if not material.strip():
        raise RuleBroken(
            "请写明依据的清单或材料；没有增减的，写“无新增、无关停”。", code="review_needs_material"
        )
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    same = RegisterReview.objects.filter(
        organisation=organisation, unit=unit, period=period, reviewed_on=on, added=added, closed=closed, changed=changed,
        material=material.strip(),
    )  # fmt: skip
    if same.exists():
        raise OutOfOrder(f"今天已登记过内容完全相同的 {period} 复核，没有再记一次。", code="review_known")
    row = RegisterReview(
        organisation=organisation, unit=unit, period=period, reviewed_on=on, reviewed_by=by, added=added, closed=closed,
        changed=changed, material=material.strip(),
    )  # fmt: skip
    row.full_clean()
    row.save()
    ledger.record(actor=by, act="registry.review", subject=row, data={
        "period": period, "unit": unit.name if unit else "", "added": added, "closed": closed, "changed": changed,
        "material": row.material,
    })  # fmt: skip
    return row
