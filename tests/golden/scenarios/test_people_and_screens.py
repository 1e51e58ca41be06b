"""Scenarios of the five documents about people, screens and records, through the actions and pages; each test is named by its id.

The scenarios that are arithmetic stand in test_scenarios.py, those about plans in tests/planning/test_scenarios.py.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile

from disclosure import actions as disclosure
from disclosure.models import DisclosureTask, Publication
from draws import actions, queries, scenes, swaps
from draws.models import ConflictOfInterest, Draw, RecusalRow
from draws.policies import can_unmask
from draws.rules.offplatform import Line
from draws.views.live import chained
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook.periods import Period
from inspections import actions as inspections
from inspections.models import TeamMember
from inspections.rules.waiving import WaiverRefused
from planning import actions as planning
from planning import board, population
from planning.models import Drawn
from registry import actions as registry
from registry.history import visits_this_year
from registry.models import PriorInspection, RegisterReview, Target
from tests.disclosure import factories as office_of
from tests.draws import factories as make
from tests.draws.pages import seated, signed_in, words
from tests.factories import create_unit, create_user
from tests.inspections.factories import create_visit
from tests.planning import factories as plan

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BEIJING = ZoneInfo("Asia/Shanghai")
IN_WINDOW = datetime(2026, 10, 9, 9, 30, tzinfo=BEIJING)


# -- 沁水 ----------------------------------------------------------------------------------------------------


def test_qs_s05_off_platform_draw():
    bureau = plan.create_bureau("qinshui-2022")
    plan.publish_items(bureau)
    (only,) = plan.create_targets(bureau, 1, permit_class="key")
    plan.approved_plan(bureau)
    plan.note(bureau, "key", [only], period="2026Q1")
    operator = create_user(bureau.organisation, "operator")

    def key(period):
        found = planning.confirm_quotas(
            organisation=bureau.organisation, period=period, on=plan.TODAY, by=bureau.planner
        )
        return next(quota for quota in found if quota.line == "key")

    given = {
        "by": operator, "organisation": bureau.organisation, "period": "2026Q2", "kind": "paper", "held_at": make.ANNOUNCED,
        "place": "会议室", "method": "纸签，纪检在场", "reason": "停电", "approver": bureau.head, "lines": [(key("2026Q2"), Line(only.uid))],
        "file": ContentFile(b"%PDF-1.7", name="抽取记录.pdf"), "now": make.HELD,
    }  # fmt: skip
    for missing in ({"reason": ""}, {"approver": None}):
        with pytest.raises(RuleBroken) as refused:
            actions.register_off_platform(**given | missing)
        assert refused.value.clause == "QS-3.4"
    off = actions.register_off_platform(**given)
    assert not Drawn.objects.filter(period="2026Q2").exists()
    actions.decide_off_platform(by=bureau.head, off=off, approve=True, now=make.HELD)
    report = words(signed_in(operator).get("/desk/draws/off/report.csv"))
    assert off.number in report
    assert only.uid in report
    shown = board.board(bureau.organisation, Period.parse("2026Q2"), plan.TODAY)
    row = next(row for row in shown.rows if row.figure.line.id == "key")
    assert row.figure.drawn == 1
    third = key("2026Q3")
    assert (third.required, third.pool, third.reasons) == (1, 0, ["cap_limited"])


def test_qs_s10_check_without_a_draw():
    bureau = plan.create_bureau("qinshui-2022")
    plan.publish_items(bureau)
    checked, other = plan.create_targets(bureau, 2, permit_class="key")
    plan.approved_plan(bureau)
    operator = create_user(bureau.organisation, "operator")
    given = {
        "by": operator,
        "target": checked,
        "reason": "群众反映异味",
        "planned_on": make.ON,
        "now": make.HELD,
    }
    with pytest.raises(RuleBroken, match="须随机抽取"):
        inspections.register_special(activity="campaign", reference="", **given)
    with pytest.raises(RuleBroken, match="来源编号"):
        inspections.register_special(activity="complaint", reference="", **given)
    special = inspections.register_special(activity="complaint", reference="举报 2026-31", **given)
    inspections.decide_special(by=bureau.head, special=special, approve=True, now=make.HELD)
    inspections.finish_special(
        by=operator,
        special=special,
        checked_on=make.ON,
        problem_found=False,
        outcome="未见异常",
        now=make.HELD,
    )
    assert not Drawn.objects.exists()
    register = population.read(bureau.organisation, bureau.book, make.ON, year=2026)
    members = register.members(bureau.book.line("key"), bureau.units[0], Period.parse("2026Q4"))
    assert members.visits[checked.pk] == 0
    assert members.unvisited == [other.pk]
    booked = checked.inspections.get()
    assert (booked.counted, "投诉举报" in booked.source) == (False, True)


# -- 内蒙古 --------------------------------------------------------------------------------------------------


def test_nm_s04_replacement():
    house = make.create_house("neimenggu-2024")
    draw, _ = make.signed(house, kind="R")
    visit = queries.visits_of(draw)[0]
    leader, ill = visit.team
    colleague = draw.snapshot_inspectors.exclude(inspector__in=visit.team).first()
    by = make.login_of(leader)
    gone = draw.snapshot_inspectors.get(inspector=ill).commitment
    given = {"by": by, "inspector": gone, "why": "ILL", "reason": "住院"}
    with pytest.raises(RuleBroken, match="不能指定"):
        make.ask(house, draw, "absent", inspectors=[colleague.inspector], **given)
    asked = make.ask(house, draw, "absent", **given)
    head = create_user(house.organisation, "unit_head", unit=ill.unit)
    elsewhere = create_user(house.organisation, "unit_head", unit=create_unit(house.organisation))
    for other in (by, elsewhere, house.head):
        with pytest.raises(NotAllowed):
            actions.decide_replacement(by=other, request=asked, approve=True)
    actions.decide_replacement(by=head, request=asked, approve=True, now=make.HELD)
    actions.start_round(by=house.operator, draw=draw, requests=[asked], now=make.HELD)
    actions.release_b(by=house.discipline, draw=draw, xb=make.key_b(house, 1), now=make.HELD)
    drawn = {one.commitment: one.team for one in queries.visits_of(draw)}
    assert ill not in drawn[visit.commitment]
    assert len(drawn[visit.commitment]) == 2
    assert make.body_of(draw, "round_causes")["approver"] == "unit_head"

    own = create_user(house.organisation, "unit_head", unit=leader.unit)
    head.grants.update(revoked_at=make.HELD)
    leader.user = own
    leader.save()
    about_him = make.ask(
        house,
        draw,
        "absent",
        inspector=draw.snapshot_inspectors.get(inspector=leader).commitment,
        why="LEAVE",
    )
    for other in (own, elsewhere):
        with pytest.raises(NotAllowed):
            actions.decide_replacement(by=other, request=about_him, approve=True)
    assert actions.decide_replacement(by=house.head, request=about_him, approve=True).state == "approved"


# -- 信阳 ----------------------------------------------------------------------------------------------------


def test_xy_s01_two_persons():
    house = make.create_house("xinyang-2023")
    administrator = create_user(house.organisation, "sysadmin", "operator")
    both = create_user(house.organisation, "sysadmin", "discipline")
    draw = make.prepare(house, kind="R", by=administrator, discipline=both)
    make.seat_people(house, draw)
    actions.deposit_chain_b(by=both, draw=draw, tip="a" * 64)
    actions.announce(by=administrator, draw=draw, now=make.ANNOUNCED)
    desk = signed_in(administrator)
    page = words(desk.get(f"/desk/draws/{draw.number}/console/"))
    assert "纪检监督员没有用自己的账号确认在场" in page
    assert 'type="button" disabled' in page
    assert desk.post(f"/desk/draws/{draw.number}/console/freeze/").status_code == 409
    actions.confirm_presence(by=both, draw=draw, role="discipline", now=make.ANNOUNCED)
    with pytest.raises(RuleBroken, match="须由另一个人确认"):
        actions.confirm_presence(by=both, draw=draw, role="system_admin", now=make.ANNOUNCED)
    page = words(desk.get(f"/desk/draws/{draw.number}/console/"))
    assert "系统管理员没有用自己的账号确认在场" in page
    assert Draw.objects.get(pk=draw.pk).state == "announced"


def test_xy_s02_quarter_end_update():
    house = make.create_house("xinyang-2023")
    RegisterReview.objects.filter(organisation=house.organisation).delete()
    brigades = [unit for unit in house.bureau.units if unit.body == "brigades"]
    late = brigades[1]
    for unit in house.bureau.units:
        if unit != late:
            registry.record_review(
                by=house.bureau.planner, organisation=house.organisation, period="2026Q3", on=plan.TODAY, unit=unit,
                added=2, closed=1, material=f"{unit.name}三季度清单",
            )  # fmt: skip
    draw = make.prepare(house, scheduled_at=IN_WINDOW)
    make.seat_people(house, draw)
    with pytest.raises(OutOfOrder, match=f"还缺{late.name}（XY-2.5）"):
        actions.announce(by=house.operator, draw=draw, short_notice="季初", now=IN_WINDOW)
    registry.record_review(
        by=house.bureau.planner, organisation=house.organisation, period="2026Q3", on=plan.TODAY, unit=late,
        material="无新增、无关停、无取缔",
    )  # fmt: skip
    actions.announce(by=house.operator, draw=draw, short_notice="季初", now=IN_WINDOW)
    assert Draw.objects.get(pk=draw.pk).state == "announced"


# -- 衢州 ----------------------------------------------------------------------------------------------------


def words_at(client, paths, secret):
    """What the pages say; none of them may say a secret word."""
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        said = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert [word for word in secret if word in said] == [], path
        yield said


def test_qz_s02_masking():
    house = make.create_house("quzhou-2017")
    draw, devices = make.frozen(house, kind="R", seats={"sealed": 2})
    journalist = devices[1]
    assert journalist.seat.role == "media"
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    phone = seated(draw, actions.reissue_code(by=house.discipline, draw=draw, seat=journalist.seat))
    secret = [
        word
        for row in draw.snapshot_targets.select_related("target")
        for word in (row.name, row.uid, row.target.address)
        if word
    ]
    live, desk = f"/draw/{draw.number}/", f"/desk/draws/{draw.number}/"
    frames = scenes.frames_of(chained(draw))
    screens = [f"{live}?mode=screen&at={frame.seq}&scene={frame.scene}" for frame in frames]
    own = [f"{desk}{page}" for page in ("", "console/", "counts/export/?format=csv", "names/")]
    files = [f"{live}events", f"{live}transcript.json"]
    shown = "".join(words_at(phone, [live, f"{live}seat/", *files, *screens], secret))
    shown_to_host = "".join(words_at(signed_in(house.operator), [live, *files, *screens, *own], secret))
    codes = [one.code for one in queries.visits_of(draw)]
    assert [code for code in codes if code not in shown or code not in shown_to_host] == []
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw, now=make.HELD)
    draw.refresh_from_db()
    page = words(signed_in(house.operator).get(f"{desk}names/"))
    assert [word for word in secret if word in page] == []
    chosen = [queries.visits_of(draw)[0].commitment]
    stranger = create_user(house.organisation, "planner")
    assert not can_unmask(stranger, draw)
    with pytest.raises(NotAllowed):
        actions.unmask(by=stranger, draw=draw, commitments=chosen, why="OVERSIGHT")
    seen = actions.unmask(by=house.operator, draw=draw, commitments=chosen, why="OVERSIGHT")
    assert seen
    assert make.types_of(draw)[-1] == "unmask"


def test_qz_s04_recusal_by_swap():
    house = make.create_house("quzhou-2017")
    people = [person for unit in house.bureau.units for person in plan.headcount(house.bureau, unit)]
    targets = list(Target.objects.filter(organisation=house.organisation).order_by("pk"))
    ConflictOfInterest.objects.bulk_create(
        ConflictOfInterest(
            organisation=house.organisation, inspector=people[at % len(people)], target=target, relation="KIN",
            since=date(2026, 1, 1), evidence="申报表", declared_by=house.discipline,
        )
        for at, target in enumerate(targets)
    )  # fmt: skip
    draw, _ = make.signed(house, kind="R")
    visit = queries.visits_of(draw)[0]
    a = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    asked = make.ask(house, draw, "swap", target=visit.commitment, inspector=a)
    barred = set(RecusalRow.objects.filter(draw=draw).values_list("row", flat=True))
    assert barred
    standing = queries.state_of(draw).standing
    possible = swaps.people_of(draw, asked) - {a}
    assert possible
    assert not any((visit.commitment, i) in standing.barred for i in possible)
    make.replace(house, draw, [asked])
    (swap,) = make.body_of(draw, "round_result")["swaps"]
    assert swap["i2"] in possible
    after = queries.state_of(draw).standing
    assert (swap["t2"], a) not in standing.barred
    assert swap["i2"] in after.visits[visit.commitment].team
    assert a in after.visits[swap["t2"]].team
    assert {len(after.visits[t].team) for t in (visit.commitment, swap["t2"])} == {2}
    decided = Entry.objects.filter(act="draws.decide_replacement").latest("seq")
    assert decided.actor_name == house.head.name

    one = after.visits[visit.commitment]
    actions.note_started(draw=draw, commitments=[t for t in after.visits if t != one.t], on=make.ON)
    alone = make.ask(house, draw, "swap", target=one.t, inspector=swap["i2"])
    assert swaps.people_of(draw, alone) == {swap["i2"]}
    make.replace(house, draw, [alone])
    (none,) = make.body_of(draw, "round_result")["swaps"]
    assert none["level"] < 0
    last = queries.state_of(draw).standing.visits[one.t].team
    assert swap["i2"] not in last
    assert len(last) == 2


def test_qz_s05_waiver():
    office = office_of.create_office("quzhou-2017")
    stratum = office.draw.strata.get()
    target = office_of.create_company(office)
    visit = create_visit(
        office.bureau, office.draw, target, office.team, office.items, strata=[stratum.stratum]
    )
    Drawn.objects.create(
        organisation=office.organisation, period="2026Q4", line=stratum.line, unit=stratum.unit, target=target,
        draw_number=office.draw.number, drawn_on=plan.TODAY,
    )  # fmt: skip
    campaign = PriorInspection.objects.create(
        target=visit.target, level="own", on=date(2026, 10, 20), source="专项检查 2026-3", problem_found=True, counted=False
    )  # fmt: skip
    before = visits_this_year([visit.target_id], 2026, date(2026, 12, 31))
    chief = signed_in(office.head)
    path = f"/desk/tasks/{visit.pk}/waive/"
    chief.post(path, {"activity": "campaign", "prior": "", "reason": "刚查过"})
    visit.refresh_from_db()
    assert visit.state == "assigned"
    other = office_of.create_company(office, "青禾另一家化工厂", uscc="")
    foreign = PriorInspection.objects.create(
        target=other, level="own", on=date(2026, 10, 20), source="专项检查"
    )
    with pytest.raises(WaiverRefused):
        inspections.waive(by=office.head, visit=visit, activity="campaign", prior=foreign, reason="刚查过")
    chief.post(path, {"activity": "campaign", "prior": campaign.pk, "reason": "刚查过"})
    visit.refresh_from_db()
    assert (visit.state, visit.waived_for) == ("waived", campaign)
    assert Drawn.objects.standing().filter(target=visit.target, period="2026Q4").count() == 1
    assert visits_this_year([visit.target_id], 2026, date(2026, 12, 31)) == before == {}
    made = office_of.publish(office, visit)
    assert (
        made.record["sentence"]
        == "2026年10月20日检查，由专项执法检查代替，发现问题，另行处理，本次不再现场检查。"
    )
    assert visit.number not in (prior.source for prior in visit.target.inspections.all())


# -- 内蒙古：公示以后 ----------------------------------------------------------------------------------------


def test_nm_s10_penalty_after_publication(client):
    office = office_of.create_office("neimenggu-2024")
    visit = office_of.create_visit(office, outcome="case_filed")
    case = office_of.order_correction(visit, due_on=date(2026, 12, 31), kind="case")
    first = office_of.publish(office, visit)
    assert (first.record["outcome"]["name"], first.record["status"]) == (
        "发现违法行为已立案调查",
        "已立案（调查中）",
    )
    inspections.close_followup(
        by=office.reviewer, followup=case, on=date(2026, 11, 25), note="行政处罚决定书 青环罚〔2026〕7号", now=office_of.at(date(2026, 11, 25))
    )  # fmt: skip
    desk = signed_in(office.publisher)
    assert first.number in words(desk.get("/desk/publish/corrections/"))
    task = DisclosureTask.objects.get(visit=visit)
    disclosure.correct(by=office.publisher, task=task, reason="案件已作出处罚决定")
    assert task.state == "proposed"
    second = office_of.publish_task(office, task, on=date(2026, 11, 27))
    assert (second.number, second.version, second.record["previous_sha256"]) == (
        first.number,
        2,
        first.sha256,
    )
    assert second.record["status"] == "案件已办结"
    assert Publication.objects.get(pk=first.pk).record == first.record
    page = words(client.get(f"/open/results/{first.number}/"))
    assert "案件已作出处罚决定" in page
    assert "2026-11-17" in page
    TeamMember.objects.filter(visit=visit).update(joined_at=office_of.at(date(2026, 10, 14)))
    told = {}
    for day in ("2026-10-20", "2026-11-20", "2026-11-25"):
        given = {"who": office.team[0].pk, "on": day, "print": "1"}
        told[day] = words(signed_in(office.bureau.planner).get("/desk/performance/state/", given))
    assert "待检查" in told["2026-10-20"]
    assert "立案调查，办理中" in told["2026-11-20"]
    assert "青环罚〔2026〕7号" not in told["2026-11-20"]
    assert "青环罚〔2026〕7号" in told["2026-11-25"]
