"""A status that a file changes is only asked for: another person decides about the batch; it is taken back the same way."""

from datetime import date

import pytest
from django.urls import reverse

from foundation.errors import NotAllowed, RuleBroken
from foundation.ledger.models import Entry
from registry import actions
from registry.doors import TARGETS
from registry.models import ImportedRow, PendingChange, StatusPeriod, Target, TargetChange
from tests.factories import create_target
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, workbook
from tests.registry.test_views import signed_in

pytestmark = pytest.mark.django_db
HEADS = ["对象编号", "名称", "片区", "状态", "状态起始日", "状态依据", "联系电话"]


@pytest.fixture
def bureau():
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.fixture
def head(bureau):
    return create_head(bureau)


def imported(bureau, planner, *rows):
    data = workbook(HEADS, *rows)
    batch = actions.check_file(
        organisation=bureau, kind="targets", file_name="月报.xlsx", data=data, on=TODAY, by=planner
    )
    return actions.commit_import(batch=batch, on=TODAY, by=planner)


@pytest.fixture
def batch(bureau, planner):
    """Two entries on file; the file stops the first and gives the second a telephone only."""
    imported(
        bureau,
        planner,
        ["T1", "甲厂", "东湾镇", "运行", date(2024, 1, 1), None, "1"],
        ["T2", "乙厂", "东湾镇", None, date(2024, 1, 1), None, "2"],
    )
    return imported(
        bureau, planner, ["T1", "甲厂", "东湾镇", "停产", date(2026, 11, 1), "停产报告〔2026〕4 号", "11"],
        ["T2", "乙厂", "东湾镇", None, None, None, "22"],
    )  # fmt: skip


def state(uid="T1"):
    target = Target.objects.get(uid=uid)
    return target.status, target.phone


def test_the_rest_of_the_row_is_written_and_the_status_waits(batch):
    assert (state(), state("T2")) == (("operating", "11"), ("operating", "22"))
    change = PendingChange.objects.get()
    assert (change.batch_id, change.state, change.requested_by) == (batch.pk, "waiting", batch.created_by)
    assert change.reason == "停产报告〔2026〕4 号（导入“月报.xlsx”第 2 行）"
    assert [(f["old"], f["new"]) for f in change.fields] == [("运行", "停产"), ("2024-01-01", "2026-11-01")]
    assert StatusPeriod.objects.filter(status="suspended").count() == 0
    assert "1 家的状态变更" in TARGETS.asked(batch).text


def test_the_preview_says_what_needs_a_second_person(bureau, planner, batch):
    data = workbook(HEADS, ["T2", "乙厂", "东湾镇", "关停", date(2026, 11, 2), None, "33"])
    client = signed_in(planner)
    checked = actions.check_file(
        organisation=bureau, kind="targets", file_name="x.xlsx", data=data, on=TODAY, by=planner
    )
    page = client.get(reverse("registry:import-batch", args=[checked.pk])).content.decode()
    assert "1 家的状态有变" in page
    assert "第 2 行，另一人批准后生效" in page
    lines = b"".join(
        client.get(reverse("registry:import-changes", args=[checked.pk])).streaming_content
    ).decode()
    assert "状态,运行,关停,另一人批准后生效" in lines
    assert "联系电话,22,33,导入即生效" in lines


def test_another_person_approves_the_batch_as_a_whole(batch, planner, head):
    with pytest.raises(NotAllowed):
        actions.approve_batch(batch=batch, on=TODAY, by=planner)
    assert actions.approve_batch(batch=batch, on=TODAY, by=head) == (1, [], 0)
    assert state() == ("suspended", "11")
    assert list(StatusPeriod.objects.filter(target__uid="T1").order_by("id").values_list("status", "since", "until")) == [
        ("operating", date(2024, 1, 1), date(2026, 10, 31)), ("suspended", date(2026, 11, 1), None),
    ]  # fmt: skip
    change = TargetChange.objects.get(act="变更状态")
    assert (change.by, change.approved_by) == (planner, head)
    assert Entry.objects.filter(act="registry.approve_batch").count() == 1
    with pytest.raises(RuleBroken, match="没有在等审批"):
        actions.approve_batch(batch=batch, on=TODAY, by=head)


def test_one_who_imports_and_may_approve_still_needs_another(bureau, batch, planner):
    from foundation.organisation.models import RoleGrant

    RoleGrant.objects.create(user=planner, role="unit_head")
    with pytest.raises(NotAllowed):
        actions.approve_batch(batch=batch, on=TODAY, by=planner)
    with pytest.raises(NotAllowed):
        actions.approve_change(change=PendingChange.objects.get(), on=TODAY, by=planner)
    assert state() == ("operating", "11")


def test_a_status_changed_meanwhile_is_left_waiting_and_named(bureau, batch, planner, head):
    Target.objects.filter(uid="T1").update(status="moved")
    assert actions.approve_batch(batch=batch, on=TODAY, by=head) == (0, ["甲厂"], 0)
    assert PendingChange.objects.get().state == "waiting"
    assert not TargetChange.objects.filter(act="变更状态").exists()


def test_returning_needs_a_word_and_leaves_the_rest(batch, head):
    with pytest.raises(RuleBroken, match="意见"):
        actions.return_batch(batch=batch, opinion=" ", by=head)
    assert actions.return_batch(batch=batch, opinion="缺停产报告", by=head).done == 1
    assert (PendingChange.objects.get().state, state()) == ("returned", ("operating", "11"))


def test_taking_the_batch_back_withdraws_what_waits(batch, planner):
    undone = actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert (undone.restored, undone.kept) == (2, [])
    assert PendingChange.objects.get().state == "withdrawn"
    assert (state(), state("T2")) == (("operating", "1"), ("operating", "2"))


@pytest.mark.parametrize("singly", [True, False])
def test_an_approved_status_comes_back_by_two_people_as_well(batch, planner, head, singly):
    if singly:
        actions.approve_change(change=PendingChange.objects.get(), on=TODAY, by=head)
    else:
        actions.approve_batch(batch=batch, on=TODAY, by=head)
    undone = actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert (undone.restored, undone.kept) == (2, [])
    assert state() == ("suspended", "1")
    batch.refresh_from_db()
    assert "恢复原状态" in TARGETS.asked(batch).text
    with pytest.raises(NotAllowed):
        actions.approve_batch(batch=batch, on=TODAY, by=planner)
    assert actions.approve_batch(batch=batch, on=TODAY, by=head).done == 1
    assert state() == ("operating", "1")
    period = StatusPeriod.objects.get(target__uid="T1")
    assert (period.status, period.since, period.until) == ("operating", date(2024, 1, 1), None)


def test_a_row_that_only_turns_the_status_leaves_the_entry_alone(bureau, planner, head, batch):
    actions.return_batch(batch=batch, opinion="不是这家", by=head)
    version = Target.objects.get(uid="T2").version
    only = imported(bureau, planner, ["T2", "乙厂", "东湾镇", "停产", date(2026, 11, 5), None, None])
    assert Target.objects.get(uid="T2").version == version
    assert ImportedRow.objects.get(batch=only).fields == []
    actions.undo_import(batch=only, on=TODAY, by=planner)
    assert (Target.objects.get(uid="T2").version, PendingChange.objects.get(batch=only).state) == (
        version,
        "withdrawn",
    )


def test_another_first_day_of_the_same_status_is_asked_for_too(bureau, planner, head, batch):
    actions.approve_batch(batch=batch, on=TODAY, by=head)
    again = imported(bureau, planner, ["T1", "甲厂", "东湾镇", "停产", date(2026, 10, 1), None, None])
    assert Target.objects.get(uid="T1").status_since == date(2026, 11, 1)
    actions.approve_batch(batch=again, on=TODAY, by=head)
    assert Target.objects.get(uid="T1").status_since == date(2026, 10, 1)
    periods = StatusPeriod.objects.filter(target__uid="T1").order_by("since")
    assert [(row.since, row.until) for row in periods] == [
        (date(2024, 1, 1), date(2026, 9, 30)), (date(2026, 10, 1), None),
    ]  # fmt: skip


def test_a_second_request_for_the_same_entry_is_refused_before_anything_is_written(bureau, planner, batch):
    data = workbook(HEADS, ["T1", "甲厂", "东湾镇", "关停", date(2026, 11, 9), None, "12"])
    again = actions.check_file(
        organisation=bureau, kind="targets", file_name="x.xlsx", data=data, on=TODAY, by=planner
    )
    assert "在等审批" in again.errors[0]["message"]


def test_a_new_entry_starts_with_the_status_of_the_file(bureau, planner):
    imported(bureau, planner, ["N1", "丙厂", "东湾镇", "停产", date(2026, 3, 1), "停产报告", None])
    period = StatusPeriod.objects.get()
    assert (period.status, period.since, period.reason) == ("suspended", date(2026, 3, 1), "停产报告")
    assert not PendingChange.objects.exists()


def test_the_page_groups_the_batch_and_decides_it(bureau, batch, planner, head):
    url = reverse("registry:changes")
    other = create_target(bureau, name="另一家")
    actions.request_status(target=other, status="closed", since=TODAY, reason="通知书", on=TODAY, by=planner)
    page = signed_in(planner).get(url).content.decode()
    assert "导入“月报.xlsx”" in page
    assert page.count("由另一人（分管领导）批准") == 2
    approve = reverse("registry:approve-batch", args=[batch.pk])
    assert signed_in(planner).post(approve).status_code == 403
    client = signed_in(head)
    assert "整批批准" in client.get(url).content.decode()
    assert "甲厂" in client.get(f"{url}?batch={batch.pk}").content.decode()
    assert "另一家" not in client.get(f"{url}?batch={batch.pk}").content.decode()
    assert client.post(reverse("registry:return-batch", args=[batch.pk])).status_code == 409
    assert client.post(approve).status_code == 302
    assert state() == ("suspended", "11")
    assert signed_in(create_planner(create_bureau())).post(approve).status_code == 404
