"""Names: who saw them inside (unmask), and which were opened with their salts."""

from datetime import datetime
from typing import Any

from draws import policies
from draws.actions.common import lock, moment
from draws.chain import append, events_of
from draws.models import Draw, SnapshotTarget
from draws.queries import openings_for
from draws.refusals import act
from draws.rules.last_teams import last_teams
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User

AUDIENCES = ("public", "discipline", "party", "superior")


@act("draws.unmask")
def unmask(
    *, by: User, draw: Draw, commitments: list[str], why: str, now: datetime | None = None
) -> list[dict[str, str]]:
    """Show names to somebody inside and chain that it happened; returns [{commitment, code, name}].

    why: CODE, e.g. DISPATCH, REVIEW. Names that this person has seen for this reason are not chained again.
    """
    lock(draw)
    policies.check_unmask(by, draw, commitments)
    rows = _known(draw, commitments)
    who = f"user.{by.pk}"
    seen = _already(draw, "unmask", who=who, why=why)
    fresh = sorted(set(rows) - seen)
    if fresh:
        append(draw, "unmask", {"cs": fresh, "who": who, "why": why}, now=moment(now))
        ledger.record(actor=by, act="draws.unmask", subject=draw, data={"why": why, "count": len(fresh)})
    return [rows[c] for c in sorted(rows)]


@act("draws.open_names")
def open_names(
    *, by: User, draw: Draw, commitments: list[str], to: str, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Hand out names with their salts: [{"c", "salt", "record"}]. Codes opened to this audience before are not chained twice.

    to: public, discipline, party or superior
    """
    lock(draw)
    return _open(by, draw, commitments, to, moment(now))


def _open(by: User, draw: Draw, commitments: list[str], to: str, at: datetime) -> list[dict[str, Any]]:
    policies.check_open_names(by, draw)
    if to not in AUDIENCES:
        raise RuleBroken(f"公开对象只能是：{'、'.join(AUDIENCES)}。", code="unknown_audience")
    openings = openings_for(draw, commitments)
    fresh = sorted({opening["c"] for opening in openings} - _already(draw, "opening", to=to))
    if fresh:
        append(draw, "opening", {"cs": fresh, "to": to}, now=at)
        ledger.record(actor=by, act="draws.open_names", subject=draw, data={"to": to, "count": len(fresh)})
    return openings


@act("draws.open_visited")
def open_visited(
    *, by: User, draw: Draw, commitments: list[str], now: datetime | None = None
) -> list[dict[str, Any]]:
    """After the visit: the targets and the members of their teams to the public. source: MC1 §12"""
    lock(draw)
    teams = last_teams(events_of(draw))
    people = {i for t in commitments for i in teams.get(t, ())}
    return _open(by, draw, [*commitments, *sorted(people)], "public", moment(now))


@act("draws.certify")
def certify(
    *, by: User, draw: Draw, row: SnapshotTarget, reason: str, now: datetime | None = None
) -> SnapshotTarget:
    """Hand an enterprise the opening of its own row on request: chained as shown to `party`, and who asked for it.

    After the close nothing can be chained; the ledger keeps it. source: MC1 §5, §12
    """
    lock(draw)
    row.refresh_from_db()
    policies.check_certify(by, draw, row)
    if not reason.strip():
        raise RuleBroken("请写明谁申请、为什么出具抽取证明。", code="reason_missing")
    _hand_out(draw, row, moment(now))
    ledger.record(
        actor=by,
        act="draws.certify",
        subject=draw,
        data={"commitment": row.commitment, "reason": reason.strip()},
    )
    return row


@act("draws.certify_party")
def certify_party(*, draw: Draw, row: SnapshotTarget, now: datetime | None = None) -> SnapshotTarget:
    """The same for whoever holds the notice of the visit; the page has checked its token."""
    lock(draw)
    row.refresh_from_db()
    policies.check_party(draw, row)
    _hand_out(draw, row, moment(now))
    ledger.record(
        actor=None,
        actor_name="企业（凭通知书）",
        act="draws.certify_party",
        subject=draw,
        data={"commitment": row.commitment},
    )
    return row


def _hand_out(draw: Draw, row: SnapshotTarget, at: datetime) -> None:
    known = _already(draw, "opening", to="public") | _already(draw, "opening", to="party")
    if draw.state != Draw.State.CLOSED and row.commitment not in known:
        append(draw, "opening", {"cs": [row.commitment], "to": "party"}, now=at)


def _known(draw: Draw, commitments: list[str]) -> dict[str, dict[str, str]]:
    found = {}
    for rows in (draw.snapshot_targets, draw.snapshot_inspectors):
        for c, code, name in rows.filter(commitment__in=commitments).values_list(
            "commitment", "code", "name"
        ):
            found[c] = {"commitment": c, "code": code, "name": name}
    if set(commitments) - set(found) or not found:
        raise RuleBroken("有盲号不在本次抽取的名单里，请刷新后重试。", code="unknown_commitment")
    return found


def _already(draw: Draw, kind: str, **matching: str) -> set[str]:
    done: set[str] = set()
    for event in events_of(draw):
        if event["type"] == kind and all(event["body"][key] == value for key, value in matching.items()):
            done |= set(event["body"]["cs"])
    return done
