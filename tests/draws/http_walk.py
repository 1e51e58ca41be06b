"""A ceremony over real HTTP: for any state the button that somebody in the room presses next."""

import http.client
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils import timezone

from draws import actions, queries
from draws.models import Draw, Seat
from draws.rules.mc1.entropy import slip_commit
from tests.draws import factories as make
from tests.draws.pages import signed_in

CSRF = "k" * 32
NONCE, DICE = "5a" * 16, "40719938215560273948"
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


def digits_of(seat: Seat) -> str:
    """What a seat's device holds."""
    return f"{seat.position:020}"


def prepared(house: make.House) -> tuple[Draw, list[make.Device]]:
    draw = make.prepare(house, scheduled_at=timezone.now() - timedelta(minutes=5))
    devices = make.seat_people(house, draw)
    actions.confirm_presence(by=house.discipline, draw=draw, role="discipline")
    make.deposit(house, draw)
    actions.confirm_preparation(by=house.discipline, draw=draw)
    return draw, devices


def joined(port: int, draw: Draw, code: str) -> str:
    """The cookie of a phone that takes its seat over HTTP."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {
        "Cookie": f"csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line.request("POST", f"/draw/{draw.number}/join/", urlencode({"code": code}), headers)
    answer = line.getresponse()
    assert answer.status == 302, answer.read().decode()[:500]
    return answer.headers["Set-Cookie"].split(";")[0]


def send(port: int, post: Post) -> int:
    """The status of the answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
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
    return sign_next(draw)


def _open(draw: Draw, missing: list[Seat]) -> tuple[str, str, dict[str, str]]:
    for seat in missing:
        if seat.method == "sealed":
            return "seat/open/", seat.seat, {"digits": digits_of(seat), "nonce": NONCE}
    (dice,) = missing
    if not dice.spoken_digits:
        return "console/speak/", "host", {"seat": dice.seat, "digits": DICE}
    return "oversight/confirm/", "officer", {"seat": dice.seat, "digits": DICE}


def sign_next(draw: Draw) -> tuple[str, str, dict[str, str]]:
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


def take_places(house: make.House, draw: Draw, devices: list[make.Device], port: int) -> Browsers:
    """Host and officer signed in, every sealed seat joined from a phone of its own."""
    phones = {
        device.seat.seat: joined(
            port, draw, actions.reissue_code(by=house.operator, draw=draw, seat=device.seat)
        )
        for device in devices
        if device.seat.method == "sealed"
    }
    return Browsers(cookies(signed_in(house.operator)), cookies(signed_in(house.discipline)), phones)


def cookies(client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
