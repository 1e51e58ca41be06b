"""The ranked table of a stratum: tickets from small to large, down to the cut and a little below."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from draws.chain import events_of, rows_of, state_of
from draws.models import ConflictOfInterest, Draw
from draws.rules.mc1 import selection
from draws.rules.mc1.hashing import HashSuite
from draws.scenes.people import Member, members_of, target_codes
from draws.scenes.strata import lines_of

BELOW_THE_CUT = 2
RELATIONS = dict(ConflictOfInterest.Relation.choices)


@dataclass(frozen=True)
class Recused:
    """Somebody whose ticket would have come earlier but who may not visit this target."""

    member: Member
    reason: str


@dataclass(frozen=True)
class Pick:
    """One ranked target. `ticket`: leading digits; `visits`: earlier visits of the year."""

    rank: int
    commitment: str
    code: str
    ticket: str
    visits: int
    team: list[Member] = field(default_factory=list)
    recused: list[Recused] = field(default_factory=list)
    lacking: bool = False


@dataclass(frozen=True)
class StratumPicks:
    """`below` are the first that were not drawn; `by_visits` is true where the less visited come first."""

    id: str
    label: str
    unit: str
    tier: str
    base: int
    pool: int
    need: int
    shortfall: int
    by_visits: bool
    drawn: int
    picks: list[Pick]
    below: list[Pick]


def picks_of(draw: Draw) -> list[StratumPicks]:
    """All strata of the result, in manifest order. Computed once per draw and head: it cannot change any more."""
    return _picks(draw.pk, draw.freeze_hash)


@lru_cache(maxsize=32)
def _picks(pk: int, freeze_hash: str) -> list[StratumPicks]:
    draw = Draw.objects.get(pk=pk)
    body = next(event["body"] for event in events_of(draw) if event["type"] == "result")
    state = state_of(draw)
    frozen, seed = state.frozen, state.seed or ""
    ranked = {
        stratum.id: selection.rank(
            state.suite, stratum, frozen.population, seed, take=stratum.draw + BELOW_THE_CUT
        )
        for stratum in frozen.strata
    }
    codes = target_codes(draw, {c for cs in ranked.values() for c in cs})
    teams = _teams(draw, body, state.suite, seed)
    labels = {line.id: line for line in lines_of(draw)}
    order = {stratum.id: stratum.order for stratum in frozen.strata}
    found = []
    for result in body["strata"]:
        line, cut = labels[result["id"]], len(result["sel"])

        def pick(rank: int, c: str, stratum: str = result["id"]) -> Pick:
            facts = frozen.population.facts(c)
            value = selection.ticket(state.suite, seed, stratum, c, facts.weight)
            team, recused, lacking = teams.get(c, ([], [], False))
            return Pick(rank, c, codes[c], value[:8], facts.visits_this_year, team, recused, lacking)

        rows = [pick(rank, c) for rank, c in enumerate(ranked[result["id"]], 1)]
        found.append(StratumPicks(
            result["id"], line.label, line.unit, line.tier, result["base"], result["pool"], result["need"], result["shortfall"],
            order[result["id"]] == "uninspected_first", cut, rows[:cut], rows[cut:],
        ))  # fmt: skip
    return found


def _teams(
    draw: Draw, body: dict[str, Any], suite: HashSuite, seed: str
) -> dict[str, tuple[list[Member], list[Recused], bool]]:
    """Visit -> members in ticket order, who was passed over by recusal, whether the team is lacking."""
    barred = _barred(draw)
    wanted = {i for _, members in body["teams"] for i in members} | {
        i for pairs in barred.values() for i in pairs
    }
    people = members_of(draw, wanted)
    found = {}
    for t, members in body["teams"]:
        key = suite.h("visit", seed, t)
        last = max((suite.h("pair", key, i) for i in members), default="")
        passed = [
            Recused(people[i], RELATIONS[reason])
            for i, reason in sorted(barred.get(t, {}).items())
            if suite.h("pair", key, i) < last
        ]
        found[t] = ([people[i] for i in members], passed, False)
    return found | {t: ([], [], True) for t in body["lacking"]}


def _barred(draw: Draw) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(draw)[2]:
        t, i, reason = row.split("|")
        found[t][i] = reason
    return found
