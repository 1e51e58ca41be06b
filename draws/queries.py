"""What screens, files and the apps above read from a draw."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from draws import secrets
from draws.chain import events_of, rows_of, state_of
from draws.errors import NotYetPublic
from draws.live import public_event, public_events
from draws.models import (
    Draw,
    DrawEvent,
    DrawStratum,
    OffPlatformDraw,
    Presence,
    RefusedAct,
    ReplacementRequest,
    Seat,
    SnapshotInspector,
    SnapshotTarget,
)
from draws.naming import strata_names
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.rows import INSPECTOR, TARGET, Commitment, make_record, salt_of
from draws.rules.mc1.transcript import assemble_transcript
from draws.rules.protocol import SMALL_ROSTER
from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.rulebook import library
from personnel.models import Inspector
from registry.models import Target

__all__ = [
    "DrawnVisit", "credited_rows", "drawn_rows", "openings_for", "openings_of", "previous_formal", "public_event",
    "public_events", "seat_of_device", "state_of", "statistics", "strata_names", "transcript_of", "unfinished_formal", "visits_of",
    "why_not_public",
]  # fmt: skip

S = Draw.State
AUDIENCES = ("public", "observer", "closed")
FINISHED = (S.SIGNED, S.CLOSED, S.VOID)
UNFINISHED = (S.FROZEN, S.LOCKED, S.REVEALED, S.RESULT)


@dataclass(frozen=True)
class DrawnVisit:
    """One visit as it stands after all rounds. `strata` in manifest order; the first of `team` leads."""

    commitment: str
    code: str
    target: Target
    strata: list[str]
    team: list[Inspector]
    lacking: bool


def visits_of(draw: Draw) -> list[DrawnVisit]:
    """All visits in screen-code order; empty before the result. A fixed number of queries."""
    standing = state_of(draw).standing
    if standing is None:
        return []
    targets = SnapshotTarget.objects.filter(draw=draw, commitment__in=list(standing.visits))
    people = {
        row.commitment: row.inspector
        for row in draw.snapshot_inspectors.select_related("inspector__unit").all()
    }
    size = standing.frozen.team_size
    visits = []
    for row in targets.select_related("target__area", "target__unit", "target__entity"):
        visit = standing.visits[row.commitment]
        team = [people[i] for i in visit.team]
        visits.append(
            DrawnVisit(row.commitment, row.code, row.target, list(visit.credits), team, len(team) < size)
        )
    return sorted(visits, key=lambda visit: visit.code)


def drawn_rows(draw: Draw, commitments: Collection[str] | None = None) -> list[tuple[str, int, int]]:
    """(line, unit id, target id) of the credited strata of the present visits, optionally of some only."""
    standing = state_of(draw).standing
    if standing is None:
        return []
    chosen = standing.visits if commitments is None else {c: standing.visits[c] for c in commitments}
    return credited_rows(draw, {c: visit.credits for c, visit in chosen.items()})


def credited_rows(draw: Draw, credits: Mapping[str, Iterable[str]]) -> list[tuple[str, int, int]]:
    """(line, unit id, target id) for commitments and the strata they count for."""
    strata = {stratum.stratum: stratum for stratum in DrawStratum.objects.filter(draw=draw)}
    ids = dict(
        SnapshotTarget.objects.filter(draw=draw, commitment__in=list(credits)).values_list(
            "commitment", "target_id"
        )
    )
    return [
        (strata[stratum].line, strata[stratum].unit_id, ids[c])
        for c, its in credits.items()
        for stratum in its
    ]


# -- the chain of formal draws ----------------------------------------------------------------------------


def previous_formal(draw: Draw) -> Draw | None:
    """The organisation's last finished formal draw before this one."""
    others = (
        Draw.objects.formal().filter(organisation=draw.organisation, state__in=FINISHED).exclude(pk=draw.pk)
    )
    return others.order_by("-frozen_at", "-pk").first()


def unfinished_formal(draw: Draw) -> list[Draw]:
    """Formal draws that must be signed or voided first, and earlier serials of the period not yet frozen."""
    others = Draw.objects.formal().filter(organisation=draw.organisation).exclude(pk=draw.pk)
    frozen = others.filter(state__in=UNFINISHED)
    skipped = others.filter(period=draw.period, state__in=[S.PREPARING, S.ANNOUNCED], serial__lt=draw.serial)
    return [*frozen, *skipped]


# -- files ------------------------------------------------------------------------------------------------


def transcript_of(draw: Draw, audience: str = "observer") -> dict[str, Any]:
    """The transcript file for an audience. source: MC1 §12, §14

    raises: NotYetPublic when it is for the public and the rows may still identify somebody
    """
    if audience not in AUDIENCES:
        raise RuleBroken(
            f"没有“{audience}”这种对象，只能是：{'、'.join(AUDIENCES)}。", code="unknown_audience"
        )
    if not draw.freeze_hash:
        raise NotYetPublic(f"{draw.number} 还没有冻结名单，没有可核验的记录。")
    reason = why_not_public(draw) if audience == "public" else ""
    if reason:
        raise NotYetPublic(reason)
    targets, inspectors, recusals = rows_of(draw)
    return assemble_transcript(
        suite_of(draw.version),
        draw.number,
        events_of(draw),
        targets=targets,
        inspectors=inspectors,
        recusals=recusals,
    )


def why_not_public(draw: Draw) -> str:
    """Why the public may not have the rows yet; empty when it may."""
    if draw.state in (S.CLOSED, S.VOID):
        return ""
    if draw.state not in (S.RESULT, S.SIGNED):
        return "抽取还没有结束，公众现在可看名单指纹和各层数量；完整记录在办结后公开。"
    if library.get(draw.rulebook_id).draw.list_secret_until == "visit":  # noqa: S105
        return "规则书规定名单在检查前保密，名单行在检查结束、办结后公开。"
    if state_of(draw).manifest["n_i"] < SMALL_ROSTER:
        return (
            f"检查人员不足 {SMALL_ROSTER} 人，名单行可能认出人来，办结后公开；现在可看种子、数量和链首指纹。"
        )
    return ""


def openings_for(draw: Draw, commitments: Iterable[str]) -> list[dict[str, Any]]:
    """Name, row and salt behind some codes, ascending; nothing is recorded here: call the actions.

    raises: RuleBroken for a code that is not in this draw, SecretLost without the key
    """
    chosen = sorted(set(commitments))
    master = bytes.fromhex(secrets.unseal(draw).master)
    found = {}
    for kind, rows in ((TARGET, draw.snapshot_targets), (INSPECTOR, draw.snapshot_inspectors)):
        for row in rows.filter(commitment__in=chosen):
            found[row.commitment] = _opening(draw, master, kind, row)
    missing = [c for c in chosen if c not in found]
    if missing:
        raise RuleBroken(f"盲号 {missing[0][:8]} 不在本次抽取的名单里，请核对。", code="unknown_commitment")
    return [found[c].opening for c in chosen]


def _opening(draw: Draw, master: bytes, kind: str, row: SnapshotTarget | SnapshotInspector) -> Commitment:
    suite = suite_of(draw.version)
    proof = suite.digest(row.evidence.encode()).hex() if row.evidence else ""
    record = make_record(kind, row.uid, row.name, row.row[65:], proof)
    return Commitment(row.commitment, salt_of(suite, master, draw.number, kind, row.uid), record)


def openings_of(draw: Draw, audience: str = "public") -> dict[str, Any]:
    """The openings file: what the chain says was opened to this audience; discipline and superior see all."""
    wanted = {"public"} if audience == "public" else {"public", "discipline", "superior", "party"}
    opened: set[str] = set()
    for event in events_of(draw):
        if event["type"] == "opening" and event["body"]["to"] in wanted:
            opened |= set(event["body"]["cs"])
    openings = openings_for(draw, opened) if opened else []
    return {"format": "MC1-openings", "draw_id": draw.number, "openings": openings}


def seat_of_device(draw: Draw, token: str) -> Seat | None:
    """The seat that a device token belongs to."""
    if not token:
        return None
    return draw.seats.filter(device_hash=secrets.device_hash(token)).first()


# -- numbers ----------------------------------------------------------------------------------------------


def statistics(organisation: Organisation, year: int) -> dict[str, int]:
    """What a year's draws came to, formal ones unless the name says otherwise."""
    draws = Draw.objects.filter(organisation=organisation, period__startswith=str(year))
    formal = draws.formal()
    events = DrawEvent.objects.filter(draw__in=formal)
    requests = ReplacementRequest.objects.filter(draw__in=formal, state=ReplacementRequest.State.DONE)
    seats = Seat.objects.filter(draw__in=formal)
    return {
        "formal": formal.count(),
        "rehearsals": draws.count() - formal.count(),
        "void": formal.filter(state=S.VOID).count(),
        "retries": events.filter(type="retry").count(),
        "rounds": events.filter(type="round_result").count(),
        **{f"replaced_{kind}": requests.filter(kind=kind).count() for kind in ReplacementRequest.Kind.values},
        "objections": seats.filter(opinion="object").count()
        + Presence.objects.filter(draw__in=formal, opinion="object").count(),
        "unsigned": seats.filter(opinion="noted").count(),
        "refused": RefusedAct.objects.filter(draw__in=formal).count(),
        "off_platform": OffPlatformDraw.objects.counted().of_year(organisation, year).count(),
    }
