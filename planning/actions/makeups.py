"""Make-up draws: what a later period drew beyond its own quota is set against a period that fell short. source: AMB-15"""

from collections.abc import Collection

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.organisation.policies import check_may
from foundation.rulebook.periods import Period
from planning.models import Drawn, MakeUp, Quota


@transaction.atomic
def note_make_up(*, by: User, missed: Quota, drawn: Collection[Drawn], reason: str) -> list[MakeUp]:
    """Credit surplus targets of a later period to a missed quota, in the yearly account only.

    raises: RuleBroken unless the rows are standing, of the same line and body, of one later period of the year, in excess
    of that period's own quota, and not more than what is missing
    """
    check_may(by, "planning.edit", missed.organisation)
    missed = Quota.objects.select_for_update(of=("self",), no_key=True).get(pk=missed.pk)
    rows = list(
        Drawn.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[row.pk for row in drawn])
    )
    if not reason.strip():
        raise RuleBroken("登记补抽要写明理由。", code="reason_missing")
    if not rows:
        raise RuleBroken("请选择用来补抽的对象。", code="nothing_chosen")
    _check_same_line(missed, rows)
    _check_missing(missed, rows)
    _check_surplus(rows)
    made = MakeUp.objects.bulk_create(
        MakeUp(missed=missed, drawn=row, reason=reason.strip(), noted_by=by) for row in rows
    )
    ledger.record(
        actor=by, act="planning.note_make_up", subject=missed, organisation=missed.organisation,
        data={"period": missed.period, "line": missed.line, "from": rows[0].period, "count": len(rows), "reason": reason},
    )  # fmt: skip
    return made


def _check_same_line(missed: Quota, rows: list[Drawn]) -> None:
    key = (missed.organisation_id, missed.line, missed.unit_id)
    asked = Period.parse(missed.period)
    for row in rows:
        then = Period.parse(row.period)
        fits = (row.organisation_id, row.line, row.unit_id) == key and row.voided_on is None
        if not fits or then.year != asked.year or then.first <= asked.last:
            raise RuleBroken(
                "补抽只能用同一年里、后面一期、同一配额和主体抽中且没有退出的对象。请重新选择。",
                code="not_a_make_up",
            )
    if len({row.period for row in rows}) > 1:
        raise RuleBroken("一次只登记同一期抽中的对象。请分期登记。", code="several_periods")


def _check_missing(missed: Quota, rows: list[Drawn]) -> None:
    open_ = missing(missed)
    if len(rows) > open_:
        raise RuleBroken(
            f"{missed.period} 这条配额还差 {open_} 家，不能记 {len(rows)} 家补抽。请少选一些。",
            code="more_than_missing",
        )


def _check_surplus(rows: list[Drawn]) -> None:
    first = rows[0]
    quota = Quota.objects.filter(
        organisation=first.organisation_id, period=first.period, line=first.line, unit=first.unit_id
    ).first()
    used = MakeUp.objects.filter(drawn__organisation=first.organisation_id, drawn__period=first.period,
                                 drawn__line=first.line, drawn__unit=first.unit_id).count()  # fmt: skip
    spare = _standing(first) - (quota.required if quota else 0) - used
    if len(rows) > spare:
        raise RuleBroken(
            f"{first.period} 除本期应抽外只多抽了 {max(spare, 0)} 家，不能拿 {len(rows)} 家去补以前的欠数。"
            "请先在抽取会里加抽并写明理由。",
            code="no_surplus",
        )


def _standing(row: Drawn) -> int:
    same = Drawn.objects.standing().filter(
        organisation=row.organisation_id, period=row.period, line=row.line, unit=row.unit_id
    )
    return same.values("target").distinct().count()


def missing(quota: Quota) -> int:
    """What a confirmed quota still lacks after its own draws and the make-ups credited to it."""
    same = Drawn.objects.standing().filter(
        organisation=quota.organisation_id, period=quota.period, line=quota.line, unit=quota.unit_id
    )
    drawn = same.values("target").distinct().count()
    return max(quota.required - drawn - MakeUp.objects.filter(missed=quota).count(), 0)
