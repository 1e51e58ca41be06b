"""The agreement of a swap: asked of everybody it may move, given or refused on one's own login. source: QZ-6.8a, AMB-24"""

from datetime import datetime

from draws import policies
from draws.actions.common import lock, moment
from draws.models import ReplacementRequest, SwapConsent
from draws.refusals import act
from draws.swaps import inspectors_by_commitment, people_of
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User

Answer, Part = SwapConsent.Answer, SwapConsent.Part


def ask_everybody(asked: ReplacementRequest, by: User, at: datetime) -> int:
    """One question for each person not asked before; whoever asks for his own swap has agreed by asking."""
    people = inspectors_by_commitment(asked.draw, people_of(asked.draw, asked))
    known = set(asked.consents.values_list("inspector_id", flat=True))
    fresh = [
        _question(
            asked, person.pk, asked.inspector == commitment, by if person.user_id == by.pk else None, at
        )
        for commitment, person in sorted(people.items())
        if person.pk not in known
    ]
    SwapConsent.objects.bulk_create(fresh)
    return len(fresh)


def _question(
    asked: ReplacementRequest, person: int, leaves: bool, own: User | None, at: datetime
) -> SwapConsent:
    agreed = own is not None and leaves
    return SwapConsent(
        request=asked, inspector_id=person, part=Part.ASKER if leaves else Part.PARTNER, asked_at=at,
        answer=Answer.AGREED if agreed else Answer.WAITING, answered_at=at if agreed else None,
        answered_by=own if agreed else None,
    )  # fmt: skip


@act("draws.ask_swap_again")
def ask_swap_again(*, by: User, request: ReplacementRequest, now: datetime | None = None) -> int:
    """Ask those who have become possible partners since; returns how many."""
    draw = lock(request.draw)
    request.refresh_from_db()
    request.draw = draw
    policies.check_ask_again(by, request)
    count = ask_everybody(request, by, moment(now))
    ledger.record(
        actor=by, act="draws.ask_swap_again", subject=draw, data={"request": request.pk, "people": count}
    )
    return count


@act("draws.answer_swap")
def answer_swap(
    *, by: User, request: ReplacementRequest, consent: SwapConsent, agree: bool, reason: str = "",
    now: datetime | None = None,
) -> SwapConsent:  # fmt: skip
    """One's own word. A refusal ends the swap; recusal by withdrawing stays open. source: QZ-6.8b"""
    draw = lock(request.draw)
    consent.refresh_from_db()
    consent.request.draw = draw
    policies.check_answer_swap(by, consent)
    if not agree and not reason.strip():
        raise RuleBroken("不同意的，请写明理由。", code="reason_missing")
    consent.answer = Answer.AGREED if agree else Answer.REFUSED
    consent.reason = "" if agree else reason.strip()
    consent.answered_by, consent.answered_at = by, moment(now)
    consent.full_clean()
    consent.save()
    if not agree:
        ReplacementRequest.objects.filter(pk=consent.request_id).update(
            state=ReplacementRequest.State.DECLINED
        )
    ledger.record(
        actor=by, act="draws.answer_swap", subject=draw,
        data={"request": consent.request_id, "agree": agree, "reason": consent.reason},
    )  # fmt: skip
    return consent
