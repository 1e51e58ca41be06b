"""What watchers are told: events of the chain, and the standing of a draw. The polled feed says the same."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from draws import scenes
from draws.live import SECRET_TYPES, keeps_secret, mark_of, marks_of
from draws.models import Draw, DrawEvent, Seat
from draws.rules.mc1.canonical import read_json
from draws.rules.mc1.order import NAMES
from draws.scenes.frames import SCENES_OF, Frame


@dataclass(frozen=True)
class Standing:
    """Where a draw stands; `mark` changes with what is not in the chain yet."""

    seq: int
    head: str
    mark: str
    state: str
    version: str


@dataclass(frozen=True)
class News:
    """One reading of a draw. events: new ones by audience; whole: audiences whose events are given from the start."""

    standing: Standing
    secret: bool
    frames: list[Frame]
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()


def standing_of(draw: Draw) -> Standing:
    return Standing(draw.head_seq, draw.head, mark_of(draw), draw.state, draw.version)


def standings(pks: Collection[int]) -> dict[int, Standing]:
    """Of many draws by primary key; three queries whatever their number."""
    draws = list(Draw.objects.filter(pk__in=pks))
    marks = marks_of(draws)
    return {d.pk: Standing(d.head_seq, d.head, marks[d.pk], d.state, d.version) for d in draws}


def fed_events(draw: Draw, audience: str, after: int = 0) -> list[dict[str, Any]]:
    """{"seq", "type", "at", "head", "content", "say", "scenes"} of the events after `after`, up to the draw's head.

    content: the canonical bytes a browser hashes; None where the audience may not have them yet
    """
    if after >= draw.head_seq:
        return []
    secret = audience == "public" and keeps_secret(draw)
    titles = dict(Seat.objects.filter(draw=draw).values_list("seat", "title"))
    rows = DrawEvent.objects.filter(draw=draw, seq__lte=draw.head_seq).after(after)
    return [_fed(row, titles, hidden=secret and row.type in SECRET_TYPES) for row in rows]


def read(pk: int, known: dict[str, int], secret: bool | None) -> News:
    """A draw as it is now.

    known: audience → how many events it has already; secret: whether the list was secret at the last reading
    """
    draw = Draw.objects.get(pk=pk)
    is_secret = keeps_secret(draw)
    whole = frozenset({"public"} & set(known)) if secret and not is_secret else frozenset()
    events = {
        audience: fed_events(draw, audience, 0 if audience in whole else count)
        for audience, count in known.items()
    }
    types = DrawEvent.objects.filter(draw=draw, seq__lte=draw.head_seq).order_by("seq")
    frames = scenes.frames_of(types.values("seq", "type"))
    return News(standing_of(draw), is_secret, frames, events, whole)


def _fed(row: DrawEvent, titles: dict[str, str], *, hidden: bool) -> dict[str, Any]:
    say = ""
    if not hidden:
        say = scenes.log.sentence_of({"type": row.type, "body": read_json(row.content)["body"]}, titles)
    return {
        "seq": row.seq, "type": row.type, "at": row.at, "head": row.head, "content": None if hidden else row.content,
        "say": say or NAMES[row.type], "scenes": list(SCENES_OF.get(row.type, ())),
    }  # fmt: skip
