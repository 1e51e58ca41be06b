"""What an inspector had been assigned, and how far it was, on any day. source: NM-40.4, WL-11.3, AMB-58"""

from datetime import date, datetime, timedelta

import pytest

from foundation.organisation.models import User
from inspections import actions, duty
from inspections.models import TeamMember
from inspections.rules.duty import (
    DONE_IN_TIME,
    DONE_LATE,
    LEFT,
    NOT_NEEDED,
    NOT_YET_DUE,
    OVERDUE,
    standing_on,
)
from tests.factories import create_user
from tests.inspections import factories as make

DUE = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("on", "given", "expected"),
    [
        (date(2026, 12, 31), {}, NOT_YET_DUE), (date(2027, 1, 1), {}, OVERDUE),
        (date(2027, 1, 1), {"completed_on": date(2026, 12, 31)}, DONE_IN_TIME), (date(2027, 1, 9), {"completed_on": date(2027, 1, 4)}, DONE_LATE),
        (date(2027, 1, 3), {"completed_on": date(2027, 1, 4)}, OVERDUE), (date(2027, 1, 9), {"ended": True}, NOT_NEEDED),
        (date(2027, 1, 9), {"left_on": date(2026, 12, 1)}, LEFT), (date(2026, 11, 9), {"left_on": date(2026, 12, 1)}, NOT_YET_DUE),
    ],
)  # fmt: skip
def test_the_deadline_is_judged_at_the_end_of_the_day(on, given, expected):
    assert standing_on(on, **{"due_on": DUE, "completed_on": None, "ended": False, **given}) == expected


@pytest.fixture
def case(db):
    case = make.create_case("neimenggu-2024")
    TeamMember.objects.update(joined_at=datetime(2026, 10, 14, 9, 0, tzinfo=make.BEIJING))
    return case


def one_on(case, on, user: User | None = None):
    rows = duty.rows_on(case.organisation, on, user or case.operator, inspector=case.people[0])
    assert len(rows) <= 1
    return rows[0] if rows else None


def test_each_day_shows_what_was_known_by_then(case):
    make.reviewed(case, problem="case_filed")
    followup = case.visit.followups.get()
    actions.close_followup(
        by=case.reviewer,
        followup=followup,
        on=date(2026, 12, 8),
        note="处罚决定书 7 号",
        now=make.REVIEWED + timedelta(days=20),
    )
    assert one_on(case, date(2026, 10, 13)) is None
    told = {
        on: (row.state, row.standing, [step.label for step in row.steps][-1], row.followups)
        for on in (date(2026, 10, 14), date(2026, 11, 18), make.DAY, date(2026, 11, 23), date(2026, 12, 8))
        if (row := one_on(case, on))
    }
    assert told == {
        date(2026, 10, 14): ("待检查", NOT_YET_DUE, "分到任务", []),
        date(2026, 11, 18): ("待检查", NOT_YET_DUE, "派发通知", []),
        make.DAY: ("待审核", DONE_IN_TIME, "签字提交第 1 版", ["立案调查，办理中"]),
        date(2026, 11, 23): ("已审核", DONE_IN_TIME, "审核通过", ["立案调查，办理中"]),
        date(2026, 12, 8): (
            "已审核",
            DONE_IN_TIME,
            "审核通过",
            ["立案调查，2026-12-08 办结：处罚决定书 7 号"],
        ),
    }


def test_the_page_prints_exports_and_names_what_is_missing(client, case):
    make.started(case)
    client.force_login(case.bureau.planner)
    home = "/desk/performance/state/"
    assert client.get(home).status_code == 200
    empty = client.get(home, {"who": "", "target": "", "on": "2026-11-20"})
    assert empty.status_code == 422
    assert "请选检查人员，或填检查对象编号" in empty.content.decode()
    assert client.get(home, {"target": "没有", "on": "2026-11-20"}).status_code == 422
    asked = {"target": case.visit.target.uid, "on": "2026-11-20"}
    page = client.get(home, asked).content.decode()
    assert all(person.name in page for person in case.people)
    assert "检查中" in page
    paper = client.get(home, asked | {"print": "1"}).content.decode()
    assert "截至2026年11月20日的履职状态" in paper
    assert "不作法律结论" in paper
    assert client.get(home, asked | {"format": "xlsx"}).status_code == 200
    assert "到那一天没有分到任务" in client.get(home, asked | {"on": "2026-10-01"}).content.decode()
    client.force_login(create_user(case.organisation, "publisher"))
    assert client.get(home).status_code == 403


def test_the_cost_does_not_grow_with_the_visits(case, django_assert_max_num_queries):
    for _ in range(3):
        make.sibling(case)
    TeamMember.objects.update(joined_at=datetime(2026, 10, 14, 9, 0, tzinfo=make.BEIJING))
    with django_assert_max_num_queries(10):
        assert len(duty.rows_on(case.organisation, make.DAY, case.operator, inspector=case.people[0])) == 4
