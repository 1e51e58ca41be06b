"""Each step once, in order, by the right person; what is refused leaves a trace and changes nothing."""

import pytest

from draws import actions, queries
from draws.models import Draw, RefusedAct
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from tests.draws import factories as make
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def refuses(held: Draw, action, match: str, /, **given) -> None:
    """The action raises with the reason, the chain stands still, the refusal is on record and in the ledger."""
    before = (Draw.objects.get(pk=held.pk).head, RefusedAct.objects.count())
    with pytest.raises(RuleBroken, match=match):
        action(**given)
    held.refresh_from_db()
    assert held.head == before[0]
    assert RefusedAct.objects.count() == before[1] + 1
    refused = RefusedAct.objects.latest("pk")
    assert refused.draw_id == held.pk
    assert refused.reason
    assert Entry.objects.in_order().last().act == f"{refused.act}.refused"


def steps(house, draw, device) -> list[tuple]:
    """(action, arguments) of every step after the preparation."""
    return [
        (actions.freeze, {"by": house.operator, "draw": draw, "on": make.ON}),
        (actions.spotcheck, {"by": house.discipline, "draw": draw, "commitments": ["0" * 64]}),
        (actions.print_sealed_copy, {"by": house.discipline, "draw": draw}),
        (actions.slip, {"seat": device.seat, "commit": "0" * 64}),
        (actions.open_slip, {"seat": device.seat, "digits": "123456", "nonce": "0" * 32}),
        (actions.retry, {"by": house.discipline, "draw": draw}),
        (actions.sign, {"seat": device.seat, "opinion": "agree", "signature": "签名"}),
        (actions.seal, {"by": house.operator, "draw": draw}),
        (
            actions.request_replacement,
            {"by": house.operator, "draw": draw, "kind": "void", "why": "X", "reason": "无"},
        ),
        (actions.start_round, {"by": house.operator, "draw": draw, "requests": []}),
        (actions.unmask, {"by": house.operator, "draw": draw, "commitments": ["0" * 64], "why": "DISPATCH"}),
        (actions.open_names, {"by": house.operator, "draw": draw, "commitments": ["0" * 64], "to": "public"}),
        (
            actions.void,
            {"by": house.operator, "draw": draw, "why": "OTHER", "text": "无", "second": house.discipline},
        ),
        (actions.close, {"by": house.operator, "draw": draw}),
    ]


def test_no_step_comes_before_the_announcement(house):
    draw = make.prepare(house)
    (device, *_) = make.seat_people(house, draw)
    for action, given in steps(house, draw, device):
        refuses(draw, action, "现在是“准备中”", **given)
    assert draw.head_seq == 0


def test_no_step_of_the_preparation_comes_after_the_freeze(house):
    draw, (device, *_) = make.frozen(house)
    refuses(draw, actions.announce, "现在是“名单已冻结”", by=house.operator, draw=draw)
    refuses(draw, actions.freeze, "现在是“名单已冻结”", by=house.operator, draw=draw, on=make.ON)
    refuses(draw, actions.deposit_chain_b, "现在是", by=house.discipline, draw=draw, tip="0" * 64)
    refuses(
        draw,
        actions.add_seat,
        "现在是",
        by=house.operator,
        draw=draw,
        seat="S9",
        role="media",
        title="迟到",
        method="sealed",
    )
    refuses(draw, actions.remove_seat, "现在是", by=house.operator, draw=draw, seat=device.seat)
    refuses(draw, actions.revise, "现在是", by=house.operator, draw=draw, place="别处")


def test_a_slip_is_handed_in_once_and_opened_once(house):
    draw, (first, second, dice) = make.frozen(house)
    first.seal(draw)
    refuses(draw, actions.slip, "已经交过", seat=first.seat, commit="1" * 64)
    refuses(
        draw, actions.open_slip, "要在“封签已收齐”", seat=first.seat, digits=first.digits, nonce=first.nonce
    )
    refuses(
        draw, actions.speak, "还没有锁定", by=house.operator, seat=dice.seat, digits="40719938215560273948"
    )
    second.seal(draw)
    refuses(draw, actions.open_slip, "与封签不符", seat=first.seat, digits="9" * 20, nonce=first.nonce)
    refuses(draw, actions.speak, "要先公开", by=house.operator, seat=dice.seat, digits="40719938215560273948")
    first.open()
    refuses(draw, actions.open_slip, "已经公开过", seat=first.seat, digits=first.digits, nonce=first.nonce)
    second.open()
    refuses(draw, actions.slip, "现在是“封签已收齐”", seat=dice.seat, commit="1" * 64)
    make.throw(house, draw, [dice])
    draw.refresh_from_db()
    assert draw.state == Draw.State.RESULT
    assert make.types_of(draw) == [
        "announce", "freeze", "slip", "slip", "lock", "open", "open", "open", "reveal", "result",
    ]  # fmt: skip


def test_thrown_digits_need_a_second_person_who_reads_them_back(house):
    draw, (first, second, dice) = make.frozen(house)
    for device in (first, second):
        device.seal(draw)
    for device in (first, second):
        device.open()
    refuses(draw, actions.confirm_spoken, "还没有记录", by=house.discipline, seat_spoken=dice.seat)
    refuses(
        draw, actions.speak, "抽取组织员", by=house.discipline, seat=dice.seat, digits="40719938215560273948"
    )
    actions.speak(by=house.operator, seat=dice.seat, digits="40719938215560273948")
    refuses(draw, actions.confirm_spoken, "由本次的纪检监督员", by=house.operator, seat_spoken=dice.seat)
    refuses(
        draw,
        actions.confirm_spoken,
        "不一致",
        by=house.discipline,
        seat_spoken=dice.seat,
        digits="40719938215560273949",
    )
    actions.confirm_spoken(seat=first.seat, seat_spoken=dice.seat, digits="40719938215560273948")
    draw.refresh_from_db()
    assert draw.state == Draw.State.RESULT


@pytest.mark.parametrize("role", ["planner", "discipline", "sysadmin", "auditor", "unit_head", "inspector"])
def test_only_an_operator_of_the_bureau_operates(house, role):
    draw = make.prepare(house)
    make.ready(house, draw)
    stranger = create_user(house.organisation, role)
    refuses(draw, actions.freeze, "须由抽取组织员办理", by=stranger, draw=draw, on=make.ON)
    neighbour = create_user(create_organisation(), "operator")
    refuses(draw, actions.freeze, "不能改动", by=neighbour, draw=draw, on=make.ON)


def test_only_the_discipline_officer_of_this_draw_supervises(house):
    draw = make.prepare(house)
    other = create_user(house.organisation, "discipline")
    for person in (house.operator, other):
        refuses(draw, actions.deposit_chain_b, "由本次的纪检监督员", by=person, draw=draw, tip="0" * 64)
    refuses(draw, actions.confirm_presence, "由本次的纪检监督员", by=other, draw=draw, role="discipline")


def test_one_person_cannot_be_present_twice(house):
    draw = make.prepare(house, discipline=None)
    refuses(draw, actions.confirm_presence, "不能监督|须由", by=house.operator, draw=draw, role="unit_head")


def test_the_operator_is_never_the_discipline_officer(house):
    with pytest.raises(RuleBroken, match="必须是两个人"):
        make.prepare(house, discipline=house.operator)
    with pytest.raises(RuleBroken, match="不是本局的纪检监督员"):
        make.prepare(house, discipline=house.second_operator)


def test_a_void_draw_needs_two_people_and_words(house):
    draw, _ = make.frozen(house)
    refuses(
        draw, actions.void, "两个人签字", by=house.operator, draw=draw, why="OTHER", text="停电", second=None
    )
    refuses(
        draw,
        actions.void,
        "须由另一人",
        by=house.operator,
        draw=draw,
        why="OTHER",
        text="停电",
        second=house.operator,
    )
    refuses(
        draw,
        actions.void,
        "纪检监督员",
        by=house.operator,
        draw=draw,
        why="OTHER",
        text="停电",
        second=house.head,
    )
    refuses(
        draw,
        actions.void,
        "写明原因",
        by=house.operator,
        draw=draw,
        why="OTHER",
        text=" ",
        second=house.discipline,
    )


def test_everybody_present_signs_before_the_draw_is_sealed(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    refuses(draw, actions.seal, "还没有签字", by=house.operator, draw=draw)
    actions.sign(by=house.operator, draw=draw, opinion="agree", signature="沈主持")
    refuses(
        draw,
        actions.sign,
        "已经签过字",
        by=house.operator,
        draw=draw,
        opinion="object",
        statement="改",
        signature="沈",
    )
    refuses(
        draw,
        actions.sign,
        "没有在本次抽取中确认在场",
        by=house.head,
        draw=draw,
        opinion="agree",
        signature="周",
    )
    actions.sign(by=house.discipline, draw=draw, opinion="agree", signature="纪明")
    refuses(draw, actions.sign, "写明异议内容", seat=devices[0].seat, opinion="object", signature="席")
    actions.sign(seat=devices[0].seat, opinion="object", statement="骰子有一枚落地后重掷。", signature="席")
    refuses(draw, actions.sign, "没有入席", seat=devices[2].seat, opinion="agree", signature="骰")
    actions.note_unsigned(by=house.discipline, draw=draw, seat=devices[1].seat, why="提前离席")
    actions.seal(by=house.operator, draw=draw)
    refs = make.body_of(draw, "sign")["by"]
    assert [ref["role"] for ref in refs] == ["operator", "discipline", "discipline", "media"]
    assert len({ref["ref"] for ref in refs}) == 4


def test_a_second_console_resumes_from_the_log_and_cannot_repeat_a_step(house):
    draw, devices = make.frozen(house)
    seen = Draw.objects.get(pk=draw.pk)
    devices[0].seal(draw)
    actions.resume(draw=seen, by=house.second_operator)
    assert seen.head_seq == 3
    refuses(draw, actions.freeze, "现在是", by=house.second_operator, draw=seen, on=make.ON)
    devices[1].seal(draw)
    assert queries.state_of(Draw.objects.get(pk=draw.pk)).log.locked


def test_a_seat_code_works_once_and_guessing_is_stopped(house):
    draw = make.prepare(house)
    _, code = actions.add_seat(
        by=house.operator, draw=draw, seat="S1", role="media", title="媒体", method="sealed"
    )
    assert len(code) == 6
    seat, token = actions.join(number=draw.number, code=f" {code.lower()} ")
    assert queries.seat_of_device(draw, token) == seat
    assert queries.seat_of_device(draw, token + "x") is None
    with pytest.raises(NotAllowed, match="已经用过"):
        actions.join(number=draw.number, code=code)
    for _ in range(9):
        with pytest.raises(NotAllowed):
            actions.join(number=draw.number, code="AAAAAA")
    fresh = actions.reissue_code(by=house.operator, draw=draw, seat=seat)
    assert queries.seat_of_device(draw, token) is None
    with pytest.raises(NotAllowed, match="连续输错"):
        actions.join(number=draw.number, code=fresh)


def test_after_the_freeze_only_the_discipline_officer_gives_a_new_code(house):
    draw, devices = make.frozen(house)
    refuses(draw, actions.reissue_code, "纪检监督员", by=house.operator, draw=draw, seat=devices[0].seat)
    assert actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat)


def test_the_freeze_names_everything_that_is_missing(house):
    draw = make.prepare(house)
    actions.add_seat(by=house.operator, draw=draw, seat="S1", role="media", title="媒体代表", method="sealed")
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    with pytest.raises(OutOfOrder) as refused:
        actions.freeze(by=house.operator, draw=draw, on=make.ON)
    for words in ("媒体代表 没有入席", "乙方密钥链还没有交存", "纪检监督员没有用自己的账号确认在场"):
        assert words in refused.value.message
