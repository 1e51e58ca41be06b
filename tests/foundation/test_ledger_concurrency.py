from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from foundation.ledger import actions
from foundation.ledger.models import Entry
from tests.factories import create_organisation

WRITERS, EACH = 8, 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="内存中的 SQLite 只有一个连接；并发写入在 PostgreSQL 那一遍里验证",
)
def test_writers_at_once_never_fork_the_chain():
    organisation = create_organisation()

    def write(writer: int) -> None:
        try:
            for n in range(EACH):
                actions.record(
                    actor=None, act="test.write", subject=organisation, data={"writer": writer, "n": n}
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert actions.verify() == (WRITERS * EACH, None)
    assert Entry.objects.values("previous_hash").distinct().count() == WRITERS * EACH
