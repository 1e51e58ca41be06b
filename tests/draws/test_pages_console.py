"""The host's console and the desk: one step at a time, once, by the right person."""

import re

import pytest

from draws import actions
from draws.models import Draw, Seat
from tests.draws import factories as make
from tests.draws.pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(
        "django.utils.timezone.localdate",
        lambda value=None, tz=None: make.ON if value is None else _date(value),
    )


def _date(value):
    from django.utils import timezone

    return timezone.localtime(value).date()


def test_a_draw_is_set_up_by_the_form(house, today):
    staff = signed_in(house.operator)
    page = words(staff.get("/desk/draws/new/"))
    assert all(f"take-{quota.pk}" in page for quota in house.quotas)
    given = {
        "kind": "F", "scheduled_at": "2026-10-13T09:30", "place": "二楼会议室", "discipline": house.discipline.pk, "team_size": 2,
        **{f"take-{quota.pk}": "on" for quota in house.quotas},
    }  # fmt: skip
    answer = staff.post("/desk/draws/new/?period=2026Q4", given)
    draw = Draw.objects.get()
    assert answer["Location"] == f"/desk/draws/{draw.number}/"
    assert draw.strata.count() == len(house.quotas)
    assert draw.discipline == house.discipline


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(house):
    staff = signed_in(house.operator)
    answer = staff.post(
        "/desk/draws/new/?period=2026Q4", {"kind": "F", "place": "二楼会议室", "team_size": 2}
    )
    assert answer.status_code == 422
    said = words(answer)
    assert "至少选一条已确认的配额" in said
    assert "请填写抽取会的时间" in said
    assert "二楼会议室" in said
    assert Draw.objects.count() == 0


def test_a_period_that_is_none_is_404_and_one_without_quotas_says_so(house):
    staff = signed_in(house.operator)
    assert staff.get("/desk/draws/new/?period=2026Q9").status_code == 404
    assert "没有已确认的配额" in words(staff.get("/desk/draws/new/?period=2026Q1"))


def test_a_seat_code_is_shown_once_and_nowhere_again(house):
    draw = make.prepare(house)
    staff = signed_in(house.operator)
    given = {"role": "enterprise", "title": "", "holder": "林工", "method": "sealed", "user": ""}
    sheet = words(staff.post(f"/desk/draws/{draw.number}/seats/add/", given))
    code = re.search(r'class="slipcard__c"[^>]*>([A-Z0-9]{6})<', sheet).group(1)
    assert draw.seats.get().title == "企业代表"
    for path in (
        f"/desk/draws/{draw.number}/seats/",
        f"/desk/draws/{draw.number}/",
        f"/desk/draws/{draw.number}/console/",
    ):
        assert code not in words(staff.get(path))


def test_announcing_twice_is_refused_with_409(house):
    draw = make.prepare(house)
    staff = signed_in(house.operator)
    path = f"/desk/draws/{draw.number}/announce/"
    short = staff.post(path, {"head_seq": 0})
    assert short.status_code == 409
    assert "不足 1 个工作日" in words(short)
    assert staff.post(path, {"head_seq": 0, "short_notice": "上级要求"}).status_code == 302
    again = staff.post(path, {"head_seq": 0, "short_notice": "上级要求"})
    assert again.status_code == 409
    assert "又往前走了一步" in words(again)
    draw.refresh_from_db()
    assert draw.head_seq == 1


def test_a_double_click_on_the_freeze_freezes_once(house, today):
    draw = make.prepare(house)
    make.ready(house, draw)
    staff = signed_in(house.operator)
    path = f"/desk/draws/{draw.number}/console/freeze/"
    assert staff.post(path, {"head_seq": 1}).status_code == 302
    draw.refresh_from_db()
    fingerprint = draw.freeze_hash
    for given in ({"head_seq": 1}, {}):
        assert staff.post(path, given).status_code == 409
    draw.refresh_from_db()
    assert draw.freeze_hash == fingerprint
    assert draw.events.filter(type="freeze").count() == 1


def test_the_console_lists_what_is_missing_and_keeps_the_button_shut(house, today):
    draw = make.prepare(house)
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    said = words(signed_in(house.operator).get(f"/desk/draws/{draw.number}/console/"))
    assert "乙方密钥链还没有交存" in said
    assert re.search(r"<button[^>]*disabled[^>]*>.*?冻结名单", said, re.S)


def test_the_discipline_officer_cannot_operate_the_console(house):
    draw, _ = make.frozen(house)
    officer = signed_in(house.discipline)
    assert "只能看" in words(officer.get(f"/desk/draws/{draw.number}/console/"))
    answer = officer.post(f"/desk/draws/{draw.number}/console/speak/", {"seat": "D1", "digits": "1" * 20})
    assert answer.status_code == 403


def opened(house):
    draw, devices = make.frozen(house)
    for device in devices[:2]:
        device.seal(draw)
    for device in devices[:2]:
        device.open()
    return draw


def test_a_throw_is_read_back_by_another_person_before_it_counts(house):
    draw = opened(house)
    staff, officer = signed_in(house.operator), signed_in(house.discipline)
    dice = "40719938215560273948"
    assert (
        staff.post(
            f"/desk/draws/{draw.number}/console/speak/", {"seat": "D1", "digits": "407 19938215560273948"}
        ).status_code
        == 302
    )
    assert not draw.events.filter(type="open", content__contains='"seat":"D1"').exists()
    oversight = f"/draw/{draw.number}/oversight/confirm/"
    assert signed_in(house.operator).post(oversight, {"seat": "D1", "digits": dice}).status_code == 403
    assert officer.post(oversight, {"seat": "D1", "digits": ""}).status_code == 409
    differs = officer.post(oversight, {"seat": "D1", "digits": dice[:-1] + "0"})
    assert differs.status_code == 409
    assert "不一致" in words(differs)
    assert officer.post(oversight, {"seat": "D1", "digits": dice}).status_code == 302
    draw.refresh_from_db()
    assert draw.state == Draw.State.RESULT
    assert officer.post(oversight, {"seat": "D1", "digits": dice}).status_code == 409
    assert draw.events.filter(type="result").count() == 1


def test_dice_before_the_sealed_seats_have_opened_are_refused(house):
    draw, devices = make.frozen(house)
    for device in devices[:2]:
        device.seal(draw)
    answer = signed_in(house.operator).post(
        f"/desk/draws/{draw.number}/console/speak/", {"seat": "D1", "digits": "1" * 20}
    )
    assert answer.status_code == 409
    assert Seat.objects.get(draw=draw, seat="D1").spoken_digits == ""


def test_the_record_is_sealed_when_everybody_has_signed(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    staff, officer = signed_in(house.operator), signed_in(house.discipline)
    seal = f"/desk/draws/{draw.number}/console/seal/"
    early = staff.post(seal, {"head_seq": draw.head_seq})
    assert early.status_code == 409
    unsigned = staff.post(f"/desk/draws/{draw.number}/console/sign/", {"opinion": "agree"})
    assert unsigned.status_code == 422
    staff.post(f"/desk/draws/{draw.number}/console/sign/", {"opinion": "agree", "signature_typed": "沈主持"})
    officer.post(f"/draw/{draw.number}/oversight/sign/", {"opinion": "agree", "signature_typed": "纪明"})
    for device in devices[:2]:
        note = officer.post(
            f"/draw/{draw.number}/oversight/note/", {"seat": device.seat.seat, "reason": "提前离席"}
        )
        assert note.status_code == 302
    draw.refresh_from_db()
    assert staff.post(seal, {"head_seq": draw.head_seq}).status_code == 302
    draw.refresh_from_db()
    assert draw.state == Draw.State.SIGNED


def test_to_void_needs_the_second_persons_own_password(house):
    draw, _ = make.frozen(house)
    staff = signed_in(house.operator)
    path = f"/desk/draws/{draw.number}/console/void/"
    given = {
        "why": "ERROR",
        "text": "投影断电",
        "username": house.discipline.username,
        "password": "wrong",
        "head_seq": draw.head_seq,
    }
    wrong = staff.post(path, given)
    assert wrong.status_code == 422
    assert "wrong" not in words(wrong)
    himself = staff.post(path, {**given, "username": house.operator.username, "password": "mingchou-2026"})
    assert himself.status_code == 403
    draw.refresh_from_db()
    assert draw.state == Draw.State.FROZEN
    assert staff.post(path, {**given, "password": "mingchou-2026"}).status_code == 302
    draw.refresh_from_db()
    assert draw.state == Draw.State.VOID
    assert "投影断电" in words(staff.get(f"/draw/{draw.number}/"))
    assert f"retries={draw.number}" in words(staff.get(f"/desk/draws/{draw.number}/"))


def test_a_rehearsal_copies_the_quotas_and_is_marked_everywhere(house):
    draw = make.prepare(house)
    staff = signed_in(house.operator)
    staff.post(f"/desk/draws/{draw.number}/rehearse/")
    rehearsal = Draw.objects.get(kind="R")
    assert rehearsal.strata.count() == draw.strata.count()
    make.ready(house, rehearsal)
    actions.freeze(by=house.operator, draw=rehearsal, on=make.ON, now=make.HELD)
    for path in (f"/draw/{rehearsal.number}/", f"/draw/{rehearsal.number}/?mode=screen"):
        said = words(staff.get(path))
        assert 'class="screen__mark"' in said
        assert "演练" in said


def test_the_minutes_are_made_outside_the_request_and_can_be_fetched(
    house, django_capture_on_commit_callbacks
):
    draw, _ = make.signed(house)
    staff = signed_in(house.operator)
    assert staff.get(f"/draw/{draw.number}/minutes.pdf").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert staff.post(f"/desk/draws/{draw.number}/minutes/").status_code == 302
    part = words(staff.get(f"/desk/draws/{draw.number}/minutes/state/"))
    if "抽取记录单（PDF）" in part:
        assert staff.get(f"/draw/{draw.number}/minutes.pdf")["Content-Type"] == "application/pdf"
    else:
        assert "没有生成" in part or "暂不能生成" in part
