"""What has to be published, and by when: one task per completed inspection, sealed draw, issued plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from disclosure import gather
from disclosure.models import DisclosureTask
from disclosure.rules import deadlines
from disclosure.rules.deadlines import Clock
from draws.models import Draw, DrawStratum
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.rulebook import library
from foundation.workdays.models import calendar
from foundation.workdays.rules import Calendar
from inspections.models import Visit
from planning.models import AnnualPlan

COMPLETED = (Visit.State.SUBMITTED, Visit.State.RETURNED, Visit.State.REVIEWED, Visit.State.WAIVED)
SEALED = (Draw.State.SIGNED, Draw.State.CLOSED, Draw.State.VOID)


@dataclass(frozen=True)
class Opened:
    """What `ensure_tasks` did."""

    opened: int
    moved: int


@transaction.atomic
def ensure_tasks(*, organisation: Organisation, on: date, by: User | None = None) -> Opened:
    """Opens the missing tasks of an organisation and sets deadlines right; repeating it changes nothing.

    on: plans count once issued by this day. A task is opened when the inspection is completed, so that the clock
    is seen running; it can be proposed once the result has passed review.
    """
    days = calendar()
    made = [*_results(organisation, days), *_draws(organisation), *_plans(organisation, on, days)]
    DisclosureTask.objects.bulk_create(made, ignore_conflicts=True)
    moved = _reset_clocks(organisation, days)
    if made or moved:
        ledger.record(
            actor=by, act="disclosure.ensure_tasks", subject=organisation, organisation=organisation,
            data={"opened": [task.subject_number or str(task) for task in made], "moved": moved},
        )  # fmt: skip
    return Opened(len(made), len(moved))


@transaction.atomic
def refresh_deadlines(*, organisation: Organisation, by: User | None = None) -> int:
    """After a holiday notice: recompute open deadlines. Returns how many changed."""
    moved = _reset_clocks(organisation, calendar())
    if moved:
        ledger.record(
            actor=by, act="disclosure.refresh_deadlines", subject=organisation, organisation=organisation,
            data={"moved": moved},
        )  # fmt: skip
    return len(moved)


def clock_of(task: DisclosureTask, days: Calendar, strata: dict[tuple[int, str], str] | None = None) -> Clock:
    """The clock of a task as the registers and the calendar stand now."""
    if task.visit is not None:
        return _result_clock(task.visit, days, _strata([task.visit]) if strata is None else strata)
    if task.draw is not None:
        return Clock(task.clock_from)
    plan = task.plan
    assert plan is not None
    assert plan.issued_on is not None
    clock = deadlines.plan_clock(
        library.get(plan.rulebook_id), days, year=plan.year, issued_on=plan.issued_on
    )
    return clock or Clock(plan.issued_on)


def _results(organisation: Organisation, days: Calendar) -> Iterable[DisclosureTask]:
    known = DisclosureTask.objects.exclude(visit=None).values("visit")
    visits = list(
        Visit.objects.filter(organisation=organisation, state__in=COMPLETED, draw__kind=Draw.Kind.FORMAL)
        .exclude(completed_on=None, waived_for=None)
        .exclude(pk__in=known)
        .select_related("draw", "target", "waived_for")
        .prefetch_related("credits__draw")
        .order_by("completed_on", "pk")
    )
    strata = _strata(visits)
    for visit in visits:
        clock = _result_clock(visit, days, strata)
        yield DisclosureTask(
            organisation=organisation, kind=DisclosureTask.Kind.RESULT, visit=visit,
            clock_from=clock.start, due_on=clock.due_on, provisional=clock.provisional,
        )  # fmt: skip


def _strata(visits: Iterable[Visit]) -> dict[tuple[int, str], str]:
    draws = {draw.pk for visit in visits for draw, _, _ in gather.credits_of(visit)}
    rows = DrawStratum.objects.filter(draw__in=draws)
    return {
        (draw, stratum): period for draw, stratum, period in rows.values_list("draw", "stratum", "period")
    }


def _result_clock(visit: Visit, days: Calendar, strata: dict[tuple[int, str], str]) -> Clock:
    return deadlines.result_clock(
        library.get(visit.draw.rulebook_id), days,
        completed_on=gather.completed_on(visit), periods=gather.periods_of(visit, strata),
    )  # fmt: skip


def _draws(organisation: Organisation) -> Iterable[DisclosureTask]:
    """Formal draws that are sealed or void after the freeze; rehearsals are not published."""
    known = DisclosureTask.objects.exclude(draw=None).values("draw")
    found = Draw.objects.formal().filter(organisation=organisation, state__in=SEALED).exclude(freeze_hash="")
    for draw in found.exclude(pk__in=known).order_by("pk"):
        held = timezone.localtime(draw.frozen_at or draw.scheduled_at).date()
        yield DisclosureTask(
            organisation=organisation, kind=DisclosureTask.Kind.DRAW, draw=draw, clock_from=held
        )


def _plans(organisation: Organisation, on: date, days: Calendar) -> Iterable[DisclosureTask]:
    """Issued plans whose rulebook asks for publication."""
    known = DisclosureTask.objects.exclude(plan=None).values("plan")
    found = AnnualPlan.objects.filter(
        organisation=organisation, status=AnnualPlan.Status.ISSUED, issued_on__lte=on
    )
    for plan in found.exclude(pk__in=known).order_by("pk"):
        assert plan.issued_on is not None
        clock = deadlines.plan_clock(
            library.get(plan.rulebook_id), days, year=plan.year, issued_on=plan.issued_on
        )
        if clock is not None:
            yield DisclosureTask(
                organisation=organisation, kind=DisclosureTask.Kind.PLAN, plan=plan,
                clock_from=clock.start, due_on=clock.due_on, provisional=clock.provisional,
            )  # fmt: skip


def _reset_clocks(organisation: Organisation, days: Calendar) -> list[dict]:
    """Deadlines that move: a holiday notice arrived, or a corrected record has another day of completion."""
    tasks = list(
        DisclosureTask.objects.open()
        .filter(organisation=organisation)
        .exclude(kind=DisclosureTask.Kind.DRAW)
        .exclude(visit__completed_on=None, visit__waived_for=None, plan=None)
        .with_subjects()
        .prefetch_related("visit__credits__draw")
    )
    strata = _strata([task.visit for task in tasks if task.visit is not None])
    moved = []
    for task in tasks:
        clock = clock_of(task, days, strata)
        now = (task.clock_from, task.due_on, task.provisional)
        if now != (clock.start, clock.due_on, clock.provisional):
            moved.append({"task": task.pk, "from": task.due_on, "to": clock.due_on})
            task.clock_from, task.due_on, task.provisional = clock.start, clock.due_on, clock.provisional
            task.save(update_fields=["clock_from", "due_on", "provisional"])
    return moved
