"""kill -9 while a batch is published: all of it is public or none, and the next attempt works."""

import pytest

from disclosure import actions
from disclosure.models import DisclosureTask, Publication
from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from tests.disclosure import factories as make
from tests.draws.processes import killed_at_each_write, shared_database

pytestmark = pytest.mark.django_db(transaction=True)
BATCH = 3


def test_a_batch_is_published_whole_or_not_at_all(tmp_path):
    office = make.create_office()
    tasks = [make.task_of(office, make.create_visit(office)) for _ in range(BATCH)]
    actions.propose_all(by=office.publisher, tasks=tasks)
    actions.approve_all(by=office.head, tasks=tasks)
    with shared_database(tmp_path):

        def publish() -> None:
            waiting = DisclosureTask.objects.filter(pk__in=[task.pk for task in tasks])
            actions.publish_all(by=office.publisher, tasks=list(waiting))

        def check(killed: bool) -> None:
            public = list(Publication.objects.order_by("number").values_list("number", flat=True))
            assert len(public) == len(set(public)) == (0 if killed else BATCH)
            done = DisclosureTask.objects.filter(pk__in=[task.pk for task in tasks], state="published")
            assert done.count() == len(public)
            assert Entry.objects.filter(act="disclosure.publish").count() == len(public)
            assert ledger.verify()[1] is None

        assert killed_at_each_write(publish, check, step=2) >= 4
