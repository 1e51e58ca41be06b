"""From the tables below to what is published. Reads only."""

from typing import Any

from disclosure.gather.others import draw_record, plan_record
from disclosure.gather.results import (
    completed_on,
    credits_of,
    facts_of_visit,
    is_open,
    opening_of,
    periods_of,
)
from disclosure.models import DisclosureTask
from disclosure.rules import records
from disclosure.rules.facts import ResultFacts
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook

__all__ = [
    "book_of", "completed_on", "credits_of", "draw_record", "facts_of", "forget", "is_open", "opening_of", "periods_of",
    "plan_record", "record_of", "title_of",
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


def facts_of(task: DisclosureTask) -> ResultFacts:
    """Read once per task object, until `forget`. raises: RuleBroken without a signed record"""
    found: ResultFacts | None = getattr(task, "_facts", None)
    if found is None:
        found = facts_of_visit(task.visit_id)
        task._facts = found  # type: ignore[attr-defined]
    return found


def forget(task: DisclosureTask) -> None:
    """What was read of a task may have changed: read again next time."""
    task._facts = None  # type: ignore[attr-defined]


def title_of(task: DisclosureTask, record: dict[str, Any]) -> str:
    """Heading of the public page."""
    if task.kind == DisclosureTask.Kind.RESULT:
        return f"{record['target']['name']} {record['checked_on']} 检查结果"
    return f"抽取会 {record['number']}" if task.kind == DisclosureTask.Kind.DRAW else record["name"]
