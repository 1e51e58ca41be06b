"""Pause and time limit of the room: pictures and reminders only. The chain goes on, so nobody can stall a seat with it."""

from datetime import datetime

from draws import policies
from draws.actions.common import lock, moment
from draws.models import Draw, Pace
from draws.refusals import act
from draws.rules import pace as rules
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User

MAX_REASON = 60


@act("draws.pause")
def pause(*, by: User, draw: Draw, reason: str, now: datetime | None = None) -> Pace:
    """Stop the pictures on every screen and say why. Pausing twice keeps the first moment."""
    pace = _locked(by, draw, "暂停")
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise RuleBroken(
            f"请写明暂停的原因，{MAX_REASON} 字以内：会显示在大屏和每个人的手机上。", code="no_reason"
        )
    if pace.paused_at is None:
        pace.paused_at, pace.reason = moment(now), reason
        pace.save()
        ledger.record(
            actor=by, act="draws.pause", subject=draw, data={"reason": reason, "seq": draw.head_seq}
        )
    return pace


@act("draws.go_on")
def go_on(*, by: User, draw: Draw, now: datetime | None = None) -> Pace:
    """End the pause; a running limit gets the paused time back. Going on twice changes nothing."""
    pace = _locked(by, draw, "继续")
    if pace.paused_at is not None:
        if pace.due_at is not None:
            pace.due_at += moment(now) - pace.paused_at
        pace.paused_at, pace.reason = None, ""
        pace.save()
        ledger.record(actor=by, act="draws.go_on", subject=draw, data={"seq": draw.head_seq})
    return pace


@act("draws.limit")
def limit(*, by: User, draw: Draw, now: datetime | None = None) -> Pace:
    """Set the limit of the present step, or extend it; when it is over nothing happens by itself."""
    pace = _locked(by, draw, "限时")
    if draw.state not in rules.WAITS:
        raise RuleBroken(f"{draw.get_state_display()}这一步没有人需要等，不用限时。", code="nobody_waits")
    pace.due_at, pace.due_state = rules.due(moment(now), pace.runs_until), draw.state
    pace.save()
    ledger.record(actor=by, act="draws.limit", subject=draw, data={"until": pace.due_at, "state": draw.state})
    return pace


def _locked(by: User, draw: Draw, what: str) -> Pace:
    lock(draw)
    policies.check_pace(by, draw, what)
    pace, _ = Pace.objects.get_or_create(draw=draw)
    pace.draw = draw
    return pace
