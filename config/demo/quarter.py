"""Walks the current quarter as far as today: some results published, some waiting, some visits still to be made."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from config.demo.accounts import PASSWORD
from config.rehearsal import publication, schedule, visits
from config.rehearsal.walk import Walk
from disclosure import actions as disclosure
from disclosure.models import DisclosureTask
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from inspections import actions as inspections

RULEBOOK = "qinshui-2022"
TARGETS = 300


def load(now: datetime, tell: Callable[..., None]) -> None:
    """The registers, plan, quotas, draw and a replacement of the quarter; then the visits up to today."""
    walk = Walk(
        RULEBOOK,
        Path(),
        period=_quarter(now.date()).id,
        targets=TARGETS,
        tell=tell,
        migrate=False,
        password=PASSWORD,
    )
    walk.until_drawn()
    made = visits.create(walk.bureau, walk.schedule, walk.room.draw)
    days = [day for day in walk.schedule.visit_days if day < now.date()]
    past = int(len(made) * 0.7) if days else 0
    reviewed = _carry_out(walk, made[:past], days, tell)
    _send_out(walk, made[past:], now)
    _publish_some(walk, reviewed, now)
    tell(
        f"演示机关已装入：{walk.bureau.organisation.name}，检查任务 {len(made)} 件，已审核 {len(reviewed)} 件"
    )


def _quarter(today: date) -> Period:
    """This quarter, or the one before while this one's draw is still to come."""
    book = library.get(RULEBOOK)
    current = Period.containing(today, "quarter")
    held = schedule.schedule_for(book, calendar(), current)
    return current if held.visit_days[0] < today else current.shift(-1)


def _carry_out(walk: Walk, made: list, days: list[date], tell: Callable[..., None]) -> list:
    done = []
    for n, visit in enumerate(made):
        arrival = schedule.at(days[n * len(days) // len(made)], 9 + n % 6)
        review = n < len(made) * 4 // 5
        if (
            visits.one(walk.bureau, visit, walk.accounts, arrival, problem=n % 7 == 6, review=review)
            and review
        ):
            done.append(visit)
        tell("  检查", n + 1, len(made))
    return done


def _send_out(walk: Walk, waiting: list, now: datetime) -> None:
    """Half of the rest have their notice for the coming working days."""
    days = calendar()
    day = schedule.next_workday(days, now.date())
    for n, visit in enumerate(waiting[: len(waiting) // 2]):
        inspections.dispatch(
            by=walk.bureau.staff.operator,
            visit=visit,
            scheduled_on=day,
            site=visits.SITE,
            now=now - timedelta(minutes=30),
        )
        if n % 3 == 2:
            day = schedule.next_workday(days, day + timedelta(days=1))


def _publish_some(walk: Walk, reviewed: list, now: datetime) -> None:
    """Plan, draw and two thirds of the results; a few more wait for the leader."""
    bureau = walk.bureau
    disclosure.ensure_tasks(organisation=bureau.organisation, on=now.date(), by=bureau.staff.publisher)
    tasks = list(
        DisclosureTask.objects.filter(organisation=bureau.organisation, state="waiting").order_by(
            "clock_from", "id"
        )
    )
    results = [task for task in tasks if task.kind == "result"]
    for task in [*(task for task in tasks if task.kind != "result"), *results[: len(results) * 2 // 3]]:
        at = schedule.at(max(task.clock_from, walk.schedule.held_on) + timedelta(days=1), 10)
        publication.publish_some(bureau, [task], min(at, now))
    for task in results[len(results) * 2 // 3 :][:4]:
        disclosure.propose(by=bureau.staff.publisher, task=task, now=now)
