"""Review by another, return, and the way back for a correction; a passed visit opens its name."""

from datetime import datetime

from django.db import transaction

from draws import actions as draws
from draws.policies import can_open_names
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import policies
from inspections.actions.common import lock, moment, words
from inspections.models import Record, Review, Visit
from inspections.rules import states


@transaction.atomic
def review(*, by: User, visit: Visit, passed: bool, opinion: str = "", now: datetime | None = None) -> Review:
    """Pass the latest record or send it back with the reason.

    raises: NotAllowed for anybody of the team or a writer of the record, OutOfOrder, RuleBroken without a reason
    """
    lock(visit)
    policies.check_review(by, visit)
    if not passed and not opinion.strip():
        raise RuleBroken("退回要写明理由，检查组据此更正。", code="reason_missing")
    record = latest_record(visit)
    opinion, at = words(opinion, 500, "审核意见"), moment(now)
    done = Review.objects.create(record=record, reviewer=by, passed=passed, opinion=opinion, at=at)
    visit.state = states.after(visit.state, "pass" if passed else "return")
    visit.returned_reason = "" if passed else opinion.strip()
    visit.save(update_fields=["state", "returned_reason"])
    if passed:
        _open_name(visit, by, at)
    ledger.record(actor=by, act="inspections.review", subject=visit, data={
        "passed": passed, "opinion": opinion.strip(), "version": record.version, "sha256": record.sha256,
    })  # fmt: skip
    return done


@transaction.atomic
def reopen(*, by: User, visit: Visit, reason: str, now: datetime | None = None) -> Visit:
    """A passed record turns out wrong: the team writes a new version, which is signed and reviewed again. source: AMB-60"""
    lock(visit)
    policies.check_reopen(by, visit)
    if not reason.strip():
        raise RuleBroken("更正要写明理由。", code="reason_missing")
    visit.state, visit.returned_reason = states.after(visit.state, "reopen"), words(reason, 500, "更正理由")
    visit.save(update_fields=["state", "returned_reason"])
    ledger.record(
        actor=by, act="inspections.reopen", subject=visit, data={"reason": reason.strip(), "at": moment(now)}
    )
    return visit


def latest_record(visit: Visit) -> Record:
    """raises: RuleBroken when nothing was submitted yet"""
    record = visit.records.order_by("-version").first()
    if record is None:
        raise RuleBroken("还没有提交检查记录。", code="no_record")
    return record


def _open_name(visit: Visit, by: User, at: datetime) -> None:
    """Open the target and its team behind their codes so that anybody can check the draw; skipped when the draw cannot take it any more.

    source: QZ-9.3, AMB-21, storyboard S10
    """
    for credit in visit.credits.filter(ended_at=None).select_related("draw__organisation"):
        if can_open_names(by, credit.draw):
            draws.open_visited(by=by, draw=credit.draw, commitments=[credit.commitment], now=at)
