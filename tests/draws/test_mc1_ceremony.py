"""Whole draws made with the forward functions: what the ceremony may do, and that its record verifies."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draws.rules.mc1.entropy import entropy_bits
from draws.rules.mc1.errors import CauseRejected, EntropyBroken, Mc1Error, OrderBroken
from draws.rules.mc1.events import heads
from draws.rules.mc1.replay import replay_result
from draws.rules.mc1.standing import Frozen, draw
from draws.rules.mc1.state import DrawState
from draws.rules.mc1.verification import verify
from draws.rules.mc1.voids import check_void

from .mc1_draws import Ceremony, whole_draw


@given(st.integers(0, 10**6), st.integers(0, 4), st.sampled_from(["MC1", "MC1-SM3"]))
@settings(max_examples=60, deadline=None)
def test_every_ceremony_leaves_a_record_that_verifies(number, rounds, version):
    made = whole_draw(number, rounds, version=version)
    chain = heads(made.suite, made.draw_id, made.events)
    anchors = [{"seq": seq, "head": chain[seq]} for seq in (2, len(made.events))]
    report = verify(made.transcript(), made.openings(), anchors)
    assert report.ok, (report.failed, report.why)
    assert report.head == made.state.head
    assert report.visits == len(made.state.standing.visits)


@given(st.integers(0, 10**6), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_a_state_folded_again_is_where_the_ceremony_was(number, rounds):
    made = whole_draw(number, rounds)
    again = DrawState.of("MC1", made.draw_id, made.events, **made.rows)
    assert again.head == made.state.head
    assert again.standing.visits == made.state.standing.visits
    assert again.standing.loads() == made.state.standing.loads()
    assert again.close_body() == made.events[-1]["body"]


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_a_result_read_back_is_the_standing_that_was_computed(number):
    made = Ceremony(number).freeze().collect().result()
    frozen = Frozen.read(made.manifest, *made.rows.values())
    outcome = draw(frozen, made.state.seed)
    assert replay_result(frozen, outcome.as_body()).visits == outcome.standing.visits


def test_teams_are_full_different_and_within_capacity_unless_lacking():
    for number in range(40):
        standing = whole_draw(number, 2).state.standing
        size, loads = standing.frozen.team_size, standing.loads()
        lacking = set(standing.lacking())
        for visit in standing.visits.values():
            assert len(set(visit.team)) == len(visit.team) <= size
            assert (len(visit.team) < size) == (visit.t in lacking)
            assert not any((visit.t, i) in standing.barred for i in visit.team)
        most = max(rung.cap_add for rung in standing.frozen.ladder)
        assert all(loads[i] <= row.capacity + most for i, row in standing.inspectors.items())


def sealed_ceremony() -> Ceremony:
    """A draw with sealed and spoken seats, frozen."""
    return next(
        ceremony
        for ceremony in map(Ceremony, range(50))
        if [seat["method"] for seat in ceremony.seats] == ["sealed", "spoken"]
    ).freeze()


def test_the_state_says_in_words_why_an_event_may_not_come():
    made = sealed_ceremony()
    why_not = made.state.why_not
    assert why_not("slip", {"attempt": 1, "seat": "S0", "commit": "0" * 64}) is None
    assert (
        why_not("result")
        == "现在不能“结果”，此时只能：现场抽验、交封存数字、锁定、公开数字、重来、揭示种子、作废"
    )
    assert "S0 还没有交封存的数字" in why_not("lock", {"attempt": 1})
    assert "第 1 次" in why_not("lock", {"attempt": 2})
    assert "当众报数" in why_not("slip", {"attempt": 1, "seat": "S1", "commit": "0" * 64})
    assert "没有席位 S9" in why_not("slip", {"attempt": 1, "seat": "S9", "commit": "0" * 64})
    assert "还没有锁定" in why_not("retry", {"attempt": 1, "missing": ["S0"]})


def test_a_sealed_seat_that_does_not_open_leads_to_at_most_three_attempts():
    made = sealed_ceremony()
    for attempt in (1, 2, 3):
        made.write("slip", attempt=attempt, seat="S0", commit="0" * 64)
        made.write("lock", attempt=attempt)
        missing = {"attempt": attempt, "missing": ["S0", "S1"]}
        if attempt < 3:
            assert "SEATS" not in (made.state.why_not("retry", missing) or "")
            made.write("retry", **missing)
    assert "最多 3 次" in made.state.why_not("retry", missing)
    by = [{"role": "discipline", "ref": "0" * 64}]
    assert "先揭示并算出结果" in made.state.why_not("void", {"why": "ERROR", "text": "", "by": by})
    made.write("void", why="SEATS", text="", by=by)
    made.close()
    assert verify(made.transcript()).ok


def test_dice_alone_cannot_be_retried_and_a_seat_opens_once():
    made = sealed_ceremony()
    log_before = copy.deepcopy(made.state.log)
    made.collect()
    dice = {"attempt": 1, "seat": "S1", "digits": "123456", "nonce": ""}
    assert "已经公开过" in made.state.why_not("open", dice)
    assert "当众报出" in made.state.why_not("retry", {"attempt": 1, "missing": ["S1"]})
    assert log_before.missing() == ["S0", "S1"]


def test_a_secret_that_was_not_committed_cannot_be_revealed():
    made = sealed_ceremony().collect()
    with pytest.raises(EntropyBroken, match="组织方秘密"):
        made.state.reveal_body(op_secret="0" * 64, pub=None)
    with pytest.raises(EntropyBroken, match="彩票"):
        made.state.reveal_body(op_secret=made.op_secret, pub="1.2.3")


def test_a_replacement_needs_both_keys_and_the_next_number():
    made = next(
        ceremony
        for ceremony in (Ceremony(number).freeze().collect().result() for number in range(50))
        if ceremony.state.standing.visits
    )
    body = {"r": 2, "approver": "head", "started": [], "causes": made.causes()}
    assert "第 1 轮" in made.state.why_not("round_causes", body)
    made.write("round_causes", **(body | {"r": 1}))
    with pytest.raises(EntropyBroken, match="密钥链 A"):
        made.state.round_result_body("0" * 64, "1" * 64)


def test_causes_must_hold_when_they_are_judged():
    made = next(
        ceremony
        for ceremony in (Ceremony(number).freeze().collect().result() for number in range(80))
        if len([visit for visit in ceremony.state.standing.visits.values() if visit.team]) > 2
    )
    visits = [visit for visit in made.state.standing.visits.values() if visit.team]
    t, i = visits[0].t, visits[0].team[0]
    plain = {"why": "X", "ev": "0" * 64}
    rejected = {
        "不是抽中的检查": [{"k": "void", "t": "0" * 64, **plain}],
        "不在检查": [{"k": "recuse", "t": t, "i": "0" * 64, **plain}],
        "已经在本次抽取的名单里": [{"k": "add", "rows": [made.inspectors[0]], **plain}],
        "写了两次": [
            {"k": "swap", "t": t, "i": i, **plain},
            {"k": "swap", "t": t, "i": i, **plain, "why": "Y"},
        ],
        "已缺席": [
            {"k": "absent", "i": i, "ts": [other.t for other in visits[1:] if i in other.team], **plain},
            {"k": "swap", "t": t, "i": i, **plain},
        ],
    }
    for words, causes in rejected.items():
        if causes[0].get("ts") == []:
            continue
        body = {"r": 1, "approver": "head", "started": [], "causes": causes}
        assert words in (made.state.why_not("round_causes", body) or "")


def test_started_visits_are_left_alone():
    made = next(
        ceremony
        for ceremony in (Ceremony(number).freeze().collect().result() for number in range(80))
        if ceremony.state.standing.visits and not ceremony.state.standing.lacking()
    )
    t = next(iter(made.state.standing.visits))
    cause = {"k": "void", "t": t, "why": "X", "ev": "0" * 64}
    body = {"r": 1, "approver": "head", "started": [t], "causes": [cause]}
    assert "已经开始" in made.state.why_not("round_causes", body)
    with pytest.raises(CauseRejected):
        made.write("round_causes", **body)


@pytest.mark.parametrize(
    ("why", "locks", "has_result", "has_lottery", "allowed"),
    [
        ("ERROR", 0, False, False, True),
        ("ERROR", 1, False, False, False),
        ("ERROR", 1, True, False, True),
        ("SEATS", 2, False, False, False),
        ("SEATS", 3, False, False, True),
        ("PUB", 1, False, False, False),
        ("PUB", 1, False, True, True),
        ("SECRET_LOST", 1, False, False, True),
    ],
)
def test_a_locked_draw_is_voided_for_three_reasons_only(why, locks, has_result, has_lottery, allowed):
    arguments = {"locks": locks, "has_result": has_result, "has_lottery": has_lottery}
    if allowed:
        check_void(why, **arguments)
    else:
        with pytest.raises(OrderBroken):
            check_void(why, **arguments)


def test_the_meter_counts_dice_fully_and_sealed_digits_by_half():
    spoken = {"id": "D", "role": "citizen", "method": "spoken"}
    sealed = {"id": "S", "role": "media", "method": "sealed"}
    assert entropy_bits([spoken, sealed], {"D": "1" * 20, "S": "2" * 20}) == pytest.approx(66.4, abs=0.1)
    assert entropy_bits([sealed], {"S": "2" * 20}) == pytest.approx(33.2, abs=0.1)


def test_a_broken_event_does_not_change_the_state():
    made = sealed_ceremony()
    before = (made.state.seq, made.state.head, made.state.place)
    with pytest.raises(Mc1Error):
        made.write("lock", attempt=1)
    assert (made.state.seq, made.state.head, made.state.place) == before


def test_a_record_that_stops_anywhere_verifies_as_far_as_it_goes():
    made = next(its for its in (whole_draw(n, 2) for n in range(50)) if its.state.standing.visits)
    whole = made.transcript()
    for length in range(2, len(made.events) + 1):
        chain = heads(made.suite, made.draw_id, made.events[:length])
        report = verify(whole | {"events": made.events[:length], "head": chain[-1]})
        kinds = [event["type"] for event in made.events[:length]]
        assert report.ok, (kinds, report.failed, report.why)
        assert (report.steps["V08"] == "pass") == (length > 2)
        assert (report.steps["V11"] == "pass") == ("reveal" in kinds)
        assert (report.steps["V12"] == report.steps["V13"] == "pass") == ("result" in kinds)
        assert (report.steps["V15"] == "pass") == ("round_causes" in kinds)
        assert (report.steps["V17"] == "pass") == ("round_result" in kinds)
