"""The periodic review of the register: what is due, what is missing, who records it."""

from datetime import date

import pytest

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from registry import actions
from registry.models import RegisterReview
from registry.reviews import review_need
from registry.rules.reviews import Reviewed, need_on, period_due
from tests.factories import create_unit, create_user
from tests.registry.factories import create_bureau, create_planner
from tests.registry.test_views import signed_in

UNITS = [(1, "一大队"), (2, "二大队")]
ON = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("every", "on", "period"),
    [
        ("quarter", date(2026, 10, 13), "2026Q3"), ("quarter", date(2026, 1, 5), "2025Q4"), ("quarter", date(2026, 9, 30), "2026Q2"),
        ("year", date(2026, 3, 1), "2026Y"), ("none", date(2026, 3, 1), ""),
    ],
)  # fmt: skip
def test_the_last_quarter_that_ended_must_be_reviewed(every, on, period):
    assert period_due(every, on) == period


def test_every_drawing_unit_hands_in_its_own_list_or_one_review_covers_all():
    one = [Reviewed("2026Q3", date(2026, 9, 28), 1)]
    assert need_on("quarter", ON, UNITS, one).missing == ((2, "二大队"),)
    assert need_on("quarter", ON, UNITS, one).blocks
    assert not need_on("quarter", ON, UNITS, [*one, Reviewed("2026Q3", ON, 2)]).overdue
    assert not need_on("quarter", ON, UNITS, [Reviewed("2026Q4", ON)]).overdue
    assert need_on("quarter", ON, UNITS, [Reviewed("2026Q2", date(2026, 7, 1))]).overdue


def test_a_yearly_review_alerts_after_twelve_months_and_never_blocks():
    old = [Reviewed("2025Y", date(2025, 10, 13))]
    assert need_on("year", ON, UNITS, old).overdue
    assert not need_on("year", ON, UNITS, old).blocks
    assert not need_on("year", ON, UNITS, [Reviewed("2025Y", date(2025, 10, 14))]).overdue


def test_a_book_without_a_review_asks_for_none():
    assert not need_on("none", ON, UNITS, []).overdue


@pytest.mark.django_db
def test_recording_a_review_settles_the_need_and_enters_the_ledger():
    bureau = create_bureau("neimenggu-2024")
    bureau.units.update(body="league")
    book = library.get("neimenggu-2024")
    assert review_need(bureau, book, ON).blocks
    actions.record_review(
        by=create_planner(bureau), organisation=bureau, period="2026Q3", on=ON, material="无新增、无关停"
    )
    assert not review_need(bureau, book, ON).overdue
    assert review_need(bureau, book, date(2026, 9, 1)).overdue, "a review counts from its day on"
    assert Entry.objects.filter(act="registry.review").count() == 1


@pytest.mark.django_db
def test_a_review_needs_its_material_its_period_and_the_right_person():
    bureau = create_bureau()
    planner = create_planner(bureau)
    given = {"organisation": bureau, "on": ON, "period": "2026Q3", "material": "清单"}
    with pytest.raises(RuleBroken, match="无新增"):
        actions.record_review(by=planner, **{**given, "material": " "})
    with pytest.raises(RuleBroken, match="还没有开始"):
        actions.record_review(by=planner, **{**given, "period": "2027Q1"})
    with pytest.raises(RuleBroken, match="不属于"):
        actions.record_review(by=planner, unit=create_unit(create_bureau()), **given)
    with pytest.raises(NotAllowed, match="计划编制员"):
        actions.record_review(by=create_user(bureau, "operator"), **given)
    assert not RegisterReview.objects.exists()


@pytest.mark.django_db
def test_the_page_names_what_is_missing_records_and_exports(monkeypatch):
    monkeypatch.setattr("registry.views.reviews.today", lambda: ON)
    bureau = create_bureau("neimenggu-2024")
    bureau.units.update(body="league")
    planner = signed_in(create_planner(bureau))
    before = planner.get("/desk/objects/reviews/").content.decode()
    assert "还没有登记过复核" in before
    assert "登记之前，不能公告和冻结正式抽取" in before
    given = {"period": "2026Q3", "added": 2, "closed": 1, "changed": 0, "material": "一大队清单"}
    refused = planner.post("/desk/objects/reviews/", {**given, "material": ""})
    assert refused.status_code == 422
    assert "请写明依据的清单或材料" in refused.content.decode()
    assert planner.post("/desk/objects/reviews/", given).status_code == 302
    after = planner.get("/desk/objects/reviews/").content.decode()
    assert "一大队清单" in after
    assert "不能公告" not in after
    export = b"".join(planner.get("/desk/objects/reviews/export/?format=csv").streaming_content).decode()
    assert "一大队清单" in export
    reader = signed_in(create_user(bureau, "operator"))
    assert "由计划编制员登记" in reader.get("/desk/objects/reviews/").content.decode()
    assert reader.post("/desk/objects/reviews/", given).status_code == 403


@pytest.mark.django_db
def test_the_same_review_sent_twice_is_one():
    bureau = create_bureau()
    given = {
        "by": create_planner(bureau),
        "organisation": bureau,
        "period": "2026Q3",
        "on": date(2026, 10, 9),
    }
    actions.record_review(**given, material="无新增、无关停")
    with pytest.raises(OutOfOrder, match="没有再记一次"):
        actions.record_review(**given, material=" 无新增、无关停 ")
    actions.record_review(**given, material="新增一家", added=1)
    assert RegisterReview.objects.count() == 2
