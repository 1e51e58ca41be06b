"""kill -9 of the web server at every event, over real HTTP: nothing is half done, nothing happens twice, everybody goes on."""

import contextlib
import http.client
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from draws import actions, queries
from draws.models import Draw, DrawEvent, Seat
from draws.rules.mc1.entropy import slip_commit
from draws.rules.mc1.verification import verify
from foundation.ledger import actions as ledger
from tests.draws import factories as make
from tests.draws.pages import signed_in
from tests.draws.processes import die, shared_database
from tests.draws.streams import Server, Stream, broker, cookies, feed, get, serving
from tests.draws.test_crash import DICE, NONCE, digits_of, killing

pytestmark = pytest.mark.django_db(transaction=True)
CSRF = "k" * 32
S = Draw.State


class Post(NamedTuple):
    """One press of a button. who: the cookie of the browser that presses"""

    path: str
    who: str
    data: dict[str, str]


class Browsers(NamedTuple):
    host: str
    officer: str
    phones: dict[str, str]


def dies_with_the_event_written() -> None:
    """After the row, before the commit."""
    for patch in killing(2):
        patch.start()


def dies_before_it_answers() -> None:
    """After the commit: all is done, but the browser never hears it."""
    from draws import news

    news.publish = lambda number, seq: die()


def send(server: Server, post: Post) -> int:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {
        "Cookie": f"{post.who}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    try:
        line.request("POST", post.path, urlencode(post.data), headers)
        return line.getresponse().status
    finally:
        line.close()


def next_post(draw: Draw, browsers: Browsers) -> Post:
    """What the page would send now, with the state it was made for."""
    desk, room = f"/desk/draws/{draw.number}/", f"/draw/{draw.number}/"
    path, who, data = _next(draw, browsers)
    return Post(
        (desk if who in ("host",) else room) + path,
        _cookie(browsers, who),
        {"head_seq": str(draw.head_seq), **data},
    )


def _cookie(browsers: Browsers, who: str) -> str:
    return {"host": browsers.host, "officer": browsers.officer, **browsers.phones}[who]


def _next(draw: Draw, browsers: Browsers) -> tuple[str, str, dict[str, str]]:
    if draw.state == S.PREPARING:
        return "announce/", "host", {"short_notice": "当场补办"}
    if draw.state == S.ANNOUNCED:
        return "console/freeze/", "host", {}
    if draw.state == S.FROZEN:
        seat = _seats(draw, queries.state_of(draw).log.unslipped())[0]
        return (
            "seat/slip/",
            seat.seat,
            {"commit": slip_commit(make.SUITE, draw.number, 1, seat.seat, digits_of(seat), NONCE)},
        )
    if draw.state == S.LOCKED:
        return _open(draw, _seats(draw, queries.state_of(draw).log.missing()))
    return _sign(draw)


def _open(draw: Draw, missing: list[Seat]) -> tuple[str, str, dict[str, str]]:
    for seat in missing:
        if seat.method == "sealed":
            return "seat/open/", seat.seat, {"digits": digits_of(seat), "nonce": NONCE}
    (dice,) = missing
    if not dice.spoken_digits:
        return "console/speak/", "host", {"seat": dice.seat, "digits": DICE}
    return "oversight/confirm/", "officer", {"seat": dice.seat, "digits": DICE}


def _sign(draw: Draw) -> tuple[str, str, dict[str, str]]:
    said = {"opinion": "agree", "signature_typed": "签"}
    unsigned = set(draw.presences.filter(signed_at=None).values_list("role", flat=True))
    if "operator" in unsigned:
        return "console/sign/", "host", said
    if "discipline" in unsigned:
        return "oversight/sign/", "officer", said
    seat = draw.seats.exclude(joined_at=None).filter(signed_at=None).order_by("position").first()
    return ("seat/sign/", seat.seat, said) if seat else ("console/seal/", "host", {})


def _seats(draw: Draw, names: list[str]) -> list[Seat]:
    return list(draw.seats.filter(seat__in=names).order_by("position"))


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


def prepared(house: make.House) -> tuple[Draw, list[make.Device]]:
    draw = make.prepare(house, scheduled_at=timezone.now() - timedelta(minutes=5))
    devices = make.seat_people(house, draw)
    actions.confirm_presence(by=house.discipline, draw=draw, role="discipline")
    make.deposit(house, draw)
    return draw, devices


def joined(server: Server, draw: Draw, code: str) -> str:
    """The cookie of a phone that takes its seat over HTTP."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {
        "Cookie": f"csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line.request("POST", f"/draw/{draw.number}/join/", urlencode({"code": code}), headers)
    answer = line.getresponse()
    assert answer.status == 302, answer.read().decode()[:500]
    return answer.headers["Set-Cookie"].split(";")[0]


def test_the_server_is_killed_at_every_event_and_the_ceremony_goes_on(tmp_path, monkeypatch):
    house = make.create_house()
    Client().get("/draw/warm/")  # what forks inherit they need not import
    with shared_database(tmp_path), broker(monkeypatch):
        draw, devices = prepared(house)
        with serving() as server:
            phones = {
                device.seat.seat: joined(
                    server, draw, actions.reissue_code(by=house.operator, draw=draw, seat=device.seat)
                )
                for device in devices
                if device.seat.method == "sealed"
            }
        browsers = Browsers(cookies(signed_in(house.operator)), cookies(signed_in(house.discipline)), phones)
        page, killed = Watching(draw, browsers.officer), []
        with contextlib.ExitStack() as servers:
            run = partial(_serve, servers)
            while (draw := Draw.objects.get(pk=draw.pk)).state != S.SIGNED:
                if draw.state == S.RESULT and _sign(draw)[0] != "console/seal/":
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
    answer = send(again, post)
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
    while _sign(draw)[0] != "console/seal/":
        assert send(server, next_post(draw, browsers)) == 302
    server.stop(9)


def _press_and_die(server: Server, post: Post) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        raise AssertionError(f"{post.path} was answered with {send(server, post)}")
    assert server.wait() == -9
