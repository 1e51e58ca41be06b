"""The checklist: one item saved, or several together in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.workdays.rules import check_plausible
from inspections import books, policies
from inspections.actions.common import lock, moment, words
from inspections.models import CheckResult, Visit, VisitItem
from inspections.rules import outcomes
from registry.models import CheckPoint

SAVED = ["result", "note", "demand", "demand_due_on", "saved_at", "saved_by"]


@dataclass(frozen=True)
class Filled:
    """One item as somebody filled it in.

    answers: check point id → (clear | problem | na, note) · result: code of the rulebook, "" = as the answers imply
    demand, demand_due_on: what is to be put right and by when; they go into the follow-up
    """

    visit_item: VisitItem
    answers: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    result: str = ""
    note: str = ""
    demand: str = ""
    demand_due_on: date | None = None


def save_item(
    *, by: User, visit_item: VisitItem, answers: Mapping[int, tuple[str, str]], result: str = "", note: str = "",
    demand: str = "", demand_due_on: date | None = None, now: datetime | None = None,
) -> VisitItem:  # fmt: skip
    """Save one item, complete or not; what contradicts itself is refused. The fields are those of `Filled`.

    raises: NotAllowed, OutOfOrder, ResultWrong, RuleBroken for a check point of another item
    """
    filled = Filled(visit_item, answers, result, note, demand, demand_due_on)
    return save_items(by=by, visit=visit_item.visit, filled=[filled], now=now)[0]


@transaction.atomic
def save_items(
    *, by: User, visit: Visit, filled: Sequence[Filled], now: datetime | None = None
) -> list[VisitItem]:
    """Save items of one visit together, all or none; the number of queries does not grow with them.

    Every item has its own entry in the ledger. An item comes once, and with its `item` loaded.
    raises: NotAllowed, OutOfOrder, ResultWrong, RuleBroken for an item of another visit, a check point of another item
    """
    lock(visit)
    policies.check_record(by, visit)
    if any(one.visit_item.visit_id != visit.pk for one in filled):
        raise RuleBroken("有一个事项不属于这次检查，请刷新后再填。", code="foreign_item")
    points, at = _points(filled), moment(now)
    codes = books.codes(books.rulebook_of_visit(visit))
    items = [_settled(one, points[one.visit_item.item_id], codes, by, at) for one in filled]
    _save_answers(filled)
    # The rows are there and the visit is locked: this is an UPDATE of several rows in one statement.
    VisitItem.objects.bulk_create(items, update_conflicts=True, unique_fields=["id"], update_fields=SAVED)
    ledger.record_all([
        ledger.Act(by, "inspections.save_item", visit, {
            "item": one.visit_item.item.code, "result": one.visit_item.result,
            "answers": {points[one.visit_item.item_id][pk].no: answer for pk, (answer, _) in one.answers.items()},
        })
        for one in filled
    ])  # fmt: skip
    return items


def _points(filled: Sequence[Filled]) -> dict[int, dict[int, CheckPoint]]:
    """Check points by item and id. One query."""
    found: dict[int, dict[int, CheckPoint]] = {one.visit_item.item_id: {} for one in filled}
    for point in CheckPoint.objects.filter(item__in=list(found)).order_by("id"):
        found[point.item_id][point.pk] = point
    return found


def _settled(
    one: Filled, points: Mapping[int, CheckPoint], codes: Mapping[str, str], by: User, at: datetime
) -> VisitItem:
    """The item with what was filled in, not saved yet."""
    if set(one.answers) - set(points):
        raise RuleBroken("有一行不是这个事项的检查要点，请刷新后再填。", code="foreign_checkpoint")
    row = one.visit_item
    given = [outcomes.Answer(*one.answers[pk]) for pk in points if pk in one.answers]
    settled = outcomes.implied(given, len(points), one.result)
    outcomes.check_item(outcomes.ItemResult(row.item.name, settled, one.note, given, len(points)), codes)
    check_plausible(one.demand_due_on, "整改期限")
    row.result, row.note = settled, words(one.note, 2000, "情况")
    row.demand, row.demand_due_on = words(one.demand, 500, "整改要求"), one.demand_due_on
    row.saved_at, row.saved_by = at, by
    return row


def _save_answers(filled: Sequence[Filled]) -> None:
    """Lines that were answered are written, lines that were emptied again are removed."""
    rows = [
        CheckResult(
            visit_item=one.visit_item, checkpoint_id=pk, result=answer, note=words(text, 1000, "问题记录")
        )
        for one in filled
        for pk, (answer, text) in one.answers.items()
    ]
    kept = {(row.visit_item_id, row.checkpoint_id) for row in rows}
    before = CheckResult.objects.filter(visit_item__in=[one.visit_item.pk for one in filled])
    gone = [
        pk for pk, *line in before.values_list("pk", "visit_item", "checkpoint") if tuple(line) not in kept
    ]
    if gone:
        CheckResult.objects.filter(pk__in=gone).delete()
    CheckResult.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["visit_item", "checkpoint"],
        update_fields=["result", "note"],
    )
