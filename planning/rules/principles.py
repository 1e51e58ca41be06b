"""Which rules of a book are 原则上 and may be departed from with approval, and which have no exception. source: AMB-57"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from foundation.rulebook import clauses
from foundation.rulebook.clauses import Clause
from foundation.rulebook.model import Rulebook
from foundation.rulebook.values import Origin

DRAW_WINDOW = "draw.window"  # the time of a draw. source: QZ-5.3, AMB-34
DAILY_SCOPE = "daily.scope"  # no range set beforehand for daily checks. source: NM-26.2, WL-6.2
DAILY = "daily"  # the activity those clauses speak of
_DAILY_SCOPE_CLAUSES = ("NM-26.2", "WL-6.2")
_LOWER_CLAUSES = ("NM-25.5", "WL-7.5")
_LEAD_CLAUSES = ("QS-9.3", "NM-21.1", "WL-6.4")
_JOINT_FIRST_CLAUSES = ("NM-20.2",)
_APART_CLAUSES = ("NM-19.2", "WL-6.3")
PLAN_DUE = "plan.due"  # the day by which the plan is to be made. source: WL-7.8


@dataclass(frozen=True)
class Principle:
    """A rule with its strength. about: target (one target, or all of a line), line (a line of the plan), or year (nothing further)"""

    id: str
    zh: str
    origin: Origin
    hard: bool
    about: str = "target"

    @property
    def clause(self) -> str:
        return self.origin.ref

    @property
    def quote(self) -> str:
        found = clauses.quote(self.clause) if self.clause else None
        return found.sentence if found else ""


def rules(book: Rulebook) -> tuple[Principle, ...]:
    """Every rule of the book that limits a draw or a plan, hard ones included, in the order of the book."""
    return (*_caps(book), *_exclusions(book), *_coverage(book), *_scope(book), *_dates(book))


def open_to_exception(book: Rulebook) -> tuple[Principle, ...]:
    return tuple(rule for rule in rules(book) if not rule.hard)


def without_exception(book: Rulebook) -> tuple[Principle, ...]:
    return tuple(rule for rule in rules(book) if rule.hard)


def find(book: Rulebook, rule: str) -> Principle | None:
    return next((found for found in rules(book) if found.id == rule), None)


def _caps(book: Rulebook) -> Iterator[Principle]:
    for cap in book.caps:
        yield Principle(cap.id, f"每家每年不超过 {cap.max} 次", cap.origin("max"), cap.strength == "must")


def _exclusions(book: Rulebook) -> Iterator[Principle]:
    for rule in book.exclusions:
        if rule.effect == "pool":
            yield Principle(rule.id, rule.zh, rule.origin("when"), rule.use == "always")


def _coverage(book: Rulebook) -> Iterator[Principle]:
    for rule in book.coverage:
        if rule.subject == "target":
            yield Principle(rule.id, rule.zh, rule.origin("strength"), rule.strength == "must")


def _scope(book: Rulebook) -> Iterator[Principle]:
    """The texts that allow directed draws and keep daily checks free of them; a book is known by the text it quotes."""
    clause = _said(book, _DAILY_SCOPE_CLAUSES)
    if clause:
        yield Principle(DAILY_SCOPE, "日常检查不提前设定范围条件", Origin("law", clause), False, "line")


def may_lower(book: Rulebook) -> Clause | None:
    """The sentence that lets good and low-risk targets be looked at less often, where the text has one. Its floors stay: the
    rate of a tier counts everybody in it. source: NM-25.5, WL-7.5
    """
    clause = _said(book, _LOWER_CLAUSES)
    return clauses.quote(clause) if clause else None


def lead_clause(book: Rulebook) -> str:
    """The sentence by which only the lead of a joint plan starts its draw; "" where the text knows none. source: QS-9.3"""
    return _said(book, _LEAD_CLAUSES)


def apart_clause(book: Rulebook) -> str:
    """The sentence that asks for joint checks of what several are in charge of; "" where there is none. source: NM-19.2"""
    return _said(book, _APART_CLAUSES)


def first_kind(book: Rulebook, bodies: Collection[str]) -> str:
    """The kind of plan a bureau of these bodies makes first: the first of the book, or, for the authority of a whole region,
    the one with other departments where the text says so. source: NM-20.2
    """
    levels = {body.level for body in book.bodies if body.id in bodies}
    regional = levels == {"province"} and _said(book, _JOINT_FIRST_CLAUSES)
    return "joint_departments" if regional and "joint_departments" in book.plan.kinds else book.plan.kinds[0]


def _said(book: Rulebook, refs: Iterable[str]) -> str:
    """The one of these clauses that stands in the text a book goes by; a book is known by the text it quotes."""
    quoted = {origin.ref.partition("-")[0] for origin in book.draw.src.values() if origin.kind == "law"}
    return next((ref for ref in refs if ref.partition("-")[0] in quoted), "")


def _dates(book: Rulebook) -> Iterator[Principle]:
    if book.plan.due is not None:
        yield Principle(
            PLAN_DUE,
            f"计划{book.plan.due.zh.strip()}前制定完成",
            book.plan.origin("due"),
            book.plan.strength == "must",
            "year",
        )
    if book.draw.window is not None:
        yield Principle(DRAW_WINDOW, "抽取时间", book.draw.origin("window"), False, "year")
