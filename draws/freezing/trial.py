"""A dry run before the freeze: is there a team for everybody, and if not, where does it fail."""

from dataclasses import dataclass
from datetime import date

from draws.freezing.building import build
from draws.models import Draw
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
