"""Dry runs before the freeze: is there a team for everybody, and if not, what stands in the way. Nothing is kept."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from draws.freezing.building import build
from draws.freezing.frame import Material
from draws.models import Draw
from draws.rules import bottleneck
from draws.rules.bottleneck import Bottleneck, Words
from draws.rules.ladder import sentence_of
from draws.rules.mc1.standing import Outcome
from draws.rules.mc1.standing import draw as play
from draws.rules.mc1.teams import RungGap
from draws.secrets import Secrets


@dataclass(frozen=True)
class Trial:
    """level: rung of the ladder that would carry · gaps: why the earlier ones do not, and who lacks a team at the last."""

    warnings: list[str]
    visits: int
    level: int
    rung: str
    gaps: list[str]
    lacking: int

    @property
    def feasible(self) -> bool:
        return not self.lacking


def trial(draw: Draw, on: date) -> Trial:
    """Build everything with throw-away secrets and draw once with a throw-away seed; nothing is kept."""
    material = build(draw, Secrets.new(), on, None, dry=True)
    outcome = play(material.frozen(), Secrets.new().master)
    assignment = outcome.assignment
    rungs = [sentence_of(rung) for rung in material.manifest["team"]["ladder"]]
    words = material.legend["skills"]
    return Trial(
        material.warnings, len(assignment.teams) + len(assignment.lacking), assignment.level, rungs[assignment.level],
        [f"{rungs[gap.level]}：{gap.sentence(words)}" for gap in _gaps(outcome)], len(assignment.lacking),
    )  # fmt: skip


def _gaps(outcome: Outcome) -> list[RungGap]:
    """Rungs passed over, and the first lacking visit at the last rung."""
    assignment, ladder = outcome.assignment, outcome.standing.frozen.ladder
    last = [
        RungGap(assignment.level, ladder[-1], cert, outcome.problem.sums(ladder[-1], cert), ())
        for cert in assignment.certs[:1]
    ]
    return [*assignment.gaps, *last]


@dataclass
class Tally:
    """What many throw-away seeds came to."""

    seeds: int = 0
    failed: int = 0
    visits: list[int] = field(default_factory=list)
    lacking: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    found: dict[tuple[str, tuple[str, ...]], list[Bottleneck]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        assignment = outcome.assignment
        self.seeds += 1
        self.failed += bool(assignment.lacking)
        self.lacking = max(self.lacking, len(assignment.lacking))
        self.visits.append(len(assignment.teams) + len(assignment.lacking))
        self.levels[assignment.level] += 1
        reason = bottleneck.bottleneck_of(outcome)
        if reason is not None:
            self.found.setdefault((reason.kind, reason.what), []).append(reason)


def tally_of(
    draw: Draw, on: date, seeds: Iterable[str], tell: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """Freeze once with throw-away secrets, then select and assign with every seed; the report as plain JSON.

    tell: called with the number of seeds done
    raises: RuleBroken or Mc1Error as the freeze would
    """
    material = build(draw, Secrets.new(), on, None, dry=True)
    frozen, tally = material.frozen(), Tally()
    for seed in seeds:
        tally.add(play(frozen, seed))
        tell(tally.seeds)
    return _report(tally, material)


def _report(tally: Tally, material: Material) -> dict[str, Any]:
    ladder = material.manifest["team"]["ladder"]
    people = {row.commitment: row.name for row in material.inspectors}
    words = Words(material.legend["skills"], material.legend["areas"], material.legend["bodies"], people)
    order = sorted(tally.found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {
        "seeds": tally.seeds, "failed": tally.failed, "relaxed": sum(tally.levels[level] for level in range(1, len(ladder))),
        "visits": [min(tally.visits, default=0), max(tally.visits, default=0)], "lacking": tally.lacking,
        "levels": [{"rung": sentence_of(rung), "runs": tally.levels[level]} for level, rung in enumerate(ladder)],
        "bottlenecks": [_entry(kind, found, words) for (kind, _), found in order], "warnings": material.warnings,
        "inspectors": len(material.inspectors), "recusals": len(material.recusals),
    }  # fmt: skip


def _entry(kind: str, found: list[Bottleneck], words: Words) -> dict[str, Any]:
    """The worst case of one bottleneck speaks for it."""
    worst = max(found, key=lambda one: (one.short, one.visits))
    what = words.of(worst)
    return {
        "kind": bottleneck.KIND_ZH[kind], "what": what, "runs": len(found), "sentence": _sentence(worst, what),
        "options": _options(worst, what),
    }  # fmt: skip


def _sentence(one: Bottleneck, what: str) -> str:
    numbers = f"最紧的一次，{one.visits} 家可用 {one.people} 人共 {one.places} 个名额，需要 {one.wanted} 个"
    lead = {
        bottleneck.CERTIFICATE: f"{what}没有有效执法证", bottleneck.AWAY: f"{what}当天不在", bottleneck.CONFLICT: "回避占去了能去的人",
        bottleneck.SKILL: f"{what}专业的人不够", bottleneck.AREA: f"{what}的人不够", bottleneck.BODY: f"{what}的人不够",
        bottleneck.PLACES: "人或名额不够",
    }[one.kind]  # fmt: skip
    return f"{lead}：{numbers}。"


def _options(one: Bottleneck, what: str) -> list[str]:
    short = one.short
    return {
        bottleneck.CERTIFICATE: [f"抽取前为{what}换发执法证并在人员名录登记", f"另增 {short} 人次可派的人"],
        bottleneck.AWAY: [f"抽取会改到{what}回来以后", f"另增 {short} 人次可派的人"],
        bottleneck.CONFLICT: ["请纪检监督员核对利害关系是否仍在期内", f"另增 {short} 人次没有利害关系的人"],
        bottleneck.SKILL: [f"为有条件的人登记{what}专业", f"接受放宽：{short} 人次由其他专业的人补"],
        bottleneck.AREA: [f"给{what}增派 {short} 人次", "接受放宽：由其他片区的人补"],
        bottleneck.BODY: [f"给{what}增派 {short} 人次", "接受放宽：由其他单位的人补"],
        bottleneck.PLACES: [f"增加可派的人（还差 {short} 人次）", "分两批抽取", "接受放宽：每人多查几家"],
    }[one.kind]  # fmt: skip
