"""A deadline that rests on an unannounced year is provisional, and settles when the notice is imported."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from disclosure.models import DisclosureTask
from foundation.organisation.actions import adopt_rulebook
from planning.models import AnnualPlan
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


def test_importing_the_notice_makes_provisional_deadlines_final(tmp_path):
    bureau = create_organisation()
    adopt_rulebook(by=None, organisation=bureau, rulebook_id="qinshui-2022", effective_from=date(2026, 1, 1))
    planner = create_user(bureau, "planner")
    plan = AnnualPlan.objects.create(
        organisation=bureau, year=2026, name="2026年度抽查计划", rulebook_id="qinshui-2022", rulebook_hash=bureau.adoptions.get().rulebook_hash,
        author=planner, approver=create_user(bureau, "unit_head"), status="issued", issued_on=date(2026, 12, 20),
    )  # fmt: skip
    task = DisclosureTask.objects.create(
        organisation=bureau,
        kind="plan",
        plan=plan,
        clock_from=date(2026, 12, 20),
        due_on=date(2027, 1, 18),
        provisional=True,
    )
    notice = tmp_path / "2027.json"
    rest = [{"date": f"2027-01-0{n}", "kind": "rest", "name": "元旦"} for n in (1, 2, 3)]
    work = [{"date": "2027-01-09", "kind": "work", "name": "元旦调休"}]
    notice.write_text(json.dumps(rest + work, ensure_ascii=False), encoding="utf-8")
    call_command(
        "import_register",
        "holidays",
        str(notice),
        organisation=bureau.code,
        source="样例通知",
        user=planner.username,
    )
    task.refresh_from_db()
    assert task.provisional is False
    assert task.due_on == date(2027, 1, 15)
