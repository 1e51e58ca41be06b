"""One rehearsal with everything in it, and every scene of it as an address. source: ui.md §2.3 S0–S10"""

from dataclasses import dataclass
from datetime import timedelta

from draws import actions, queries
from draws.models import ConflictOfInterest, Draw
from personnel.models import Inspector
from registry.models import Target
from tests.draws import factories as make

FACES = {"wall": (1920, 1080), "desktop": (1366, 768), "phone": (390, 844)}


@dataclass
class Held:
    """`paths`: scene -> address of its page for a desk or a phone; the wall takes those of `live` with mode=screen."""

    house: make.House
    draw: Draw
    live: dict[str, str]
    other: dict[str, str]

    def path(self, scene: str, face: str) -> str:
        if scene in self.other:
            return self.other[scene]
        more = "&mode=screen" if face == "wall" else ""
        return f"{self.live[scene]}{more}"

    def scenes(self, face: str) -> list[str]:
        """Papers and the verifier have no big screen."""
        return [*self.live, *(() if face == "wall" else self.other)]


def hold(kind: str = "R") -> Held:
    """From the announcement to the close, with a recusal, an objection, a round of replacement and opened names."""
    house = make.create_house()
    _bar_somebody(house)
    draw, devices = make.frozen(house, kind=kind, pub=None)
    make.give_digits(house, draw, devices)
    last = devices[-2]
    last.seat.refresh_from_db()
    words = "骰子掉到地上又捡起来算了一次，请写进记录。"
    actions.sign(seat=last.seat, opinion="object", statement=words, signature="签名", now=make.HELD)
    make.sign_all(house, draw, [device for device in devices if device is not last])
    actions.seal(by=house.operator, draw=draw, now=make.HELD)
    draw.refresh_from_db()
    gone, kept = queries.visits_of(draw)[:2]
    asked = make.ask(
        house, draw, "void", target=gone.commitment, why="CLOSED", reason="已拆除", evidence="照片"
    )
    make.replace(house, draw, [asked])
    actions.open_visited(by=house.operator, draw=draw, commitments=[kept.commitment, gone.commitment])
    actions.close(by=house.operator, draw=draw)
    draw.refresh_from_db()
    return Held(house, draw, _live(draw), _other(draw))


def _bar_somebody(house: make.House) -> None:
    person = Inspector.objects.of(house.organisation).order_by("pk").first()
    for target in Target.objects.of(house.organisation):
        ConflictOfInterest.objects.create(
            organisation=house.organisation, inspector=person, target=target, relation="EMPLOY", since=make.plan.TODAY - timedelta(days=300),
            evidence="申报表 7 号", declared_by=house.discipline,
        )  # fmt: skip


def _live(draw: Draw) -> dict[str, str]:
    at = {event.type: event.seq for event in draw.events.order_by("seq")}
    wanted = {
        "S1-welcome": ("announce", "welcome"), "S2-freeze": ("freeze", "freeze"), "S3-commit": ("freeze", "commit"),
        "S4-slips": ("slip", "slips"), "S5-opens": ("open", "opens"), "S5-seed": ("reveal", "seed"), "S6-draw": ("result", "draw"),
        "S7-team": ("result", "team"), "S8-sign": ("result", "sign"), "S8-sealed": ("sign", "sealed"), "after-round": ("round_result", "round"),
    }  # fmt: skip
    return {
        name: f"/draw/{draw.number}/?at={at[event]}&scene={scene}" for name, (event, scene) in wanted.items()
    }


def _other(draw: Draw) -> dict[str, str]:
    return {
        "S0-join": f"/draw/{draw.number}/join/", "S9-verify": f"/draw/{draw.number}/verify/", "S10-leaflet": f"/draw/{draw.number}/leaflet/",
    }  # fmt: skip
