"""What publishing costs in queries, so that it does not creep up; savepoints are not counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disclosure import actions
from disclosure.models import DisclosureTask, Publication
from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from tests.disclosure import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]
STEPS = (("propose_all", "publisher"), ("approve_all", "head"), ("publish_all", "publisher"))


class Counted(CaptureQueriesContext):
    """`len()` is the number of statements that ask or write something."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def captured_queries(self):
        return [query for query in super().captured_queries if "SAVEPOINT" not in query["sql"]]


def tasks_of(office: make.Office, size: int) -> list[DisclosureTask]:
    for _ in range(size):
        make.create_visit(office)
    actions.ensure_tasks(organisation=office.organisation, on=make.date(2026, 11, 10))
    return list(DisclosureTask.objects.filter(kind="result", state="waiting").order_by("pk"))


def cost(office: make.Office, tasks: list[DisclosureTask]) -> dict[str, int]:
    """Queries of each step over all tasks together."""
    counts = {}
    for verb, person in STEPS:
        with Counted() as asked:
            batch = getattr(actions, verb)(
                by=getattr(office, person), tasks=tasks, now=make.at(make.date(2026, 11, 17))
            )
        assert batch.refused == []
        tasks, counts[verb] = batch.done, len(asked)
    return counts


def test_each_more_in_a_batch_costs_what_it_writes():
    """Reading is shared. To propose or approve: the task and its ledger entry; to publish: number and snapshot too, and
    here the attempt to open a name whose key is lost."""
    office = make.create_office()
    few, many = cost(office, tasks_of(office, 2)), cost(office, tasks_of(office, 6))
    more = {verb: (many[verb] - few[verb]) / 4 for verb in few}
    assert more["propose_all"] <= 4
    assert more["approve_all"] <= 4
    assert more["publish_all"] <= 20


def test_one_publication_costs_a_bounded_number_of_queries():
    office = make.create_office()
    [task] = tasks_of(office, 1)
    with Counted() as asked:
        make.publish_task(office, task)
    assert len(asked) <= 92


def test_a_batch_writes_an_entry_for_each_and_names_what_it_refused():
    office = make.create_office()
    tasks = tasks_of(office, 3)
    batch = actions.approve_all(by=office.head, tasks=tasks)
    assert (batch.done, len(batch.refused)) == ([], 3)
    cost(office, tasks)
    assert Publication.objects.filter(kind="result").count() == 3
    acts = Entry.objects.filter(act__in=["disclosure.propose", "disclosure.approve", "disclosure.publish"])
    assert acts.count() == 9
    assert ledger.verify()[1] is None
