"""The members behind one number, by name: for planners who are asked 为什么没有它."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning import trial
from planning.models import AnnualPlan, Drawn
from planning.rules import naming
from planning.rules.standing import LineMembers
from planning.rules.terms import own_period
from registry.models import PriorInspection, Target

FREE, DRAWN = "E", "C.DRAWN"
VEILED_ZH = "可抽，或已抽中待查"


@dataclass(frozen=True)
class Entry:
    target: Target
    status: str
    status_zh: str
    visits: int
    reasons: tuple[str, ...]
    overridden: bool


@dataclass(frozen=True)
class Roll:
    """`counts`: (status, words, number) in the order of the codes, over the whole line whatever is filtered

    veiled: how many are drawn and not visited yet; until then their names are closed, so the rows of those who may be
    drawn and of those who were say the same. source: QZ-9.3
    """

    book: Rulebook
    line: str
    name: str
    unit: Unit
    period: Period
    members: LineMembers
    entries: list[Entry]
    counts: tuple[tuple[str, str, int], ...]
    status: str
    veiled: int


def roll(
    organisation: Organisation, period: Period, line_id: str, unit_id: int, on: date, *, status: str = ""
) -> Roll:
    """raises: KeyError when the line or the instance does not exist"""
    plan = AnnualPlan.objects.in_force(organisation, period.year).first()
    book = trial.book_of(plan) if plan else trial.governing_book(organisation, period.year, on)
    line = book.line(line_id)
    register = trial.read(organisation, book, on, period)
    unit = {unit.pk: unit for body in line.bodies for unit in register.units.get(body, ())}[unit_id]
    members = register.members(line, unit, own_period(line, period))
    counts = Counter(members.status.values())
    veiled = _awaiting(organisation, members)
    alike = (FREE, DRAWN) if veiled and status in (FREE, DRAWN) else (status,)
    shown = [pk for pk, code in members.status.items() if not status or code in alike]
    targets = (
        Target.objects.of(organisation).filter(pk__in=shown).select_related("area")
        if shown
        else Target.objects.none()
    )
    return Roll(
        book=book, line=line_id, name=naming.line_name(book, line), unit=unit, period=own_period(line, period), members=members,
        entries=[_entry(target, members, veiled) for target in targets.order_by("uid")],
        counts=tuple((code, zh, counts[code]) for code, zh in naming.STATUS_ZH.items() if counts[code]), status=status, veiled=len(veiled),
    )  # fmt: skip


def _awaiting(organisation: Organisation, members: LineMembers) -> set[int]:
    """Drawn, and no inspection since."""
    drawn = [pk for pk, code in members.status.items() if code == DRAWN]
    days = dict(
        Drawn.objects.standing()
        .filter(organisation=organisation, target__in=drawn)
        .order_by("drawn_on")
        .values_list("target", "drawn_on")
    )
    if not days:
        return set()
    seen = PriorInspection.objects.filter(target__in=days, on__gte=min(days.values()))
    visited = {target for target, on in seen.values_list("target", "on") if on >= days[target]}
    return set(drawn) - visited


def _entry(target: Target, members: LineMembers, veiled: set[int]) -> Entry:
    code = members.status[target.pk]
    if veiled and (code == FREE or target.pk in veiled):
        return Entry(
            target, "", VEILED_ZH, members.visits.get(target.pk, 0), (), target.pk in members.overrides
        )
    return Entry(
        target, code, naming.STATUS_ZH[code], members.visits.get(target.pk, 0),
        tuple(cause.sentence for cause in members.causes.get(target.pk, ())), target.pk in members.overrides,
    )  # fmt: skip
