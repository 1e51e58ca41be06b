"""Inspectors: one at a time, and from a file."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from foundation.errors import EditedMeanwhile, NotAllowed, RuleBroken
from foundation.ledger.models import Entry
from foundation.organisation.models import Area, Unit
from personnel import actions, queries
from personnel.models import Absence, Inspector
from tests.factories import create_inspector, create_user
from tests.personnel.factories import HEADS, ROWS, TODAY, create_bureau, create_planner, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def upload(bureau, by, *rows, heads=HEADS):
    return actions.check_file(
        organisation=bureau, file_name="人员.xlsx", data=workbook(heads, *rows), on=TODAY, by=by
    )


def test_a_file_of_inspectors_is_checked_then_written(bureau, planner):
    batch = upload(bureau, planner, *ROWS)
    assert (batch.errors, len(batch.changes)) == ([], 2)
    assert not Inspector.objects.exists()
    actions.commit_import(batch=batch, by=planner)
    row = Inspector.objects.get(uid="14052100001")
    assert (row.specialities, row.areas.count(), row.certificate_valid_until) == (
        ["水", "危险废物"],
        2,
        date(2028, 5, 31),
    )
    assert upload(bureau, planner, *ROWS).changes == []


@pytest.mark.parametrize(
    ("head", "value", "word"),
    [
        ("单位", "执法九中队", "没有“执法九中队”"),
        ("片区", "西湾镇", "没有“西湾镇”"),
        ("有效期至", "2020-01-01", "早于发证日期"),
        ("执法证号", "晋执法（1）", "只能用字母"),
        ("执法证号", None, "要填人员编号"),
        ("有效期至", None, "就要填有效期至"),
        ("姓名", None, "必填"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_remedy(bureau, planner, head, value, word):
    row = list(ROWS[0])
    row[HEADS.index(head)] = value
    batch = upload(bureau, planner, row)
    assert any(word in error["message"] and error["row"] == 2 for error in batch.errors)
    assert batch.changes == []


def test_a_certificate_of_somebody_else_is_refused(bureau, planner):
    actions.commit_import(batch=upload(bureau, planner, *ROWS), by=planner)
    batch = upload(bureau, planner, ["X1", *ROWS[0]], heads=["人员编号", *HEADS])
    assert "已登记在人员 14052100001" in batch.errors[0]["message"]


def test_undo_takes_the_new_away_and_gives_the_old_back(bureau, planner):
    actions.commit_import(batch=upload(bureau, planner, ROWS[0]), by=planner)
    changed = [*ROWS[0]]
    changed[0], changed[5] = "陈一一", "石桥镇"
    batch = actions.commit_import(batch=upload(bureau, planner, changed, ROWS[1]), by=planner)
    undone = actions.undo_import(batch=batch, by=planner)
    assert (undone.restored, undone.kept) == (2, [])
    row = Inspector.objects.get()
    assert (row.name, row.areas.count()) == ("陈一", 2)


def test_undo_leaves_people_edited_since(bureau, planner):
    batch = actions.commit_import(batch=upload(bureau, planner, *ROWS), by=planner)
    row = Inspector.objects.get(uid="14052100002")
    actions.edit_inspector(inspector=row, version=1, values={"post": "队长"}, on=TODAY, by=planner)
    assert actions.undo_import(batch=batch, by=planner).kept == ["李二"]


def test_a_refused_row_is_corrected_on_the_page(bureau, planner):
    bad = [*ROWS[0]]
    bad[1] = "执法九中队"
    batch = upload(bureau, planner, bad)
    batch = actions.correct_row(batch=batch, row=2, values={"unit": "执法一中队"}, by=planner)
    assert (batch.errors, len(batch.changes)) == ([], 1)


def test_the_second_editor_is_shown_the_difference(bureau, planner):
    row = create_inspector(bureau)
    actions.edit_inspector(inspector=row, version=1, values={"post": "队长"}, on=TODAY, by=planner)
    with pytest.raises(EditedMeanwhile) as error:
        actions.edit_inspector(inspector=row, version=1, values={"post": "副队长"}, on=TODAY, by=planner)
    assert error.value.differences == [("post", "职务", "队长", "副队长")]


def test_leave_takes_a_person_out_of_the_roster_for_those_days(bureau, planner):
    row = create_inspector(bureau)
    absence = actions.register_absence(
        inspector=row, reason="leave", since=date(2026, 11, 18), until=date(2026, 11, 25), by=planner
    )
    assert queries.statuses_on([row], TODAY) == {row.pk: "L.LEAVE"}
    with pytest.raises(Exception, match="重叠"):
        actions.register_absence(inspector=row, reason="duty", since=TODAY, until=None, by=planner)
    actions.end_absence(absence=absence, until=date(2026, 11, 19), by=planner)
    assert queries.statuses_on([row], TODAY) == {row.pk: "A"}
    assert Entry.objects.filter(act="personnel.register_absence").exists()


def test_who_left_the_post_is_not_counted_nor_drawn(bureau, planner):
    row = create_inspector(bureau)
    create_inspector(bureau, established=False)
    create_inspector(bureau, certificate_valid_until=date(2026, 11, 19))
    assert queries.officers(bureau, TODAY) == 1
    actions.deactivate(inspector=row, reason="退休", on=TODAY, by=planner)
    assert queries.officers(bureau, TODAY - timedelta(1)) == 2
    assert queries.officers(bureau, TODAY) == 0
    assert queries.statuses_on([Inspector.objects.get(pk=row.pk)], TODAY) == {row.pk: "L.OTHER"}
    with pytest.raises(Exception, match="不用再改"):
        actions.deactivate(inspector=row, reason="退休", on=TODAY, by=planner)


def test_statuses_of_a_hundred_people_cost_three_queries(bureau, django_assert_num_queries):
    rows = [create_inspector(bureau) for _ in range(20)]
    with django_assert_num_queries(3):
        queries.statuses_on(rows, TODAY)


def test_only_the_bureaus_own_planner_keeps_the_register(bureau):
    for by in (create_user(bureau, "reviewer"), create_planner(create_bureau())):
        with pytest.raises(Exception, match="不能|没有"):
            upload(bureau, by, *ROWS)


def test_the_database_refuses_nonsense(bureau):
    row = create_inspector(bureau)
    for fields, word in (
        ({"certificate_valid_until": None}, "有效期至"),
        ({"certificate_valid_until": date(2019, 1, 1)}, "不能早于发证日期"),
        ({"uid": row.uid}, "编号已被使用"),
        ({"certificate_no": row.certificate_no}, "另一人"),
    ):
        other = Inspector(organisation=bureau, unit=row.unit, name="乙", **{
            "uid": "X9", "certificate_no": "X9", "certificate_issued_on": date(2020, 1, 1),
            "certificate_valid_until": date(2030, 1, 1), **fields,
        })  # fmt: skip
        with pytest.raises(ValidationError, match=word):
            other.full_clean()
    with pytest.raises(ValidationError, match="结束日期不能早于开始日期"):
        Absence(inspector=row, reason="leave", since=TODAY, until=date(2026, 1, 1)).full_clean()


def test_every_act_is_in_the_ledger_and_phones_are_masked_there(bureau, planner):
    values = {"name": "钱三", "unit": Unit.objects.get(), "uid": "G1", "phone": "13800001234"}
    row = actions.create_inspector(organisation=bureau, values=values, on=TODAY, by=planner)
    area = Area.objects.get(organisation=bureau, code="A1")
    edited = {"phone": "13900005678", "post": "队长"}
    actions.edit_inspector(inspector=row, version=1, values=edited, areas=[area], on=TODAY, by=planner)
    absence = actions.register_absence(inspector=row, reason="leave", since=TODAY, until=None, by=planner)
    actions.end_absence(absence=absence, until=TODAY, by=planner)
    actions.link_user(inspector=row, user=create_user(bureau), by=planner)
    actions.deactivate(inspector=row, reason="调离", by=planner)
    actions.reactivate(inspector=row, reason="调回", by=planner)
    batch = upload(bureau, planner, *ROWS)
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    actions.undo_import(batch=batch, on=TODAY, by=planner)
    actions.drop_import(batch=upload(bureau, planner, *ROWS), by=planner)
    actions.save_mapping(organisation=bureau, name="市局", columns={"大队": "unit"}, by=planner)
    verbs = [
        "create_inspector", "edit_inspector", "register_absence", "end_absence", "link_user", "deactivate", "reactivate",
        "check_file", "commit_import", "undo_import", "check_file", "drop_import", "save_mapping",
    ]  # fmt: skip
    entries = Entry.objects.in_order()
    assert [entry.act for entry in entries] == [f"personnel.{verb}" for verb in verbs]
    told = "".join(entry.content for entry in entries)
    assert "138****1234" in told
    assert "13800001234" not in told
    assert "13900005678" not in told
    assert '"areas":{"from":[],"to":["东湾镇"]}' in entries[1].content


def test_an_account_belongs_to_one_person_of_its_own_bureau(bureau, planner):
    row, other, user = create_inspector(bureau), create_inspector(bureau), create_user(bureau)
    assert actions.link_user(inspector=row, user=user, by=None).user == user
    with pytest.raises(RuleBroken, match="已关联"):
        actions.link_user(inspector=other, user=user, by=planner)
    with pytest.raises(RuleBroken, match="不属于"):
        actions.link_user(inspector=other, user=create_user(), by=planner)
    with pytest.raises(NotAllowed):
        actions.link_user(inspector=other, user=create_user(bureau), by=user)
    assert actions.link_user(inspector=row, user=None, by=planner).user is None


def test_a_failed_act_leaves_no_entry(bureau, planner):
    row = create_inspector(bureau)
    for act in (
        lambda: actions.deactivate(inspector=row, reason=" ", by=planner),
        lambda: actions.register_absence(inspector=row, reason="gone", since=TODAY, until=None, by=planner),
        lambda: actions.create_inspector(
            organisation=bureau, values={"name": "无号", "unit": row.unit}, on=TODAY, by=planner
        ),
        lambda: actions.save_mapping(organisation=bureau, name=" ", columns={}, by=planner),
        lambda: actions.mapping_columns(bureau, "没有的"),
    ):
        with pytest.raises(RuleBroken):
            act()
    assert not Entry.objects.exists()
