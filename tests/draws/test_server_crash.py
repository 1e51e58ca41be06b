"""kill -9 of the web server at every event, over real HTTP: nothing is half done, nothing happens twice, everybody goes on."""

import contextlib
import http.client
from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from draws import queries
from draws.models import Draw, DrawEvent
from draws.rules.mc1.verification import verify
from foundation.ledger import actions as ledger
from tests.draws import factories as make
from tests.draws.http_walk import Browsers, Post, next_post, prepared, send, sign_next, take_places
from tests.draws.processes import die, shared_database
from tests.draws.streams import Server, Stream, broker, feed, get, serving
from tests.draws.test_crash import killing

pytestmark = pytest.mark.django_db(transaction=True)
S = Draw.State


def dies_with_the_event_written() -> None:
    """After the row, before the commit."""
    for patch in killing(2):
        patch.start()


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
        page, killed = Watching(draw, browsers.officer), []
        with contextlib.ExitStack() as servers:
            run = partial(_serve, servers)
            while (draw := Draw.objects.get(pk=draw.pk)).state != S.SIGNED:
                if draw.state == S.RESULT and sign_next(draw)[0] != "console/seal/":
                    _sign_all(draw, browsers, run(lambda: None))
                else:
                    killed.append(_one_step(draw, browsers, page, run))
            last = run(lambda: None)
            page.look(last, draw.head_seq)
            assert page.events == feed(last, draw, Cookie=browsers.officer)["events"]
        assert make.types_of(draw) == [
            "announce", "freeze", "slip", "slip", "lock", "open", "open", "open", "reveal", "result", "sign",
        ]  # fmt: skip
        assert len(killed) == 9
        assert [event["seq"] for event in page.events] == list(range(1, draw.head_seq + 1))
        assert page.events[-1]["head"] == draw.head
        assert verify(queries.transcript_of(draw)).ok
        assert ledger.verify()[1] is None


def _serve(servers: contextlib.ExitStack, before: Callable[[], None]) -> Server:
    return servers.enter_context(serving(before))


def _one_step(
    draw: Draw, browsers: Browsers, page: Watching, run: Callable[[Callable[[], None]], Server]
) -> str:
    """Press the button of a server that dies in the middle, then of one that dies before it answers."""
    post, before = next_post(draw, browsers), facts(draw.number)
    _press_and_die(run(dies_with_the_event_written), post)
    assert facts(draw.number) == before, "rolled back: not a trace"

    server = run(dies_before_it_answers)
    page.look(server, draw.head_seq)
    _press_and_die(server, post)
    after = facts(draw.number)
    assert after != before
    assert after[4][: len(before[4])] == before[4], "what was chained stays as it was"

    # the browser never heard of it and sends the same again: nothing is done twice
    again = run(lambda: None)
    moved = Draw.objects.get(pk=draw.pk)
    answer = send(again.port, post)
    assert answer in ((409,) if moved.head_seq != draw.head_seq else (302, 409)), (
        "stale, or the same words once more"
    )
    assert facts(draw.number)[4] == after[4]
    home = post.path.rsplit("/", 2)[0] + "/"
    assert (
        get(again, home if "/draw/" in home else f"/desk/draws/{draw.number}/console/", Cookie=post.who)[0]
        == 200
    )
    page.look(again, moved.head_seq)
    again.stop(9)
    return post.path


def _sign_all(draw: Draw, browsers: Browsers, server: Server) -> None:
    while sign_next(draw)[0] != "console/seal/":
        assert send(server.port, next_post(draw, browsers)) == 302
    server.stop(9)


def _press_and_die(server: Server, post: Post) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        raise AssertionError(f"{post.path} was answered with {send(server.port, post)}")
    assert server.wait() == -9
