"""Why a rehearsed assignment had to go down the ladder, or failed: the one thing that would have filled the gap.

A person whom a certificate or a leave keeps out, a pair that is barred, else the dimension of the ladder that had to give.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from draws.rules.mc1.rows import InspectorRow
from draws.rules.mc1.standing import Outcome
from draws.rules.mc1.teams import RungGap, VisitNeed

CERTIFICATE, AWAY, CONFLICT, SKILL, AREA, BODY, PLACES = (
    "certificate", "away", "conflict", "skill", "area", "body", "places",
)  # fmt: skip
KIND_ZH = {
    CERTIFICATE: "证件", AWAY: "请假或外出", CONFLICT: "回避", SKILL: "专业", AREA: "片区", BODY: "管辖单位", PLACES: "人数和名额",
}  # fmt: skip
NO_CERTIFICATE = "L.CERT"


@dataclass(frozen=True)
class Bottleneck:
    """kind: one of KIND_ZH · what: codes or commitments it is about · short: people missing · the other three as in §8"""

    kind: str
    what: tuple[str, ...]
    visits: int
    wanted: int
    places: int
    people: int

    @property
    def short(self) -> int:
        return self.wanted - self.places


@dataclass(frozen=True)
class Words:
    """Codes and commitments to what a reader calls them."""

    skills: Mapping[str, str]
    areas: Mapping[str, str]
    bodies: Mapping[str, str]
    people: Mapping[str, str]

    def of(self, found: Bottleneck) -> str:
        names = {
            SKILL: self.skills,
            AREA: self.areas,
            BODY: self.bodies,
            CERTIFICATE: self.people,
            AWAY: self.people,
        }
        known = names.get(found.kind, {})
        return "、".join(known.get(code, code) for code in found.what)


def bottleneck_of(outcome: Outcome) -> Bottleneck | None:
    """What kept the strictest rung, or the whole ladder, from carrying; None when the strictest carried."""
    assignment, ladder = outcome.assignment, outcome.standing.frozen.ladder
    if assignment.lacking:
        cert = assignment.certs[0]
        sums = outcome.problem.sums(ladder[-1], cert)
        return _name(outcome, RungGap(assignment.level, ladder[-1], cert, sums, ()), PLACES)
    if not assignment.gaps:
        return None
    gap = assignment.gaps[-1]
    return _name(outcome, gap, _given_up(gap, outcome))


def _given_up(gap: RungGap, outcome: Outcome) -> str:
    """The dimension in which the rung that carried is wider than the one before."""
    carried = outcome.standing.frozen.ladder[outcome.assignment.level]
    if gap.rung.reach != carried.reach:
        return AREA if gap.rung.reach == "area" else BODY
    return SKILL if gap.rung.skill and not carried.skill else PLACES


def _name(outcome: Outcome, gap: RungGap, dimension: str) -> Bottleneck:
    needs = [outcome.problem.needs[outcome.problem.place_of[t]] for t in gap.certificate.r]
    wanted, places = gap.sums.want - gap.sums.outside, gap.sums.places
    kind, what = _someone(outcome, gap, needs, wanted - places) or (dimension, _about(dimension, needs))
    return Bottleneck(kind, what, len(needs), wanted, places, len(gap.certificate.v))


def _someone(
    outcome: Outcome, gap: RungGap, needs: list[VisitNeed], short: int
) -> tuple[str, tuple[str, ...]] | None:
    """People kept out, or barred pairs, that alone would make up for what is short."""
    out = [row for row in outcome.standing.inspectors.values() if not row.available]
    for kind, rows in (
        (CERTIFICATE, [row for row in out if row.status == NO_CERTIFICATE]),
        (AWAY, [row for row in out if row.status != NO_CERTIFICATE]),
    ):
        able = {row.c: _gain(row, gap, needs) for row in rows}
        enough = _fewest(able, short)
        if enough:
            return kind, enough
    barred = sum(
        (need.t, row.c) in outcome.standing.barred for need in needs for row in _reaching(outcome, gap, need)
    )
    return (CONFLICT, ()) if barred >= short else None


def _gain(row: InspectorRow, gap: RungGap, needs: list[VisitNeed]) -> int:
    visits = sum(_reaches(row, gap, need) for need in needs)
    return min(visits, row.capacity + gap.rung.cap_add)


def _reaching(outcome: Outcome, gap: RungGap, need: VisitNeed) -> Iterable[InspectorRow]:
    inside = set(gap.certificate.v)
    rows = outcome.standing.inspectors.values()
    return [row for row in rows if row.available and row.c not in inside and _reaches(row, gap, need)]


def _reaches(row: InspectorRow, gap: RungGap, need: VisitNeed) -> bool:
    rung = gap.rung
    near = rung.reach == "any" or (need.area in row.areas if rung.reach == "area" else need.body == row.body)
    return near and (not (rung.skill and need.skill) or need.skill in row.skills)


def _fewest(gains: Mapping[str, int], short: int) -> tuple[str, ...]:
    """The fewest people whose places together fill the gap, most useful first; empty when all of them do not."""
    chosen: list[str] = []
    for c, gain in sorted(gains.items(), key=lambda pair: (-pair[1], pair[0])):
        if gain and short > 0:
            chosen.append(c)
            short -= gain
    return tuple(chosen) if short <= 0 else ()


def _about(dimension: str, needs: list[VisitNeed]) -> tuple[str, ...]:
    """The skills, areas or bodies of the visits in the gap, the most frequent three."""
    field = {SKILL: "skill", AREA: "area", BODY: "body"}.get(dimension)
    if field is None:
        return ()
    tally = Counter(getattr(need, field) for need in needs if getattr(need, field))
    return tuple(sorted(code for code, _ in tally.most_common(3)))
