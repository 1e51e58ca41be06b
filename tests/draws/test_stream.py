"""The live stream of a real server process: what watchers get, when, and what they can never do to each other."""

import contextlib
import http.client

import pytest
from django.conf import settings
from django.db import connection

from draws import actions
from draws.models import Draw
from draws.rules.mc1.events import start_head
from tests.draws import factories as make
from tests.draws.http_walk import cookies
from tests.draws.pages import seated, signed_in
from tests.draws.processes import shared_database
from tests.draws.streams import (
    Stream,
    broker,
    feed,
    fresh_publisher,
    get,
    seat_cookie,
    serving,
    wait_for,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tmp_path):
    with shared_database(tmp_path):
        yield


def chained(events: list[dict], number: str) -> str:
    """The head after the events, each link recomputed; they follow each other without gap or double."""
    head = start_head(make.SUITE, number)
    for at, event in enumerate(events, 1):
        assert event["seq"] == at
        head = make.SUITE.h("event", head, event["content"])
        assert head == event["head"]
    return head


def test_everybody_gets_every_event_once_in_order_and_may_resume(shared, monkeypatch):
    house = make.create_house()
    with broker(monkeypatch), serving() as server:
        draw = make.prepare(house)
        insider = cookies(signed_in(house.discipline))
        assert Stream(server, draw).status == 404, "before the announcement the public sees nothing"
        early = Stream(server, draw, Cookie=insider)
        assert early.status == 200
        assert early.up_to(0) == []

        devices = make.ready(house, draw)
        public = Stream(server, draw)
        assert public.answer.headers["Content-Type"].startswith("text/event-stream")
        assert public.answer.headers["Cache-Control"] == "no-store"
        assert public.answer.headers["X-Accel-Buffering"] == "no"
        actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
        make.give_digits(house, draw, devices)
        draw.refresh_from_db()
        whole = public.up_to(draw.head_seq)
        assert chained(whole, draw.number) == draw.head
        assert early.up_to(draw.head_seq) == whole == feed(server, draw)["events"]

        # late, and back after a break: the header of a reconnect says more than the address
        late = Stream(server, draw)
        assert late.up_to(draw.head_seq) == whole
        back = Stream(server, draw, 1, Last_Event_ID="4")
        got = back.until(lambda m: m.event == "mark")
        assert [message.id for message in got] == [*map(str, range(5, draw.head_seq + 1)), ""]
        assert Stream(server, draw, 99999).up_to(draw.head_seq) == []

        # what is not in the chain yet: a signature moves the mark and nothing else
        before = got[-1].data
        actions.sign(by=house.operator, draw=draw, opinion="agree", signature="沈", now=make.HELD)
        moved = back.next()
        assert (moved.event, moved.id) == ("mark", "")
        assert moved.data["head"] == before["head"]
        assert moved.data["mark"] != before["mark"]
        assert moved.data["mark"] == feed(server, draw)["mark"]


def test_the_public_and_a_seat_get_what_the_feed_gives_them(shared, monkeypatch):
    house = make.create_house("quzhou-2017")
    draw, devices = make.frozen(house, kind="R")
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    phone = seated(draw, actions.reissue_code(by=house.discipline, draw=draw, seat=devices[0].seat))
    seat = seat_cookie(draw, phone)
    with broker(monkeypatch), serving() as server:
        public, seen = Stream(server, draw), Stream(server, draw, Cookie=seat)
        masked, open_ = public.up_to(draw.head_seq), seen.up_to(draw.head_seq)
        assert masked == feed(server, draw)["events"]
        assert open_ == feed(server, draw, Cookie=seat)["events"]
        (hidden,) = [event for event in masked if event["type"] == "result"]
        assert hidden["content"] is None
        assert chained(open_, draw.number) == draw.head
        assert Stream(server, draw, Cookie="seat-x=forged; sessionid=forged").up_to(draw.head_seq) == masked

        # the picture is as closed as the event
        codes = [row.code for row in draw.snapshot_targets.all()]
        frame = f"/draw/{draw.number}/frame?at={draw.head_seq}&scene=team"
        assert not any(code in get(server, frame)[2].decode() for code in codes)
        assert any(code in get(server, frame, Cookie=seat)[2].decode() for code in codes)

        # a draw that is void has nothing to hide: who comes now gets the whole chain
        actions.void(by=house.operator, draw=draw, why="OTHER", text="演练到此为止", second=house.discipline)
        draw.refresh_from_db()
        assert [event["type"] for event in public.up_to(draw.head_seq)] == ["void"]
        assert chained(Stream(server, draw).up_to(draw.head_seq), draw.number) == draw.head


def test_without_a_broker_the_news_comes_from_the_database(shared, monkeypatch, tmp_path):
    house = make.create_house()
    draw, devices = make.frozen(house)
    monkeypatch.setattr(settings, "LIVE_REDIS_URL", f"unix://{tmp_path}/nobody.sock")
    fresh_publisher(monkeypatch)
    with serving() as server:
        stream = Stream(server, draw)
        stream.up_to(2)
        devices[0].seal(draw)
        assert [event["type"] for event in stream.up_to(3)] == ["slip"]


def test_two_hundred_watchers_hold_no_thread_and_no_connection(shared, monkeypatch):
    house = make.create_house()
    draw, devices = make.frozen(house)

    def held() -> int:
        if connection.vendor != "postgresql":
            return 0
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_stat_activity where datname = current_database()")
            return cursor.fetchone()[0]

    with broker(monkeypatch), serving() as server:
        first = Stream(server, draw)
        first.up_to(2)
        feed(server, draw)
        connections, threads = held(), server.threads()
        watchers = [Stream(server, draw) for _ in range(200)]
        for watcher in watchers:
            watcher.up_to(2)
        assert held() <= connections + 2, "at most those who are still at the door"
        assert server.threads() <= threads + 2
        devices[0].seal(draw)
        for watcher in (first, *watchers):
            assert [event["seq"] for event in watcher.up_to(3)] == [3]
        wait_for(lambda: held() <= connections)

        # the server goes: every stream ends properly, and nobody has to wait for it
        assert server.stop() in (0, -15)
        assert {watcher.next() for watcher in watchers} == {None}


def test_who_does_not_read_is_cut_off_and_nobody_else_notices(shared, monkeypatch):
    house = make.create_house()
    draw, devices = make.frozen(house)

    def impatient() -> None:
        from draws.stream import hub, wire

        hub.BEAT, hub.STALL = 0.1, 0.5
        wire.BEAT = b": " + b"x" * 1_000_000 + b"\n"

    with broker(monkeypatch), serving(impatient) as server:
        stalled, reading = Stream(server, draw), Stream(server, draw)
        for _ in range(25):
            reading.next()
        devices[0].seal(draw)
        assert [event["seq"] for event in reading.up_to(3)] == [3]
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            while stalled.next() is not None:
                pass
        assert stalled.comments < 25
        again = Stream(server, draw, 2)
        assert [event["seq"] for event in again.up_to(3)] == [3]


def test_a_stream_does_not_outlive_the_right_to_watch(shared):
    """After a while the page is sent away in so many words and comes back through the door."""
    house = make.create_house()
    draw, _ = make.frozen(house)

    def short() -> None:
        from draws.stream import hub

        hub.BEAT, hub.LIFE = 0.2, 0.1

    with serving(short) as server:
        stream = Stream(server, draw)
        assert [message.event for message in stream.until(lambda m: m.event == "bye")][:3] == [
            "step",
            "step",
            "mark",
        ]
        assert stream.next() is None
        assert Stream(server, draw, 2).up_to(2) == []


def test_one_too_many_is_asked_to_come_later(shared, monkeypatch):
    house = make.create_house()
    draw, _ = make.frozen(house)

    def small() -> None:
        settings.LIVE_MAX_WATCHERS = 2

    with serving(small) as server:
        first, second = Stream(server, draw), Stream(server, draw)
        full = Stream(server, draw)
        assert (full.status, full.answer.headers["Retry-After"]) == (503, "10")
        assert feed(server, draw)["seq"] == 2, "the feed answers all the same"
        second.close()
        wait_for(lambda: Stream(server, draw).status == 200)
        assert first.up_to(2)
        assert get(server, f"/draw/{draw.number}/stream", "HEAD")[0] == 204
        assert get(server, f"/draw/{draw.number}/stream", "POST")[0] == 403
        assert get(server, "/draw/no-such-draw/stream")[0] == 404
        assert get(server, "/draw/no-such-draw/frame")[0] == 404


def test_a_picture_is_rendered_once_for_everybody(shared, monkeypatch, tmp_path):
    house = make.create_house()
    draw, devices = make.frozen(house)
    count = tmp_path / "rendered"
    count.touch()

    def counting() -> None:
        from draws.stream import pages

        render = pages.render

        def counted(key):
            with count.open("a") as file:
                file.write("x")
            return render(key)

        pages.render = counted

    with broker(monkeypatch), serving(counting) as server:
        stream = Stream(server, draw)
        stream.up_to(2)
        path = f"/draw/{draw.number}/frame?seq=2"
        status, headers, body = get(server, path)
        assert status == 200
        page = signed_in(house.operator).get(f"/draw/{draw.number}/").content.decode()
        assert 'data-live="area"' in page
        assert 'data-live="area"' in body.decode()
        assert "set-cookie" not in headers
        assert "csrfmiddlewaretoken" not in body.decode()
        assert get(server, path, If_None_Match=headers["etag"])[0] == 304
        assert get(server, path + "&at=2&scene=nonsense")[2] == body, (
            "what is not there falls back to what is"
        )
        assert get(server, path, Accept_Encoding="gzip")[1]["content-encoding"] == "gzip"
        assert len(count.read_text()) == 1
        assert get(server, path + "&mode=screen")[0] == 200
        assert len(count.read_text()) == 2

        # a page that was told by another process asks for what this one has not read yet
        Draw.objects.filter(pk=draw.pk).update(place="三楼会议室")
        devices[0].seal(draw)
        assert "1 / 2" in get(server, f"/draw/{draw.number}/frame?seq=3")[2].decode()
