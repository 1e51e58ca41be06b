"""Agreeing to a swap: each for himself; without everybody's word nothing is approved. source: QZ-6.8a, AMB-24"""

from draws.models import Draw, ReplacementRequest, SwapConsent
from draws.policies.people import check_operator, check_state
from foundation.errors import NotAllowed, OutOfOrder
from foundation.organisation.models import User

S = Draw.State


def check_answer_swap(by: User, consent: SwapConsent) -> None:
    asked = consent.request
    if consent.inspector.user_id != by.pk:
        raise NotAllowed("互换要由本人用自己的账号答复，不能代答。")
    _check_open(asked)
    if consent.answer != SwapConsent.Answer.WAITING:
        raise OutOfOrder(f"您已经答复过“{consent.get_answer_display()}”，不能改。")


def check_ask_again(by: User, asked: ReplacementRequest) -> None:
    """Who may be drawn as a partner has changed; the organiser asks the new ones."""
    check_operator(by, asked.draw)
    _check_open(asked)
    if asked.kind != ReplacementRequest.Kind.SWAP:
        raise OutOfOrder("只有互换才要征求意见。")


def _check_open(asked: ReplacementRequest) -> None:
    check_state(asked.draw, (S.SIGNED,), "答复互换")
    if asked.state not in ReplacementRequest.OPEN or asked.round is not None:
        raise OutOfOrder(f"这件互换已经是“{asked.get_state_display()}”，不用再答复。")
