"""From the registers of a day to the frozen rows and the manifest. Reads only; `actions.freeze` writes what comes out."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from draws import chain
from draws.models import ConflictOfInterest, Draw, DrawStratum, SnapshotInspector, SnapshotTarget
from draws.rules import ladder, privacy, screen, skills
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.chains import chain_tip
from draws.rules.mc1.entropy import op_commit
from draws.rules.mc1.hashing import HashSuite, suite_of
from draws.rules.mc1.manifest import build_manifest, freeze_hash
from draws.rules.mc1.patterns import ZEROS
from draws.rules.mc1.quota import Stratum, limit_of
from draws.rules.mc1.rows import (
    INSPECTOR,
    TARGET,
    Commitment,
    InspectorRow,
    TargetFacts,
    commit_record,
    make_record,
    recusal_row,
)
from draws.rules.mc1.standing import Frozen
from draws.rules.mc1.standing import draw as play
from draws.rules.mc1.teams import RungGap
from draws.rules.protocol import CHAIN_LENGTH
from draws.secrets import Secrets
from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Line
from personnel.models import Absence, Inspector
from personnel.queries import away_of, certificate_of
from personnel.rules import status_on
from planning import population
from planning.models import Drawn, Override
from planning.trial import book_of
from registry.models import Target

MAX_VISITS, MAX_CAPACITY = 999, 999


@dataclass
class Material:
    """Everything the freeze stores; the model rows are not saved yet."""

    manifest: dict[str, Any]
    freeze_hash: str
    targets: list[SnapshotTarget]
    inspectors: list[SnapshotInspector]
    recusals: list[str]
    legend: dict[str, dict[str, str]]
    befores: dict[str, int]
    warnings: list[str] = field(default_factory=list)

    def frozen(self) -> Frozen:
        rows = ([t.row for t in self.targets], [i.row for i in self.inspectors], self.recusals)
        return Frozen.read(self.manifest, *rows)


@dataclass(frozen=True)
class Membership:
    """One target's place in the strata: status by stratum, counted visits, the stratum that names its screen code."""

    statuses: dict[str, str]
    visits: int


class Builder:
    """Builds the material of one draw for one day. `kept`: the secrets that make salts and commitments."""

    def __init__(self, draw: Draw, kept: Secrets, on: date, *, dry: bool = False) -> None:
        self.draw, self.kept, self.on, self.dry = draw, kept, on, dry
        self.suite: HashSuite = suite_of(draw.version)
        self.book: Rulebook = book_of(draw.plan)
        self.strata = list(draw.strata.select_related("quota", "unit").order_by("pk"))
        self.warnings: list[str] = []
        self.legend: dict[str, dict[str, str]] = {"areas": {}, "bodies": {}, "skills": {}}

    def build(self, prev: dict[str, Any] | None) -> Material:
        """Rows, strata and manifest; raises RuleBroken or Mc1Error naming what is missing."""
        people = list(
            Inspector.objects.of(self.draw.organisation)
            .active()
            .select_related("unit")
            .prefetch_related("areas")
        )
        members = self._memberships()
        words = skills.skill_codes(word for person in people for word in person.specialities)
        self.skills = words if "expertise" in self.book.team.match else {}
        targets = self._targets(members)
        befores = {stratum.stratum: self._before(stratum) for stratum in self.strata}
        strata = [self._stratum(stratum, befores[stratum.stratum]) for stratum in self.strata]
        share = ladder.equal_share(self._seats(strata, members), self._available(people))
        inspectors = self._inspectors(people, share)
        recusals = self._recusals(targets, inspectors)
        manifest = self._manifest(prev, strata, targets, inspectors, recusals, share)
        self._warn(targets, inspectors, members)
        return Material(
            manifest,
            freeze_hash(self.suite, manifest),
            targets,
            inspectors,
            recusals,
            self.legend,
            befores,
            self.warnings,
        )

    # -- targets --------------------------------------------------------------------------------------

    def _memberships(self) -> dict[int, Membership]:
        statuses: dict[int, dict[str, str]] = {}
        visits: dict[int, int] = {}
        register = population.read(self.draw.organisation, self.book, self.on, year=int(self.draw.period[:4]))
        for stratum in self.strata:
            found = register.members(self._line(stratum), stratum.unit, Period.parse(stratum.period))
            for target in {*found.base, *found.status}:
                statuses.setdefault(target, {})[stratum.stratum] = found.status.get(target, "E")
                visits[target] = max(visits.get(target, 0), found.visits.get(target, 0))
        return {target: Membership(its, min(visits[target], MAX_VISITS)) for target, its in statuses.items()}

    def _targets(self, members: dict[int, Membership]) -> list[SnapshotTarget]:
        prefixes = {stratum.stratum: self._prefix(stratum) for stratum in self.strata}
        order = [stratum.stratum for stratum in self.strata]
        made: list[tuple[SnapshotTarget, str]] = []
        related = Target.objects.select_related("area", "unit").in_bulk(list(members))
        for pk, membership in members.items():
            made.append((
                self._target(related[pk], membership),
                next(prefixes[stratum] for stratum in order if stratum in membership.statuses),
            ))  # fmt: skip
        codes = screen.codes_of((row.commitment, prefix) for row, prefix in made)
        for row, _ in made:
            row.code = codes[row.commitment]
        return sorted((row for row, _ in made), key=lambda row: row.row)

    def _target(self, target: Target, membership: Membership) -> SnapshotTarget:
        skill = skills.needed_skill(target.categories, target.radiation, self.skills)
        self._explain(target, skill)
        facts = TargetFacts(
            membership.visits, 1, target.area.code, target.unit.code if target.unit else "", skill,
            tuple(sorted(membership.statuses.items())),
        ).text  # fmt: skip
        evidence = self._target_evidence(target, membership)
        one = self._commit(TARGET, target.uid, target.name, facts, evidence)
        return SnapshotTarget(
            draw=self.draw,
            target=target,
            commitment=one.c,
            uid=target.uid,
            name=target.name,
            row=one.row,
            evidence=evidence,
        )

    def _target_evidence(self, target: Target, membership: Membership) -> str:
        if set(membership.statuses.values()) == {"E"}:
            return ""
        strata = [[stratum, status] for stratum, status in sorted(membership.statuses.items())]
        return canon(
            {
                "on": self.on.isoformat(),
                "status": target.status,
                "strata": strata,
                "uid": target.uid,
                "visits": membership.visits,
            }
        )

    def _explain(self, target: Target, skill: str) -> None:
        self.legend["areas"][target.area.code] = target.area.name
        if target.unit:
            self.legend["bodies"][target.unit.code] = target.unit.name
        if skill:
            self.legend["skills"][skill] = next(word for word, code in self.skills.items() if code == skill)

    def _prefix(self, stratum: DrawStratum) -> str:
        return screen.prefix_of(self._line(stratum).when.names("tier"))

    # -- strata ---------------------------------------------------------------------------------------

    def _line(self, stratum: DrawStratum) -> Line:
        return self.book.line(stratum.line)

    def _before(self, stratum: DrawStratum) -> int:
        """Drawn in this line and period by earlier batches and not voided since."""
        earlier = Drawn.objects.filter(
            organisation=self.draw.organisation,
            period=stratum.period,
            line=stratum.line,
            unit=stratum.unit,
            voided_on=None,
        )
        return earlier.exclude(draw_number=self.draw.number).count()

    def _stratum(self, stratum: DrawStratum, before: int) -> Stratum:
        basis, num, den, officers = self._arithmetic(stratum)
        return Stratum(
            id=stratum.stratum, line=stratum.line, body=stratum.unit.code, basis=basis, num=num, den=den,
            officers=officers, floor=stratum.quota.floor, before=before, extra=stratum.extra, last=stratum.last,
            draw=stratum.planned or 0, order=self._line(stratum).order, skill="",
        )  # fmt: skip

    def _arithmetic(self, stratum: DrawStratum) -> tuple[str, int, int, int]:
        """basis, num, den, officers of the manifest: exact decimal rates as digits over a power of ten."""
        line = self._line(stratum)
        if line.basis == "manual":
            return "count", stratum.quota.required, 1, 0
        rate = line.rate(Period.parse(stratum.period).index)
        digits = -min(int(rate.as_tuple().exponent), 0)
        num, den = int(rate.scaleb(digits)), 10**digits
        if line.basis == "officers":
            return "officers", num, den, stratum.quota.officers
        return "rate", num, den, 0

    def _seats(self, strata: list[Stratum], members: dict[int, Membership]) -> int:
        """Places the teams can need at most: every stratum its share, a target counted once."""
        eligible = sum("E" in its.statuses.values() for its in members.values())
        wanted = sum(stratum_need(stratum, members) for stratum in strata)
        return self.draw.team_size * min(eligible, wanted)

    # -- inspectors and recusals ----------------------------------------------------------------------

    def _status(self, person: Inspector) -> str:
        away = self._absences().get(person.pk)
        return status_on(
            self.on,
            in_post=person.in_post,
            certificate=certificate_of(person),
            away=[away_of(away)] if away else [],
        )

    def _absences(self) -> dict[int, Absence]:
        if not hasattr(self, "_away"):
            found = Absence.objects.filter(inspector__organisation=self.draw.organisation, since__lte=self.on)
            self._away = {
                away.inspector_id: away
                for away in found.order_by("since")
                if away.until is None or away.until >= self.on
            }
        return self._away

    def _available(self, people: list[Inspector]) -> int:
        return sum(self._status(person) == "A" for person in people)

    def _inspectors(self, people: list[Inspector], share: int) -> list[SnapshotInspector]:
        made = [self.inspector(person, share) for person in people]
        codes = screen.codes_of((row.commitment, screen.INSPECTOR) for row in made)
        for row in made:
            row.code = codes[row.commitment]
        return sorted(made, key=lambda row: row.row)

    def inspector(self, person: Inspector, share: int) -> SnapshotInspector:
        """One roster row; also used for people who are added in a round."""
        areas = {area.code: area.name for area in person.areas.all()}
        known = {self.skills[word]: word for word in person.specialities if word in self.skills}
        self.legend["areas"] |= areas
        self.legend["skills"] |= known
        self.legend["bodies"][person.unit.code] = person.unit.name
        status = self._status(person)
        facts = InspectorRow(
            "", frozenset(areas), person.unit.code, frozenset(known), min(share, MAX_CAPACITY), status
        ).facts
        evidence = "" if status == "A" else self._inspector_evidence(person, status)
        one = self._commit(INSPECTOR, person.uid, person.name, facts, evidence)
        return SnapshotInspector(
            draw=self.draw,
            inspector=person,
            commitment=one.c,
            uid=person.uid,
            name=person.name,
            row=one.row,
            evidence=evidence,
        )

    def added(
        self, people: list[Inspector], *, capacity: int, skills: dict[str, str]
    ) -> list[SnapshotInspector]:
        """Rows of people who join in a round; `skills`: the draw's own code → expertise."""
        self.skills = {word: code for code, word in skills.items()}
        return sorted((self.inspector(person, capacity) for person in people), key=lambda row: row.row)

    def _inspector_evidence(self, person: Inspector, status: str) -> str:
        away = self._absences().get(person.pk)
        return canon({
            "absence": away.pk if away else None, "certificate": person.certificate_no, "on": self.on.isoformat(),
            "status": status, "uid": person.uid, "until": str(person.certificate_valid_until or ""),
        })  # fmt: skip

    def _recusals(self, targets: list[SnapshotTarget], inspectors: list[SnapshotInspector]) -> list[str]:
        """A declared conflict with an entity bars all its targets."""
        by_target: dict[int, list[str]] = {}
        by_entity: dict[int, list[str]] = {}
        for row in targets:
            by_target.setdefault(row.target_id, []).append(row.commitment)
            if row.target.entity_id:
                by_entity.setdefault(row.target.entity_id, []).append(row.commitment)
        people = {row.inspector_id: row.commitment for row in inspectors}
        found = set()
        for conflict in ConflictOfInterest.objects.filter(organisation=self.draw.organisation).in_force(
            self.on
        ):
            barred = by_target.get(conflict.target_id or 0, []) or by_entity.get(conflict.entity_id or 0, [])
            if conflict.inspector_id in people:
                found |= {recusal_row(t, people[conflict.inspector_id], conflict.relation) for t in barred}
        return sorted(found)

    # -- manifest -------------------------------------------------------------------------------------

    def _commit(self, kind: str, uid: str, name: str, facts: str, evidence: str) -> Commitment:
        proof = self.suite.digest(evidence.encode()).hex() if evidence else ""
        record = make_record(kind, uid, name, facts, proof)
        return commit_record(self.suite, bytes.fromhex(self.kept.master), self.draw.number, record)

    def _manifest(
        self, prev: dict[str, Any] | None, strata: list[Stratum], targets: list[SnapshotTarget],
        inspectors: list[SnapshotInspector], recusals: list[str], share: int,
    ) -> dict[str, Any]:  # fmt: skip
        draw = self.draw
        tip_a = chain_tip(self.suite, self.kept.chain_a, CHAIN_LENGTH)
        rungs = ladder.ladder_of(self.book.team.match, match_local=self.book.team.match_local, share=share)
        return build_manifest(
            self.suite, kind=draw.kind, draw_id=draw.number, prev=prev,
            rulebook={"id": self.book.id, "hash": self.book.hash}, strata=strata,
            overrides=self._overrides(targets), team={"g": draw.team_size, "ladder": rungs},
            op_commit=op_commit(self.suite, draw.number, self.kept.op_secret),
            chains={"len": CHAIN_LENGTH, "a": tip_a, "b": draw.chain_b or (ZEROS if self.dry else ""), "b_holder": holder_role(draw)},
            seats=self._seat_entries(),
            pub={"source": draw.pub_source, "issue": draw.pub_issue} if draw.pub_source else None,
            targets=[row.row for row in targets], inspectors=[row.row for row in inspectors], recusals=recusals,
        )  # fmt: skip

    def _seat_entries(self) -> list[dict[str, str]]:
        seats = self.draw.seats.order_by("position")
        entries = [{"id": seat.seat, "role": seat.role, "method": seat.method} for seat in seats]
        if self.dry and not entries:
            return [{"id": "S1", "role": "observer", "method": "sealed"}]
        return entries

    def _overrides(self, targets: list[SnapshotTarget]) -> list[dict[str, str]]:
        """Approved exceptions of the year for targets that may be drawn."""
        eligible = {row.target_id: row.commitment for row in targets if ":E" in row.row}
        approved = Override.objects.filter(
            organisation=self.draw.organisation,
            year=int(self.draw.period[:4]),
            approved_by__isnull=False,
            target__isnull=False,
        )
        entries = {}
        for override in approved.filter(target__in=list(eligible)).order_by("pk"):
            proof = canon({
                "approved_at": chain.stamp(override.approved_at) if override.approved_at else "",
                "evidence": override.evidence, "id": override.pk, "reason": override.reason, "rule": override.rule,
            })  # fmt: skip
            c = eligible[override.target_id or 0]
            entries[c, override.rule] = {
                "c": c, "rule": override.rule[:32], "approval_hash": self.suite.digest(proof.encode()).hex()
            }  # fmt: skip
        return list(entries.values())

    def _warn(
        self,
        targets: list[SnapshotTarget],
        inspectors: list[SnapshotInspector],
        members: dict[int, Membership],
    ) -> None:
        self.warnings += privacy.warnings_of((row.row[65:] for row in targets), len(inspectors))
        for stratum in self.strata:
            base = sum(not its.statuses.get(stratum.stratum, "X").startswith("X") for its in members.values())
            if base != stratum.quota.base:
                self.warnings.append(
                    f"{stratum.line}（{stratum.unit}）确认配额时基数 {stratum.quota.base} 家，现在 {base} 家，按现在的名录计算应抽数。"
                )


@dataclass(frozen=True)
class Trial:
    """What a dry run says before the freeze. level: rung of the ladder that would carry; gaps: why earlier ones do not."""

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
    """Build everything with throw-away secrets and draw once with a throw-away seed; nothing is kept or repeated."""
    builder = Builder(draw, Secrets.new(), on, dry=True)
    material = builder.build(None)
    frozen = material.frozen()
    outcome = play(frozen, Secrets.new().master)
    assignment, last = outcome.assignment, frozen.ladder[-1]
    ladder_rungs = [ladder.sentence_of(rung) for rung in material.manifest["team"]["ladder"]]
    words = dict(material.legend["skills"])
    found = list(assignment.gaps)
    for cert in assignment.certs[:1]:
        found.append(RungGap(assignment.level, last, cert, outcome.problem.sums(last, cert), ()))
    gaps = [f"{ladder_rungs[gap.level]}：{gap.sentence(words)}" for gap in found]
    return Trial(
        material.warnings, len(assignment.teams) + len(assignment.lacking), assignment.level,
        ladder_rungs[assignment.level], gaps, len(assignment.lacking),
    )  # fmt: skip


def stratum_need(stratum: Stratum, members: dict[int, Membership]) -> int:
    """What this draw takes of a stratum, before the manifest computes it: the limit, or the planned number."""
    statuses = [its.statuses[stratum.id] for its in members.values() if stratum.id in its.statuses]
    base, pool = sum(not status.startswith("X") for status in statuses), statuses.count("E")
    return limit_of(stratum, base, pool) if stratum.last else stratum.draw


def holder_role(draw: Draw) -> str:
    """`chains.b_holder`: the discipline officer, or the approver of replacements where there is none."""
    return "discipline" if draw.discipline_id else "unit_head"


def build(draw: Draw, kept: Secrets, on: date, prev: dict[str, Any] | None) -> Material:
    """The material of the freeze. raises: RuleBroken when nobody may be drawn or nobody may inspect"""
    if not draw.strata.exists():
        raise RuleBroken("没有抽取层，不能冻结。请先选择配额。", code="no_quota")
    return Builder(draw, kept, on).build(prev)
