"""What a rulebook wants done in a year and by when: plans, draws, reviews, reports. source: rulebooks.md §3, §5 Dates"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from foundation.rulebook.deadlines import Calendar, draw_window, plan_due, plan_publish_due, report_due
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Report
from foundation.rulebook.values import MonthDay, Origin
from planning.rules.terms import long_zh

KIND_ZH = {"plan": "计划", "draw": "抽取", "review": "名录复核", "report": "报送"}


@dataclass(frozen=True)
class Duty:
    """One thing with a day.

    key: stable name of the duty · opens: first day, where there is one · due: last day, included · remind: last working
    day strictly before · strict: False for 原则上 · done: day it was done, None = open · word: what proves it
    """

    key: str
    kind: str
    title: str
    due: date
    origin: Origin
    opens: date | None = None
    provisional: bool = False
    strict: bool = True
    remind: date | None = None
    done: date | None = None
    word: str = ""
    note: str = ""

    @property
    def kind_zh(self) -> str:
        return KIND_ZH[self.kind]

    def state(self, today: date) -> str:
        """done, late, overdue, open (may be done now) or ahead. A provisional day is never called overdue. source: AMB-18"""
        if self.done:
            return "late" if self.done > self.due and not self.provisional else "done"
        if today > self.due:
            return "open" if self.provisional else "overdue"
        return "ahead" if self.opens and today < self.opens else "open"

    def state_zh(self, today: date) -> str:
        return {"done": "已办", "late": "逾期办结", "overdue": "已逾期", "open": "待办", "ahead": "未到时间"}[
            self.state(today)
        ]


def agenda(
    book: Rulebook, calendar: Calendar, year: int, issued: Mapping[int, date] | None = None
) -> list[Duty]:
    """Everything whose day falls in the calendar year, whichever year it is about; earliest first.

    issued: year → day its plan was issued, from which some texts count its publication
    """
    issued = issued or {}
    found = [
        duty
        for about in (year - 1, year, year + 1)
        for duty in (*_plans(book, calendar, about, issued.get(about)), *_draws(book, calendar, about), *_reviews(book, calendar, about),
                     *_reports(book, calendar, about))
        if duty.due.year == year or (duty.opens and duty.opens.year == year)
    ]  # fmt: skip
    return sorted(found, key=lambda duty: (duty.due, duty.key))


def settled(duties: Iterable[Duty], done: dict[str, tuple[date, str]]) -> list[Duty]:
    """done: key → (day, proof)."""
    return [
        replace(duty, done=done[duty.key][0], word=done[duty.key][1]) if duty.key in done else duty
        for duty in duties
    ]


def _plans(book: Rulebook, calendar: Calendar, year: int, issued_on: date | None) -> Iterable[Duty]:
    due, strict = plan_due(book, calendar, year=year), book.plan.strength == "must"
    if due:
        yield Duty(
            f"plan.make.{year}",
            "plan",
            f"制定 {year} 年度计划",
            due.date,
            due.origin,
            None,
            due.provisional,
            strict,
            due.remind_by,
        )
    if due and book.plan.file_to_superior:
        yield Duty(f"plan.file.{year}", "plan", f"{year} 年度计划报上级备案", due.date, book.plan.origin("file_to_superior"),
                   None, due.provisional, strict, due.remind_by)  # fmt: skip
    if book.plan.publish_by is not None or issued_on is not None:
        shown = plan_publish_due(book, calendar, year=year, issued_on=issued_on)
        if shown:
            yield Duty(f"plan.publish.{year}", "plan", f"公开 {year} 年度计划", shown.date, shown.origin, None, shown.provisional,
                       strict, shown.remind_by)  # fmt: skip


def _draws(book: Rulebook, calendar: Calendar, year: int) -> Iterable[Duty]:
    """A window for every period that some line draws; the day is its last one."""
    kinds = dict.fromkeys(line.period for line in book.quotas if line.role == "draw")
    note = "" if book.draw.window else "文件没有限定日子，期内完成"
    for kind in kinds:
        for period in Period.of_year(year, kind):
            window = draw_window(book, calendar, period=period)
            opens = window.open or window.anchor
            yield Duty(f"draw.{period.id}", "draw", f"{long_zh(period)}抽取", window.close, window.origin,
                       min(opens, window.close), window.provisional, note=note)  # fmt: skip


def _reviews(book: Rulebook, calendar: Calendar, year: int) -> Iterable[Duty]:
    every = book.register.review_every
    if every == "none":
        return
    for period in Period.of_year(year, every):
        yield Duty(f"review.{period.id}", "review", f"{long_zh(period)}名录复核", period.last, book.register.origin("review_every"),
                   note="逾期不复核，下一次正式抽取不能公告和冻结" if every == "quarter" else "")  # fmt: skip


def _reports(book: Rulebook, calendar: Calendar, year: int) -> Iterable[Duty]:
    for report in book.reports:
        for period in Period.of_year(year, report.every):
            due = report_due(
                report,
                calendar,
                period_end=period.last,
                year=year if isinstance(report.by, MonthDay) else None,
            )
            yield Duty(f"report.{report.id}.{period.id}", "report", _report_title(report, period), due.date, due.origin,
                       None, due.provisional, remind=due.remind_by)  # fmt: skip


def _report_title(report: Report, period: Period) -> str:
    return f"报送{report.zh}（{long_zh(period)}）"
