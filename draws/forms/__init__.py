"""Forms of the draw pages; the actions decide, these only read what was typed."""

from draws.forms.arranging import ArrangeForm, DrawForm
from draws.forms.conflicts import ConflictForm
from draws.forms.offplatform import OffPlatformForm
from draws.forms.pool import PoolChangeForm
from draws.forms.replacing import ReplacementForm
from draws.forms.seating import JoinForm, SeatForm
from draws.forms.signing import SignForm, TwoSignaturesForm, VoidForm, WithdrawForm

__all__ = [
    "ArrangeForm",
    "ConflictForm",
    "DrawForm",
    "JoinForm",
    "OffPlatformForm",
    "PoolChangeForm",
    "ReplacementForm",
    "SeatForm",
    "SignForm",
    "TwoSignaturesForm",
    "VoidForm",
    "WithdrawForm",
]
