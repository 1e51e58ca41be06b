"""Which tier a target is in for a body, and which lines it belongs to. source: rulebooks.md §5, AMB-11"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from .model import Rulebook
from .selectors import Facts, explain, matches
from .tables import Quota, Tier, Window
from .values import Offset, Origin, add_days, add_months
from .vocabulary import GONE, TIER_LABELS


@dataclass(frozen=True)
class TierResult:
    """One tier of a target with the reason and the clause it rests on."""

    tier: Tier
    reason: str
    origin: Origin

    @property
    def id(self) -> str:
        return self.tier.id


def tiers_of(book: Rulebook, body: str, facts: Facts, on: date) -> tuple[TierResult, ...]:
    """Tiers in the order of the rulebook: the first non-overlay match, plus every overlay match.

    Empty = unlisted for this body (AMB-42).
    """
    found: list[TierResult] = []
    placed = False
    for tier in book.tiers_for(body):
        if placed and not tier.overlay:
            continue
        match = explain(tier.when, facts, on)
        if match is None:
            continue
        placed = placed or not tier.overlay
        reason = "未列入以上类别的其余对象" if tier.when.selects_all else match.sentence
        found.append(TierResult(tier, reason, tier.origin("when")))
    return tuple(found)


def tier_ids(book: Rulebook, body: str, facts: Facts, on: date) -> tuple[str, ...]:
    return tuple(result.id for result in tiers_of(book, body, facts, on))


def conflict_notices(book: Rulebook, facts: Facts, tiers: Collection[str]) -> tuple[str, ...]:
    """Facts that argue for a weaker tier than the one given; for the register's owner. source: AMB-11"""
    strong = next((tier for tier in ("special", "key") if tier in tiers), None)
    if strong is None:
        return ()
    notices = []
    if facts.get("positive_list"):
        notices.append(
            f"列入监督执法正面清单，但按认定条件仍为{TIER_LABELS[strong]}监管对象，请名录管理人核定"
        )
    grades = book.register.credit_grades
    if grades and facts.get("credit_grade") == grades[0]:
        notices.append(
            f"信用等级为最高等“{grades[0]}”，但按条件仍为{TIER_LABELS[strong]}监管对象，请名录管理人核定"
        )
    return tuple(notices)


def window_closes_on(window: Window, facts: Facts) -> date | None:
    """Last day of eligibility; None while the closing date is not known. source: AMB-56"""
    until = facts.get(window.until)
    return _moved(until, window.plus) if until else None


def in_window(window: Window | None, facts: Facts, on: date) -> bool:
    """From the opening date to the closing date, both included; never before an opening date is known."""
    if window is None:
        return True
    start, end = facts.get(window.from_), window_closes_on(window, facts)
    return bool(start and start <= on and (end is None or on <= end))


def _moved(day: date, offset: Offset) -> date:
    return add_months(day, offset.n) if offset.unit == "m" else add_days(day, offset.n)


def in_line(book: Rulebook, line: Quota, facts: Facts, on: date, tiers: Collection[str]) -> bool:
    """Is the target in the base of the line on the snapshot day?

    tiers: ids from `tier_ids` for the drawing body. Targets outside the body's area are the caller's business.
    """
    if facts.get("status") in GONE or not in_window(line.window, facts, on):
        return False
    return _member(book, line, facts, on, tiers)


def _member(book: Rulebook, line: Quota, facts: Facts, on: date, tiers: Collection[str]) -> bool:
    if not matches(line.when, facts, on, tiers=tiers):
        return False
    return not any(_member(book, book.line(other), facts, on, tiers) for other in line.except_)


def lines_of(book: Rulebook, body: str, facts: Facts, on: date) -> tuple[Quota, ...]:
    """Every line of the body whose base the target belongs to, in file order."""
    tiers = tier_ids(book, body, facts, on)
    return tuple(line for line in book.lines_of(body) if in_line(book, line, facts, on, tiers))
