"""From the tables below to what is published. Reads only."""

from collections.abc import Iterable
from typing import Any

from disclosure.gather.others import draw_record, plan_record
from disclosure.gather.reading import Reading, credits_of, is_open, read_visits
from disclosure.gather.results import completed_on, facts_of_visit, periods_of
from disclosure.models import DisclosureTask
from disclosure.rules import records
from disclosure.rules.facts import ResultFacts
from draws.models import Draw
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook

__all__ = [
    "book_of", "closed_names", "completed_on", "credits_of", "draw_record", "facts_of", "forget", "is_open", "periods_of", "plan_record",
    "read", "record_of", "title_of",
]  # fmt: skip


def book_of(task: DisclosureTask) -> Rulebook:
    """The rulebook under which the draw was held or the plan was made: it decides what is published and by when."""
    if task.visit is not None:
        return library.get(task.visit.draw.rulebook_id)
    subject = task.draw or task.plan
    assert subject is not None
    return library.get(subject.rulebook_id)


def record_of(task: DisclosureTask) -> dict[str, Any]:
    """The masked public record of a task as it would be published now.

    raises: RuleBroken when there is no result to publish
    """
    if task.visit is not None:
        return records.result_record(facts_of(task), book_of(task).disclosure.fields)
    return draw_record(task.draw) if task.draw is not None else plan_record(task.plan)


def read(tasks: Iterable[DisclosureTask]) -> None:
    """Read the results of several tasks together, until `forget`; their visits come along."""
    about = [task for task in tasks if task.visit_id is not None]
    reading = read_visits([task.visit_id for task in about if task.visit_id is not None])
    for task in about:
        task.visit = reading.visits[task.visit_id]  # type: ignore[index]
        task._reading = reading  # type: ignore[attr-defined]


def facts_of(task: DisclosureTask) -> ResultFacts:
    """Read once per task object, until `forget`. raises: RuleBroken without a signed record"""
    assert task.visit_id is not None
    return facts_of_visit(_reading_of(task), task.visit_id)


def closed_names(task: DisclosureTask) -> list[tuple[Draw, str]]:
    """(draw, commitment) of this inspection whose name was not open to the public when it was read."""
    reading = _reading_of(task)
    assert task.visit is not None
    return [(draw, c) for draw, c, _ in credits_of(task.visit) if (draw.pk, c) not in reading.openings]


def _reading_of(task: DisclosureTask) -> Reading:
    if getattr(task, "_reading", None) is None:
        read([task])
    return task._reading  # type: ignore[attr-defined, no-any-return]


def forget(task: DisclosureTask) -> None:
    """What was read of a task may have changed: read again next time."""
    task._reading = None  # type: ignore[attr-defined]


def title_of(task: DisclosureTask, record: dict[str, Any]) -> str:
    """Heading of the public page."""
    if task.kind == DisclosureTask.Kind.RESULT:
        return f"{record['target']['name']} {record['checked_on']} 检查结果"
    return f"抽取会 {record['number']}" if task.kind == DisclosureTask.Kind.DRAW else record["name"]
