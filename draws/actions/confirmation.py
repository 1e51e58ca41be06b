"""The discipline officer's word on the preparation."""

from datetime import datetime

from draws import policies
from draws.actions.common import lock, moment
from draws.models import Draw, PreparationCheck
from draws.readiness.fingerprint import parts_of, whole
from draws.readiness.missing import undecided
from draws.refusals import act
from foundation.errors import OutOfOrder
from foundation.ledger import actions as ledger
from foundation.organisation.models import User


@act("draws.confirm_preparation")
def confirm_preparation(
    *, by: User, draw: Draw, note: str = "", now: datetime | None = None
) -> PreparationCheck:
    """Confirm the preparation as it stands; any later change of a confirmed part asks for a new confirmation.

    raises: NotAllowed for the operator; OutOfOrder while an exclusion waits for a decision
    """
    lock(draw)
    policies.check_confirm_preparation(by, draw)
    waiting = undecided(draw)
    if waiting:
        raise OutOfOrder(f"还不能确认准备：{'；'.join(waiting)}。", code="pool_change_waits")
    parts = parts_of(draw)
    last = draw.preparation_checks.order_by("-pk").first()
    if last is not None and (last.by_id, last.fingerprint) == (by.pk, whole(parts)):
        raise OutOfOrder("您已经确认过，之后没有改动，不用再确认。", code="confirmed_already")
    made = PreparationCheck.objects.create(
        draw=draw, by=by, at=moment(now), fingerprint=whole(parts), parts=parts, note=note.strip()
    )
    ledger.record(
        actor=by,
        act="draws.confirm_preparation",
        subject=draw,
        data={"fingerprint": made.fingerprint, "note": made.note},
    )
    return made
