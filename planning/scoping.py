"""What a scope means on today's register: who falls in, what must be drawn, whom it leaves short. Reads only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from foundation.organisation.models import Organisation
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Condition, Selector, matches
from foundation.rulebook.vocabulary import CONTROL_LEVELS, PERMIT_CLASSES, TARGET_KINDS
from planning import trial
from planning.models import AnnualPlan, Override, PlannedNumber
from planning.population import Register, label_word
from planning.rules import naming, own_lines, principles, terms
from planning.rules.figures import Figure
from planning.rules.own_lines import Asked, OwnLine, Room
from registry.models import LabelTerm, Target, TargetTag

FIELDS = (
    "tier", "kind", "area", "category", "label", "permit_class", "control_level", "credit_grade", "flag",
)  # fmt: skip
"""Conditions a planner can set, in the order of the page."""
CHECKED_BELOW = "inspected_by_subordinate"
SHOWN = 6


@dataclass(frozen=True)
class Change:
    """A line of the book with another scope. kept: in both · lost: the book means them, the new scope does not · added: new"""

    kept: int
    lost: int
    added: int
    refused: str = ""
    clause: str = ""
    phrase: str = ""


@dataclass(frozen=True)
class Count:
    """Who falls in a scope. names: a few of them · numbers: (period, unit, base, number, sentence) · shared: (line, how many)
    of the book · rooms: lines of the book that would fall short · needs: exception that has to be approved first"""

    total: int
    names: tuple[str, ...]
    numbers: tuple[tuple[str, str, int, int, str], ...]
    shared: tuple[tuple[str, int], ...] = ()
    rooms: tuple[tuple[str, Room], ...] = ()
    needs: principles.Principle | None = None
    change: Change | None = None

    @property
    def year(self) -> int:
        return sum(number for *_, number, _ in self.numbers)


def options(organisation: Organisation, book: Rulebook) -> dict[str, list[tuple[str, str]]]:
    """What each condition can be, from the book's words and the bureau's own. Four queries."""
    tags = (
        TargetTag.objects.filter(target__organisation=organisation).values_list("group", "value").distinct()
    )
    terms_ = LabelTerm.objects.filter(organisation=organisation).values_list("group", "value")
    labels = sorted({label_word(*one) for one in (*tags, *terms_)})
    used = {
        word for words in _present(organisation).values_list("categories", flat=True) for word in words or ()
    }
    return {
        "tier": list(dict.fromkeys((tier.id, tier.zh) for tier in book.tiers)),
        "kind": list(TARGET_KINDS.items()),
        "area": [(area.code, area.name) for area in organisation.areas.order_by("code")],
        "category": [(word, word) for word in sorted(used)],
        "label": [(word, word) for word in labels],
        "permit_class": list(PERMIT_CLASSES.items()), "control_level": list(CONTROL_LEVELS.items()),
        "credit_grade": [(grade, grade) for grade in book.register.credit_grades],
        "flag": [(flag.id, flag.zh) for flag in book.flags],
    }  # fmt: skip


def _present(organisation: Organisation) -> QuerySet[Target]:
    return Target.objects.of(organisation).exclude(status__in=Target.GONE)


def words(organisation: Organisation, line: OwnLine) -> str:
    """A scope in Chinese, areas by name."""
    names = dict(organisation.areas.values_list("code", "name"))
    alternatives = tuple(
        tuple(by_name(condition, names) for condition in alternative)
        for alternative in line.when.alternatives
    )
    return naming.describe(Selector(alternatives))


def by_name(condition: Condition, names: dict[str, str]) -> Condition:
    if condition.name != "area":
        return condition
    return replace(condition, operand=tuple(names.get(code, code) for code in condition.operand))


def editable(line: Any) -> dict[str, Any] | None:
    """The scope as ticks of the form; None when it is more than that."""
    raw = own_lines.raw_of(line.when)
    plain = len(raw) == 1 and all(
        (key in FIELDS and isinstance(value, list)) or (key == CHECKED_BELOW and value is True)
        for key, value in raw[0].items()
    )
    return raw[0] if plain else None


@dataclass(frozen=True)
class Year:
    """A year of a plan with one more line, or without. by_row: (line, unit) → its figures"""

    book: Rulebook
    register: Register
    figures: tuple[Figure, ...]

    def of(self, line: str) -> list[Figure]:
        return [figure for figure in self.figures if figure.line.id == line]


def year_with(plan: AnnualPlan, book: Rulebook, on: date, manual: int | None = None, line: str = "") -> Year:
    """manual: number per period of the line, where the plan has none yet"""
    register = trial.read(plan.organisation, book, on, Period(plan.year, "year", 1))
    given = trial.terms_of(plan)
    if manual is not None:
        typed = {
            slot.key: PlannedNumber(manual=manual)
            for slot in trial.slots(book, register.units, Period(plan.year, "year", 1))
            if slot.line.id == line
        }
        given = replace(given, numbers={**given.numbers, **typed})
    return Year(book, register, tuple(trial.year_figures(plan.organisation, register, given, plan.year)))


def count(plan: AnnualPlan, line: OwnLine, on: date, *, manual: int | None = None) -> Count:
    """The line on today's register, whether the plan has it already or not."""
    others = [raw for raw in plan.own_lines if raw["id"] != line.id]
    book = own_lines.with_own(library.get(plan.rulebook_id), others)
    book = replace(book, quotas=(*book.quotas, line))
    year = year_with(plan, book, on, manual, line.id)
    members = {target for figure in year.of(line.id) for target in figure.members.base}
    units = {unit.pk: unit.name for several in year.register.units.values() for unit in several}
    numbers = tuple(
        (figure.period.id, units[figure.unit], figure.base, figure.required, figure.number.sentence)
        for figure in year.of(line.id)
    )
    return Count(
        len(members), tuple(Target.objects.filter(pk__in=members).order_by("uid").values_list("name", flat=True)[:SHOWN]),
        numbers, _shared(year, line, members), short_rooms(year), filter_rule(plan, book, line),
    )  # fmt: skip


def _shared(year: Year, line: OwnLine, members: set[int]) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    bases: dict[str, set[int]] = {}
    for figure in year.figures:
        if figure.line.id != line.id:
            bases.setdefault(figure.line.id, set()).update(figure.members.base)
    for other, base in bases.items():
        found[naming.short_scope(year.book, year.book.line(other))] += len(base & members)
    return tuple((name, shared) for name, shared in found.items() if shared)


def short_rooms(year: Year) -> tuple[tuple[str, Room], ...]:
    """Lines of the book to which own lines leave too few visits under a cap, with their names."""
    if not any(line.local for line in year.book.quotas):
        return ()
    targets = {known.id: known for known in year.register.targets}
    found = []
    for cap in year.book.caps:
        asked = [_asked(year, figures, cap, targets) for figures in _rows(year)]
        found += [
            (naming.line_name(year.book, year.book.line(room.line)), room)
            for room in own_lines.rooms(asked, cap.id, cap.max)
            if room.short
        ]
    return tuple(found)


def _rows(year: Year) -> list[list[Figure]]:
    rows: dict[tuple[str, int], list[Figure]] = {}
    for figure in year.figures:
        rows.setdefault((figure.line.id, figure.unit), []).append(figure)
    return list(rows.values())


def _asked(year: Year, figures: Sequence[Figure], cap: Any, targets: dict[int, Any]) -> Asked:
    base = frozenset(target for figure in figures for target in figure.members.base)
    on, body = year.register.on, figures[0].body
    bound = frozenset(
        target for target in base
        if not matches(cap.exempt, targets[target].facts, on, tiers=targets[target].tiers.get(body, ()))
    )  # fmt: skip
    return Asked(figures[0].line, tuple(figure.required for figure in figures), base, bound)


def filter_rule(plan: AnnualPlan, book: Rulebook, line: OwnLine) -> principles.Principle | None:
    """The exception a daily check with a range set beforehand needs and has not got. source: NM-26.2, WL-6.2"""
    rule = principles.find(book, principles.DAILY_SCOPE)
    if rule is None or line.activity != principles.DAILY or not own_lines.ranged(line):
        return None
    approved = Override.objects.approved(plan.organisation, plan.year).filter(
        rule=principles.DAILY_SCOPE, line=line.id
    )
    return None if approved.exists() else rule


def change_of(plan: AnnualPlan, line: Any, wanted: list[dict[str, Any]], on: date) -> Change:
    """What another scope does to a line of the book, target by target."""
    book = trial.book_of(plan)
    probe = own_lines.own_line(book, {**_blank(line), "when": wanted})
    old = _members(plan, replace(book, quotas=(*book.quotas, probe)), on, line.id, probe.id)
    before, after = old
    limit, clause = own_lines.laxer(line, wanted), line.origin("when").ref
    lost = len(before - after)
    said = f"{limit}{f'，今天就少 {lost} 家' if lost else ''}" if limit else ""
    return Change(len(before & after), lost, len(after - before), said, clause)


def _members(plan: AnnualPlan, book: Rulebook, on: date, *lines: str) -> list[set[int]]:
    register = trial.read(plan.organisation, book, on, Period(plan.year, "year", 1))
    found = []
    for name in lines:
        line = book.line(name)
        ids = {
            target
            for body in line.bodies
            for unit in register.units.get(body, ())
            for target in register.members(line, unit, Period(plan.year, line.period, 1), fresh=True).base
        }
        found.append(ids)
    return found


def _blank(line: Any) -> dict[str, Any]:
    return {
        "id": "local_0", "zh": "", "source": "试算", "activity": "", "bodies": list(line.bodies), "except": [],
        "period": line.period, "basis": line.basis, "rates": [str(rate) for rate in line.rates], "order": line.order,
        "widens": line.id,
    }  # fmt: skip


def period_words(period: str) -> str:
    return terms.short_zh(Period.parse(period))
