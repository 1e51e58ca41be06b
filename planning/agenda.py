"""The calendar of a bureau: duties of its rulebook with what is already done. Reads only."""

from datetime import date

from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from planning import trial
from planning.models import AnnualPlan, Drawn, DutyDone
from planning.rules import agenda as rules
from planning.rules.agenda import Duty
from registry.models import RegisterReview
from registry.reviews import reviewing_units

NOTED = ("plan", "report")
"""Kinds a person notes as done; draws and reviews are seen done by themselves."""


def of_year(organisation: Organisation, year: int, on: date) -> list[Duty]:
    """Duties with a day in the year. A fixed number of queries.

    raises: RulebookMissing
    """
    book = trial.governing_book(organisation, year, on)
    since = organisation.adoptions.order_by("effective_from").values_list("effective_from", flat=True).first()
    duties = rules.settled(
        rules.agenda(book, calendar(), year, _issued(organisation, year)), _done(organisation, book, year)
    )
    return [duty for duty in duties if duty.done or since is None or duty.due >= since]


def near(organisation: Organisation, on: date, *, ahead: int = 30) -> list[Duty]:
    """Open duties that are overdue and can still be done, or due within `ahead` days; nothing without a rulebook."""
    try:
        found = of_year(organisation, on.year, on)
        later = of_year(organisation, on.year + 1, on) if (date(on.year, 12, 31) - on).days < ahead else []
    except RuleBroken:
        return []
    seen = {duty.key: duty for duty in [*found, *later]}
    return [
        duty for duty in seen.values()
        if (duty.due - on).days <= ahead and duty.state(on) in ("open", "overdue") and _can_still(duty, on)
    ]  # fmt: skip


def _can_still(duty: Duty, on: date) -> bool:
    """A draw can be held late while its period runs; a report can be sent late for a quarter of a year."""
    if duty.kind == "draw":
        return on <= Period.parse(duty.key.removeprefix("draw.")).last
    return (on - duty.due).days <= 92


def find(organisation: Organisation, key: str, on: date) -> Duty | None:
    """A duty of the running year or its neighbours."""
    for year in (on.year, on.year - 1, on.year + 1):
        for duty in of_year(organisation, year, on):
            if duty.key == key:
                return duty
    return None


def _done(organisation: Organisation, book: Rulebook, year: int) -> dict[str, tuple[date, str]]:
    """What the records show, and what people noted."""
    found = {**_plans(organisation, year), **_draws(organisation, year), **_reviews(organisation, book, year)}
    rows = DutyDone.objects.filter(organisation=organisation)
    return found | {duty: (on, note) for duty, on, note in rows.values_list("duty", "done_on", "note")}


def _issued(organisation: Organisation, year: int) -> dict[int, date]:
    """The first day a department's plan of the year or of its neighbours was issued."""
    plans = AnnualPlan.objects.filter(
        organisation=organisation, kind=AnnualPlan.DEPARTMENT, issued_on__isnull=False, provisional=False
    ).filter(year__gte=year - 1, year__lte=year + 1)
    return {plan: on for plan, on in plans.order_by("-version").values_list("year", "issued_on") if on}


def _plans(organisation: Organisation, year: int) -> dict[str, tuple[date, str]]:
    found: dict[str, tuple[date, str]] = {}
    plans = AnnualPlan.objects.filter(
        organisation=organisation, year__in=[year, year + 1], approved_at__isnull=False, provisional=False
    )
    for plan in plans.order_by("-version"):
        found[f"plan.make.{plan.year}"] = (
            timezone.localtime(plan.approved_at).date(),
            f"第 {plan.version} 版批准",
        )
        if plan.filed_on:
            found[f"plan.file.{plan.year}"] = (plan.filed_on, "已登记报备")
        if plan.published_on:
            found[f"plan.publish.{plan.year}"] = (plan.published_on, plan.published_at or "已公开")
    return found


def _draws(organisation: Organisation, year: int) -> dict[str, tuple[date, str]]:
    """The first draw of a period; batches may follow."""
    found: dict[str, tuple[date, str]] = {}
    rows = Drawn.objects.standing().filter(organisation=organisation, drawn_on__year__gte=year - 1)
    for period, on, number in (
        rows.order_by("drawn_on").values_list("period", "drawn_on", "draw_number").distinct()
    ):
        found.setdefault(f"draw.{period}", (on, number))
    return found


def _reviews(organisation: Organisation, book: Rulebook, year: int) -> dict[str, tuple[date, str]]:
    """A period counts when the whole register, or every drawing unit's part, was reviewed."""
    units = {pk for pk, _ in reviewing_units(organisation, book)}
    rows = RegisterReview.objects.filter(organisation=organisation, reviewed_on__year__gte=year - 1).order_by(
        "reviewed_on"
    )
    seen: dict[str, set[int | None]] = {}
    found: dict[str, tuple[date, str]] = {}
    every = book.register.review_every
    for period, on, unit in rows.values_list("period", "reviewed_on", "unit"):
        own = Period.containing(Period.parse(period).last, "year").id if every == "year" else period
        seen.setdefault(own, set()).add(unit)
        if None in seen[own] or (units and units <= seen[own]):
            found.setdefault(f"review.{own}", (on, "已登记复核"))
    return found
