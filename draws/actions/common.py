"""What every action of a draw does first: take the lock and read what others wrote."""

from datetime import datetime

from django.utils import timezone

from draws.models import Draw, DrawStratum
from draws.policies import BEFORE_FREEZE
from draws.sources import joint_of
from foundation.organisation.models import Organisation


def lock(draw: Draw) -> Draw:
    """The same object, fresh from the database and locked until the transaction ends.

    `no_key`: rows that only refer to the draw are checked at commit and must not wait for this lock.
    """
    draw.refresh_from_db(from_queryset=Draw.objects.select_for_update(of=("self",), no_key=True))
    return draw


def lock_organisation(organisation: Organisation) -> None:
    """Taken before any draw's lock where serials or the chain of formal draws are at stake."""
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)


def settle_joint(draw: Draw) -> None:
    """A joint plan may have been approved or amended since the draw was prepared; from the freeze on it stays. source: QS-9.3"""
    if draw.state not in BEFORE_FREEZE:
        return
    strata = list(draw.strata.all())
    joint = joint_of(draw.organisation, draw.period, [stratum.line for stratum in strata])
    for stratum in strata:
        stratum.joint_task = joint.get(stratum.line)
    DrawStratum.objects.bulk_update(strata, ["joint_task"])


def moment(now: datetime | None) -> datetime:
    return now or timezone.now()
