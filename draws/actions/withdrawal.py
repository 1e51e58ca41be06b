"""An announced draw that will not be held. MC1 knows no step back from an announcement (§5: `void` only after `freeze`), and a
formal serial may not be skipped: so the lists are frozen as they are and the draw is voided at once, in one transaction."""

import secrets as chance
from datetime import date, datetime

from draws import policies
from draws.actions.closing import void
from draws.actions.common import lock, lock_organisation, moment
from draws.actions.freeze import fix_lists
from draws.actions.preparation import chain_announcement
from draws.models import Draw, Seat
from draws.queries import unfinished_formal
from draws.refusals import act
from draws.rules.mc1.chains import chain_tip
from draws.rules.mc1.hashing import suite_of
from draws.rules.protocol import CHAIN_LENGTH
from draws.sources import verifier_hashes
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User

WHY = "OTHER"
OPENING_WORDS = "本次抽取不再举行："


@act("draws.withdraw")
def withdraw(
    *, by: User, draw: Draw, reason: str, second: User | None, on: date, now: datetime | None = None
) -> Draw:
    """Freeze and void a draw that will not be held; its number stays used, the reason is public. source: MC1 §5, §11, §13

    second: the supervisor, with his own password · on: day of the registers that are frozen
    raises: OutOfOrder while an earlier formal draw is open, because formal draws form one chain
    """
    lock_organisation(draw.organisation)
    lock(draw)
    policies.check_withdraw(by, draw, second)
    if not reason.strip():
        raise RuleBroken("请写明为什么不再举行，会向所有人原样显示。", code="reason_missing")
    _check_turn(draw)
    at = moment(now)
    if draw.state == Draw.State.PREPARING:
        chain_announcement(draw, verifier_hashes(), OPENING_WORDS + "随即撤下", at)
    assert second is not None
    _fill_gaps(draw, second)
    # Nothing will be drawn: no batch is occupied, and a planned number that no longer fits must not keep the draw alive.
    draw.strata.filter(last=False).update(planned=0)
    material = fix_lists(draw, on, at, claim=False)
    ledger.record(actor=by, act="draws.withdraw", subject=draw, data={
        "reason": reason.strip(), "second": second.username, "freeze_hash": draw.freeze_hash, "targets": material.manifest["n_t"],
    })  # fmt: skip
    return void(by=by, draw=draw, why=WHY, text=OPENING_WORDS + reason.strip(), second=second, now=at)


def _check_turn(draw: Draw) -> None:
    if draw.kind != Draw.Kind.FORMAL:
        return
    waiting = [other.number for other in unfinished_formal(draw)]
    if waiting:
        raise OutOfOrder(
            f"正式抽取一场接一场，{'、'.join(waiting)} 要先签字封存、中止或撤下，才能撤下 {draw.number}。",
            code="not_its_turn",
        )


def _fill_gaps(draw: Draw, second: User) -> None:
    """The manifest names a seat and a tip of chain B. Nobody will bring digits and no round can follow: a seat for the
    second signer and a tip whose secret is thrown away will do; both stand in the record."""
    if not draw.seats.exclude(role="operator").exists():
        Seat.objects.create(
            draw=draw, seat=_free_id(draw), position=draw.seats.count() + 1, role="discipline" if draw.discipline_id else "unit_head",
            title="监督签字", holder=second.name, user=second, method=Seat.Method.SEALED,
        )  # fmt: skip
    if not draw.chain_b:
        draw.chain_b = chain_tip(suite_of(draw.version), chance.token_hex(32), CHAIN_LENGTH)
        draw.chain_b_by = second
        draw.save(update_fields=["chain_b", "chain_b_by"])


def _free_id(draw: Draw) -> str:
    taken = set(draw.seats.values_list("seat", flat=True))
    return next(f"S{n}" for n in range(1, 99) if f"S{n}" not in taken)
