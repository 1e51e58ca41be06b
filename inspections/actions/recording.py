"""The record: put together from what was saved, signed, hashed, and from then on only read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.ledger.rules import canonical
from foundation.organisation.models import User
from foundation.rulebook.model import Rulebook
from inspections import books, policies
from inspections.actions.common import lock, moment, request_record
from inspections.actions.counting import recount_visit
from inspections.actions.following import open_problems
from inspections.actions.onsite import end_of, note_end
from inspections.contents import content_of, item_results, items_of
from inspections.models import Record, Signature, Visit, VisitItem
from inspections.rules import demanding, modes, outcomes, signing, states
from registry.actions import record_prior_inspection


@transaction.atomic
def submit_record(
    *, by: User, visit: Visit, summary: str, signatures: Sequence[signing.Signed], outcome: str = "",
    finished_at: datetime | None = None, correction_reason: str = "", now: datetime | None = None,
) -> Record:  # fmt: skip
    """Sign and hand in; the first version books the visit in the register, a later one needs a reason.

    outcome: "" = derived from the items; a whole-visit code where the visit could not be carried out
    raises: NotAllowed, OutOfOrder, ResultWrong, SignatureWrong, RuleBroken
    """
    lock(visit, "target__entity", "target__organisation")
    policies.check_submit(by, visit)
    at = moment(now)
    book = books.rulebook_of_visit(visit)
    if not visit.production_state:
        raise RuleBroken("还没有填生产状态，请先填。", code="production_missing")
    demanding.check(book, books.held_of(visit))
    _settle_end(visit, finished_at, at)
    items, team = items_of(visit), books.team_of(visit)
    results = item_results(items)
    settled = outcomes.settle(
        chosen=outcome,
        items=results,
        codes=books.codes(book),
        production=visit.production_state,
        summary=summary,
    )
    _check_signed(visit, book, team, signatures, at)
    draft = _Draft(by, settled, summary.strip(), signatures, correction_reason.strip(), at)
    record = _save(visit, items, team, draft)
    visit.state = states.after(visit.state, "submit")
    visit.completed_on = timezone.localdate(visit.finished_at)
    visit.returned_reason = ""
    visit.save()
    open_problems(
        visit, items, outcomes.problems(settled, results, summary), by=by, at=at, version=record.version
    )
    record_prior_inspection(
        target=visit.target, level="own", on=visit.completed_on, problem_found=outcomes.has_problem(settled),
        source=visit.number, by=by,
    )  # fmt: skip
    recount_visit(visit)
    request_record(record, by)
    ledger.record(actor=by, act="inspections.submit_record", subject=visit, data={
        "version": record.version, "outcome": settled, "sha256": record.sha256, "completed_on": visit.completed_on,
        "reason": record.correction_reason,
    })  # fmt: skip
    return record


def _settle_end(visit: Visit, finished_at: datetime | None, now: datetime) -> None:
    """The end is fixed by the first version: what is public counts its days from it."""
    if visit.completed_on is not None:
        if finished_at is not None and finished_at != visit.finished_at:
            raise OutOfOrder("检查结束时间已随第一版记录确定，更正时不能改。", code="end_is_fixed")
        return
    note_end(visit, end_of(visit, finished_at, now))


def _check_signed(
    visit: Visit, book: Rulebook, team: list[signing.Member], signatures: Sequence[signing.Signed], at: datetime
) -> None:  # fmt: skip
    """Certificates count on the day of the visit and on the day of signing."""
    met = modes.meets_the_enterprise(visit.mode)
    signing.check(signatures, team, timezone.localdate(at), minimum=book.team.min, enterprise=met)


@dataclass(frozen=True)
class _Draft:
    """What the team hands in."""

    by: User
    outcome: str
    summary: str
    signatures: Sequence[signing.Signed]
    reason: str
    at: datetime


def _save(visit: Visit, items: list[VisitItem], team: list[signing.Member], draft: _Draft) -> Record:
    version, at = visit.records.count() + 1, draft.at
    reason = draft.reason if version > 1 else ""
    if version > 1 and not reason:
        raise RuleBroken(f"这是第 {version} 版记录，要写更正理由。", code="correction_reason_missing")
    if not draft.summary:
        raise RuleBroken("请写检查情况。", code="summary_missing")
    content = canonical(
        content_of(visit, items=items, team=team, version=version, outcome=draft.outcome, summary=draft.summary,
                   signatures=draft.signatures, at=at, reason=reason)
    )  # fmt: skip
    record = Record(
        visit=visit, version=version, outcome=draft.outcome, summary=draft.summary, content=content, written_by=draft.by,
        sha256=hashlib.sha256(content.encode()).hexdigest(), submitted_at=at, correction_reason=reason,
    )  # fmt: skip
    record.clean_fields(
        exclude=["visit", "written_by"]
    )  # both are rows just read; the database guards the rest
    record.save()
    numbers = {member.inspector: member.certificate_no for member in team}
    Signature.objects.bulk_create([
        Signature(
            record=record, role=signed.role, inspector_id=signed.inspector, name=signed.name.strip() or "（未签名）",
            certificate_no=numbers.get(signed.inspector or 0, ""), image=signed.image, refused=signed.refused,
            note=signed.note.strip(), signed_at=at,
        )
        for signed in draft.signatures
    ])  # fmt: skip
    return record


def same_as_signed(record: Record) -> bool:
    """The stored text is still the one that was hashed."""
    return hashlib.sha256(record.content.encode()).hexdigest() == record.sha256
