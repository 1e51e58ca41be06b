"""Periods in post: leaving and coming back on a day, and the history put right."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Unit, User
from personnel import queries, rules
from personnel.actions.certificates import locked
from personnel.actions.dated import Before, mirror, set_term
from personnel.models import Inspector, Posting


@transaction.atomic
def deactivate(*, inspector: Inspector, reason: str, on: date | None = None, by: User) -> Inspector:
    """Left the post: from the day on (None: today) no longer drawn nor counted; stays on record.

    raises: OutOfOrder, RuleBroken, NotAllowed
    """
    return _turn(inspector, False, reason, on, by)


@transaction.atomic
def reactivate(*, inspector: Inspector, reason: str, on: date | None = None, by: User) -> Inspector:
    """Back in post from the day on (None: today)."""
    return _turn(inspector, True, reason, on, by)


def _turn(inspector: Inspector, in_post: bool, reason: str, on: date | None, by: User) -> Inspector:
    row, since = locked(inspector, by), on or timezone.localdate()
    before = Before.of(row).term
    if not reason.strip():
        raise RuleBroken("请写明原因，例如调离、退休、恢复执法岗位。", code="reason_missing")
    known = queries.past_of([row]).term(row.pk, since) is not None
    if known == in_post:
        raise OutOfOrder(
            f"{row.name}在 {since} {'在岗' if in_post else '不在岗'}，不用再改。", code="post_is_the_same"
        )
    term = rules.Term(row.unit_id, row.post, row.established) if in_post else None
    set_term(row, term, since, before, reason.strip())
    mirror(row, timezone.localdate())
    row.version += 1
    row.save()
    act = "personnel.reactivate" if in_post else "personnel.deactivate"
    ledger.record(actor=by, act=act, subject=row, data={"reason": reason, "on": since})
    return row


@transaction.atomic
def register_posting(
    *, inspector: Inspector, unit: Unit, post: str, established: bool, since: date | None, until: date | None,
    reason: str, by: User,
) -> Posting:  # fmt: skip
    """A period of the past, or one to come. raises: TermsWrong, RuleBroken, NotAllowed"""
    row = locked(inspector, by)
    return _write(row, Posting(inspector=row), unit, post, established, since, until, reason, by)


@transaction.atomic
def correct_posting(
    *, posting: Posting, unit: Unit, post: str, established: bool, since: date | None, until: date | None,
    reason: str, by: User,
) -> Posting:  # fmt: skip
    """A period that was registered wrong. raises: TermsWrong, RuleBroken, NotAllowed"""
    row = locked(posting.inspector, by)
    return _write(row, row.postings.get(pk=posting.pk), unit, post, established, since, until, reason, by)


@transaction.atomic
def begin_history(*, inspector: Inspector, by: User) -> Posting | None:
    """How he stands today as the first period, so that it can be put right. raises: NotAllowed"""
    row = locked(inspector, by)
    if row.postings.exists() or not row.in_post:
        return row.postings.order_by("id").first()
    return Posting.objects.create(inspector=row, unit=row.unit, post=row.post, established=row.established)


def _write(
    row: Inspector, posting: Posting, unit: Unit, post: str, established: bool, since: date | None,
    until: date | None, reason: str, by: User,
) -> Posting:  # fmt: skip
    if unit.organisation_id != row.organisation_id:
        raise RuleBroken("单位不属于本局，请另选。", code="foreign_unit")
    if not reason.strip():
        raise RuleBroken("请写明原因和依据，例如任免文件文号。", code="reason_missing")
    old = [str(posting.since or ""), str(posting.until or "")] if posting.pk else None
    others = [queries.term_of(one) for one in row.postings.exclude(pk=posting.pk)]
    rules.check_term(rules.Term(unit.pk, post, established, since, until), others)
    if posting.pk is None and row.in_post and not row.postings.exists():
        _keep_now(row, since, until)
    posting.unit, posting.post, posting.established = unit, post.strip(), established
    posting.since, posting.until, posting.reason = since, until, reason.strip()[:200]
    posting.full_clean()
    posting.save()
    mirror(row, timezone.localdate())
    row.version += 1
    row.save(update_fields=["version"])
    ledger.record(
        actor=by, act="personnel.register_posting" if old is None else "personnel.correct_posting", subject=row,
        data={
            "unit": unit.name, "post": post, "established": established, "since": since, "until": until, "before": old,
            "reason": reason.strip(),
        },
    )  # fmt: skip
    return posting


def _keep_now(row: Inspector, since: date | None, until: date | None) -> None:
    """What stands without a period, beside the first one registered: after a past one, before one to come."""
    now = {"inspector": row, "unit": row.unit, "post": row.post, "established": row.established}
    if since is not None and since > timezone.localdate():
        Posting.objects.create(**now, until=since - rules.DAY)
    elif until is not None:
        Posting.objects.create(**now, since=until + rules.DAY)
