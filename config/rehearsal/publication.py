"""What the publisher and the leader do: propose, approve, publish; and the package for the portal."""

import shutil
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from config.rehearsal.bureau import Bureau
from config.rehearsal.schedule import Schedule, at
from disclosure import actions, package
from disclosure.models import DisclosureTask, Publication
from inspections.models import Visit

WAITING = DisclosureTask.State.WAITING


def publish_all(bureau: Bureau, schedule: Schedule, done: list[Visit]) -> tuple[int, int]:
    """Each result two days after its visit, plan and draw at once. returns: results published, tasks late."""
    last = max(visit.completed_on for visit in done if visit.completed_on)
    actions.ensure_tasks(
        organisation=bureau.organisation, on=last + timedelta(days=1), by=bureau.staff.publisher
    )
    tasks = DisclosureTask.objects.filter(organisation=bureau.organisation, state=WAITING).order_by(
        "clock_from", "id"
    )
    late = 0
    for day, due in groupby(tasks, lambda task: max(task.clock_from, schedule.held_on) + timedelta(days=2)):
        published = publish_some(bureau, list(due), at(day, 10))
        late += sum(1 for task in published if task.kind == "result" and task.due_on and day > task.due_on)
    results = Publication.objects.filter(organisation=bureau.organisation, kind=Publication.Kind.RESULT)
    return results.count(), late


def publish_some(bureau: Bureau, tasks: list[DisclosureTask], now: datetime) -> list[DisclosureTask]:
    """The ticked rows of one day: submitted, approved by the leader, published. The first refusal ends the walk."""
    staff = bureau.staff
    for verb, by in (
        (actions.propose_all, staff.publisher),
        (actions.approve_all, staff.head),
        (actions.publish_all, staff.publisher),
    ):
        batch = verb(by=by, tasks=tasks, now=now)
        if batch.refused:
            raise batch.refused[0]
        tasks = batch.done
    return tasks


def export(bureau: Bureau, schedule: Schedule, folder: Path) -> None:
    """The upload package in package/; its table and its records also as disclosure.xlsx and public.json."""
    package.write(schedule.period.id, folder / "package")
    shutil.copy(folder / "package" / "results.xlsx", folder / "disclosure.xlsx")
    shutil.copy(folder / "package" / "public.json", folder / "public.json")
