"""`quotas`: table, JSON, refusals with their exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError  # noqa: F401

from foundation.organisation.actions import adopt_rulebook
from tests.factories import create_organisation
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
KEYS = {"line", "name", "body", "unit", "unit_name", "period", "base", "officers", "rate", "raw", "required", "floor", "pool", "drawn",
        "remaining", "shortfall", "reasons", "sentence", "clause"}  # fmt: skip


def run(*words):
    out = StringIO()
    call_command("quotas", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("book_id", make.BOOKS)
def test_json_lists_every_line_and_instance(book_id):
    bureau = make.fill(make.create_bureau(book_id))
    rows = json.loads(run("--rulebook", book_id, "--period", "2026Q4", "--on", "2026-10-09", "--json"))
    assert all(set(row) == KEYS for row in rows)
    expected = [
        (line.id, unit.code)
        for line in bureau.book.quotas
        if line.role == "draw"
        for body in line.bodies
        for unit in bureau.units
        if unit.body == body
    ]
    assert [(row["line"], row["unit"]) for row in rows] == expected
    assert all(row["clause"] for row in rows)


def test_table_is_chinese_with_a_total():
    make.fill(make.create_bureau())
    text = run("--rulebook", "qinshui-2022", "--period", "2026Q4", "--on", "2026-10-09")
    assert "2026年第四季度配额" in text
    assert "合计应抽" in text
    assert "重点监管对象" in text


def test_database_without_the_book_says_what_to_do():
    with pytest.raises(CommandError, match="登记采用") as refused:
        run("--rulebook", "qinshui-2022", "--period", "2026Q4")
    assert refused.value.returncode == 1


def test_several_bureaus_ask_for_a_code():
    first = make.fill(make.create_bureau())
    other = create_organisation()
    adopt_rulebook(
        by=first.head,
        organisation=first.organisation,
        rulebook_id="qinshui-2022",
        effective_from=make.date(2026, 2, 1),
    )
    other.adoptions.create(
        rulebook_id="qinshui-2022",
        rulebook_hash=first.book.hash,
        effective_from=make.date(2026, 1, 1),
        adopted_by=first.head,
    )
    with pytest.raises(CommandError, match="--organisation"):
        run("--rulebook", "qinshui-2022", "--period", "2026Q4")
    assert "合计应抽" in run(
        "--rulebook", "qinshui-2022", "--period", "2026Q4", "--organisation", first.organisation.code
    )


@pytest.mark.parametrize(
    "words",
    [("--rulebook", "nowhere", "--period", "2026Q4"), ("--rulebook", "qinshui-2022", "--period", "autumn")],
)
def test_wrong_usage_is_refused_with_the_choices(words):
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert "qinshui-2022" in str(refused.value) or "2026Q4" in str(refused.value)
