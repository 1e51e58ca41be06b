"""A formal draw is not frozen after its window has closed, unless another person approved it. source: QZ-5.3, XY-4.4"""

from datetime import date

import pytest
from django.utils import timezone

from draws.actions.freeze import _outside_window
from draws.models import Draw
from planning.models import Override
from planning.policies import DRAW_WINDOW
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


def draw_of(book: str, period: str) -> Draw:
    bureau = make.fill(make.create_bureau(book))
    return Draw(
        organisation=bureau.organisation,
        plan=make.approved_plan(bureau),
        period=period,
        kind=Draw.Kind.FORMAL,
    )


@pytest.mark.parametrize("book, clause, inside, outside", [
    ("quzhou-2017", "QZ-5.3", date(2026, 9, 30), date(2026, 10, 1)),
    ("xinyang-2023", "AMB-34", date(2026, 10, 10), date(2026, 10, 11)),
])  # fmt: skip
def test_a_late_freeze_names_the_window_and_the_way_out(book, clause, inside, outside):
    draw = draw_of(book, "2026Q4")
    assert _outside_window(draw, inside) == []
    (said,) = _outside_window(draw, outside)
    assert clause in said
    assert "申请例外" in said
    asker, leader = (make.create_user(draw.organisation, role) for role in ("planner", "unit_head"))
    Override.objects.create(
        organisation=draw.organisation, year=2026, rule=DRAW_WINDOW, reason="放假安排调整", evidence="通知",
        requested_by=asker, approved_by=leader, approved_at=timezone.now(),
    )  # fmt: skip
    assert _outside_window(draw, outside) == []
