"""What pages and the to-do list read of conflicts of interest besides the declarations themselves."""

from dataclasses import dataclass
from datetime import date

from draws.models import ConflictConfirmation, ConflictLook, ConflictOfInterest
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from personnel.models import Inspector

SHOWN_LOOKS = 20


@dataclass(frozen=True)
class Confirmed:
    person: Inspector
    done: ConflictConfirmation | None

    @property
    def words(self) -> str:
        if self.done is None:
            return "没有确认"
        return f"已确认，有效申报 {self.done.declared} 条" if self.done.declared else "已确认，没有需要申报的"


@dataclass(frozen=True)
class Year:
    """Everybody in post and whether he has confirmed; those who have not come first."""

    year: int
    rows: list[Confirmed]

    @property
    def missing(self) -> int:
        return sum(row.done is None for row in self.rows)


def year_of(organisation: Organisation, year: int) -> Year:
    """Two queries."""
    people = (
        Inspector.objects.of(organisation)
        .active()
        .select_related("unit")
        .order_by("unit__code", "name", "id")
    )
    done = {
        row.inspector_id: row
        for row in ConflictConfirmation.objects.filter(inspector__organisation=organisation, year=year)
    }
    rows = [Confirmed(person, done.get(person.pk)) for person in people]
    return Year(year, sorted(rows, key=lambda row: row.done is not None))


def confirmation_of(inspector: Inspector, year: int) -> ConflictConfirmation | None:
    return ConflictConfirmation.objects.filter(inspector=inspector, year=year).first()


def unconfirmed(user: User, on: date) -> bool:
    """The person is an inspector in post who has not given this year's word yet."""
    own = Inspector.objects.active().filter(user=user).first() if can(user, "personnel.own") else None
    return own is not None and confirmation_of(own, on.year) is None


def looks_at(inspector: Inspector) -> list[ConflictLook]:
    """Who looked at one's declarations, the latest first."""
    rows = ConflictLook.objects.filter(conflict__inspector=inspector).select_related(
        "by", "conflict__target", "conflict__entity"
    )
    return list(rows.order_by("-at", "-id")[:SHOWN_LOOKS])


def to_decide(user: User) -> int:
    """Withdrawals that wait for the discipline officer."""
    if not can(user, "personnel.conflicts"):
        return 0
    rows = ConflictOfInterest.objects.filter(organisation=user.organisation_id).waiting()
    return rows.exclude(inspector__user=user).count()
