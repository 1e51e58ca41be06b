"""The counts that a freeze today would fix, against the last period, with the rows behind every difference."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from draws.freezing.exclusions import set_aside
from draws.freezing.frame import Frame
from draws.freezing.targets import Membership, memberships
from draws.models import Draw, DrawStratum
from draws.naming import strata_names
from draws.rules.mc1.patterns import TARGET_STATUSES
from draws.rules.mc1.rows import ELIGIBLE
from draws.secrets import Secrets
from foundation.rulebook.periods import Period
from planning.models import Quota
from registry.models import Target

JOINED, LEFT = "新进", "退出"


@dataclass(frozen=True)
class Moved:
    """One target that is in the base of one period only."""

    stratum: str
    what: str
    uid: str
    name: str
    area: str
    status: str
    pk: int = 0


@dataclass(frozen=True)
class StratumCount:
    """base, pool: as the registers stand today · confirmed: base when the quota was confirmed · before, joined, left:
    against the last period's confirmed base, None where there is none · statuses: label → number of those not drawn from
    """

    id: str
    label: str
    line: str
    base: int
    pool: int
    required: int
    confirmed: int
    period: str
    before: int | None = None
    joined: int = 0
    left: int = 0
    statuses: list[tuple[str, int]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.base - self.before

    @property
    def drifted(self) -> bool:
        """The registers moved since the quota was confirmed."""
        return self.base != self.confirmed


def counts_of(draw: Draw, on: date) -> list[StratumCount]:
    """In the order of the manifest; the registers are read once."""
    frame = Frame.of(draw, Secrets.new(), on)
    members = set_aside(draw, memberships(frame))
    names = strata_names(draw)
    return [_count(frame, stratum, members, names[stratum.stratum]) for stratum in frame.strata]


def members_of(draw: Draw, on: date) -> dict[int, Membership]:
    """By target id, as a freeze today would have them."""
    return set_aside(draw, memberships(Frame.of(draw, Secrets.new(), on)))


def _count(frame: Frame, stratum: DrawStratum, members: dict[int, Membership], label: str) -> StratumCount:
    mine = {
        pk: its.statuses[stratum.stratum] for pk, its in members.items() if stratum.stratum in its.statuses
    }
    base = {pk for pk, status in mine.items() if not status.startswith("X")}
    tally = Counter(mine.values())
    last = _last_quota(stratum)
    before = set(last.snapshot) if last else None
    joined, left = (base - before, before - base) if before is not None else (set(), set())
    return StratumCount(
        stratum.stratum, label, stratum.line, len(base), tally[ELIGIBLE], stratum.quota.required, stratum.quota.base,
        last.period if last else "", len(before) if before is not None else None, len(joined), len(left),
        [(TARGET_STATUSES[status], n) for status, n in sorted(tally.items()) if status != ELIGIBLE],
        _moved(label, joined, left, mine),
    )  # fmt: skip


def _last_quota(stratum: DrawStratum) -> Quota | None:
    """The quota of the same line and unit in the period before, when its list was kept."""
    period = Period.parse(stratum.period).shift(-1).id
    found = Quota.objects.filter(
        line=stratum.line, unit=stratum.unit, period=period, confirmed_at__isnull=False
    ).first()
    return found if found and found.snapshot else None


def _moved(label: str, joined: set[int], left: set[int], statuses: dict[int, str]) -> list[Moved]:
    targets = Target.objects.filter(pk__in=joined | left).select_related("area").order_by("uid")
    return [
        Moved(
            label, JOINED if target.pk in joined else LEFT, target.uid, target.name, target.area.name,
            _status_words(statuses.get(target.pk), target), target.pk,
        )
        for target in targets
    ]  # fmt: skip


def _status_words(status: str | None, target: Target) -> str:
    if status == ELIGIBLE:
        return "可抽"
    return TARGET_STATUSES[status] if status else target.get_status_display()
