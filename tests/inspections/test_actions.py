"""Each step in and out of order, by the wrong person, twice."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.documents.models import Document
from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions
from inspections.models import CheckResult, Evidence, FollowUp, Record, Signature, TeamMember, Visit
from inspections.rules.modes import ModeRefused
from inspections.rules.outcomes import ResultWrong
from inspections.rules.signing import SignatureWrong, Signed
from inspections.rules.waiving import WaiverRefused
from registry.models import PriorInspection
from tests.factories import create_organisation, create_user
from tests.inspections import factories as make
from tests.planning.factories import BOOKS

pytestmark = pytest.mark.django_db
State = Visit.State


@pytest.fixture
def case():
    return make.create_case()


def acts(visit) -> list[str]:
    return list(Entry.objects.of(visit).order_by("seq").values_list("act", flat=True))


# -- the whole road ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("book", BOOKS)
def test_a_visit_goes_from_notice_to_review_under_every_rulebook(book):
    case = make.reviewed(make.create_case(book), problem="ordered_correct")
    visit = case.fresh()
    assert (visit.state, visit.completed_on) == (State.REVIEWED, make.DAY)
    record = visit.records.get()
    assert record.outcome == "ordered_correct"
    assert actions.same_as_signed(record)
    content = json.loads(record.content)
    assert [item["result"] for item in content["items"]] == ["ordered_correct", "no_problem"]
    assert content["rulebook"]["id"] == book
    followup = visit.followups.get()
    assert (followup.kind, followup.state, followup.due_on) == ("rectification", "open", date(2026, 12, 4))
    prior = PriorInspection.objects.get(target=visit.target)
    assert (prior.level, prior.on, prior.problem_found, prior.counted, prior.source) == (
        "own",
        make.DAY,
        True,
        True,
        visit.number,
    )
    assert acts(visit)[0] == "inspections.dispatch"
    assert {"inspections.arrive", "inspections.submit_record", "inspections.review"} <= set(acts(visit))


# -- notice --------------------------------------------------------------------------------------------------


def test_a_notice_is_numbered_by_year_and_says_how_often(case):
    PriorInspection.objects.create(target=case.visit.target, level="own", on=date(2026, 3, 2), source="台账")
    visit = make.dispatch(case)
    assert visit.notice_number == "青环检通〔2026〕1号"
    assert (visit.year_count, visit.year_cap, visit.state) == (2, 2, State.ASSIGNED)
    other = make.sibling(case)
    assert (
        actions.dispatch(
            by=case.operator, visit=other, scheduled_on=make.DAY, now=make.DISPATCHED
        ).notice_serial
        == 2
    )


def test_a_notice_that_is_out_counts_before_its_visit_is_booked(case):
    make.dispatch(case)
    again = make.create_visit(
        case.bureau, make.create_draw(case.bureau), case.visit.target, case.people, [case.items[0].item]
    )
    assert (
        actions.dispatch(by=case.operator, visit=again, scheduled_on=make.DAY, now=make.DISPATCHED).year_count
        == 2
    )


def test_a_special_target_has_no_cap_on_its_notice(case):
    from registry.models import TierAssignment

    TierAssignment.objects.create(
        target=case.visit.target,
        body="county",
        tier="special",
        computed_tier="special",
        since=date(2026, 1, 1),
        reason="受处罚",
        clause="QS-10.1",
    )
    assert make.dispatch(case).year_cap is None


def test_a_notice_goes_out_once_and_by_who_manages(case):
    for stranger in (case.lead, case.reviewer, create_user(create_organisation(), "operator")):
        with pytest.raises(NotAllowed):
            make.dispatch(case, by=stranger)
    make.dispatch(case)
    with pytest.raises(OutOfOrder, match="已经派发"):
        make.dispatch(case)
    assert Document.objects.filter(kind="visit_notice").count() == 1


@pytest.mark.parametrize(
    "given,error,words",
    [
        ({"scheduled_on": date(2026, 11, 17)}, RuleBroken, "已过去"),
        ({"scheduled_on": date(2027, 1, 4)}, RuleBroken, "晚于完成期限"),
        ({"mode": "offsite"}, ModeRefused, "要写理由"),
        ({"mode": "drone", "mode_reason": "快"}, ModeRefused, "只能是"),
    ],
)
def test_a_notice_with_a_wrong_day_or_mode_is_refused(case, given, error, words):
    with pytest.raises(error, match=words):
        make.dispatch(case, **given)
    assert case.fresh().dispatched_at is None


def test_a_team_whose_certificate_lapses_before_the_day_is_not_sent(case):
    person = case.people[1]
    person.certificate_valid_until = make.DAY - timedelta(days=1)
    person.save()
    with pytest.raises(SignatureWrong, match="乔明"):
        make.dispatch(case)


def test_a_positive_list_target_is_visited_off_site_where_the_book_says_so():
    case = make.create_case("xinyang-2023", positive_list=True)
    from registry.models import TierAssignment

    TierAssignment.objects.create(
        target=case.visit.target,
        body="division",
        tier="key",
        computed_tier="key",
        since=date(2026, 1, 1),
        reason="名录",
        clause="XY-2.3",
    )
    with pytest.raises(ModeRefused, match="正面清单"):
        make.dispatch(case, mode="onsite", mode_reason="想去")
    assert make.dispatch(case).mode == "remote_sensing"
    make.arrive(case, steps=[])
    make.fill(case)
    record = make.submit(case, signatures=make.signatures(case)[:2])
    assert json.loads(record.content)["mode_name"] == "卫星遥感"


# -- on site -------------------------------------------------------------------------------------------------


def test_nobody_starts_without_a_notice(case):
    with pytest.raises(OutOfOrder, match="通知书"):
        make.arrive(case)


def test_arrival_needs_every_step_of_the_book_and_a_member():
    case = make.create_case("neimenggu-2024")
    make.dispatch(case)
    with pytest.raises(RuleBroken, match="出示执法"):
        make.arrive(case, steps=["表明检查人员身份"])
    stranger, _ = make.member_user(case.bureau, "别组")
    for person in (stranger, case.reviewer, case.operator):
        with pytest.raises(NotAllowed):
            make.arrive(case, by=person)
    visit = make.arrive(case)
    assert (visit.state, visit.arrived_at, len(visit.onsite_steps)) == (State.STARTED, make.ARRIVED, 6)
    with pytest.raises(OutOfOrder):
        make.arrive(case)


def test_arrival_marks_the_target_in_the_draw_so_that_it_is_not_replaced(case):
    make.started(case)
    row = case.draw.snapshot_targets.get(target=case.visit.target)
    assert row.started_on == make.DAY


def test_an_auxiliary_and_a_former_member_may_not_write(case):
    make.started(case)
    helper, person = make.member_user(case.bureau, "辅助")
    TeamMember.objects.create(visit=case.visit, inspector=person, position=9, auxiliary=True)
    case.visit.team.filter(inspector__user=case.second).update(left_at=make.ARRIVED, left_reason="回避")
    for user in (helper, case.second):
        with pytest.raises(NotAllowed):
            actions.save_item(by=user, visit_item=case.items[0], answers={})


def test_items_are_saved_in_part_changed_and_refused_when_they_contradict(case):
    make.started(case)
    row = case.items[0]
    first, second = [point.pk for point in row.item.checkpoints.order_by("no")]
    assert actions.save_item(by=case.lead, visit_item=row, answers={first: ("clear", "")}).result == ""
    assert (
        actions.save_item(by=case.second, visit_item=row, answers=make.all_clear(row)).result == "no_problem"
    )
    with pytest.raises(ResultWrong):
        actions.save_item(
            by=case.lead, visit_item=row, answers={second: ("problem", "漏")}, result="no_problem"
        )
    other = case.items[1].item.checkpoints.first()
    with pytest.raises(RuleBroken, match="不是这个事项"):
        actions.save_item(by=case.lead, visit_item=row, answers={other.pk: ("clear", "")})
    saved = actions.save_item(
        by=case.lead, visit_item=row, answers={second: ("problem", "漏")}, result="pending"
    )
    assert (saved.result, saved.saved_by) == ("pending", case.lead)
    assert [(c.checkpoint_id, c.result) for c in CheckResult.objects.filter(visit_item=row)] == [
        (second, "problem")
    ]


def test_a_closed_site_needs_words(case):
    make.started(case)
    with pytest.raises(RuleBroken, match="写明现场情况"):
        actions.set_production_state(by=case.lead, visit=case.visit, state="closed")
    with pytest.raises(RuleBroken, match="选择生产状态"):
        actions.set_production_state(by=case.lead, visit=case.visit, state="busy")


def test_nothing_is_written_before_the_arrival_or_after_the_record(case):
    def write():
        actions.save_item(by=case.lead, visit_item=case.items[0], answers={})

    make.dispatch(case)
    with pytest.raises(OutOfOrder):
        write()
    make.arrive(case)
    make.fill(case)
    make.submit(case)
    for step in (write, lambda: actions.set_production_state(by=case.lead, visit=case.visit, state="normal"),
                 lambda: actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload()), lambda: make.submit(case)):  # fmt: skip
        with pytest.raises(OutOfOrder):
            step()


def test_the_entry_clock_of_the_book_starts_with_the_end_of_the_visit():
    case = make.started(make.create_case("quzhou-2017"))
    end = datetime(2017, 9, 29, 16, 0, tzinfo=make.BEIJING)
    Visit.objects.filter(pk=case.visit.pk).update(arrived_at=end - timedelta(hours=2))
    visit = actions.finish(by=case.lead, visit=case.visit, at=end, now=make.SIGNED)
    assert visit.enter_due_on == date(2017, 10, 16)
    with pytest.raises(RuleBroken, match="早于到场"):
        actions.finish(by=case.lead, visit=case.visit, at=end - timedelta(days=1), now=make.SIGNED)
    with pytest.raises(RuleBroken, match="还没有到"):
        actions.finish(by=case.lead, visit=case.visit, at=make.SIGNED + timedelta(hours=1), now=make.SIGNED)


def test_a_book_without_an_entry_clock_sets_none(case):
    make.submitted(case)
    assert case.fresh().enter_due_on is None


# -- evidence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", make.GOOD)
def test_evidence_of_each_kind_is_kept_under_a_random_name_with_its_hash(case, name):
    import hashlib

    make.started(case)
    content = make.GOOD[name]
    evidence = actions.add_evidence(
        by=case.lead, visit=case.visit, file=make.upload(content, name), visit_item=case.items[0]
    )
    assert evidence.sha256 == hashlib.sha256(content).hexdigest()
    assert (
        name.split(".")[0] not in evidence.file.name.rsplit("/", 1)[1].split(".")[0][:1]
        or len(evidence.file.name) > 40
    )
    assert actions.changed(evidence) == ""
    again = actions.add_evidence(by=case.second, visit=case.visit, file=make.upload(content, "另存" + name))
    assert again == evidence
    with evidence.file.storage.open(evidence.file.name, "wb") as stored:
        stored.write(b"other")
    assert "指纹不符" in actions.changed(evidence)


def test_bad_evidence_leaves_nothing_behind(case):
    make.started(case)
    for name, content in (
        ("a.png", b"<svg onload=1>"),
        ("a.svg", b"<svg/>"),
        ("a.png", b""),
        ("a.exe", b"MZ"),
    ):
        with pytest.raises(FileRefused):
            actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload(content, name))
    with pytest.raises(RuleBroken, match="损坏"):
        actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload(), claimed_sha256="0" * 64)
    other = make.create_case()
    with pytest.raises(RuleBroken, match="不属于"):
        actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload(), visit_item=other.items[0])
    stranger, _ = make.member_user(case.bureau, "别组")
    with pytest.raises(NotAllowed):
        actions.add_evidence(by=stranger, visit=case.visit, file=make.upload())
    assert Evidence.objects.count() == 0


# -- record --------------------------------------------------------------------------------------------------


def test_a_record_needs_everything_filled_and_signed(case):
    make.started(case)
    with pytest.raises(RuleBroken, match="生产状态"):
        make.submit(case)
    actions.set_production_state(by=case.lead, visit=case.visit, state="normal")
    with pytest.raises(ResultWrong, match="没有填完"):
        make.submit(case)
    make.fill(case)
    for wrong in (
        {"signatures": []},
        {"signatures": make.signatures(case)[:2]},
        {"signatures": make.signatures(case)[1:]},
    ):
        with pytest.raises(SignatureWrong):
            make.submit(case, **wrong)
    with pytest.raises(RuleBroken, match="检查情况"):
        make.submit(case, summary=" ")
    with pytest.raises(NotAllowed):
        make.submit(case, by=case.reviewer)
    assert not Record.objects.exists()
    assert not PriorInspection.objects.exists()
    make.submit(case)
    assert case.fresh().state == State.SUBMITTED


def test_a_refusal_to_sign_is_kept_with_its_reason_and_witness(case):
    make.started(case)
    make.fill(case)
    record = make.submit(case, signatures=make.signatures(case, refused=True))
    rows = {row.role: row for row in record.signatures.all()}
    assert (rows["enterprise"].refused, rows["enterprise"].note) == (True, "认为不需要签")
    assert rows["witness"].name == "村委会 韩见证"


def test_a_signed_record_cannot_be_changed_by_anybody(case):
    make.submitted(case)
    record = case.visit.records.get()
    for change in (
        lambda: Record.objects.filter(pk=record.pk).update(outcome="pending"),
        lambda: Signature.objects.filter(record=record).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_deregistered_target_takes_the_short_path(case):
    make.started(case)
    actions.set_production_state(
        by=case.lead, visit=case.visit, state="deregistered", note="大门上锁，营业执照已注销"
    )
    record = make.submit(
        case, outcome="deregistered", summary="企业已注销", signatures=make.signatures(case, refused=True)
    )
    assert record.outcome == "deregistered"
    assert not case.visit.followups.exists()
    assert PriorInspection.objects.get().problem_found is False


def test_an_uncooperative_enterprise_opens_one_follow_up(case):
    make.started(case)
    actions.set_production_state(by=case.lead, visit=case.visit, state="normal")
    make.submit(
        case, outcome="uncooperative", summary="拒不开门", signatures=make.signatures(case, refused=True)
    )
    assert [(f.kind, f.problem) for f in case.visit.followups.all()] == [("pending", "拒不开门")]


def test_the_other_member_may_hand_the_record_in(case):
    make.started(case)
    make.fill(case)
    assert make.submit(case, by=case.second).written_by == case.second


# -- review, return, correction ------------------------------------------------------------------------------


def test_nobody_reviews_what_he_wrote_or_where_he_was(case):
    make.submitted(case)
    lead, second = make.grant(case.lead, "reviewer"), make.grant(case.second, "reviewer")
    for user in (lead, second):
        with pytest.raises(NotAllowed, match="检查组"):
            actions.review(by=user, visit=case.visit, passed=True)
    for user in (case.operator, create_user(create_organisation(), "reviewer")):
        with pytest.raises(NotAllowed):
            actions.review(by=user, visit=case.visit, passed=True)
    assert case.fresh().state == State.SUBMITTED


def test_a_former_member_does_not_review_either(case):
    make.submitted(case)
    former, person = make.member_user(case.bureau, "前组员")
    TeamMember.objects.create(
        visit=case.visit, inspector=person, position=5, left_at=make.ARRIVED, left_reason="回避"
    )
    with pytest.raises(NotAllowed):
        actions.review(by=make.grant(former, "reviewer"), visit=case.visit, passed=True)


def test_review_comes_after_the_record_and_once(case):
    make.started(case)
    with pytest.raises(OutOfOrder):
        actions.review(by=case.reviewer, visit=case.visit, passed=True)
    make.fill(case)
    make.submit(case)
    with pytest.raises(RuleBroken, match="理由"):
        actions.review(by=case.reviewer, visit=case.visit, passed=False)
    actions.review(by=case.reviewer, visit=case.visit, passed=True)
    with pytest.raises(OutOfOrder):
        actions.review(by=case.reviewer, visit=case.visit, passed=False, opinion="再看")


def test_a_returned_record_becomes_a_second_version_with_its_reason(case):
    make.submitted(case, problem="ordered_correct")
    actions.review(by=case.reviewer, visit=case.visit, passed=False, opinion="照片与描述不符")
    assert (case.fresh().state, case.visit.returned_reason) == (State.RETURNED, "照片与描述不符")
    row = case.items[0]
    actions.save_item(by=case.lead, visit_item=row, answers=make.all_clear(row))
    with pytest.raises(RuleBroken, match="更正理由"):
        make.submit(case, finished_at=None)
    with pytest.raises(OutOfOrder, match="不能改"):
        make.submit(
            case, correction_reason="更正", finished_at=make.SIGNED + timedelta(minutes=1), now=make.REVIEWED
        )
    record = make.submit(
        case, correction_reason="照片拍错了地方，该项没有问题", finished_at=None, now=make.REVIEWED
    )
    assert (record.version, record.outcome) == (2, "no_problem")
    assert case.fresh().completed_on == make.DAY
    assert [(f.state, f.closing_note) for f in case.visit.followups.all()] == [
        ("done", "更正后的第 2 版记录里不再是问题")
    ]
    assert PriorInspection.objects.get().problem_found is False


def test_a_reviewed_record_is_corrected_only_through_a_new_version_and_a_new_review(case):
    make.reviewed(case)
    with pytest.raises(NotAllowed):
        actions.reopen(by=case.operator, visit=case.visit, reason="改")
    with pytest.raises(RuleBroken, match="理由"):
        actions.reopen(by=case.lead, visit=case.visit, reason=" ")
    actions.reopen(by=case.lead, visit=case.visit, reason="事项名称写错")
    make.submit(case, correction_reason="事项名称写错", finished_at=None, now=make.REVIEWED)
    actions.review(by=case.reviewer, visit=case.visit, passed=True)
    assert list(case.visit.records.order_by("version").values_list("version", flat=True)) == [1, 2]


# -- follow-ups ----------------------------------------------------------------------------------------------


def test_a_follow_up_is_given_terms_and_closed_once(case):
    make.reviewed(case, problem="transferred")
    followup = case.visit.followups.get()
    with pytest.raises(RuleBroken, match="哪个单位"):
        actions.set_terms(by=case.lead, followup=followup, demand="移送", due_on=None)
    actions.set_terms(
        by=case.lead, followup=followup, demand="移送", due_on=date(2026, 12, 1), handed_to="县公安局"
    )
    with pytest.raises(RuleBroken, match="复查"):
        actions.close_followup(by=case.lead, followup=followup, on=date(2026, 11, 30), note=" ")
    with pytest.raises(RuleBroken, match="早于"):
        actions.close_followup(by=case.lead, followup=followup, on=date(2026, 11, 1), note="已收")
    stranger, _ = make.member_user(case.bureau, "别组")
    with pytest.raises(NotAllowed):
        actions.close_followup(by=stranger, followup=followup, on=date(2026, 11, 30), note="已收")
    actions.close_followup(
        by=case.reviewer,
        followup=followup,
        on=date(2026, 11, 30),
        note="公安已立案",
        now=datetime(2026, 11, 30, 9, tzinfo=make.BEIJING),
    )
    with pytest.raises(OutOfOrder):
        actions.close_followup(by=case.reviewer, followup=followup, on=date(2026, 11, 30), note="再办")


def test_a_follow_up_opened_by_hand_survives_a_correction(case):
    make.submitted(case)
    with pytest.raises(RuleBroken):
        actions.open_followup(by=case.lead, visit=case.visit, kind="fine", problem="x")
    actions.open_followup(by=case.lead, visit=case.visit, kind="case", problem="另案线索")
    actions.review(by=case.reviewer, visit=case.visit, passed=False, opinion="补充")
    make.submit(case, correction_reason="补充", finished_at=None, now=make.REVIEWED)
    assert FollowUp.objects.get().state == "open"


# -- waivers -------------------------------------------------------------------------------------------------


def test_a_visit_is_waived_only_with_another_check_of_the_period_and_by_the_leader():
    case = make.create_case("quzhou-2017")
    target = case.visit.target
    prior = PriorInspection.objects.create(
        target=target, level="own", on=date(2026, 10, 20), source="专项检查 2026-3", counted=False
    )
    old = PriorInspection.objects.create(
        target=target, level="own", on=date(2026, 9, 20), source="专项检查 2026-2", counted=False
    )
    given = {
        "by": case.bureau.head,
        "visit": case.visit,
        "activity": "campaign",
        "prior": prior,
        "reason": "刚检查过",
    }
    with pytest.raises(NotAllowed):
        actions.waive(**(given | {"by": case.operator}))
    for wrong in ({"prior": old}, {"activity": "daily"}, {"reason": ""}):
        with pytest.raises(WaiverRefused):
            actions.waive(**(given | wrong))
    actions.waive(**given)
    assert (case.fresh().state, case.visit.waived_for) == (State.WAIVED, prior)
    assert not PriorInspection.objects.filter(source=case.visit.number).exists()
    with pytest.raises(OutOfOrder):
        make.dispatch(case)
    with pytest.raises(OutOfOrder):
        actions.waive(**given)


def test_other_rulebooks_allow_no_waiver(case):
    prior = PriorInspection.objects.create(
        target=case.visit.target, level="own", on=date(2026, 10, 20), source="专项"
    )
    with pytest.raises(WaiverRefused, match="没有"):
        actions.waive(by=case.bureau.head, visit=case.visit, activity="campaign", prior=prior, reason="查过")


def test_words_that_do_not_fit_are_refused_not_cut(case):
    make.submitted(case)
    with pytest.raises(RuleBroken, match="最多 500"):
        actions.review(by=case.reviewer, visit=case.visit, passed=False, opinion="长" * 501)
    other = make.started(make.create_case())
    with pytest.raises(RuleBroken, match="最多 300"):
        actions.set_production_state(by=other.lead, visit=other.visit, state="closed", note="长" * 301)


def test_a_typed_name_must_be_the_members_own(case):
    make.started(case)
    make.fill(case)
    wrong = [Signed("inspector", "路人", case.people[0].pk), *make.signatures(case)[1:]]
    with pytest.raises(SignatureWrong, match="不一致"):
        make.submit(case, signatures=wrong)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_that_cannot_be_meant_is_refused_everywhere(case, day):
    """Left standing it would be counted working day by working day on every page that shows it."""
    with pytest.raises(RuleBroken):
        actions.dispatch(by=case.operator, visit=case.visit, scheduled_on=day, now=make.DISPATCHED)
    make.started(case)
    with pytest.raises(RuleBroken, match="整改期限 .*不像真的日期"):
        actions.save_item(
            by=case.lead, visit_item=case.items[0], answers={}, result="ordered_correct", note="无标签", demand="改", demand_due_on=day
        )  # fmt: skip


def test_the_term_of_a_followup_lies_after_it_was_opened_and_the_end_not_in_the_future(case):
    make.submitted(case, problem="ordered_correct")
    followup = FollowUp.objects.first()
    for day in (date(1, 1, 1), date(9999, 12, 31), make.DAY - timedelta(days=1)):
        with pytest.raises(RuleBroken, match="期限"):
            actions.set_terms(by=case.reviewer, followup=followup, demand="限期改正", due_on=day)
    with pytest.raises(RuleBroken, match="还没有到"):
        actions.close_followup(by=case.reviewer, followup=followup, on=date(9999, 12, 31), note="已改")
    followup.refresh_from_db()
    assert followup.state == FollowUp.State.OPEN
