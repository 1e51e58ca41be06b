"""Where every figure comes from: what was drawn, checked, reviewed, disclosed in a quarter. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from disclosure.models import DisclosureTask, Objection, Publication
from disclosure.rules import figures
from disclosure.rules.figures import Credit, Progress
from disclosure.rules.wording import CLEAN
from draws.models import Draw
from foundation.organisation.models import Organisation, Unit
from foundation.rulebook import library
from foundation.rulebook.deadlines import Due, report_due
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from inspections.models import FollowUp, Record, Visit, VisitCredit
from planning.models import AnnualPlan, Drawn, Quota
from planning.rules.naming import line_name
from planning.trial import book_as_planned

WAIVED = Visit.State.WAIVED
AT_THE_SITE = ("onsite", "third_party_assisted")


@dataclass(frozen=True)
class Row:
    """One drawn target behind a figure. `name` is its code while the name is secret."""

    credit: Credit
    name: str
    draw_number: str
    visit: Visit | None
    task: DisclosureTask | None


@dataclass(frozen=True)
class Quarter:
    """A quarter's figures with their rows and the words for its lines and units."""

    period: Period
    progress: Progress
    rows: tuple[Row, ...]
    line_names: dict[str, str]
    unit_names: dict[int, str]
    strict: bool


def quarter(
    organisations: Collection[Organisation] | QuerySet[Organisation], period: Period, on: date
) -> Quarter:
    """Figures of a quarter over some organisations; a fixed number of queries."""
    wanted = figures.periods_of(period)
    quotas = list(
        Quota.objects.filter(organisation__in=organisations, period__in=wanted).select_related("plan")
    )
    drawn = list(
        Drawn.objects.standing()
        .filter(organisation__in=organisations, period__in=wanted)
        .select_related("target")
    )
    books = {
        plan.pk: book_as_planned(plan) for plan in {quota.plan_id: quota.plan for quota in quotas}.values()
    }
    rows = tuple(_rows(drawn, books))
    required = [(quota.line, quota.unit_id, quota.period, quota.required) for quota in quotas]
    return Quarter(
        period, figures.progress(required, [row.credit for row in rows], on), rows, _line_names(books, quotas, drawn),
        dict(Unit.objects.filter(organisation__in=organisations).values_list("pk", "name")),
        any(book.disclosure.undisclosed_is_incomplete for book in books.values()),
    )  # fmt: skip


def rows_of(found: Quarter, stage: str, on: date, *, line: str = "", unit: int = 0) -> list[Row]:
    """The rows behind one figure."""
    return [
        row for row in found.rows
        if figures.at_stage(row.credit, stage, on)
        and (not line or row.credit.line == line) and (not unit or row.credit.unit == unit)
    ]  # fmt: skip


def _rows(drawn: list[Drawn], books: dict[int, Rulebook]) -> Iterable[Row]:
    draws = {draw.number: draw for draw in Draw.objects.filter(number__in={row.draw_number for row in drawn})}
    visits = _visits(draws.values())
    tasks = {
        task.visit_id: task
        for task in DisclosureTask.objects.filter(visit__in=[v.pk for v in visits.values()])
    }
    outcomes = _outcomes(visits.values())
    unsolved = set(
        FollowUp.objects.filter(
            visit__in=[v.pk for v in visits.values()], state=FollowUp.State.OPEN
        ).values_list("visit", flat=True)
    )
    for row in drawn:
        draw = draws.get(row.draw_number)
        book = library.get(draw.rulebook_id) if draw else next(iter(books.values()), None)
        visit = visits.get((row.draw_number, row.target_id))
        task = tasks.get(visit.pk) if visit else None
        credit = _credit(row, visit, task, book, outcomes, unsolved)
        yield Row(credit, _name(row, visit, book), row.draw_number, visit, task)


def _visits(draws: Iterable[Draw]) -> dict[tuple[str, int], Visit]:
    """By (draw number, target): several draws may have been merged into one visit. source: AMB-26"""
    rows = (
        VisitCredit.objects.filter(draw__in=list(draws), ended_at=None)
        .exclude(visit__state=Visit.State.VOID)
        .select_related("draw", "visit__draw", "visit__waived_for")
    )
    return {(row.draw.number, row.visit.target_id): row.visit for row in rows}


def _outcomes(visits: Iterable[Visit]) -> dict[int, str]:
    """Outcome of the newest record of each visit."""
    rows = Record.objects.filter(visit__in=[visit.pk for visit in visits]).order_by("version")
    return dict(rows.values_list("visit", "outcome"))


def _credit(
    row: Drawn, visit: Visit | None, task: DisclosureTask | None, book: Rulebook | None, outcomes: dict[int, str],
    unsolved: set[int],
) -> Credit:  # fmt: skip
    state = visit.state if visit else ""
    checked = bool(visit and (visit.completed_on or state == WAIVED))
    problem = bool(visit and _problem(visit, outcomes))
    return Credit(
        line=row.line, unit=row.unit_id, period=row.period, checked=checked,
        reviewed=state in (Visit.State.REVIEWED, WAIVED),
        exempt=bool(task and task.state == DisclosureTask.State.EXEMPT), problem=problem,
        solved=problem and visit is not None and visit.pk not in unsolved,
        offsite=bool(visit and visit.mode not in AT_THE_SITE),
        strict=bool(book and book.disclosure.undisclosed_is_incomplete),
        due_on=task.due_on if task else None, published_on=task.first_published_on if task else None,
        key=visit.pk if visit else -row.pk,
    )  # fmt: skip


def _problem(visit: Visit, outcomes: dict[int, str]) -> bool:
    if visit.waived_for is not None:
        return visit.waived_for.problem_found
    return outcomes.get(visit.pk, CLEAN) != CLEAN


def _name(row: Drawn, visit: Visit | None, book: Rulebook | None) -> str:
    """The name, or a placeholder while the list is secret and the visit has not begun. source: QZ-9.3"""
    secret = book is not None and book.draw.list_secret_until == "visit"  # noqa: S105
    if secret and (visit is None or visit.arrived_at is None):
        return f"名称保密（{visit.number if visit else row.draw_number}）"
    return row.target.name


def _line_names(books: dict[int, Rulebook], quotas: list[Quota], drawn: list[Drawn]) -> dict[str, str]:
    lines = {quota.line for quota in quotas} | {row.line for row in drawn}
    names = dict.fromkeys(sorted(lines), "")
    for book in books.values():
        known = {line.id for line in book.quotas}
        names |= {line: line_name(book, book.line(line)) for line in lines & known}
    return {line: name or line for line, name in names.items()}


# -- what else is counted ---------------------------------------------------------------------------------


def quarters(organisations: Collection[Organisation] | QuerySet[Organisation], on: date) -> list[Period]:
    """Quarters with quotas, newest first; always the present one."""
    found = Quota.objects.filter(organisation__in=organisations).values_list("period", flat=True).distinct()
    ends = {Period.containing(Period.parse(period).last, "quarter") for period in found}
    return sorted(ends | {Period.containing(on, "quarter")}, reverse=True)


def disclosure_numbers() -> dict[str, Any]:
    """Results published so far, of them corrected and withdrawn, and the mean working days it took."""
    current = Publication.objects.results().current()
    tasks = DisclosureTask.objects.filter(kind="result").exclude(first_published_on=None)
    days = calendar()
    used = [
        max(0, workdays_between(days, start, end))
        for start, end in tasks.values_list("clock_from", "first_published_on")
        if end is not None
    ]
    return {
        "results": current.count(),
        "corrected": current.filter(nature=Publication.Nature.CORRECTION).count(),
        "withdrawn": current.filter(nature=Publication.Nature.WITHDRAWAL).count(),
        "mean_days": figures.mean(used),
    }


def objection_numbers(on: date) -> dict[str, Any]:
    """Objections of the month of `on` and the mean working days to the answer."""
    month = Objection.objects.filter(
        kind=Objection.Kind.OBJECTION, received_at__year=on.year, received_at__month=on.month
    )
    days = calendar()
    answered = month.exclude(answered_at=None).values_list("received_at__date", "answered_at__date")
    used = [max(0, workdays_between(days, start, end)) for start, end in answered]
    return {
        "month": on.month,
        "received": month.count(),
        "answered": len(used),
        "mean_days": figures.mean(used),
    }


def report_duties(organisation: Organisation, period: Period) -> list[tuple[str, Due]]:
    """Reports to a superior that follow a quarter: name and deadline. source: rulebooks.md §3 [[reports]]"""
    plan = AnnualPlan.objects.in_force(organisation, period.year).first()
    if plan is None:
        return []
    days, book = calendar(), library.get(plan.rulebook_id)
    return [
        (report.zh, report_due(report, days, period_end=period.last, year=period.year))
        for report in book.reports
        if report.every == "quarter" or period.index == 4
    ]
