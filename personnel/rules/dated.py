"""What held on a day: certificates over time, periods in post. Plain values only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from foundation.errors import RuleBroken
from personnel.rules.standing import Certificate

DAY = timedelta(1)
NO_CERTIFICATE_AT_ALL = Certificate("", None, None)


class TermsWrong(RuleBroken):
    code = "terms_wrong"


@dataclass(frozen=True)
class Term:
    """A period in post. since None: before the register began · until None: still"""

    unit: int
    post: str
    established: bool
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, other: "Term") -> bool:
        """At least one day in common."""
        starts_in_time = self.since is None or other.until is None or self.since <= other.until
        ends_late = self.until is None or other.since is None or self.until >= other.since
        return starts_in_time and ends_late


def term_on(terms: Iterable[Term], day: date) -> Term | None:
    return next((term for term in terms if term.covers(day)), None)


def check_term(new: Term, others: Iterable[Term]) -> None:
    """raises: TermsWrong when it ends before it begins or overlaps another. source: NM-16.3, WL-5.3"""
    if new.since and new.until and new.until < new.since:
        raise TermsWrong(f"任职时段的结束日期 {new.until} 早于开始日期 {new.since}，请核对。")
    for other in others:
        if new.meets(other):
            since, until = other.since or "建档以前", other.until or "至今"
            raise TermsWrong(f"与已登记的任职时段 {since} 到 {until} 重叠。请先改那一段，或改日期。")


def held(papers: Iterable[Certificate], day: date) -> Certificate:
    """Of all certificates the one that counts on the day: valid the longest; else the next to come; else the last.

    source: CAP-26, INV-09
    """
    known = [paper for paper in papers if paper.number and paper.valid_until]
    valid = [paper for paper in known if paper.valid_on(day)]
    coming = [paper for paper in known if paper.issued_on and paper.issued_on > day]
    if valid:
        return max(valid, key=_end)
    if coming:
        return min(coming, key=lambda paper: (paper.issued_on, paper.number))
    return max(known, key=_end, default=NO_CERTIFICATE_AT_ALL)


def _end(paper: Certificate) -> tuple[date, str]:
    return (paper.valid_until or date.min, paper.number)


def covered(papers: Iterable[Certificate], day: date) -> Certificate:
    """The one held on the day, its end put off to the last day without a gap: a renewal in hand raises no alarm."""
    papers = list(papers)
    now = held(papers, day)
    if not now.valid_on(day):
        return now
    end = now.valid_until or day
    while True:
        further = [
            p.valid_until for p in papers if p.valid_until and p.valid_until > end and p.valid_on(end + DAY)
        ]
        if not further:
            return replace(now, valid_until=end)
        end = max(further)


def same_paper(old: Certificate, new: Certificate) -> bool:
    """A correction of what is on file, not a renewal: same number and no other day of issue, or the same day of issue."""
    if old.number == new.number:
        return old.issued_on == new.issued_on or None in (old.issued_on, new.issued_on)
    return old.issued_on is not None and old.issued_on == new.issued_on


def cut(valid_until: date, revoked_on: date | None) -> date:
    """The last day on which a certificate counts."""
    return valid_until if revoked_on is None else min(valid_until, revoked_on - DAY)


@dataclass(frozen=True)
class Turn:
    """How the periods in post change: `kept` with their new ends (None: taken out), `new` to be added."""

    kept: tuple[tuple[int, Term | None], ...]
    new: Term | None


def turn(terms: Sequence[Term], since: date, values: Term | None) -> Turn:
    """From the day on another post (values), or none at all (None).

    raises: TermsWrong when a later period is already registered
    """
    if any(term.since and term.since > since for term in terms):
        raise TermsWrong(f"{since} 以后已登记了任职时段。请先在任职时段里改那一段。")
    kept: list[tuple[int, Term | None]] = []
    for at, term in enumerate(terms):
        if term.covers(since):
            before = None if term.since == since else replace(term, until=since - DAY)
            kept.append((at, before))
    return Turn(tuple(kept), replace(values, since=since, until=None) if values else None)
