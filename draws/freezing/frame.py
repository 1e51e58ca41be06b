"""What every part of the freeze shares: the draw, its day, its rulebook, the expertise codes, the committer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from draws.freezing import expertise
from draws.models import Draw, DrawStratum, SnapshotInspector, SnapshotTarget
from draws.rules import skills
from draws.rules.mc1.hashing import HashSuite, suite_of
from draws.rules.mc1.rows import Commitment, commit_record, make_record
from draws.rules.mc1.standing import Frozen
from draws.secrets import Secrets
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import Quota as Line
from personnel.models import Inspector
from planning.models import PlanTask
from planning.rules import weights
from planning.rules.weights import Weight
from planning.trial import book_of

Legend = dict[str, dict[str, str]]


@dataclass
class Material:
    """Everything the freeze stores; the model rows are not saved yet. `befores`: stratum -> drawn by earlier batches."""

    manifest: dict[str, Any]
    freeze_hash: str
    targets: list[SnapshotTarget]
    inspectors: list[SnapshotInspector]
    recusals: list[str]
    legend: Legend
    befores: dict[str, int]
    warnings: list[str] = field(default_factory=list)

    def frozen(self) -> Frozen:
        rows = ([t.row for t in self.targets], [i.row for i in self.inspectors], self.recusals)
        return Frozen.read(self.manifest, *rows)


@dataclass
class Frame:
    """`skills`: expertise -> neutral code; `legend` collects what the codes of rows mean; `wanted`: line -> expertise
    its items name; `weights`: what the plan gives the targets of every line of this draw.
    """

    draw: Draw
    kept: Secrets
    on: date
    suite: HashSuite
    book: Rulebook
    strata: list[DrawStratum]
    people: list[Inspector]
    skills: dict[str, str]
    legend: Legend
    wanted: dict[str, list[str]] = field(default_factory=dict)
    weights: tuple[Weight, ...] = ()

    @classmethod
    def of(cls, draw: Draw, kept: Secrets, on: date) -> "Frame":
        book = book_of(draw.plan)
        roster = Inspector.objects.of(draw.organisation).in_post_on(on).select_related("unit")
        people = list(roster.prefetch_related("areas"))
        strata = list(draw.strata.select_related("quota", "unit").order_by("pk"))
        matched = "expertise" in book.team.match
        wanted = expertise.wanted_by_line(draw, [one.line for one in strata]) if matched else {}
        words = [word for person in people for word in person.specialities] if matched else []
        words += [expertise.of_line(several) for several in wanted.values() if len(several) == 1]
        return cls(
            draw, kept, on, suite_of(draw.version), book, strata, people, skills.skill_codes(words),
            {"areas": {}, "bodies": {}, "skills": {}}, wanted, _weights(draw, book, strata),
        )  # fmt: skip

    @classmethod
    def of_frozen(cls, draw: Draw, kept: Secrets, on: date) -> "Frame":
        """For people who join a frozen draw: the expertise codes of the freeze stay."""
        frame = cls.of(draw, kept, on)
        frame.skills = {word: code for code, word in draw.legend.get("skills", {}).items()}
        return frame

    def line(self, stratum: DrawStratum) -> Line:
        return self.book.line(stratum.line)

    def skill_of(self, stratum: DrawStratum) -> str:
        """Code of the expertise a stratum asks for, or "": its targets' own is then looked at. source: MC1 §8"""
        word = expertise.of_line(self.wanted.get(stratum.line, ()))
        if not word:
            return ""
        self.legend["skills"][self.skills[word]] = word
        return self.skills[word]

    def commit(self, kind: str, uid: str, name: str, facts: str, evidence: str) -> Commitment:
        """Commit one record; `evidence` is canonical JSON or empty, its digest goes into the record."""
        proof = self.suite.digest(evidence.encode()).hex() if evidence else ""
        record = make_record(kind, uid, name, facts, proof)
        return commit_record(self.suite, bytes.fromhex(self.kept.master), self.draw.number, record)


def _weights(draw: Draw, book: Rulebook, strata: list[DrawStratum]) -> tuple[Weight, ...]:
    """The rules of the first line; those of the others are the same, or the draw would not have been prepared."""
    lines = [one.line for one in strata]
    first = (
        PlanTask.objects.filter(plan=draw.plan_id, line__in=lines).exclude(weights=[]).order_by("no").first()
    )
    return weights.read(book, first.weights) if first else ()
