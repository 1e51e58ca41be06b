"""The one way to write the ledger, and the way to check it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from foundation.ledger import rules
from foundation.ledger.models import Entry, Head
from foundation.organisation.models import Organisation, User


@dataclass(frozen=True)
class Act:
    """One thing to be recorded; the fields are those of `record`."""

    actor: User | None
    act: str
    subject: models.Model
    data: dict | None = None
    organisation: Organisation | None = None
    actor_name: str = ""


def record(
    *,
    actor: User | None,
    act: str,
    subject: models.Model,
    data: dict | None = None,
    organisation: Organisation | None = None,
    actor_name: str = "",
) -> Entry:
    """Append one entry. Call it last in the action's transaction: it takes the chain's lock.

    actor: the account, or None for a seat or the system, then `actor_name` says who
    act: "app.verb", e.g. "draws.freeze"
    data: JSON-able values; dates, decimals and model objects are written as text
    organisation: needed only when neither actor nor subject has one
    """
    return record_all([Act(actor, act, subject, data, organisation, actor_name)])[0]


def record_all(acts: Sequence[Act]) -> list[Entry]:
    """Append one entry per act, in this order, each with its own hash; the chain is locked and read once."""
    at = timezone.now()
    owned = [(act, _owner_of(act)) for act in acts]
    # A failure in here undoes the action as a whole, so it needs no savepoint of its own.
    with transaction.atomic(savepoint=False):
        head, _ = Head.objects.select_for_update(of=("self",), no_key=True).get_or_create(pk=1)
        entries = []
        for act, owner in owned:
            entries.append(_entry(act, owner, at, head))
            head.seq, head.hash = entries[-1].seq, entries[-1].hash
        Entry.objects.bulk_create(entries)
        head.save(update_fields=["seq", "hash"])
    return entries


def _owner_of(act: Act) -> Organisation:
    owner = (
        act.organisation or _organisation_of(act.subject) or (act.actor.organisation if act.actor else None)
    )
    if owner is None:
        raise ValueError("ledger.record 需要机构：对象和操作人都没有所属机构")
    return owner


def _entry(act: Act, owner: Organisation, at: datetime, head: Head) -> Entry:
    """The entry after `head`, not saved yet."""
    actor = act.actor
    name = act.actor_name or (actor.name if actor else "系统")
    kind, subject_id, title = act.subject._meta.label_lower, str(act.subject.pk), str(act.subject)[:200]
    content = rules.canonical({
        "at": at.astimezone(timezone.get_current_timezone()).isoformat(timespec="milliseconds"),
        "organisation": owner.code,
        "actor": {
            "id": actor.pk if actor else None,
            "username": actor.username if actor else None,
            "name": name,
        },
        "act": act.act,
        "subject": {"type": kind, "id": subject_id, "name": title},
        "data": plain(act.data or {}),
    })  # fmt: skip
    seq = head.seq + 1
    return Entry(
        seq=seq, at=at, organisation=owner, actor=actor, actor_name=name, act=act.act,
        subject_type=kind, subject_id=subject_id, subject_name=title,
        content=content, previous_hash=head.hash, hash=rules.entry_hash(seq, head.hash, content),
    )  # fmt: skip


def plain(value: object) -> object:
    """JSON-able form of what actions put into `data`."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, Fraction, UUID)):
        return str(value)
    if isinstance(value, models.Model):
        return {"type": value._meta.label_lower, "id": str(value.pk), "name": str(value)}
    return value


def verify() -> tuple[int, tuple[int, str] | None]:
    """(number of entries, first broken entry or None); also compares the chain's end with the head row."""
    broken = rules.first_broken(Entry.objects.links())
    count = Entry.objects.count()
    head = Head.objects.filter(pk=1).first()
    if broken is None and head is not None and head.seq != count:
        broken = (count + 1, f"链末端记到第 {head.seq} 条，而记录只有 {count} 条：末尾的记录不见了")
    if broken is None and head is not None and count:
        last = Entry.objects.in_order().last()
        if last is not None and last.hash != head.hash:
            broken = (last.seq, "最后一条的指纹与链末端不符")
    return count, broken


def _organisation_of(subject: models.Model) -> Organisation | None:
    if isinstance(subject, Organisation):
        return subject
    found = getattr(subject, "organisation", None)
    return found if isinstance(found, Organisation) else None
