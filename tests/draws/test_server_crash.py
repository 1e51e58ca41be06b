"""kill -9 of the web server at every event, over real HTTP: nothing is half done, nothing happens twice, everybody goes on."""

import contextlib
import http.client
import re
from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from draws import queries
from draws.models import Draw, DrawEvent
from draws.rules.mc1.verification import verify
from foundation.ledger import actions as ledger
from tests.draws import factories as make
from tests.draws.http_walk import Post, next_post, prepared, send, take_places
from tests.draws.processes import die, shared_database
from tests.draws.streams import Server, Stream, broker, feed, get, serving

pytestmark = pytest.mark.django_db(transaction=True)
S = Draw.State


def dies_with_the_event_written() -> None:
    """After the row, before the commit."""
    create = DrawEvent.objects.create

    def create_and_die(**row):
        create(**row)
        die()

    DrawEvent.objects.create = create_and_die


def dies_before_it_answers() -> None:
    """After the commit: all is done, but the browser never hears it."""
    from draws import news

    news.publish = lambda number, seq: die()


def facts(number: str) -> tuple[object, ...]:
    """Everything an act could have changed."""
    draw = Draw.objects.get(number=number)
    events = list(DrawEvent.objects.filter(draw=draw).order_by("seq").values_list("seq", "content", "head"))
    seats = list(draw.seats.order_by("pk").values_list("seat", "spoken_digits", "signed_at"))
    people = list(draw.presences.order_by("pk").values_list("role", "signed_at"))
    return draw.state, draw.head, draw.freeze_hash, bytes(draw.sealed), events, seats, people, ledger.verify()


class Watching:
    """A page that loses its server again and again: it resumes by the last number it has."""

    def __init__(self, draw: Draw, who: str) -> None:
        self.draw, self.who, self.events = draw, who, []

    def look(self, server: Server, seq: int) -> None:
        stream = Stream(server, self.draw, Last_Event_ID=str(len(self.events)), Cookie=self.who)
        self.events += stream.up_to(seq)
        stream.close()


def test_the_server_is_killed_at_every_event_and_the_ceremony_goes_on(tmp_path, monkeypatch):
    house = make.create_house()
    Client().get("/draw/warm/")  # what forks inherit they need not import
    with shared_database(tmp_path), broker(monkeypatch):
        draw, devices = prepared(house)
        with serving() as server:
            browsers = take_places(house, draw, devices, server.port)
        page, killed = Watching(draw, browsers.officer), 0
        with contextlib.ExitStack() as servers:
            server = _serve(servers, dies_with_the_event_written)
            while (draw := Draw.objects.get(pk=draw.pk)).state != S.SIGNED:
                post = next_post(draw, browsers)
                if post.path.endswith(("/speak/", "/sign/")):  # kept, but not an event
                    assert send(server.port, post) == 302
                    continue
                server = _killed_twice(draw, post, page, server, partial(_serve, servers))
                killed += 1
            assert page.events == feed(server, draw, Cookie=browsers.officer)["events"]
        assert make.types_of(draw) == [
            "announce", "freeze", "slip", "slip", "lock", "open", "open", "open", "reveal", "result", "sign",
        ]  # fmt: skip
        assert killed == 8
        assert [event["seq"] for event in page.events] == list(range(1, draw.head_seq + 1))
        assert page.events[-1]["head"] == draw.head
        assert verify(queries.transcript_of(draw)).ok
        assert ledger.verify()[1] is None


def _serve(servers: contextlib.ExitStack, before: Callable[[], None]) -> Server:
    return servers.enter_context(serving(before))


def _killed_twice(
    draw: Draw, post: Post, page: Watching, server: Server, run: Callable[[Callable[[], None]], Server]
) -> Server:
    """Press the button of a server that dies in the middle, then of one that dies before it answers; the next server."""
    before = facts(draw.number)
    _press_and_die(server, post)
    assert facts(draw.number) == before, "rolled back: not a trace"

    server = run(dies_before_it_answers)
    page.look(server, draw.head_seq)
    _press_and_die(server, post)
    after = facts(draw.number)
    assert after[4][: len(before[4])] == before[4], "what was chained stays as it was"
    assert len(after[4]) > len(before[4])

    # the browser never heard of it and sends the same again: nothing is done twice
    server = run(dies_with_the_event_written)
    assert send(server.port, post) == 409
    assert facts(draw.number)[:-1] == after[:-1]
    home = re.sub(r"^/desk/.*", f"/desk/draws/{draw.number}/console/", post.path.rsplit("/", 2)[0] + "/")
    assert get(server, home, Cookie=post.who)[0] == 200
    page.look(server, len(after[4]))
    return server


def _press_and_die(server: Server, post: Post) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        raise AssertionError(f"{post.path} was answered with {send(server.port, post)}")
    assert server.wait() == -9
