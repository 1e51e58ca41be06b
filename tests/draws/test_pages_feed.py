"""The feed everybody polls, and the scenes that come out of it."""

import json

import pytest
from django.test import Client

from draws import actions, queries, scenes
from draws.models import ConflictOfInterest
from draws.rules.mc1.events import start_head
from draws.scenes.frames import Frame
from draws.scenes.picks import picks_of
from draws.views.live import chained
from personnel.models import Inspector
from registry.models import Target
from tests.draws import factories as make
from tests.draws.pages import seated, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def feed(client, draw, after=0):
    answer = client.get(f"/draw/{draw.number}/events?after={after}")
    assert answer.status_code == 200
    return answer.json()


def test_the_feed_gives_every_link_of_the_chain_as_it_was_hashed(house):
    draw, _ = make.signed(house)
    told = feed(Client(), draw)
    head = start_head(make.SUITE, draw.number)
    for event in told["events"]:
        head = make.SUITE.h("event", head, event["content"])
        assert head == event["head"]
        assert json.loads(event["content"])["type"] == event["type"]
    assert head == told["head"] == draw.head
    assert told["seq"] == len(told["events"])


def test_the_feed_gives_only_what_is_new(house):
    draw, _ = make.signed(house)
    assert [event["seq"] for event in feed(Client(), draw, after=draw.head_seq - 1)["events"]] == [
        draw.head_seq
    ]
    assert feed(Client(), draw, after=draw.head_seq)["events"] == []
    assert feed(Client(), draw, after="x")["seq"] == draw.head_seq
    assert len(feed(Client(), draw, after="99999999999")["events"]) == draw.head_seq


def test_an_idle_poll_costs_a_handful_of_queries(house, django_assert_max_num_queries):
    draw, _ = make.signed(house)
    client = Client()
    with django_assert_max_num_queries(6):
        feed(client, draw, after=draw.head_seq)


def test_the_mark_changes_when_somebody_joins_and_tells_nothing(house):
    draw = make.prepare(house)
    actions.announce(by=house.operator, draw=draw, now=make.ANNOUNCED)
    _, code = actions.add_seat(
        by=house.operator, draw=draw, seat="S1", role="media", title="媒体代表", method="sealed"
    )
    before = feed(Client(), draw)
    seated(draw, code)
    after = feed(Client(), draw)
    assert before["head"] == after["head"]
    assert before["mark"] != after["mark"]


def test_where_the_list_is_secret_the_public_gets_heads_and_numbers_only():
    house = make.create_house("quzhou-2017")
    draw, devices = make.frozen(house, kind="R")
    make.give_digits(house, draw, devices)
    shown = {event["type"]: event for event in feed(Client(), draw)["events"]}
    assert shown["result"]["content"] is None
    assert shown["reveal"]["content"]
    page = words(Client().get(f"/draw/{draw.number}/?at={draw.head_seq}&scene=team"))
    codes = [pick.code for stratum in picks_of(draw) for pick in stratum.picks]
    assert codes
    assert [code for code in codes if code in page] == []
    assert "规则书规定名单在检查前保密" in page
    fresh = actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat)
    phone = seated(draw, fresh)
    assert {event["type"]: event for event in feed(phone, draw)["events"]}["result"]["content"]
    seen = words(phone.get(f"/draw/{draw.number}/?at={draw.head_seq}&scene=team"))
    assert all(code in seen for code in codes)
    assert "陈" not in seen.split('id="main"')[1], "规则书屏蔽检查人员姓名"


# -- scenes -----------------------------------------------------------------------------------------------


def test_every_event_of_a_whole_draw_has_its_scene_in_order(house):
    draw, _ = make.signed(house)
    frames = scenes.frames_of(chained(draw))
    order = [frame.scene for frame in frames]
    assert order[:4] == ["welcome", "freeze", "commit", "slips"]
    assert order[-5:] == ["seed", "draw", "team", "sign", "sealed"]
    steps = [scenes.frames.STEP_OF[scene] for scene in order]
    assert steps == sorted(steps)


def test_a_frame_that_is_not_there_falls_back_to_the_last_before_it(house):
    frames = [Frame(1, "welcome"), Frame(2, "freeze"), Frame(2, "commit")]
    assert scenes.choose(frames, 2, "freeze") == Frame(2, "freeze")
    assert scenes.choose(frames, 2, "team") == Frame(2, "commit")
    assert scenes.choose(frames, 9, "") == Frame(2, "commit")
    assert scenes.choose(frames, None, "") == Frame(2, "commit")
    assert scenes.choose(frames, 0, "") == Frame(1, "welcome")


def test_a_void_draw_stays_at_the_step_it_had_reached():
    frames = [
        Frame(1, "welcome"),
        Frame(2, "freeze"),
        Frame(2, "commit"),
        Frame(3, "slips"),
        Frame(4, "void"),
    ]
    states = [step["state"] for step in scenes.rail(frames[-1], frames)]
    assert states == ["done"] * 3 + ["todo"] * 5


def test_the_ranked_table_is_the_result_with_two_below_the_cut(house):
    draw, _ = make.signed(house)
    result = next(event["body"] for event in chained(draw) if event["type"] == "result")
    for shown, said in zip(picks_of(draw), result["strata"], strict=True):
        assert [pick.commitment for pick in shown.picks] == said["sel"]
        tickets = [
            (pick.visits if shown.by_visits else 0, pick.ticket) for pick in (*shown.picks, *shown.below)
        ]
        assert tickets == sorted(tickets)
        assert len(shown.below) == min(2, shown.pool - shown.drawn)
        assert all(len(pick.team) == 2 for pick in shown.picks)


def test_a_recusal_shows_only_where_the_ticket_would_have_come_earlier(house):
    people = list(Inspector.objects.of(house.organisation).order_by("pk"))
    for target in Target.objects.of(house.organisation):
        ConflictOfInterest.objects.create(
            organisation=house.organisation, inspector=people[0], target=target, relation="EMPLOY", since=make.plan.TODAY,
            evidence="申报表", declared_by=house.discipline,
        )  # fmt: skip
    draw, _ = make.signed(house)
    state, seed = queries.state_of(draw), queries.state_of(draw).seed
    barred = draw.snapshot_inspectors.get(inspector=people[0]).commitment
    shown = 0
    for stratum in picks_of(draw):
        for pick in stratum.picks:
            key = state.suite.h("visit", seed, pick.commitment)
            last = max(state.suite.h("pair", key, member.commitment) for member in pick.team)
            expected = [barred] if state.suite.h("pair", key, barred) < last else []
            assert [one.member.commitment for one in pick.recused] == expected
            shown += len(expected)
    page = words(Client().get(f"/draw/{draw.number}/?at={_seq(draw, 'result')}&scene=team"))
    assert ("回避，曾任职" in page) is bool(shown)  # the seed decides whether anybody was passed over


def _seq(draw, kind):
    return draw.events.get(type=kind).seq


def test_the_page_of_the_past_says_so_and_the_present_does_not(house):
    draw, _ = make.signed(house)
    assert "这是回看第 2 步" in words(Client().get(f"/draw/{draw.number}/?at=2"))
    assert "这是回看" not in words(Client().get(f"/draw/{draw.number}/"))
