"""抽取证明: was I in the pot, with which status, why drawn or not. Read only; who may have one is in policies and actions.

Which names may be asked for is decided in docs/decisions/0015-certificates.md.
"""

import shlex
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core import signing

from draws.chain import events_of, rows_of, state_of
from draws.models import Draw, SnapshotTarget
from draws.naming import strata_names
from draws.queries import openings_for, why_not_public
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.merkle import inclusion_proof
from draws.rules.mc1.patterns import TARGET_STATUSES
from draws.rules.why import DRAWN, NOT_DRAWN, NOT_ELIGIBLE, NOT_IN_BASE, SUBSTITUTE, Place, places_of

LEAST_WORDS, MOST = 2, 20
_signer = signing.Signer(salt="draws.certificate", sep=".")
OUTCOMES = {
    DRAWN: "抽中", NOT_DRAWN: "没有抽中", SUBSTITUTE: "替补抽中", NOT_ELIGIBLE: "计入基数，不参加抽签", NOT_IN_BASE: "不计入基数",
}  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """`opening` is the frozen record with its salt; `path` is empty while the rows are not public."""

    draw: Draw
    row: SnapshotTarget
    opening: dict[str, Any]
    index: int
    size: int
    path: list[str]
    why_no_path: str
    seed: str
    places: list[Place]
    voided: bool
    names: dict[str, str] = field(default_factory=dict)

    @property
    def record_text(self) -> str:
        return canon(self.opening["record"])

    @property
    def leaf_text(self) -> str:
        """What hashes to the commitment."""
        return f"MC1|leaf|{self.opening['salt']}|{self.record_text}"

    @property
    def position(self) -> int:
        """Place in the frozen list, from 1."""
        return self.index + 1

    @property
    def leaf_command(self) -> str:
        """A line for a terminal; prints the commitment."""
        return f"printf %s {shlex.quote(self.leaf_text)} | {self.command}"

    @property
    def command(self) -> str:
        return "sha256sum" if self.draw.version == "MC1" else "openssl dgst -sm3"

    def ticket_text(self, place: Place) -> str:
        """What hashes to the ticket in a stratum (of the first of its tickets, when it has several)."""
        return f"MC1|ticket|{self.seed}|{place.stratum}|{self.row.commitment}|0"

    @cached_property
    def answers(self) -> list[dict[str, Any]]:
        """One per stratum: name, status in words, outcome, the sentence that says why."""
        return [
            {
                "place": place, "name": self.names.get(place.stratum, place.stratum), "status": TARGET_STATUSES[place.status],
                "outcome": OUTCOMES[place.outcome], "sentence": sentence_of(place), "ticket": self.ticket_text(place),
                "command": f"printf %s {shlex.quote(self.ticket_text(place))} | {self.command}",
            }
            for place in self.places
        ]  # fmt: skip

    @property
    def openings(self) -> dict[str, Any]:
        """A file both verifiers take beside the transcript (steps V19, V20)."""
        return {"format": "MC1-openings", "draw_id": self.draw.number, "openings": [self.opening]}

    @property
    def proof(self) -> dict[str, Any]:
        """Everything in one file, for whoever recomputes by hand."""
        return {
            "format": "mingchou-certificate", "v": self.draw.version, "draw_id": self.draw.number, "freeze_hash": self.draw.freeze_hash,
            "t_root": state_of(self.draw).manifest["t_root"], "n_t": self.size, "index": self.index, "path": self.path,
            "seed": self.seed, "row": self.row.row, "opening": self.opening,
            "strata": [
                {
                    "id": place.stratum, "status": place.status, "outcome": place.outcome, "ticket": place.ticket, "rank": place.rank,
                    "pool": place.pool, "draw": place.draw, "cut": place.cut, "round": place.round,
                }
                for place in self.places
            ],
        }  # fmt: skip


def certificate_of(draw: Draw, commitment: str) -> Certificate:
    """raises: RuleBroken for a code that is not a target of this draw, SecretLost without the key"""
    row = draw.snapshot_targets.select_related("target__entity", "target__area").get(commitment=commitment)
    state = state_of(draw)
    targets = rows_of(draw)[0]
    index = targets.index(row.row)
    later = why_not_public(draw)
    seed = state.seed or ""
    rounds = [event["body"] for event in events_of(draw) if event["type"] == "round_result"]
    standing = state.standing
    return Certificate(
        draw, row, openings_for(draw, [commitment])[0], index, len(targets),
        [] if later else inclusion_proof(suite_of(draw.version), targets, index), later, seed,
        places_of(state.frozen, seed, commitment, rounds) if standing else [],
        bool(standing and commitment in standing.voided), strata_names(draw),
    )  # fmt: skip


def sentence_of(place: Place) -> str:
    """Why, in one sentence that a shopkeeper understands."""
    if place.outcome == NOT_IN_BASE:
        return f"{TARGET_STATUSES[place.status]}，不在本层的基数里，所以没有参加抽签。"
    if place.outcome == NOT_ELIGIBLE:
        return f"{TARGET_STATUSES[place.status]}，计入本层基数，但按规则不参加抽签。"
    first = "先比今年查过的次数，少的在前；次数相同的再比签。" if place.visits_first else ""
    where = f"本层 {place.pool} 家参加抽签，抽 {place.draw} 家。{first}您的签排第 {place.rank} 位"
    if place.outcome == DRAWN:
        return f"{where}，在前 {place.draw} 位之内，所以抽中。"
    if place.outcome == SUBSTITUTE:
        return f"{where}，当时没有抽中；后来有抽中的单位不能检查，第 {place.round} 轮替换用新的种子补抽，抽到了您。"
    return f"{where}，不在前 {place.draw} 位之内，所以没有抽中。"


# -- who may be shown -------------------------------------------------------------------------------------


def opened_to(draw: Draw, *audiences: str) -> set[str]:
    """Commitments whose opening for one of these audiences is chained."""
    return {
        c
        for event in events_of(draw)
        if event["type"] == "opening" and event["body"]["to"] in audiences
        for c in event["body"]["cs"]
    }


def public_matches(draw: Draw, words: str) -> list[SnapshotTarget]:
    """Targets opened to the public whose name contains the words or whose code begins with them.

    The answer for all others is the same empty list, so that asking tells nothing about who was drawn.
    """
    asked = words.strip()
    if len(asked) < LEAST_WORDS:
        return []
    rows = draw.snapshot_targets.filter(commitment__in=opened_to(draw, "public")).select_related(
        "target__entity"
    )
    found = [
        row for row in rows.order_by("code")
        if asked in row.name or row.uid.upper().startswith(asked.upper()) or _uscc(row) == asked.upper()
    ]  # fmt: skip
    return found[:MOST]


def _uscc(row: SnapshotTarget) -> str:
    return row.target.entity.uscc if row.target.entity else ""


# -- addresses --------------------------------------------------------------------------------------------


def key_of(draw: Draw, commitment: str) -> str:
    """What the address of a certificate ends with: the code itself once it is public, else a signed key for its holder."""
    if commitment in opened_to(draw, "public"):
        return commitment
    return _signer.sign(f"{draw.pk}-{commitment}")


def commitment_of_key(draw: Draw, key: str) -> str | None:
    """The commitment behind an address; None for a guess."""
    if key in opened_to(draw, "public"):
        return key
    try:
        pk, _, commitment = _signer.unsign(key).partition("-")
    except signing.BadSignature:
        return None
    return commitment if pk == str(draw.pk) else None


def address_of(draw: Draw, commitment: str) -> str:
    """Absolute, because it is printed."""
    return f"{settings.PUBLIC_URL}/draw/{draw.number}/certificate/{key_of(draw, commitment)}/"
