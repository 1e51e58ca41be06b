"""Preparing a draw: two approvals, confirmation, enough entropy, the register's review, withdrawing, rehearsed seeds."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from draws import actions, freezing, queries
from draws.models import ConflictOfInterest, Draw, FeasibilityRun, PoolChange, RefusedAct
from draws.readiness.counts import counts_of
from draws.readiness.missing import before_announcement, before_freeze
from draws.rules.enough import SeatFacts, seating_gap, throw_gap
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from personnel.models import Inspector
from planning.models import Override, Quota
from registry.models import RegisterReview, Target
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.factories import create_inspector, create_organisation, create_target, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.prepare(house)


def ask(house, draw, target=None, **given) -> PoolChange:
    target = target or Target.objects.of(house.organisation).order_by("pk").first()
    return actions.ask_pool_change(**{
        "by": house.operator, "draw": draw, "kind": "exclude", "target": target, "reason": "纳入专案，正在立案调查",
        "evidence": "立案通知〔2026〕7号", "no_file_reason": "原件在案卷里", **given,
    })  # fmt: skip


# -- enough entropy ---------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    ("seats", "enough"),
    [
        ([SeatFacts("media", "sealed")], True),
        ([SeatFacts("dice", "spoken")], True),
        ([SeatFacts("operator", "sealed"), SeatFacts("discipline", "sealed")], False),
        ([SeatFacts("citizen", "sealed", colleague=True)], False),
        ([], False),
    ],
)
def test_without_dice_one_sealed_seat_must_come_from_outside(seats, enough):
    assert (seating_gap(seats) == "") is enough


@pytest.mark.once
@pytest.mark.parametrize(
    ("lengths", "waiting", "missing"),
    [([18], 0, 0), ([17], 0, 1), ([9, 9], 0, 0), ([6], 1, 0), ([6, 6], 0, 6)],
)
def test_eighteen_dice_of_all_spoken_seats_count_together(lengths, waiting, missing):
    assert throw_gap(lengths, waiting) == missing


def test_a_draw_with_nobody_from_outside_and_no_dice_does_not_freeze(house, draw):
    make.ready(house, draw, sealed=1, spoken=False)
    with pytest.raises(OutOfOrder, match="至少要有一个本局以外的封签席"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    assert not Draw.objects.get(pk=draw.pk).freeze_hash


def test_a_draw_frozen_without_enough_seats_does_not_lock(house):
    draw, devices = make.frozen(house, seats={"spoken": False})
    draw.seats.filter(role="media").update(role="operator")
    devices[0].seal(draw)
    with pytest.raises(RuleBroken, match="请中止后用新编号重抽"):
        devices[1].seal(draw)
    assert Draw.objects.get(pk=draw.pk).state == Draw.State.FROZEN


@pytest.mark.parametrize("kind", ["F", "R"])
def test_too_few_dice_are_not_written_down_and_the_remedy_counts_them(house, kind):
    draw, devices = make.frozen(house, kind=kind)
    for device in devices[:2]:
        device.seal(draw)
    for device in devices[:2]:
        device.open()
    with pytest.raises(RuleBroken, match="再掷 1 枚"):
        actions.speak(by=house.operator, seat=devices[2].seat, digits="4" * 17)
    actions.speak(by=house.operator, seat=devices[2].seat, digits="4" * 18)
    actions.confirm_spoken(by=house.discipline, seat_spoken=devices[2].seat, now=make.HELD)
    assert Draw.objects.get(pk=draw.pk).state == Draw.State.RESULT


def test_a_throw_that_shrank_after_it_was_noted_is_not_confirmed(house):
    draw, devices = make.frozen(house, seats={"sealed": 0})
    actions.speak(by=house.operator, seat=devices[0].seat, digits="4" * 20)
    devices[0].seat.__class__.objects.filter(pk=devices[0].seat.pk).update(spoken_digits="4" * 8)
    with pytest.raises(RuleBroken, match="不足 60 比特"):
        actions.confirm_spoken(by=house.discipline, seat_spoken=devices[0].seat, now=make.HELD)


# -- exclusions and put-backs -----------------------------------------------------------------------------


def test_an_exclusion_needs_two_others_and_then_stands_in_the_frozen_row(house, draw, tmp_path):
    change = ask(house, draw)
    assert change.state_words == "待分管领导批准、纪检核可"
    actions.approve_pool_change(by=house.head, change=change)
    assert not change.in_force
    actions.endorse_pool_change(by=house.discipline, change=change)
    assert change.in_force
    make.ready(house, draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    row = draw.snapshot_targets.get(target=change.target)
    assert ":C.OFFPOOL" in row.row
    assert ":E" not in row.row
    assert len(json.loads(row.evidence)["approval"]) == 64
    verdicts(draw, tmp_path)


def test_a_change_that_waits_blocks_confirmation_and_freeze(house, draw):
    make.ready(house, draw)
    change = ask(house, draw)
    with pytest.raises(OutOfOrder, match="排除申请待分管领导批准"):
        actions.confirm_preparation(by=house.discipline, draw=draw)
    with pytest.raises(OutOfOrder, match="请在“排除与放回”里办结"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    actions.refuse_pool_change(by=house.head, change=change, reason="证据不足")
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    assert ":C.OFFPOOL" not in draw.snapshot_targets.get(target=change.target).row


def test_who_asks_cannot_decide_and_nobody_decides_twice(house, draw):
    asker = create_user(house.organisation, "operator", "unit_head")
    change = ask(house, draw, by=asker)
    with pytest.raises(NotAllowed, match="由您本人经办"):
        actions.approve_pool_change(by=asker, change=change)
    with pytest.raises(NotAllowed, match="由本次的纪检监督员"):
        actions.endorse_pool_change(by=house.head, change=change)
    with pytest.raises(NotAllowed, match="分管领导"):
        actions.approve_pool_change(by=house.operator, change=change)
    actions.approve_pool_change(by=house.head, change=change)
    with pytest.raises(OutOfOrder, match="已经批准过"):
        actions.approve_pool_change(by=house.head, change=change)


def test_without_a_discipline_officer_two_different_leaders_decide(house):
    draw = make.prepare(house, discipline=None)
    change = ask(house, draw)
    actions.approve_pool_change(by=house.head, change=change)
    with pytest.raises(NotAllowed, match="两个人"):
        actions.endorse_pool_change(by=house.head, change=change)
    actions.endorse_pool_change(by=create_user(house.organisation, "unit_head"), change=change)
    assert change.in_force


def test_a_request_names_reason_evidence_own_target_and_rule(house, draw):
    with pytest.raises(RuleBroken, match="理由和证据"):
        ask(house, draw, evidence=" ")
    with pytest.raises(RuleBroken, match="不属于本局"):
        ask(house, draw, target=create_target(create_organisation()))
    with pytest.raises(RuleBroken, match="哪一条上限"):
        ask(house, draw, kind="include")
    with pytest.raises(RuleBroken, match="没有“nothing”"):
        ask(house, draw, kind="include", rule="nothing")
    with pytest.raises(NotAllowed, match="抽取组织员或计划编制员"):
        ask(house, draw, by=house.head)
    ask(house, draw)
    with pytest.raises(RuleBroken, match="已有一份申请"):
        ask(house, draw)
    assert RefusedAct.objects.filter(draw=draw, act="draws.ask_pool_change").count() == 6


def test_the_evidence_of_a_put_back_is_a_file_that_goes_with_the_exception(house, draw, client):
    cap = next(cap for cap in house.bureau.book.caps if cap.strength == "principle")
    with pytest.raises(RuleBroken, match="请附证据文件"):
        ask(house, draw, kind="include", rule=cap.id, no_file_reason="")
    content = b"%PDF-1.7 " + b"x" * 40
    change = ask(house, draw, kind="include", rule=cap.id, files=[SimpleUploadedFile("通报.pdf", content)])
    kept = change.files.get()
    assert (kept.sha256, change.no_file_reason) == (hashlib.sha256(content).hexdigest(), "")
    actions.endorse_pool_change(by=house.discipline, change=change)
    actions.approve_pool_change(by=house.head, change=change)
    (file,) = Override.objects.get().files.all()
    assert (file.sha256, file.name) == (kept.sha256, "通报.pdf")
    client.force_login(house.head)
    answer = client.get(f"/desk/draws/{draw.number}/pool/files/{kept.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert "通报.pdf" in client.get(f"/desk/draws/{draw.number}/pool/").content.decode()
    client.force_login(create_user(None, "operator"))
    assert client.get(f"/desk/draws/{draw.number}/pool/files/{kept.pk}/").status_code == 404


def test_a_put_back_becomes_an_approved_exception_with_both_signatures_only(house, draw):
    cap = next(cap for cap in house.bureau.book.caps if cap.strength == "principle")
    change = ask(house, draw, kind="include", rule=cap.id)
    actions.endorse_pool_change(by=house.discipline, change=change)
    assert not Override.objects.exists(), "one signature must not open a cap"
    actions.approve_pool_change(by=house.head, change=change)
    override = Override.objects.get()
    assert (override.target, override.rule, override.approved_by) == (change.target, cap.id, house.head)
    make.ready(house, draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    frozen = draw.snapshot_targets.get(target=change.target).commitment
    assert [(row["c"], row["rule"]) for row in make.body_of(draw, "freeze")["overrides"]] == [
        (frozen, cap.id)
    ]


# -- confirmation -----------------------------------------------------------------------------------------


def test_a_formal_draw_freezes_only_as_it_was_confirmed(house, draw):
    make.ready(house, draw)
    assert before_freeze(draw, make.ON) == []
    actions.add_seat(
        by=house.operator, draw=draw, seat="D2", role="dice", title="第二组骰子", method="spoken"
    )
    with pytest.raises(OutOfOrder, match="确认之后又改过席位，请其重新确认"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    actions.confirm_preparation(by=house.discipline, draw=draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)


def test_the_operator_and_strangers_cannot_confirm_and_a_rehearsal_needs_none(house, draw):
    with pytest.raises(NotAllowed, match="由本次的纪检监督员"):
        actions.confirm_preparation(by=house.operator, draw=draw)
    with pytest.raises(NotAllowed, match="由本次的纪检监督员"):
        actions.confirm_preparation(by=create_user(house.organisation, "discipline"), draw=draw)
    rehearsal = make.prepare(house, kind="R")
    make.seat_people(house, rehearsal)
    assert before_freeze(rehearsal, make.ON) == []
    assert "准备还没有由纪明确认" in "；".join(before_freeze(draw, make.ON))


# -- register review, lottery -----------------------------------------------------------------------------


def test_an_overdue_review_of_the_register_blocks_announcing_and_freezing():
    house = make.create_house("neimenggu-2024")
    draw = make.prepare(house)
    held = draw.organisation

    kept = list(RegisterReview.objects.filter(organisation=held))
    RegisterReview.objects.filter(organisation=held).delete()
    with pytest.raises(OutOfOrder, match="2026Q3 的名录复核没有登记.*名录复核”登记"):
        actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    assert before_announcement(make.prepare(house, kind="R"), make.ANNOUNCED) == []
    RegisterReview.objects.bulk_create(kept)
    make.ready(house, draw)
    RegisterReview.objects.filter(organisation=held).delete()
    with pytest.raises(OutOfOrder, match="名录复核没有登记"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    make.review(house.bureau)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)


def test_a_book_with_a_yearly_review_does_not_block():
    house = make.create_house("quzhou-2017")
    draw = make.prepare(house, kind="R")
    draw.kind = "F"
    assert before_announcement(draw, make.ANNOUNCED) == []


@pytest.mark.parametrize(
    ("hours", "says"),
    [(None, "没有写预计开奖时间"), (-1, "在抽取会之前开奖"), (0, "在抽取会之前开奖"), (12, "")],
)
def test_an_agreed_lottery_is_drawn_after_the_freeze(house, hours, says):
    expected = None if hours is None else make.HELD + timedelta(hours=hours)
    draw = make.prepare(house, pub=("cn.ssq", "2026120"), pub_expected_at=expected)
    if not says:
        actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
        return
    with pytest.raises(OutOfOrder, match=says):
        actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)


# -- not held ---------------------------------------------------------------------------------------------


def withdraw(house, draw, **given) -> Draw:
    return actions.withdraw(**{
        "by": house.operator, "draw": draw, "reason": "上级通知改为统一抽取", "second": house.discipline, "on": make.ON,
        "now": make.HELD, **given,
    })  # fmt: skip


@pytest.mark.parametrize("announced", [True, False])
def test_a_draw_that_is_not_held_ends_in_public_and_the_next_one_links_to_it(
    house, draw, announced, tmp_path
):
    if announced:
        actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    withdraw(house, draw)
    draw.refresh_from_db()
    assert make.types_of(draw) == ["announce", "freeze", "void"]
    body = make.body_of(draw, "void")
    assert body["text"] == "本次抽取不再举行：上级通知改为统一抽取"
    assert [who["role"] for who in body["by"]] == ["operator", "discipline"]
    verdicts(draw, tmp_path)
    assert not draw.strata.filter(active=True).exists()
    following, _ = make.frozen(house)
    assert following.serial == "02"
    assert make.body_of(following, "freeze")["prev"] == {"draw_id": draw.number, "seq": 3, "head": draw.head}


def test_a_double_of_a_drawn_batch_can_still_be_withdrawn(house, monkeypatch):
    """Prepared before it was refused to prepare a quota twice."""
    monkeypatch.setattr("draws.actions.preparation._check_not_held", lambda *args, **given: None)
    first, second = make.prepare(house), make.prepare(house)
    devices = make.ready(house, first)
    with pytest.raises(OutOfOrder, match=f"{first.number} 要先签字封存"):
        withdraw(house, second)
    actions.freeze(by=house.operator, draw=first, on=make.ON, now=make.HELD)
    make.give_digits(house, first, devices)
    make.sign_all(house, first, devices)
    actions.seal(by=house.operator, draw=first, now=make.HELD)
    withdraw(house, second)
    assert Draw.objects.get(pk=second.pk).state == Draw.State.VOID
    assert first.strata.filter(active=True).count() == first.strata.count()


def test_withdrawing_needs_two_people_a_reason_and_a_list_that_is_not_frozen(house, draw):
    with pytest.raises(NotAllowed, match="两个人签字"):
        withdraw(house, draw, second=None)
    with pytest.raises(NotAllowed, match="由您本人经办"):
        withdraw(house, draw, second=house.operator)
    with pytest.raises(NotAllowed, match="由本次的纪检监督员"):
        withdraw(house, draw, second=house.head)
    with pytest.raises(NotAllowed, match="抽取组织员"):
        withdraw(house, draw, by=house.head)
    with pytest.raises(RuleBroken, match="为什么不再举行"):
        withdraw(house, draw, reason=" ")
    assert queries.state_of(Draw.objects.get(pk=draw.pk)).seq == 0, "a refusal leaves no event behind"
    frozen, _ = make.frozen(house, kind="R")
    with pytest.raises(OutOfOrder, match="不能|才能撤下"):
        withdraw(house, frozen)


# -- counts against the last period -----------------------------------------------------------------------


def test_counts_name_every_target_that_came_or_went(house, draw):
    stratum = draw.strata.select_related("quota__unit").first()
    now = counts_of(draw, make.ON)
    assert [one.before for one in now] == [None] * len(now)
    quota = stratum.quota
    gone = create_target(house.organisation, status="closed", status_since=date(2026, 8, 1))
    Quota.objects.create(
        organisation=quota.organisation, plan=quota.plan, period="2026Q3", line=quota.line, unit=quota.unit, base=quota.base, pool=0,
        required=0, snapshot_on=date(2026, 7, 2), snapshot=[*quota.snapshot[1:], gone.pk], confirmed_at=make.ANNOUNCED,
        confirmed_by=house.bureau.planner,
    )  # fmt: skip
    one = next(one for one in counts_of(draw, make.ON) if one.id == stratum.stratum)
    assert (one.joined, one.left, one.before) == (1, 1, quota.base)
    assert {(row.what, row.pk) for row in one.moved} == {("新进", quota.snapshot[0]), ("退出", gone.pk)}
    assert one.base - one.before == one.joined - one.left


# -- rehearsed seeds --------------------------------------------------------------------------------------


def seeds(count: int) -> list[str]:
    return [f"{n:064x}" for n in range(count)]


def test_a_run_counts_every_seed_and_keeps_no_selection(house, draw):
    run = actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, seeds=12)
    with pytest.raises(OutOfOrder, match="正在进行"):
        actions.rehearse_seeds(by=house.discipline, draw=draw, on=make.ON)
    actions.run_seeds(run.pk, seeds(12))
    actions.run_seeds(run.pk, seeds(3))
    run.refresh_from_db()
    assert (run.state, run.done, run.report["seeds"]) == ("done", 12, 12)
    assert sum(level["runs"] for level in run.report["levels"]) == 12
    assert not draw.snapshot_targets.exists()
    assert not draw.events.exists()


def test_the_bottleneck_names_the_certificate_that_would_fill_the_gap(house, draw):

    keep = Inspector.objects.of(house.organisation).order_by("pk")
    Inspector.objects.filter(pk__in=[row.pk for row in keep[1:]]).update(in_post=False)
    lapsed = create_inspector(house.organisation, name="贺过期", certificate_valid_until=date(2026, 1, 1))
    lapsed.areas.set(house.organisation.areas.all())
    report = freezing.tally_of(draw, make.ON, seeds(3))
    assert report["failed"] == 3
    (found,) = report["bottlenecks"]
    assert (found["kind"], found["what"], found["runs"]) == ("证件", "贺过期", 3)
    assert "为贺过期换发执法证" in found["options"][0]


def test_the_bottleneck_is_conflict_when_barred_pairs_are_what_is_missing(house, draw):

    keep = list(Inspector.objects.of(house.organisation).order_by("pk"))
    Inspector.objects.filter(pk__in=[row.pk for row in keep[2:]]).update(in_post=False)
    for target in Target.objects.of(house.organisation):
        ConflictOfInterest.objects.create(
            organisation=house.organisation, inspector=keep[0], target=target, relation="KIN", since=make.plan.TODAY,
            evidence="申报表", declared_by=house.discipline,
        )  # fmt: skip
    (found,) = freezing.tally_of(draw, make.ON, seeds(2))["bottlenecks"]
    assert found["kind"] == "回避"
    assert keep[0].name not in json.dumps(found, ensure_ascii=False), (
        "who is barred is for the discipline officer only"
    )


def test_nobody_at_all_is_a_matter_of_numbers_and_a_failed_run_says_why(house, draw):

    Inspector.objects.of(house.organisation).update(in_post=False)
    report = freezing.tally_of(draw, make.ON, seeds(1))
    assert report["bottlenecks"][0]["kind"] == "人数和名额"
    draw.strata.all().delete()
    run = actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, seeds=1)
    actions.run_seeds(run.pk)
    run.refresh_from_db()
    assert run.state == FeasibilityRun.State.FAILED
    assert "请先选择配额" in run.problem


def test_a_lost_run_gives_way_after_ten_minutes_and_the_frozen_draw_is_not_rehearsed(house, draw):
    old = actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, now=make.HELD + timedelta(minutes=11))
    old.refresh_from_db()
    assert old.state == FeasibilityRun.State.FAILED
    with pytest.raises(NotAllowed, match="抽取组织员、计划编制员或纪检监督员"):
        actions.rehearse_seeds(by=house.head, draw=draw, on=make.ON)
    frozen, _ = make.frozen(house, kind="R")
    with pytest.raises(OutOfOrder, match="才能试抽"):
        actions.rehearse_seeds(by=house.operator, draw=frozen, on=make.ON)


def test_a_long_run_that_goes_on_is_not_given_up(house, draw):
    old = actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    later = make.HELD + timedelta(minutes=30)
    FeasibilityRun.objects.filter(pk=old.pk).update(state="running", told_at=later - timedelta(minutes=1))
    with pytest.raises(OutOfOrder, match="正在进行"):
        actions.rehearse_seeds(by=house.operator, draw=draw, on=make.ON, now=later)


# -- seats ------------------------------------------------------------------------------------------------


def test_a_printed_sheet_voids_the_codes_before_it_and_spares_who_sits(house, draw):
    make.seat_people(house, draw, sealed=1)
    seat, old = actions.add_seat(
        by=house.operator, draw=draw, seat="S9", role="media", title="媒体", method="sealed"
    )
    ((waiting, code),) = actions.print_codes(by=house.operator, draw=draw)
    assert waiting.pk == seat.pk
    with pytest.raises(NotAllowed, match="不对或已经用过"):
        actions.join(number=draw.number, code=old)
    actions.join(number=draw.number, code=code)
    with pytest.raises(RuleBroken, match="不用印席位码"):
        actions.print_codes(by=house.operator, draw=draw)


def test_another_person_frees_a_seat_and_a_new_title_does_not(house, draw):
    seat = make.seat_people(house, draw, sealed=1, spoken=False)[0].seat
    given = {"by": house.operator, "draw": draw, "seat": seat, "role": seat.role, "method": "sealed"}
    assert actions.edit_seat(**given, title="派驻纪检组", holder=seat.holder).joined_at
    changed = actions.edit_seat(**given, title="派驻纪检组", holder="另一人")
    assert changed.joined_at is None
    assert changed.device_hash == ""
    with pytest.raises(NotAllowed, match="主持人只能坐组织方席位"):
        actions.edit_seat(**given, title="派驻纪检组", user=house.operator)


def test_seats_are_fixed_by_the_freeze(house):
    draw, devices = make.frozen(house)
    seat = devices[0].seat
    for act, more in (
        (actions.edit_seat, {"seat": seat, "role": "media", "title": "媒体", "method": "sealed"}),
        (actions.print_codes, {}),
    ):
        with pytest.raises(OutOfOrder, match="名单已冻结"):
            act(by=house.operator, draw=draw, **more)
