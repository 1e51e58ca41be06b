"""The manifest of a draw from its strata, lists and secrets. source: MC1 §4"""

from decimal import Decimal
from typing import Any

from draws import chain
from draws.freezing import expertise
from draws.freezing.frame import Frame
from draws.freezing.targets import Membership
from draws.models import Draw, DrawStratum, SnapshotInspector, SnapshotTarget
from draws.rules import ladder
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.chains import chain_tip
from draws.rules.mc1.entropy import op_commit
from draws.rules.mc1.manifest import build_manifest
from draws.rules.mc1.patterns import ZEROS
from draws.rules.mc1.quota import Stratum, limit_of
from draws.rules.mc1.rows import ELIGIBLE
from draws.rules.protocol import CHAIN_LENGTH
from foundation.rulebook.periods import Period
from planning.models import Drawn, Override
from planning.rules.naming import short_name


def befores_of(frame: Frame) -> dict[str, int]:
    """Stratum -> drawn in this line and period by earlier batches, without those voided since."""
    return {stratum.stratum: _before(frame.draw, stratum) for stratum in frame.strata}


def _before(draw: Draw, stratum: DrawStratum) -> int:
    return Drawn.objects.filter(
        organisation=draw.organisation, period=stratum.period, line=stratum.line, unit=stratum.unit, voided_on=None
    ).count()  # fmt: skip


def strata_of(frame: Frame, befores: dict[str, int]) -> list[Stratum]:
    """Strata of the manifest; `draw` of a last batch is filled in when the manifest is built."""
    return [_stratum(frame, stratum, befores[stratum.stratum]) for stratum in frame.strata]


def _stratum(frame: Frame, stratum: DrawStratum, before: int) -> Stratum:
    basis, num, den, officers = _arithmetic(frame, stratum)
    return Stratum(
        id=stratum.stratum, line=stratum.line, body=stratum.unit.code, basis=basis, num=num, den=den,
        officers=officers, floor=stratum.quota.floor, before=before, extra=stratum.extra, last=stratum.last,
        draw=stratum.planned or 0, order=frame.line(stratum).order,
        skill=frame.skill_of(stratum),
    )  # fmt: skip


def _arithmetic(frame: Frame, stratum: DrawStratum) -> tuple[str, int, int, int]:
    """basis, num, den, officers: exact decimal rates as digits over a power of ten."""
    line = frame.line(stratum)
    if line.basis == "manual":
        return "count", stratum.quota.required, 1, 0
    rate = _rate(frame, stratum)
    digits = -min(int(rate.as_tuple().exponent), 0)
    num, den = int(rate.scaleb(digits)), 10**digits
    if line.basis == "officers":
        return "officers", num, den, stratum.quota.officers
    return "rate", num, den, 0


def _rate(frame: Frame, stratum: DrawStratum) -> Decimal:
    """As the quota was confirmed: a plan may have raised it."""
    kept = stratum.quota.explanation.get("arithmetic", {}).get("rate")
    return Decimal(kept) if kept else frame.line(stratum).rate(Period.parse(stratum.period).index)


def places_wanted(frame: Frame, strata: list[Stratum], members: dict[int, Membership]) -> int:
    """Places the teams can need at most: every stratum its share, a target counted once."""
    eligible = sum(ELIGIBLE in its.statuses.values() for its in members.values())
    return frame.draw.team_size * min(eligible, sum(_taken(stratum, members) for stratum in strata))


def _taken(stratum: Stratum, members: dict[int, Membership]) -> int:
    if not stratum.last:
        return stratum.draw
    base = sum(its.counts_in(stratum.id) for its in members.values())
    pool = sum(its.statuses.get(stratum.id) == ELIGIBLE for its in members.values())
    return limit_of(stratum, base, pool)


def make_manifest(
    frame: Frame, prev: dict[str, Any] | None, strata: list[Stratum], targets: list[SnapshotTarget],
    inspectors: list[SnapshotInspector], recusals: list[str], *, share: int, dry: bool,
) -> dict[str, Any]:  # fmt: skip
    """raises: FormatBroken, ListBroken, QuotaBroken when something contradicts §3 or §4"""
    draw, book, suite = frame.draw, frame.book, frame.suite
    tips = {
        "len": CHAIN_LENGTH, "a": chain_tip(suite, frame.kept.chain_a, CHAIN_LENGTH),
        "b": ZEROS if dry and not draw.chain_b else draw.chain_b, "b_holder": holder_role(draw),
    }  # fmt: skip
    rungs = ladder.ladder_of(book.team.match, match_local=book.team.match_local, share=share)
    return build_manifest(
        suite, kind=draw.kind, draw_id=draw.number, prev=prev, rulebook={"id": book.id, "hash": book.hash},
        strata=strata, overrides=_overrides(frame, targets), team={"g": draw.team_size, "ladder": rungs},
        op_commit=op_commit(suite, draw.number, frame.kept.op_secret), chains=tips, seats=_seats(draw, dry),
        pub={"source": draw.pub_source, "issue": draw.pub_issue} if draw.pub_source else None,
        targets=[row.row for row in targets], inspectors=[row.row for row in inspectors], recusals=recusals,
    )  # fmt: skip


def holder_role(draw: Draw) -> str:
    """`chains.b_holder`: the discipline officer, or the approver of replacements where there is none."""
    return "discipline" if draw.discipline_id else "unit_head"


def _seats(draw: Draw, dry: bool) -> list[dict[str, str]]:
    entries = [
        {"id": seat.seat, "role": seat.role, "method": seat.method}
        for seat in draw.seats.order_by("position")
    ]
    return [{"id": "S1", "role": "observer", "method": "sealed"}] if dry and not entries else entries


def _overrides(frame: Frame, targets: list[SnapshotTarget]) -> list[dict[str, str]]:
    """Approved exceptions of the year: those for one target, and those for a line where the cap is reached."""
    draw = frame.draw
    caps = {cap.id: cap.max for cap in frame.book.caps}
    strata = {stratum.stratum: stratum.line for stratum in frame.strata}
    approved = list(Override.objects.approved(draw.organisation, int(draw.period[:4])).order_by("pk"))
    entries: dict[tuple[str, str], dict[str, str]] = {}
    for row in targets:
        lines = _eligible_lines(row, strata)
        for override in approved:
            of_target = override.target_id == row.target_id
            of_line = override.target_id is None and override.line in lines and override.rule in caps
            if lines and (of_target or (of_line and int(row.row.split("|")[1]) >= caps[override.rule])):
                proof = frame.suite.digest(_proof(override).encode()).hex()
                c, rule = row.commitment, override.rule[:32]
                entries[c, rule] = {"c": c, "rule": rule, "approval_hash": proof}
    return list(entries.values())


def _eligible_lines(row: SnapshotTarget, strata: dict[str, str]) -> set[str]:
    """Lines under which the target may be drawn."""
    members = (part.split(":") for part in row.row.rsplit("|", 1)[1].split("+"))
    return {strata[stratum] for stratum, status in members if status == ELIGIBLE}


def _proof(override: Override) -> str:
    files = sorted(override.files.values_list("sha256", flat=True))
    return canon({
        **({"files": files} if files else {"no_file": override.no_file_reason} if override.no_file_reason else {}),
        "approved_at": chain.stamp(override.approved_at) if override.approved_at else "",
        "evidence": override.evidence, "id": override.pk, "reason": override.reason, "rule": override.rule,
    })  # fmt: skip


def skill_warnings(frame: Frame, held: list[list[str]]) -> list[str]:
    """held: expertise of everybody who may be sent on the day"""
    names = {one.line: short_name(frame.book, frame.line(one)) for one in frame.strata}
    return expertise.warnings_of(names, frame.wanted, held)


def moved_warnings(frame: Frame, members: dict[int, Membership]) -> list[str]:
    """Strata whose base is no longer the one the quota was confirmed with."""
    found = []
    for stratum in frame.strata:
        base = sum(its.counts_in(stratum.stratum) for its in members.values())
        if base != stratum.quota.base:
            found.append(
                f"{stratum.line}（{stratum.unit}）确认配额时基数 {stratum.quota.base} 家，现在 {base} 家，按现在的名录计算应抽数。"
            )
    return found
