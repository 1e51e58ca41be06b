"""Reading a year's draws into a report; remembered until another event is chained."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from draws.chain import events_of, state_of
from draws.fairness.lines import Asked, Never, Report, StratumLine, VoidLine
from draws.models import Draw, ReplacementRequest, SnapshotTarget
from draws.naming import strata_names
from draws.rules.fairness.evenness import WEIGHTED, Evenness, evenness
from draws.rules.fairness.lots import Lot, chances_of, is_weighted, lots_of
from draws.rules.fairness.people import leaving_of, pairs_of
from draws.rules.mc1.standing import Standing
from foundation.errors import OutOfOrder
from foundation.organisation.models import Organisation

S = Draw.State
VALID = (S.RESULT, S.SIGNED, S.CLOSED)
DONE = ReplacementRequest.State.DONE
KEPT_FOR = 24 * 3600


def report(organisations: Iterable[Organisation], year: int) -> Report:
    """Over the formal draws of the year. Void draws are counted but not tested: what they drew is not in force,
    and leaving them out is what would betray somebody who ends draws until one suits.
    """
    draws = list(
        Draw.objects.formal()
        .filter(organisation__in=organisations, period__startswith=str(year))
        .order_by("number")
    )
    key = _key(draws, year)
    found: Report | None = cache.get(key)
    if found is None:
        found = _made(draws, year)
        cache.set(key, found, KEPT_FOR)
    return found


def _key(draws: list[Draw], year: int) -> str:
    asked = ReplacementRequest.objects.filter(draw__in=draws).order_by("pk").values_list("pk", "state")
    text = repr(([(draw.number, draw.head) for draw in draws], list(asked)))
    return f"draws-fairness-{year}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _holds(draw: Draw) -> bool:
    """Whether the stored chain leads to the draw's head; one that does not is named, not counted."""
    try:
        return state_of(draw).standing is not None
    except OutOfOrder:
        return False


@dataclass
class _Year:
    """What is collected draw by draw; targets and people by primary key."""

    lots: dict[str, list[Lot]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    weighted: set[str] = field(default_factory=set)
    rounds: Counter[str] = field(default_factory=Counter)
    pool: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    areas: dict[str, str] = field(default_factory=dict)
    times: Counter[int] = field(default_factory=Counter)
    possible: Counter[int] = field(default_factory=Counter)
    missed: dict[int, float] = field(default_factory=dict)
    teams: list[list[int]] = field(default_factory=list)
    assigned: Counter[int] = field(default_factory=Counter)
    left: list[tuple[int, str]] = field(default_factory=list)
    voids: list[VoidLine] = field(default_factory=list)
    people: dict[int, str] = field(default_factory=dict)


def _made(draws: list[Draw], year: int) -> Report:
    broken = {draw.pk for draw in draws if draw.state in VALID and not _holds(draw)}
    valid = [draw for draw in draws if draw.state in VALID and draw.pk not in broken]
    collected = _Year()
    for draw in valid:
        _take(collected, draw)
    requests = list(
        ReplacementRequest.objects.filter(draw__in=valid).select_related("requested_by").order_by("pk")
    )
    often = Counter(min(collected.times[target], 3) for target in collected.possible)
    return Report(
        year=year, draws=tuple(draw.number for draw in valid), void=tuple(d.number for d in draws if d.state == S.VOID),
        strata=tuple(_stratum(collected, key) for key in sorted(collected.lots)), often=tuple(often[n] for n in range(4)),
        never=_never(collected), pairs=tuple(pairs_of(collected.teams)),
        people=tuple(leaving_of(collected.assigned, collected.left)), voids=tuple(collected.voids),
        reasons=dict(Counter(asked.why for asked in requests if asked.state == DONE).most_common()),
        asked=_asked(requests), broken=tuple(d.number for d in draws if d.pk in broken), names=collected.people,
    )  # fmt: skip


def _take(year: _Year, draw: Draw) -> None:
    state = state_of(draw)
    standing = state.standing
    assert standing is not None
    first = {row["id"]: row["sel"] for row in _result(draw)["strata"]}
    targets = dict(draw.snapshot_targets.values_list("commitment", "target_id"))
    year.areas |= draw.legend.get("areas", {})
    _take_strata(year, draw, standing, first, targets)
    for t in standing.visits:
        year.times[targets[t]] += 1
    _take_people(year, draw, standing)


def _result(draw: Draw) -> dict[str, Any]:
    return next(event["body"] for event in events_of(draw) if event["type"] == "result")


def _take_strata(
    year: _Year, draw: Draw, standing: Standing, first: dict[str, list[str]], targets: dict[str, int]
) -> None:
    names, population = strata_names(draw), standing.frozen.population
    eligible: dict[int, float] = {}
    for stratum in standing.frozen.strata:
        key = f"{stratum.line}|{stratum.body}"
        year.names[key] = names[stratum.id]
        if is_weighted(stratum, population):
            year.weighted.add(key)
        year.lots.setdefault(key, []).extend(lots_of(stratum, population, first[stratum.id]))
        year.rounds[key] += 1
        year.drawn[key] += len(first[stratum.id])
        for chance in chances_of(stratum, population):
            year.pool[key] += len(chance.members)
            for c in chance.members:
                target = targets[c]
                eligible[target] = eligible.get(target, 1.0) * (1 - chance.probability)
        chosen = standing.selected.get(stratum.id, set())
        year.voids.append(
            VoidLine(names[stratum.id], draw.period, len(chosen), len(chosen & standing.voided))
        )
    for target, missed in eligible.items():
        year.possible[target] += 1
        year.missed[target] = year.missed.get(target, 1.0) * missed


def _take_people(year: _Year, draw: Draw, standing: Standing) -> None:
    rows = {
        c: (pk, name)
        for c, pk, name in draw.snapshot_inspectors.values_list("commitment", "inspector_id", "name")
    }
    year.people |= dict(rows.values())
    for visit in standing.visits.values():
        team = [rows[i][0] for i in visit.team]
        year.teams.append(team)
        year.assigned.update(team)
    for inspector, kind in _leavings(draw):
        person = rows[inspector][0]
        year.assigned[person] += 1
        year.left.append((person, kind))


def _leavings(draw: Draw) -> list[tuple[str, str]]:
    """(inspector, kind) for each visit that a person left in a round; absent counts once per visit."""
    found: list[tuple[str, str]] = []
    for event in events_of(draw):
        for cause in event["body"]["causes"] if event["type"] == "round_causes" else ():
            if cause["k"] in ("recuse", "swap"):
                found.append((cause["i"], cause["k"]))
            elif cause["k"] == "absent":
                found += [(cause["i"], "absent")] * len(cause["ts"])
    return found


def _stratum(year: _Year, key: str) -> StratumLine:
    test = Evenness((), untested=WEIGHTED) if key in year.weighted else evenness(year.lots[key])
    return StratumLine(
        key, year.names[key], year.rounds[key], year.pool[key], year.drawn[key], test, dict(year.areas)
    )


def _never(year: _Year) -> tuple[Never, ...]:
    """Longest passed over first. One query for the names."""
    wanted = [target for target in year.possible if not year.times[target]]
    rows = SnapshotTarget.objects.filter(target__in=wanted).select_related("target__area")
    known = {row.target_id: row for row in rows.order_by("pk")}
    found = [
        Never(
            pk, known[pk].uid, known[pk].name, known[pk].target.area.name, year.possible[pk], year.missed[pk]
        )
        for pk in wanted
    ]
    return tuple(sorted(found, key=lambda row: (row.missed, row.uid)))


def _asked(requests: list[ReplacementRequest]) -> tuple[Asked, ...]:
    kinds, states = ReplacementRequest.Kind, ReplacementRequest.State
    people = {asked.requested_by_id: asked.requested_by.name for asked in requests}
    found = []
    for person, name in people.items():
        own = [asked for asked in requests if asked.requested_by_id == person]
        done = [asked for asked in own if asked.state == states.DONE]
        refused = sum(asked.state == states.REFUSED for asked in own)
        voids = sum(asked.kind == kinds.VOID for asked in done)
        found.append(Asked(person, name, len(own), len(done), refused, voids))
    return tuple(sorted(found, key=lambda row: (-row.asked, row.name)))


def unstarted(organisations: Iterable[Organisation], year: int) -> int:
    """Drawn visits that have not begun. While there are any, a list of those never drawn would tell who is."""
    draws = Draw.objects.formal().filter(
        organisation__in=organisations, period__startswith=str(year), state__in=(S.RESULT, S.SIGNED)
    )
    waiting = 0
    for draw in draws:
        standing = state_of(draw).standing if _holds(draw) else None
        begun = set(draw.snapshot_targets.exclude(started_on=None).values_list("commitment", flat=True))
        waiting += len(set(standing.visits) - begun) if standing else 0
    return waiting


def years(organisations: Iterable[Organisation]) -> list[int]:
    """Years with a formal draw that was frozen, newest first."""
    periods = Draw.objects.formal().filter(organisation__in=organisations).exclude(freeze_hash="")
    return sorted({int(period[:4]) for period in periods.values_list("period", flat=True)}, reverse=True)
