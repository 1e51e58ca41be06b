"""The preparation's pages: the task list, each task's own page, who may press what, exports."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from draws import actions
from draws.models import ConflictOfInterest, Draw, FeasibilityRun, Seat
from personnel.models import Absence, Inspector
from registry.models import Target
from tests.draws import factories as make
from tests.draws.pages import signed_in, words
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db
PAGES = (
    "",
    "arrange/",
    "counts/",
    "pool/",
    "roster/",
    "conflicts/",
    "seats/",
    "feasibility/",
    "announcement/",
    "confirm/",
    "withdraw/",
)
EXPORTS = ("counts/export/", "pool/export/", "roster/export/")
TASKS = (
    "期次与名额", "冻结数与上期", "排除与放回", "检查人员与证件", "利害关系", "席位与席位码", "可行性试抽", "演练", "公告", "纪检确认",
    "在场确认", "乙方密钥", "冻结名单",
)  # fmt: skip


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.prepare(house)


@pytest.fixture
def staff(house):
    return signed_in(house.operator)


def home(draw: Draw, page: str = "") -> str:
    return f"/desk/draws/{draw.number}/{page}"


def file_words(answer) -> str:
    return b"".join(answer.streaming_content).decode("utf-8", "ignore")


def test_the_list_names_every_task_in_the_order_of_the_work(draw, staff):
    page = words(staff.get(home(draw)))
    at = [page.index(f">{task}") for task in TASKS]
    assert at == sorted(at)
    assert "没有试过" in page
    assert "还没有席位" in page


def test_every_page_opens_before_and_after_the_freeze_and_is_closed_to_others(house, draw, staff):
    elsewhere = signed_in(create_user(create_organisation(), "operator"))
    clerk = signed_in(create_user(house.organisation, "publisher"))
    frozen, _ = make.frozen(house, kind="R")
    for path in PAGES:
        assert staff.get(home(draw, path)).status_code == 200, path
        assert elsewhere.get(home(draw, path)).status_code == 404, path
        assert clerk.get(home(draw, path)).status_code == 403, path
        assert staff.get(home(frozen, path)).status_code == 200, path


def test_the_lists_can_be_taken_along(draw, staff):
    for path in EXPORTS:
        assert "xlsx" in staff.get(home(draw, path)).headers["Content-Disposition"], path
        answer = staff.get(home(draw, path) + "?format=csv")
        assert answer.status_code == 200
        assert file_words(answer).count(",") >= 5, path


# -- arrangement ------------------------------------------------------------------------------------------


def arranged(house, **changed) -> dict:
    given = {
        "scheduled_at": "2026-10-14T09:00",
        "place": "三楼",
        "team_size": 2,
        "discipline": house.discipline.pk,
    }
    return {**given, **{f"take-{quota.pk}": "on" for quota in house.quotas}, **changed}


def test_lines_time_and_lottery_can_change_until_the_announcement(house, draw, staff):
    assert words(staff.get(home(draw, "arrange/"))).count("checked") >= len(house.quotas)
    first = house.quotas[0].pk
    given = arranged(house, pub_source="cn.ssq", pub_issue="2026120", pub_expected_at="2026-10-14T21:15")
    given |= {f"extra-{first}": 1, f"why-{first}": "群众反映集中"}
    assert staff.post(home(draw, "revise/"), given)["Location"] == home(draw, "arrange/")
    draw.refresh_from_db()
    assert (draw.place, draw.pub_issue, draw.strata.get(quota=first).extra) == ("三楼", "2026120", 1)
    assert draw.pub_expected_at > draw.scheduled_at
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    assert staff.post(home(draw, "revise/"), arranged(house)).status_code == 409
    assert "要在“准备中”时才能修改安排" in words(staff.get(home(draw, "arrange/")))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"pub_source": "cn.ssq", "pub_issue": "2026120", "pub_expected_at": "2026-10-14T08:00"},
            "开奖要在抽取会之后",
        ),
        ({"pub_source": "cn.ssq", "pub_issue": "2026120"}, "约定彩票要写明预计开奖时间"),
        ({"pub_source": "cn.ssq", "pub_issue": "第120期"}, "期号是 4 至 12 位数字"),
        ({"place": ""}, "请填写地点"),
    ],
)
def test_a_wrong_arrangement_is_refused_at_its_field(house, draw, staff, changed, says):
    answer = staff.post(home(draw, "revise/"), arranged(house, **changed))
    assert answer.status_code == 422
    assert says in words(answer)


# -- exclusions -------------------------------------------------------------------------------------------


def test_an_exclusion_walks_from_form_to_two_signatures(house, draw, staff):
    target = Target.objects.of(house.organisation).first()
    given = {"kind": "exclude", "uid": target.uid, "reason": "立案调查中", "evidence": "立案〔2026〕7号"}
    wrong = staff.post(home(draw, "pool/ask/"), {**given, "uid": "没有"})
    assert wrong.status_code == 422
    assert "名录里没有编号" in words(wrong)
    assert staff.post(home(draw, "pool/ask/"), given).status_code == 302
    change = draw.pool_changes.get()
    assert "1 份待办" in words(staff.get(home(draw)))
    assert staff.post(home(draw, f"pool/{change.pk}/approve/")).status_code == 403
    assert "批准这份申请" not in words(staff.get(home(draw, "pool/")))
    head, officer = signed_in(house.head), signed_in(house.discipline)
    assert "批准这份申请" in words(head.get(home(draw, "pool/")))
    assert head.post(home(draw, f"pool/{change.pk}/approve/")).status_code == 302
    assert officer.post(home(draw, f"pool/{change.pk}/endorse/")).status_code == 302
    assert "已核准" in words(staff.get(home(draw, "pool/")))
    assert "其他经批准的排除 1 家" in words(staff.get(home(draw, "counts/")))


def test_refusing_needs_its_reason(house, draw):
    change = actions.ask_pool_change(
        by=house.operator,
        draw=draw,
        kind="exclude",
        target=Target.objects.of(house.organisation).first(),
        reason="停产",
        evidence="照片",
    )
    head = signed_in(house.head)
    assert head.post(home(draw, f"pool/{change.pk}/refuse/"), {"reason": ""}).status_code == 409
    assert head.post(home(draw, f"pool/{change.pk}/refuse/"), {"reason": "仍在生产"}).status_code == 302
    assert "仍在生产" in words(head.get(home(draw, "pool/")))


# -- roster, conflicts ------------------------------------------------------------------------------------


def test_the_roster_flags_certificates_and_absences_of_the_day(house, draw, staff):
    lapsed, ending, away = Inspector.objects.of(house.organisation).order_by("pk")[:3]
    Inspector.objects.filter(pk=lapsed.pk).update(certificate_valid_until=make.ON - timedelta(days=3))
    Inspector.objects.filter(pk=ending.pk).update(certificate_valid_until=make.ON + timedelta(days=9))
    Absence.objects.create(inspector=away, reason="leave", since=make.ON, until=make.ON)
    page = words(staff.get(home(draw, "roster/")))
    assert "已过期" in page
    assert "30 天内到期" in page
    assert "没有有效执法证" in page
    assert f"请假，{make.ON} 至 {make.ON}" in page
    assert "2 人的证件过期、快到期或没有" in words(staff.get(home(draw)))
    Inspector.objects.of(house.organisation).update(in_post=False)
    assert "人手不足" in words(staff.get(home(draw, "roster/")))


def test_who_has_which_conflict_is_for_the_discipline_officer_only(house, draw, staff):
    person = Inspector.objects.of(house.organisation).first()
    target = Target.objects.of(house.organisation).first()
    Inspector.objects.filter(pk=person.pk).update(name="卫某甲")
    ConflictOfInterest.objects.create(
        organisation=house.organisation, inspector=person, target=target, relation="KIN", since=make.plan.TODAY,
        evidence="申报表12号", declared_by=house.discipline,
    )  # fmt: skip
    officer = signed_in(house.discipline)
    for client, sees in ((officer, True), (staff, False), (signed_in(house.head), False)):
        page = words(client.get(home(draw, "conflicts/")))
        assert ("卫某甲" in page) is sees
        assert ("申报表12号" in page) is sees
        assert "<dd>1<small>对</small></dd>" in page
    assert "申报表12号" in file_words(officer.get("/desk/conflicts/export/?format=csv"))
    assert staff.get("/desk/conflicts/export/").status_code == 403


# -- seats ------------------------------------------------------------------------------------------------


def test_all_codes_come_on_one_sheet_with_a_qr_each_and_a_seat_can_be_changed(house, draw, staff):
    for n in (1, 2):
        actions.add_seat(
            by=house.operator, draw=draw, seat=f"S{n}", role="media", title=f"媒体{n}", method="sealed"
        )
    before = set(Seat.objects.filter(draw=draw).values_list("code_hash", flat=True))
    sheet = staff.post(home(draw, "seats/codes/"))
    assert words(sheet).count("slipcard__c") == 2
    assert words(sheet).count('<figure class="qr') == 2
    assert "no-store" in sheet["Cache-Control"]
    assert before.isdisjoint(Seat.objects.filter(draw=draw).values_list("code_hash", flat=True))
    assert staff.get(home(draw, "seats/codes/"))["Location"] == home(draw, "seats/")
    edit = home(draw, "seats/S1/edit/")
    assert staff.get(edit).status_code == 200
    assert staff.post(edit, {"role": "media", "method": ""}).status_code == 422
    assert (
        staff.post(edit, {"role": "npc", "title": "", "holder": "宋", "method": "sealed"}).status_code == 302
    )
    assert draw.seats.get(seat="S1").title == "人大代表"
    assert signed_in(house.discipline).post(edit, {"role": "npc", "method": "sealed"}).status_code == 403


def test_seats_that_cannot_bring_enough_entropy_say_so(house, draw, staff):
    actions.add_seat(
        by=house.operator, draw=draw, seat="S1", role="discipline", title="纪检", method="sealed"
    )
    assert "至少要有一个本局以外的封签席" in words(staff.get(home(draw, "seats/")))
    assert "熵不够" in words(staff.get(home(draw)))


# -- feasibility ------------------------------------------------------------------------------------------


def test_a_run_starts_on_the_page_shows_progress_and_then_its_report(
    house, draw, staff, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("draws.views.feasibility.timezone.localdate", lambda *given: make.ON)
    with django_capture_on_commit_callbacks() as waiting:
        assert staff.post(home(draw, "feasibility/start/")).status_code == 302
    run = draw.feasibility_runs.get()
    assert "every 1s" in words(staff.get(home(draw, "feasibility/")))
    FeasibilityRun.objects.filter(pk=run.pk).update(done=40)
    assert 'value="40" max="200"' in words(staff.get(home(draw, f"feasibility/{run.pk}/")))
    assert staff.post(home(draw, "feasibility/start/")).status_code == 409
    FeasibilityRun.objects.filter(pk=run.pk).update(seeds=8)
    for send in waiting:
        send()
    page = words(staff.get(home(draw, "feasibility/")))
    assert "<svg" in page
    assert "/ 8 次" in page
    assert "every 1s" not in words(staff.get(home(draw, f"feasibility/{run.pk}/")))
    assert "8 次" in words(staff.get(home(draw)))
    assert staff.get(home(draw, "feasibility/export/")).status_code == 200
    make.seat_people(house, draw)
    assert "安排改过，要重试" in words(staff.get(home(draw)))


# -- announcement, confirmation, withdrawal ---------------------------------------------------------------


def test_the_announcement_shows_what_becomes_public_and_blocks_with_the_remedy(house, staff):
    first, _ = make.signed(house)
    draw = make.prepare(house, pub=("cn.dlt", "26118"), place="二楼")
    page = words(staff.get(home(draw, "announcement/")))
    assert "没有写预计开奖时间" in page
    assert "大乐透第 26118 期" in page
    assert f"{first.number}</a> 第 {first.head_seq} 个事件" in page
    assert staff.post(home(draw, "announce/")).status_code == 409
    Draw.objects.filter(pk=draw.pk).update(pub_expected_at=make.HELD + timedelta(hours=9))
    refused = staff.post(home(draw, "announce/"))
    assert refused.status_code == 409
    assert "不足 1 个工作日" in words(refused)
    assert staff.post(home(draw, "announce/"), {"short_notice": "上级交办"}).status_code == 302
    assert "上级交办" in words(staff.get(home(draw, "announcement/")))


def test_the_discipline_officer_confirms_and_sees_what_changed_since(house, draw, staff):
    assert staff.post(home(draw, "confirm/give/")).status_code == 403
    officer = signed_in(house.discipline)
    assert officer.post(home(draw, "confirm/give/"), {"note": "核对无误"}).status_code == 302
    assert "核对无误" in words(staff.get(home(draw, "confirm/")))
    make.seat_people(house, draw)
    assert "确认之后又改过，要重新确认" in words(officer.get(home(draw, "confirm/")))
    assert "要重新确认" in words(staff.get(home(draw)))


def test_withdrawing_asks_for_the_second_password_and_publishes_the_reason(house, draw, staff):
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    given = {"reason": "停电", "username": house.discipline.username, "password": "错的"}
    wrong = staff.post(home(draw, "withdraw/act/"), given)
    assert wrong.status_code == 422
    assert "账号或密码不对" in words(wrong)
    done = staff.post(home(draw, "withdraw/act/"), {**given, "password": "mingchou-2026"})
    assert done["Location"] == home(draw)
    draw.refresh_from_db()
    assert draw.state == Draw.State.VOID
    assert "停电" in words(Client().get(f"/draw/{draw.number}/"))
    assert "用新编号重抽" in words(staff.get(home(draw)))
    assert "名单已经冻结" in words(staff.get(home(draw, "withdraw/")))


def test_a_date_in_a_form_is_local_time(house, draw, staff):
    staff.post(home(draw, "revise/"), arranged(house))
    draw.refresh_from_db()
    assert draw.scheduled_at == datetime(2026, 10, 14, 9, 0, tzinfo=make.HELD.tzinfo)
