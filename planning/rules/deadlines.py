"""Days by which a plan is to be made, filed and published."""

from dataclasses import dataclass
from datetime import date

from foundation.rulebook.deadlines import Calendar, Due, plan_due, plan_publish_due
from foundation.rulebook.model import Rulebook
from foundation.rulebook.values import Origin


@dataclass(frozen=True)
class Deadline:
    """One duty of a plan. due: None = no date in the text, `words` says what it says instead · done: day it was met"""

    label: str
    due: Due | None
    words: str
    done: date | None
    origin: Origin
    excused: bool = False

    def state(self, today: date) -> str:
        """done, late (done after the day), overdue or open. A provisional day is never called overdue. source: AMB-18"""
        if self.due is None:
            return "done" if self.done else "open"
        if self.done:
            return "late" if self.done > self.due.date and not self.excused else "done"
        if self.excused:
            return "open"
        return "overdue" if today > self.due.date and not self.due.provisional else "open"


def deadlines(
    book: Rulebook, calendar: Calendar, *, year: int, approved_on: date | None = None, issued_on: date | None = None,
    filed_on: date | None = None, published_on: date | None = None, excused: bool = False,
    superior_on: date | None = None, today: date | None = None,
) -> list[Deadline]:  # fmt: skip
    """Making the plan, filing it, publishing it: what this rulebook asks for.

    excused: the due day was set aside · superior_on: the day the superior's plan was issued, where the text counts from it
    source: QS-9.7, QS-9.8, NM-20.1, XY-4.6, WL-7.8
    """
    due = plan_due(book, calendar, year=year)
    strength = "" if book.plan.strength == "must" else "（原则上）"
    words = f"{due.date} 前制定完成{strength}" if due else book.plan.after or "文件没有写明期限"
    if due is None and superior_on is not None and (until := approved_on or today):
        words = f"{words}；上级计划 {superior_on} 印发，{'批准时' if approved_on else '今天'}已过 {(until - superior_on).days} 天"
    if excused:
        words = f"{words}，已批准例外"
    found = [
        Deadline("制定计划", due, words, approved_on, book.plan.origin("due" if due else "after"), excused)
    ]
    if book.plan.file_to_superior:
        found.append(
            Deadline("报上级备案", due, "随计划制定期限", filed_on, book.plan.origin("file_to_superior"))
        )
    return [*found, *_publishing(book, calendar, year, issued_on, published_on)]


def _publishing(
    book: Rulebook, calendar: Calendar, year: int, issued_on: date | None, published_on: date | None
) -> list[Deadline]:
    plan = book.plan
    if plan.publish_by is None and plan.publish_within is None:
        return []
    origin = plan.origin("publish_by" if plan.publish_by else "publish_within")
    if plan.publish_within is not None and plan.publish_by is None and issued_on is None:
        return [
            Deadline(
                "向社会公开",
                None,
                f"印发之日起 {abs(plan.publish_within.n)} 个工作日内",
                published_on,
                origin,
            )
        ]
    due = plan_publish_due(book, calendar, year=year, issued_on=issued_on)
    return [Deadline("向社会公开", due, f"{due.date} 前", published_on, origin)] if due else []
