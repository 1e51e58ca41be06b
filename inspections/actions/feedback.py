"""What the inspected enterprise says of a visit: once, without a login, never changed afterwards."""

from datetime import datetime

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from inspections import policies
from inspections.actions.common import lock, moment, words
from inspections.models import Feedback, Visit


@transaction.atomic
def receive_feedback(
    *, visit: Visit, rating: str, showed_certificate: bool, explained: bool, statement: str = "", from_name: str = "",
    now: datetime | None = None,
) -> Feedback:  # fmt: skip
    """raises: OutOfOrder before the team has come or after a cancellation; RuleBroken the second time"""
    lock(visit)
    policies.check_feedback(visit)
    if rating not in Feedback.Rating.values:
        raise RuleBroken("请选择总体评价：满意、基本满意或不满意。", code="rating_missing")
    made = Feedback.objects.create(
        visit=visit, rating=rating, showed_certificate=showed_certificate, explained=explained,
        statement=words(statement, 1000, "陈述"), from_name=words(from_name, 60, "填写人"), received_at=moment(now),
    )  # fmt: skip
    ledger.record(
        actor=None, actor_name="被检查单位（扫码）", act="inspections.receive_feedback", subject=visit,
        data={"rating": rating, "showed_certificate": showed_certificate, "explained": explained, "statement": made.statement},
    )  # fmt: skip
    return made
