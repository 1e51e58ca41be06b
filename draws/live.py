"""Events as the live page shows them: the chained body plus screen codes, ranking values and counts.

Bodies hold no names, so nothing is masked; the public gets fewer rows where the rulebook keeps the list secret.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from draws.chain import state_of
from draws.models import Draw, DrawEvent, Pace, Presence, Seat
from draws.naming import strata_names
from draws.rules.ladder import sentence_of
from draws.rules.mc1.canonical import read_json
from draws.rules.mc1.order import NAMES
from draws.rules.mc1.selection import ticket
from foundation.rulebook import library

SHOWN = 16  # leading digits of a ranking value on the screen


def public_events(draw: Draw, audience: str = "public", after: int = 0) -> list[dict[str, Any]]:
    """All events after a sequence number as JSON-able values; four queries whatever their number."""
    events = list(DrawEvent.objects.filter(draw=draw).after(after))
    return _shown(draw, events, audience)


def public_event(draw: Draw, event: DrawEvent, audience: str = "public") -> dict[str, Any]:
    """{"seq", "type", "name", "at", "head", "content" or None, "body", "screen"}.

    content: the canonical bytes, from which a browser recomputes the head; None where the audience may not have them
    screen: what is drawn on the page, by type: codes, ranks, teams, counts, seat titles
    """
    return _shown(draw, [event], audience)[0]


def _shown(draw: Draw, events: list[DrawEvent], audience: str) -> list[dict[str, Any]]:
    secret = audience == "public" and keeps_secret(draw)
    bodies = [read_json(event.content)["body"] for event in events]
    codes = _codes(draw, bodies)
    seats = {seat.seat: seat.title for seat in Seat.objects.filter(draw=draw)} if events else {}
    names = (
        strata_names(draw) if {"freeze", "result", "round_result"} & {event.type for event in events} else {}
    )
    shown = [
        _one(draw, event, body, codes, seats, secret and event.type in SECRET_TYPES)
        for event, body in zip(events, bodies, strict=True)
    ]
    for event in shown:
        for stratum in event["screen"].get("strata", ()):
            stratum["name"] = names.get(stratum["id"], stratum["id"])
    return shown


SECRET_TYPES = ("spotcheck", "result", "round_causes", "round_result", "unmask")


def keeps_secret(draw: Draw) -> bool:
    """The rulebook keeps the list from the public until the visits, and the draw is not closed yet."""
    if draw.state in (Draw.State.CLOSED, Draw.State.VOID):
        return False
    return library.get(draw.rulebook_id).draw.list_secret_until == "visit"  # noqa: S105


def mark_of(draw: Draw) -> str:
    """Changes whenever somebody joins, signs, or a throw is written down; nobody can read anything from it."""
    return marks_of([draw])[draw.pk]


def marks_of(draws: Collection[Draw]) -> dict[int, str]:
    """Of many draws by primary key; three queries whatever their number."""
    pks = [draw.pk for draw in draws]
    seats, people = defaultdict(list), defaultdict(list)
    for pk, *row in (
        Seat.objects.filter(draw__in=pks).order_by("position")
        .values_list("draw_id", "seat", "joined_at", "signed_at", "spoken_digits")
    ):  # fmt: skip
        seats[pk].append(row)
    for pk, *row in (
        Presence.objects.filter(draw__in=pks).order_by("pk").values_list("draw_id", "role", "signed_at")
    ):
        people[pk].append(row)
    pace = {
        pk: row
        for pk, *row in Pace.objects.filter(draw__in=pks).values_list("draw_id", "paused_at", "due_at")
    }
    return {
        draw.pk: _digest([draw.state, draw.chain_b, seats[draw.pk], people[draw.pk], pace.get(draw.pk, [])])
        for draw in draws
    }


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, default=datetime.isoformat).encode()).hexdigest()[:12]


def _one(
    draw: Draw,
    event: DrawEvent,
    body: dict[str, Any],
    codes: dict[str, str],
    seats: dict[str, str],
    secret: bool,
) -> dict[str, Any]:
    builder = _SCREENS.get(event.type)
    screen = builder(draw, body, codes, seats) if builder else {}
    if secret:
        screen = {
            key: value
            for key, value in screen.items()
            if key in ("strata", "level", "rung", "lacking", "count", "r")
        }
        for stratum in screen.get("strata", ()):
            stratum.pop("sel", None)
    return {
        "seq": event.seq, "type": event.type, "name": NAMES[event.type], "at": event.at, "head": event.head,
        "content": None if secret else event.content, "body": None if secret else body, "screen": screen,
    }  # fmt: skip


def _codes(draw: Draw, bodies: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Screen codes of every commitment that the bodies mention."""
    found = {c for body in bodies for c in _mentioned(body)}
    if not found:
        return {}
    codes: dict[str, str] = {}
    for rows in (draw.snapshot_targets, draw.snapshot_inspectors):
        codes |= dict(rows.filter(commitment__in=found).values_list("commitment", "code"))
    return codes


def _mentioned(body: dict[str, Any]) -> Iterable[str]:
    yield from body.get("cs", ())
    for stratum in body.get("strata", ()):
        yield from stratum.get("sel", ())
    for t, members in body.get("teams", ()):
        yield t
        yield from members
    lacking = body.get("lacking", ())
    yield from lacking if isinstance(lacking, list) else ()  # a number in `close`
    for cause in body.get("causes", ()):
        yield from (cause[key] for key in ("t", "i") if key in cause)
        yield from cause.get("ts", ())
        yield from (row[:64] for row in cause.get("rows", ()))
    for swap in body.get("swaps", ()):
        yield from (swap[key] for key in ("t1", "i1", "t2", "i2") if swap[key])


@lru_cache(maxsize=32)
def _counts(pk: int, freeze_hash: str) -> dict[str, dict[str, int]]:
    """Rows per stratum and status of a frozen draw."""
    found: dict[str, Counter[str]] = {}
    rows = Draw(pk=pk).snapshot_targets.values_list("row", flat=True)
    for membership in (part for row in rows for part in row.rsplit("|", 1)[1].split("+")):
        stratum, status = membership.split(":")
        found.setdefault(stratum, Counter())[status] += 1
    return {stratum: dict(counts) for stratum, counts in found.items()}


def _freeze(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    counts = _counts(draw.pk, draw.freeze_hash)
    strata = [
        {
            "id": stratum["id"],
            "line": stratum["line"],
            "draw": stratum["draw"],
            "statuses": counts.get(stratum["id"], {}),
        }
        for stratum in body["strata"]
    ]
    return {
        "freeze_hash": draw.freeze_hash, "targets": body["n_t"], "inspectors": body["n_i"], "recusals": body["n_r"],
        "strata": strata, "ladder": [sentence_of(rung) for rung in body["team"]["ladder"]],
    }  # fmt: skip


def _seat(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    return {"title": seats.get(body["seat"], body["seat"]), "attempt": body["attempt"]}


def _retry(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    return {"attempt": body["attempt"], "missing": [seats.get(seat, seat) for seat in body["missing"]]}


def _result(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    """Selected targets in rank order with their ranking values, then the teams in the order of the visits."""
    state = state_of(draw)
    seed = body.get("seed") or state.seed or ""
    strata = [
        {**stratum, "sel": _ranked(draw, seed, stratum["id"], stratum["sel"], codes)}
        for stratum in body["strata"]
    ]
    ladder = state.manifest["team"]["ladder"]
    return {
        "strata": strata, "level": body["level"], "rung": sentence_of(ladder[body["level"]]),
        "teams": [{"code": codes[t], "members": [codes[i] for i in members]} for t, members in body["teams"]],
        "lacking": [codes[t] for t in body["lacking"]],
        "swaps": [{key: codes.get(swap[key], "") for key in ("t1", "i1", "t2", "i2")} for swap in body.get("swaps", ())],
        **({"r": body["r"]} if "r" in body else {}),
    }  # fmt: skip


def _ranked(
    draw: Draw, seed: str, stratum: str, chosen: list[str], codes: dict[str, str]
) -> list[dict[str, Any]]:
    state = state_of(draw)
    facts = state.frozen.population
    return [
        {
            "rank": rank, "commitment": c, "code": codes[c], "visits": facts.facts(c).visits_this_year,
            "value": ticket(state.suite, seed, stratum, c, facts.facts(c).weight)[:SHOWN],
        }
        for rank, c in enumerate(chosen, 1)
    ]  # fmt: skip


def _causes(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    """Kind and reason class in public; the details stay with the discipline officer."""
    causes = [
        {
            "kind": cause["k"], "why": cause["why"], "target": codes.get(cause.get("t", ""), ""),
            "inspector": codes.get(cause.get("i", ""), ""), "targets": [codes[t] for t in cause.get("ts", ())],
            "added": [codes[row[:64]] for row in cause.get("rows", ())],
        }
        for cause in body["causes"]
    ]  # fmt: skip
    return {"r": body["r"], "causes": causes, "count": len(causes)}


def _listed(draw: Draw, body: dict[str, Any], codes: dict[str, str], seats: dict[str, str]) -> dict[str, Any]:
    return {"codes": [codes[c] for c in body["cs"] if c in codes], "count": len(body["cs"])}


_SCREENS = {
    "freeze": _freeze,
    "slip": _seat,
    "open": _seat,
    "retry": _retry,
    "result": _result,
    "round_result": _result,
    "round_causes": _causes,
    "spotcheck": _listed,
    "unmask": _listed,
    "opening": _listed,
}
