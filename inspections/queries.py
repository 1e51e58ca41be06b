"""What pages, exports and the interface read of visits: a fixed number of queries, names masked where they are secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from draws.models import Draw
from foundation.organisation.models import User
from foundation.rulebook import library
from foundation.workdays.rules import Calendar, workdays_between
from inspections import books, policies
from inspections.marks import mark_of
from inspections.models import CheckResult, FollowUp, Record, TeamMember, Visit
from inspections.rules import modes
from registry.models import TierAssignment

HIDDEN = "名称保密"
_ORDER = ("due_on", "id")


@dataclass(frozen=True)
class Row:
    """One visit as lists show it. left: working days to the deadline, negative when overdue."""

    visit: Visit
    name: str
    address: str
    team: str
    mode: str
    tier: str
    outcome: str
    left: int | None

    @property
    def mark(self) -> dict[str, str]:
        return mark_of(getattr(self.visit, "outcome", "") or "")

    @property
    def hidden(self) -> bool:
        return self.name == HIDDEN


def listed(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Everything a list shows of a visit, ready to be sliced."""
    last = Record.objects.filter(visit=OuterRef("pk")).order_by("-version")
    tier = TierAssignment.objects.filter(target=OuterRef("target"), until=None, overlay=False).order_by("id")
    present = TeamMember.objects.filter(left_at=None).select_related("inspector").order_by("position", "id")
    return (
        visits.select_related("target", "draw", "organisation")
        .prefetch_related(Prefetch("team", present, to_attr="present"))
        .annotate(
            outcome=Subquery(last.values("outcome")[:1]), tier=Subquery(tier.values("tier")[:1]),
            item_count=Coalesce(Subquery(_count("items")), 0), done_count=Coalesce(Subquery(_done()), 0),
        )
    )  # fmt: skip


def _count(name: str) -> QuerySet:
    return Visit.objects.filter(pk=OuterRef("pk")).annotate(n=Count(name)).values("n")


def _done() -> QuerySet:
    """Items with a result, i.e. decided ones."""
    return (
        Visit.objects.filter(pk=OuterRef("pk"))
        .annotate(n=Count("items", filter=~Q(items__result="")))
        .values("n")
    )


def rows(visits: Iterable[Visit], user: User, today: date, calendar: Calendar) -> list[Row]:
    return [_row(visit, user, today, calendar) for visit in visits]


def _row(visit: Any, user: User, today: date, calendar: Calendar) -> Row:
    shown = policies.can_read_name(user, visit)
    codes = books.codes(library.get(visit.draw.rulebook_id))
    return Row(
        visit, visit.target.name if shown else HIDDEN, visit.target.address if shown else "",
        "、".join(member.inspector.name for member in visit.present), modes.MODES[visit.mode], visit.tier or "",
        codes.get(visit.outcome or "", ""), left(visit.due_on, today, calendar),
    )  # fmt: skip


def left(due: date | None, today: date, calendar: Calendar) -> int | None:
    return workdays_between(calendar, today, due) if due else None


def in_order(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """What is due first comes first; what has no date last."""
    return visits.order_by(F("due_on").asc(nulls_last=True), "id")


def waiting_review(user: User) -> QuerySet[Visit]:
    return Visit.objects.visible_to(user).filter(state=Visit.State.SUBMITTED)


def followups_of(user: User) -> QuerySet[FollowUp]:
    """Those of visits the user may see: the organisation's, or an inspector's own."""
    scope = FollowUp.objects.visible_to(user)
    if policies.may(user, "inspections.view"):
        return scope
    mine = TeamMember.objects.filter(inspector__user=user, left_at=None).values("visit")
    return scope.filter(visit__in=mine)


def draws_to_send(user: User) -> QuerySet[Draw]:
    """Sealed formal draws of the user's own organisation, for “generate visits”."""
    return (
        Draw.objects.formal()
        .filter(organisation=user.organisation_id, state__in=policies.READY)
        .order_by("-id")
    )


def answers_of(visit_item_id: int) -> dict[int, CheckResult]:
    return {check.checkpoint_id: check for check in CheckResult.objects.filter(visit_item=visit_item_id)}
