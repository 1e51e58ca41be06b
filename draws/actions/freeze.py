"""The freeze: names become codes, the list gets its fingerprint, the secrets are sealed."""

import re
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from draws import freezing, policies, secrets
from draws.actions.common import lock, lock_organisation, moment, settle_joint
from draws.chain import append
from draws.models import Draw, Presence, RecusalRow, Seat, SnapshotInspector, SnapshotTarget
from draws.queries import openings_for, previous_formal, unfinished_formal
from draws.readiness.missing import before_freeze
from draws.refusals import act
from draws.rules.mc1.patterns import HEX
from draws.secrets import Secrets
from draws.sources import check_window
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning.trial import book_of

BATCH = 2000


@act("draws.deposit_chain_b")
def deposit_chain_b(*, by: User, draw: Draw, tip: str) -> Draw:
    """Keep the tip of chain B; its secret never leaves the holder's browser."""
    lock(draw)
    policies.check_deposit_chain_b(by, draw)
    if not re.fullmatch(HEX, tip):
        raise RuleBroken("密钥链末端应是 64 位十六进制，请在浏览器里重新生成。", code="bad_tip")
    draw.chain_b, draw.chain_b_by = tip, by
    draw.save(update_fields=["chain_b", "chain_b_by"])
    ledger.record(actor=by, act="draws.deposit_chain_b", subject=draw, data={"tip": tip})
    return draw


@act("draws.freeze")
def freeze(*, by: User, draw: Draw, on: date, now: datetime | None = None) -> Draw:
    """Freeze the registers of a day under one fingerprint and seal this draw's new secrets.

    raises: RuleBroken naming who is missing, or what in the lists contradicts the protocol
    """
    lock_organisation(draw.organisation)
    lock(draw)
    settle_joint(draw)
    policies.check_freeze(by, draw)
    _check_ready(draw, on)
    material = fix_lists(draw, on, moment(now))
    ledger.record(actor=by, act="draws.freeze", subject=draw, data={
        "freeze_hash": draw.freeze_hash, "head": draw.head, "targets": material.manifest["n_t"],
        "inspectors": material.manifest["n_i"], "on": on, "warnings": material.warnings,
    })  # fmt: skip
    return draw


def fix_lists(draw: Draw, on: date, at: datetime, *, claim: bool = True) -> freezing.Material:
    """Everything the freeze stores and chains, without asking whether it is due; the caller holds both locks.

    claim: whether a formal draw occupies its batches; not when it is voided at once
    """
    kept = Secrets.new()
    previous = previous_formal(draw)
    material = freezing.build(draw, kept, on, link_to(previous))
    _claim_strata(draw, material.befores, claim)
    _store(draw, material)
    draw.snapshot_on, draw.frozen_at, draw.freeze_hash = on, at, material.freeze_hash
    draw.legend, draw.sealed, draw.previous = material.legend, secrets.seal(kept), previous
    draw.rulebook_id, draw.rulebook_hash = (material.manifest["rulebook"][key] for key in ("id", "hash"))
    draw.save(update_fields=[
        "snapshot_on", "frozen_at", "freeze_hash", "legend", "sealed", "previous", "rulebook_id", "rulebook_hash",
    ])  # fmt: skip
    append(draw, "freeze", material.manifest, now=at)
    return material


@act("draws.print_sealed_copy")
def print_sealed_copy(*, by: User, draw: Draw) -> str:
    """op_secret for the sealed envelope of the chain-B holder; every printing is in the ledger. source: MC1 §6"""
    lock(draw)
    policies.check_sealed_copy(by, draw)
    secret = secrets.unseal(draw).op_secret
    ledger.record(actor=by, act="draws.print_sealed_copy", subject=draw, data={"head": draw.head})
    return secret


@act("draws.spotcheck")
def spotcheck(
    *, by: User, draw: Draw, commitments: list[str], now: datetime | None = None
) -> list[dict[str, Any]]:
    """Open some codes to the supervisor on the spot; returns the openings, the chain keeps only which."""
    lock(draw)
    policies.check_spotcheck(by, draw)
    chosen = sorted(set(commitments))
    openings = openings_for(draw, chosen)
    append(draw, "spotcheck", {"cs": chosen}, now=moment(now))
    ledger.record(actor=by, act="draws.spotcheck", subject=draw, data={"cs": chosen})
    return openings


def link_to(previous: Draw | None) -> dict[str, Any] | None:
    """`prev` of the manifest."""
    if previous is None:
        return None
    return {"draw_id": previous.number, "seq": previous.head_seq, "head": previous.head}


def _check_ready(draw: Draw, on: date) -> None:
    """raises: OutOfOrder naming every person and thing that is missing, so that one look is enough"""
    missing = missing_before_freeze(draw, on)
    if missing:
        raise OutOfOrder("还不能冻结名单：" + "；".join(missing) + "。", code="not_ready")


def missing_before_freeze(draw: Draw, on: date) -> list[str]:
    """What is still missing, as the console shows it."""
    found = []
    if draw.kind == Draw.Kind.FORMAL:
        found += [f"上一次正式抽取 {other.number} 还没有签字封存或中止" for other in unfinished_formal(draw)]
        if timezone.localdate(draw.scheduled_at) > on:
            found.append(f"公告的抽取日是 {timezone.localdate(draw.scheduled_at)}，不能提前冻结")
        found += _outside_window(draw, on)
    seats = list(draw.seats.all())
    if not any(seat.role != "operator" for seat in seats):
        found.append("除组织方外至少要有一个席位")
    found += [
        f"封签席 {seat.title} 没有入席"
        for seat in seats
        if seat.method == Seat.Method.SEALED and not seat.joined_at
    ]
    if not draw.chain_b:
        found.append("乙方密钥链还没有交存")
    return found + _missing_people(draw, on) + before_freeze(draw, on)


def _outside_window(draw: Draw, on: date) -> list[str]:
    """A draw announced in time but held after the window has closed. source: XY-4.4, QZ-5.3"""
    try:
        check_window(draw.organisation, book_of(draw.plan), draw.period, on)
    except RuleBroken as late:
        return [late.message.rstrip("。")]
    return []


def _missing_people(draw: Draw, on: date) -> list[str]:
    present = set(draw.presences.values_list("role", flat=True))
    wanted = list(book_of(draw.plan).draw.witnesses)
    if draw.discipline_id and Presence.Role.DISCIPLINE not in wanted:
        wanted.append(Presence.Role.DISCIPLINE)
    return [f"{Presence.Role(role).label}没有用自己的账号确认在场" for role in wanted if role not in present]


def _claim_strata(draw: Draw, befores: dict[str, int], claim: bool) -> None:
    """A formal draw occupies its strata; the database lets only one draw hold a batch."""
    for stratum in draw.strata.all():
        stratum.before = befores[stratum.stratum]
        stratum.active = claim and draw.kind == Draw.Kind.FORMAL
        stratum.save(update_fields=["before", "active"])


def _store(draw: Draw, material: freezing.Material) -> None:
    SnapshotTarget.objects.bulk_create(material.targets, batch_size=BATCH)
    SnapshotInspector.objects.bulk_create(material.inspectors, batch_size=BATCH)
    RecusalRow.objects.bulk_create(
        (RecusalRow(draw=draw, row=row) for row in material.recusals), batch_size=BATCH
    )
