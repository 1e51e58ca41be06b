"""What a visit costs in queries, so that it does not creep up; savepoints are not counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from inspections import actions
from tests.inspections import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Counted(CaptureQueriesContext):
    """`len()` is the number of statements that ask or write something."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def captured_queries(self):
        return [query for query in super().captured_queries if "SAVEPOINT" not in query["sql"]]


def all_filled(case) -> list[actions.Filled]:
    return [actions.Filled(row, make.all_clear(row), "no_problem") for row in case.items]


def test_each_step_of_a_visit_costs_a_bounded_number_of_queries():
    case = make.create_case(items=4, points=3)
    ready, signed = all_filled(case), make.signatures(case)
    submitted = {
        "by": case.lead,
        "visit": case.visit,
        "summary": "现场检查了全部事项。",
        "signatures": signed,
    }
    steps = {
        "dispatch": (20, lambda: make.dispatch(case)),
        "arrive": (16, lambda: make.arrive(case)),
        "state": (7, lambda: actions.set_production_state(by=case.lead, visit=case.visit, state="normal")),
        "items": (10, lambda: actions.save_items(by=case.lead, visit=case.visit, filled=ready)),
        "submit": (
            35,  # eight of them count the year of the two who signed, one asks who helped, two read who came along and what was measured
            lambda: actions.submit_record(**submitted, finished_at=make.SIGNED, now=make.SIGNED),
        ),
        "review": (
            12,
            lambda: actions.review(by=case.reviewer, visit=case.visit, passed=True, now=make.REVIEWED),
        ),
    }
    over = {}
    for name, (limit, act) in steps.items():
        with Counted() as asked:
            act()
        if len(asked) > limit:
            over[name] = (len(asked), limit)
    assert over == {}


def test_more_items_saved_together_cost_no_more_queries():
    counts = []
    for size in (2, 7):
        case = make.started(make.create_case(items=size, points=size))
        ready = all_filled(case)
        with Counted() as asked:
            actions.save_items(by=case.lead, visit=case.visit, filled=ready)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_items_saved_together_have_an_entry_each_and_the_chain_holds():
    case = make.started(make.create_case(items=3))
    actions.save_items(by=case.lead, visit=case.visit, filled=all_filled(case), now=make.SIGNED)
    entries = Entry.objects.of(case.visit).filter(act="inspections.save_item")
    assert entries.count() == 3
    assert {row.result for row in case.items} == {"no_problem"}
    assert {row.checks.count() for row in case.items} == {2}
    assert ledger.verify()[1] is None
