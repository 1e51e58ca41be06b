"""Changes that need two people, history, merges, ratings, labels, the preview, permit lists."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from foundation.errors import EditedMeanwhile, NotAllowed, OutOfOrder, RuleBroken
from foundation.rulebook import library
from registry import actions, completeness, duplicates, preview, quality
from registry.actions.pending import RequestMoved
from registry.models import (
    CreditRating,
    Entity,
    LabelTerm,
    Merge,
    PendingChange,
    Permit,
    PriorInspection,
    StatusPeriod,
    Target,
    TargetChange,
    TargetFlag,
    TargetTag,
    TierAssignment,
)
from registry.rules.states import WrongTurn
from tests.factories import create_target
from tests.registry.factories import (
    TODAY,
    create_bureau,
    create_head,
    create_planner,
    csv_bytes,
    uscc,
    workbook,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.fixture
def head(bureau):
    return create_head(bureau)


def opened(bureau, **fields):
    target = create_target(bureau, status_since=date(2024, 1, 1), **fields)
    StatusPeriod.objects.create(target=target, status="operating", since=date(2024, 1, 1), reason="建档")
    return target


def ask(target, planner, status="suspended", since=TODAY, reason="停产报告"):
    return actions.request_status(
        target=target, status=status, since=since, reason=reason, on=TODAY, by=planner
    )


# ---------- two people ----------


def test_a_status_changes_only_when_another_person_approves(bureau, planner, head):
    target = opened(bureau)
    change = ask(target, planner)
    target.refresh_from_db()
    assert target.status == "operating"
    with pytest.raises(NotAllowed):
        actions.approve_change(change=change, on=TODAY, by=planner)
    actions.approve_change(change=change, on=TODAY, by=head)
    target.refresh_from_db()
    row = TargetChange.objects.get(target=target, act="变更状态")
    assert (target.status, row.by, row.approved_by, row.reason) == ("suspended", planner, head, "停产报告")
    assert row.fields[0] == {"label": "状态", "old": "运行", "new": "停产"}
    with pytest.raises(OutOfOrder):
        actions.approve_change(change=change, on=TODAY, by=head)


def test_a_head_does_not_approve_what_he_asked_for(bureau, head):
    change = ask(opened(bureau), head)
    with pytest.raises(NotAllowed, match="另一人"):
        actions.approve_change(change=change, on=TODAY, by=head)
    actions.approve_change(change=change, on=TODAY, by=create_head(bureau))


def test_a_request_is_refused_when_the_register_moved_on(bureau, planner, head):
    target = opened(bureau)
    change = ask(target, planner)
    Target.objects.filter(pk=target.pk).update(status="closed")
    with pytest.raises(RequestMoved, match="现在已是“关停”"):
        actions.approve_change(change=change, on=TODAY, by=head)
    change.refresh_from_db()
    assert change.state == "waiting"


def test_one_request_of_a_kind_waits_at_a_time_and_may_be_returned_or_withdrawn(bureau, planner, head):
    target = opened(bureau)
    change = ask(target, planner)
    with pytest.raises(OutOfOrder, match="等审批"):
        ask(target, planner, "closed")
    with pytest.raises(RuleBroken, match="写明意见"):
        actions.return_change(change=change, opinion=" ", by=head)
    actions.return_change(change=change, opinion="附上停产报告", by=head)
    again = ask(target, planner, "closed")
    with pytest.raises(NotAllowed, match="申请人撤回"):
        actions.withdraw_change(change=again, by=head)
    actions.withdraw_change(change=again, by=planner)
    target.refresh_from_db()
    assert (target.status, PendingChange.objects.waiting().count()) == ("operating", 0)


@pytest.mark.parametrize(("status", "reason"), [("operating", "x"), ("suspended", " ")])
def test_a_request_that_could_not_be_carried_out_is_not_taken(bureau, planner, status, reason):
    with pytest.raises(RuleBroken):
        ask(opened(bureau), planner, status, reason=reason)
    assert not PendingChange.objects.exists()


def test_taking_a_target_off_the_register_takes_two_and_can_be_taken_back(bureau, planner, head):
    target = opened(bureau)
    actions.approve_change(change=ask(target, planner, "removed", reason="错录"), on=TODAY, by=head)
    assert not Target.objects.present().filter(pk=target.pk).exists()
    target.refresh_from_db()
    with pytest.raises(WrongTurn):
        ask(target, planner, "suspended")
    actions.approve_change(change=ask(target, planner, "operating", reason="复核属实"), on=TODAY, by=head)
    assert Target.objects.present().filter(pk=target.pk).exists()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("change_is_decided_by_another", {"state": "approved", "decided_by": None}),
        ("requested_change_has_a_reason", {"reason": ""}),
        ("change_kind_is_known", {"kind": "x"}),
        ("change_state_is_known", {"state": "x"}),
    ],
)
def test_the_database_refuses_a_change_without_a_second_person(bureau, planner, name, fields):
    values = {
        "organisation": bureau,
        "target": create_target(bureau),
        "kind": "status",
        "reason": "r",
        "requested_by": planner,
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PendingChange.objects.create(**{**values, "decided_by": create_head(bureau), **fields})


# ---------- history ----------


def test_an_edit_keeps_who_why_before_and_after(bureau, planner):
    target = create_target(bureau, phone="1")
    actions.edit_target(
        target=target, version=1, values={"phone": "2", "name": target.name}, tags={"生产规模": ["大型"]},
        entity={"uscc": uscc(3), "legal_representative": "王某"}, reason="企业来函", on=TODAY, by=planner,
    )  # fmt: skip
    row = TargetChange.objects.get()
    told = {f["label"]: (f["old"], f["new"]) for f in row.fields}
    assert (row.by, row.reason, told["联系电话"], told["生产规模"]) == (
        planner,
        "企业来函",
        ("1", "2"),
        ("", "大型"),
    )
    assert told["法定代表人"] == ("", "王某")
    assert "名称" not in told


def test_the_second_editor_sees_differences_of_labels_and_entity_too(bureau, planner):
    target = create_target(bureau)
    actions.edit_target(
        target=target, version=1, values={}, tags={"生产规模": ["大型"]}, reason="x", on=TODAY, by=planner
    )
    with pytest.raises(EditedMeanwhile) as error:
        actions.edit_target(
            target=target, version=1, values={}, tags={"生产规模": ["小型"]}, entity={"uscc": uscc(4)}, reason="x", on=TODAY, by=planner
        )  # fmt: skip
    assert {(label, old, new) for _, label, old, new in error.value.differences} == {
        ("生产规模", "大型", "小型"), ("统一社会信用代码", "", uscc(4)),
    }  # fmt: skip


# ---------- merges ----------


@pytest.fixture
def twins(bureau):
    keeper, twin = opened(bureau, name="鑫隆焦化有限公司"), opened(bureau, name="鑫隆焦化")
    Permit.objects.create(target=twin, number=f"{uscc(1)}001P", category="key")
    TargetFlag.objects.create(target=twin, flag="penalised", happened_on=date(2026, 5, 1), evidence="文号")
    for target in (keeper, twin):
        TargetTag.objects.create(target=target, group="生产规模", value="大型")
    PriorInspection.objects.create(target=twin, level="own", on=date(2026, 3, 1), source="台账")
    actions.recompute_tiers(organisation=bureau, on=date(2026, 6, 1), by=None)
    return keeper, twin


def merged(twins, planner, head):
    keeper, twin = twins
    change = actions.request_merge(target=twin, into=keeper, reason="同一家", by=planner)
    actions.approve_change(change=change, on=TODAY, by=head)
    return Merge.objects.get()


def test_a_merge_moves_what_the_keeper_lacks_and_keeps_the_rest(twins, planner, head):
    keeper, twin = twins
    merged(twins, planner, head)
    keeper.refresh_from_db()
    twin.refresh_from_db()
    assert (twin.merged_into, keeper.former_names) == (keeper, ["鑫隆焦化"])
    assert (keeper.permits.count(), keeper.flags.count(), keeper.inspections.count(), twin.tags.count()) == (
        1,
        1,
        1,
        1,
    )
    assert TierAssignment.objects.get(target=keeper, until=None).tier == "special"
    assert not TierAssignment.objects.filter(target=twin, until=None).exists()
    assert list(Target.objects.present()) == [keeper]
    told = TargetChange.objects.get(target=keeper).fields
    assert told == [{"label": "并入本对象的重复项", "old": "", "new": "鑫隆焦化"}]
    assert Target.objects.unmerged().matching("鑫隆焦化").get() == keeper


def test_a_merged_entry_is_not_changed_any_more(twins, planner, head):
    keeper, twin = twins
    merged(twins, planner, head)
    twin.refresh_from_db()
    with pytest.raises(OutOfOrder, match="已并入“鑫隆焦化有限公司”"):
        actions.edit_target(target=twin, version=twin.version, values={"phone": "1"}, on=TODAY, by=planner)
    with pytest.raises(OutOfOrder):
        actions.request_merge(target=keeper, into=twin, reason="反了", by=planner)


def test_a_merge_is_undone_by_two_and_everything_goes_back(twins, planner, head):
    keeper, twin = twins
    merge = merged(twins, planner, head)
    later = PriorInspection.objects.create(target=keeper, level="own", on=date(2026, 10, 1), source="后来")
    change = actions.request_unmerge(merge=merge, reason="两个厂区", by=planner)
    with pytest.raises(NotAllowed):
        actions.approve_change(change=change, on=TODAY, by=planner)
    actions.approve_change(change=change, on=TODAY, by=head)
    keeper.refresh_from_db()
    twin.refresh_from_db()
    assert (twin.merged_into, keeper.former_names) == (None, [])
    assert (twin.permits.count(), twin.flags.count(), list(keeper.inspections.all())) == (1, 1, [later])
    assert TierAssignment.objects.get(target=twin, until=None).tier == "special"
    with pytest.raises(OutOfOrder):
        actions.request_unmerge(merge=Merge.objects.get(), reason="再来", by=planner)


def test_a_target_is_not_merged_into_itself_or_across_bureaus(bureau, planner):
    target = create_target(bureau)
    for into in (target, create_target(create_bureau())):
        with pytest.raises(RuleBroken):
            actions.request_merge(target=target, into=into, reason="x", by=planner)


def test_pairs_told_apart_leave_the_list(twins, bureau, planner):
    keeper, twin = twins
    (pair,) = duplicates.suspicions(bureau)
    assert (pair.first, pair.second, pair.waiting) == (keeper, twin, False)
    actions.tell_apart(first=twin, second=keeper, reason="两个厂区", by=planner)
    assert duplicates.suspicions(bureau) == []


# ---------- ratings, labels, permits ----------


def test_a_rating_carries_its_scheme_and_decides_where_the_rulebook_has_its_grades(bureau, planner):
    target = opened(bureau, credit_grade="A")
    given = {"target": target, "rated_on": date(2026, 5, 1), "source": "通报", "on": TODAY, "by": planner}
    actions.record_rating(scheme="market-risk", grade="D", **given)
    target.refresh_from_db()
    assert target.credit_grade == "A"
    actions.record_rating(scheme="letters", grade="D", **given)
    target.refresh_from_db()
    assert (target.credit_grade, CreditRating.objects.count()) == ("D", 2)
    with pytest.raises(RuleBroken, match="没有“绿”这一级"):
        actions.record_rating(scheme="letters", grade="绿", **given)


def test_a_dictionary_closes_its_group_and_old_words_may_stay(bureau, planner):
    target = create_target(bureau)
    give = {"target": target, "group": "生产规模", "on": TODAY, "by": planner}
    actions.set_tags(values=["引领性"], **give)
    term = {"organisation": bureau, "group": "生产规模", "source": "", "on": TODAY, "by": planner}
    actions.save_term(value="大型", valid_from=None, valid_until=None, **term)
    actions.save_term(value="巨型", valid_from=None, valid_until=date(2025, 12, 31), **term)
    actions.set_tags(values=["引领性", "大型"], **give)
    for word in ("巨型", "没听过"):
        with pytest.raises(RuleBroken, match="可以用：大型"):
            actions.set_tags(values=[word], **give)
    with pytest.raises(RuleBroken, match="不允许增设"):
        actions.save_term(**{**term, "group": "自设"}, value="x", valid_from=None, valid_until=None)
    assert LabelTerm.objects.count() == 2
    assert set(TargetTag.objects.values_list("value", flat=True)) == {"引领性", "大型"}


def test_a_site_has_several_permits_and_a_number_only_one_holder(bureau, planner):
    one, other = create_target(bureau, permit_class="key"), create_target(bureau)
    dates = {"valid_from": date(2024, 1, 1), "valid_until": date(2029, 1, 1), "on": TODAY, "by": planner}
    for n in (1, 2):
        actions.record_permit(target=one, number=f"{uscc(n)}001P", category="key", **dates)
    assert one.permits.count() == 2
    with pytest.raises(RuleBroken, match="已登记在"):
        actions.record_permit(target=other, number=f"{uscc(1)}001P", category="key", **dates)


# ---------- preview, completeness, quality ----------


def test_the_preview_writes_nothing_and_sees_a_flag_run_out(bureau, planner, django_assert_max_num_queries):
    targets = [create_target(bureau, permit_class="key", name=f"厂{n}") for n in range(3)]
    for target in targets:
        TargetFlag.objects.create(target=target, flag="penalised", happened_on=date(2026, 2, 1), evidence="x")
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    actions.override_tier(
        target=targets[2], body="county", tier="general", reason="纪要", on=TODAY, by=create_head(bureau), requested_by=planner
    )  # fmt: skip
    before = list(TierAssignment.objects.order_by("id").values())
    book = library.get("qinshui-2022")
    assert list(preview.shifts(bureau, book, date(2027, 1, 1))) == []
    with django_assert_max_num_queries(8):
        found = list(preview.shifts(bureau, book, date(2027, 4, 1)))
    assert [(row.target, row.old, row.new, row.kept) for row in found] == [
        (targets[0], "特殊", "重点", False), (targets[1], "特殊", "重点", False), (targets[2], "特殊", "重点", True),
    ]  # fmt: skip
    assert preview.summary(found) == [("特殊", "重点", 3)]
    assert list(TierAssignment.objects.order_by("id").values()) == before


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_permit_list_shows_who_is_missing_on_either_side(bureau, planner, kind):
    have = create_target(bureau, name="甲厂")
    Permit.objects.create(target=have, number=f"{uscc(1)}001P", category="key")
    Permit.objects.create(
        target=create_target(bureau, name="旧证厂"), number=f"{uscc(9)}001P", category="key"
    )
    entity = Entity.objects.create(organisation=bureau, name="丁厂", uscc=uscc(4))
    known = create_target(bureau, name="丁厂", entity=entity)
    heads = ["单位名称", "排污许可证编号"]
    rows = [
        ["甲厂", f"{uscc(1)}001P"],
        ["乙厂", f"{uscc(2)}001P"],
        ["丁厂（新）", f"{uscc(4)}001P"],
        ["坏行", "123"],
        ["", ""],
    ]
    data = workbook(heads, *rows) if kind == "xlsx" else csv_bytes(heads, *rows)
    row = actions.compare_permits(organisation=bureau, file_name=f"许可.{kind}", data=data, by=planner)
    assert (row.rows, row.matched, len(row.faulty)) == (4, 1, 1)
    assert [(one["name"], one["target"]) for one in row.missing] == [("乙厂", None), ("丁厂（新）", known.pk)]
    assert [one["name"] for one in row.unlisted] == ["旧证厂"]
    with pytest.raises(RuleBroken):
        completeness.compare(bureau, "a.xlsx", b"junk")


def test_every_doubt_finds_its_rows_and_no_others(bureau):
    entity = Entity.objects.create(organisation=bureau, name="好", uscc=uscc(1))
    unit = bureau.units.get() if hasattr(bureau, "units") else None
    fields = {
        "entity": entity,
        "contact": "王",
        "phone": "1",
        "address": "路",
        "industry": "焦化",
        "unit": unit,
        "permit_class": "key",
    }
    good = create_target(bureau, **fields)
    Permit.objects.create(target=good, number="1", category="key", valid_until=date(2030, 1, 1))
    TierAssignment.objects.create(
        target=good, body="county", tier="key", computed_tier="key", since=TODAY, reason="r", clause="c"
    )
    bad = create_target(
        bureau, permit_class="key", status="suspended", status_since=date(2025, 1, 1), positive_list=True
    )
    late = create_target(
        bureau,
        permit_class="simplified",
        positive_list=True,
        **{k: v for k, v in fields.items() if k != "permit_class"},
    )
    Permit.objects.create(target=late, number="2", category="key", valid_until=date(2026, 1, 1))
    other = create_target(bureau, permit_class="simplified")
    Permit.objects.create(target=other, number="3", category="key")
    TierAssignment.objects.create(
        target=late, body="county", tier="key", computed_tier="key", since=TODAY, reason="r", clause="c"
    )
    TargetTag.objects.create(target=late, group="g", value="v", valid_until=date(2026, 1, 1))
    create_target(bureau, status="closed")
    rows = {
        issue.id: set(quality.narrowed(Target.objects.all(), issue.id, TODAY)) for issue in quality.ISSUES
    }
    assert (
        rows["no_code"]
        == rows["no_contact"]
        == rows["no_address"]
        == rows["no_industry"]
        == rows["no_tier"]
        == {bad, other}
    )
    assert (rows["stale"], rows["no_permit"]) == ({bad}, {bad})
    assert (rows["expired"], rows["positive_and_key"], rows["over_label"]) == ({late}, {late}, {late})
    assert rows["other_class"] == {other}
    assert all(good not in found for name, found in rows.items() if name != "no_unit" or unit)
    assert not quality.narrowed(Target.objects.all(), "unheard", TODAY).exists()


def test_compulsory_fields_of_the_rulebook_are_missed():
    bureau = create_bureau("neimenggu-2024")
    target = create_target(bureau)
    book = library.get("neimenggu-2024")
    assert quality.compulsory(book) == [
        "entity_type", "legal_representative", "credit_code", "registration_authority", "established_on",
    ]  # fmt: skip
    for name in quality.compulsory(book):
        assert set(quality.lacking(Target.objects.all(), name)) == {target}
