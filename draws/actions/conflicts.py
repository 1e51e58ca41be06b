"""Declared conflicts of interest between inspectors or assistants and targets or entities."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.files.base import File
from django.utils import timezone

from draws import policies
from draws.actions.common import moment
from draws.models import ConflictConfirmation, ConflictEvidence, ConflictLook, ConflictOfInterest
from draws.refusals import act
from foundation.documents import uploads
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from personnel.models import Assistant, Inspector
from registry.models import Entity, Target

Person = Inspector | Assistant


@act("draws.declare_conflict")
def declare_conflict(
    *, by: User, inspector: Inspector | None = None, assistant: Assistant | None = None, relation: str, since: date,
    evidence: str, target: Target | None = None, entity: Entity | None = None, until: date | None = None,
    replaces: ConflictOfInterest | None = None, files: Iterable[File] = (), now: datetime | None = None,
) -> ConflictOfInterest:  # fmt: skip
    """Declare a relation to one target or to one entity (then all its targets). source: QZ-6.8, LAW:行政处罚法43

    inspector or assistant: whose relation it is; an assistant's is declared for him. source: NM-18.3
    raises: NotAllowed, FileRefused, OutOfOrder for one that is declared already
    """
    person = _person(inspector, assistant)
    policies.check_declare_conflict(by, person)
    _lock_person(person)
    subject = target or entity
    if subject is not None and subject.organisation_id != person.organisation_id:
        raise RuleBroken("人员与对象不属于同一个局，请核对。", code="foreign_target")
    _check_new(person, relation, target, entity, replaces)
    conflict = ConflictOfInterest(
        organisation=person.organisation, inspector=inspector, assistant=assistant, target=target, entity=entity, relation=relation,
        since=since, until=until, evidence=evidence.strip(), declared_by=by, declared_at=moment(now), replaces=replaces,
    )  # fmt: skip
    conflict.full_clean()
    conflict.save()
    hashes = [_keep(conflict, file, by, moment(now)).sha256 for file in files]
    ledger.record(
        actor=by, act="draws.declare_conflict", subject=conflict,
        data={**_named(person), "relation": relation, "replaces": replaces and replaces.pk, "files": hashes},
    )  # fmt: skip
    return conflict


def _person(inspector: Inspector | None, assistant: Assistant | None) -> Person:
    person = inspector or assistant
    if person is None or (inspector and assistant):
        raise RuleBroken("请选择一名检查人员或一名辅助人员。", code="person_missing")
    return person


def _named(person: Person) -> dict[str, int]:
    return {"inspector" if isinstance(person, Inspector) else "assistant": person.pk}


def _lock_person(person: Person) -> None:
    """Two tabs one after the other, never both at once."""
    model = Inspector if isinstance(person, Inspector) else Assistant
    model._base_manager.select_for_update(of=("self",), no_key=True).get(pk=person.pk)


def _check_new(
    person: Person, relation: str, target: Target | None, entity: Entity | None,
    replaces: ConflictOfInterest | None,
) -> None:  # fmt: skip
    same = ConflictOfInterest.objects.filter(
        **_named(person), target=target, entity=entity, relation=relation, withdrawn_at=None
    )
    if any(row != replaces for row in same):
        raise OutOfOrder("这一条已经申报过。要改起止或依据，请在那一条上点“改报”。", code="declared_already")


def _keep(conflict: ConflictOfInterest, file: File, by: User, at: datetime) -> ConflictEvidence:
    """One file, checked by its bytes, hashed, under a name nobody can guess; the same bytes twice are one row."""
    judged = uploads.Upload.judged(file)
    known = conflict.files.filter(sha256=judged.sha256).first()
    if known:
        return known
    row = ConflictEvidence(conflict=conflict, uploaded_by=by, uploaded_at=at)
    judged.fill(row)
    row.save()
    return row


@act("draws.redeclare_conflict")
def redeclare_conflict(
    *, by: User, conflict: ConflictOfInterest, relation: str, since: date, evidence: str, until: date | None = None,
    target: Target | None = None, entity: Entity | None = None, files: Iterable[File] = (), now: datetime | None = None,
) -> ConflictOfInterest:  # fmt: skip
    """What was declared wrong: a new declaration, and the old one withdrawn, by the officer at once, by an inspector on request.

    So a relation never ends by the word of the person it binds alone.
    """
    row = _locked(conflict)
    policies.check_change_conflict(by, row)
    made = declare_conflict(
        by=by, inspector=row.inspector, assistant=row.assistant, relation=relation, since=since, evidence=evidence, until=until, target=target,
        entity=entity, replaces=row, files=files, now=now,
    )  # fmt: skip
    reason = "改报，由新的一条代替"
    if policies.can_withdraw_conflict(by, row):
        withdraw_conflict(by=by, conflict=row, reason=reason, now=now)
    elif row.withdrawal_asked_at is None:
        ask_withdrawal(by=by, conflict=row, reason=reason, now=now)
    return made


@act("draws.ask_withdrawal")
def ask_withdrawal(
    *, by: User, conflict: ConflictOfInterest, reason: str, now: datetime | None = None
) -> ConflictOfInterest:
    """The inspector says it is over; it binds until the discipline officer agrees. raises: NotAllowed, OutOfOrder"""
    row = _locked(conflict)
    policies.check_change_conflict(by, row)
    if row.withdrawal_asked_at:
        raise OutOfOrder("已经申请撤回，请等纪检监督员办理。", code="asked_already")
    if not reason.strip():
        raise RuleBroken("请写明撤回的理由，例如股份已转让、已满回避年限。", code="reason_missing")
    row.withdrawal_asked_at, row.withdrawal_reason = moment(now), reason.strip()[:300]
    row.save(update_fields=["withdrawal_asked_at", "withdrawal_reason"])
    ledger.record(actor=by, act="draws.ask_withdrawal", subject=row)
    return row


@act("draws.refuse_withdrawal")
def refuse_withdrawal(*, by: User, conflict: ConflictOfInterest) -> ConflictOfInterest:
    """It goes on binding; the inspector may ask again. raises: NotAllowed, OutOfOrder"""
    row = _locked(conflict)
    policies.check_withdraw_conflict(by, row)
    if row.withdrawal_asked_at is None:
        raise OutOfOrder("没有人申请撤回这一条。", code="not_asked")
    row.withdrawal_asked_at, row.withdrawal_reason = None, ""
    row.save(update_fields=["withdrawal_asked_at", "withdrawal_reason"])
    ledger.record(actor=by, act="draws.refuse_withdrawal", subject=row)
    return row


@act("draws.withdraw_conflict")
def withdraw_conflict(
    *, by: User, conflict: ConflictOfInterest, reason: str = "", now: datetime | None = None
) -> ConflictOfInterest:
    """End a declaration; it stays in the record."""
    row = _locked(conflict)
    policies.check_withdraw_conflict(by, row)
    row.withdrawn_at, row.withdrawn_by = moment(now), by
    row.withdrawal_reason = reason.strip()[:300] or row.withdrawal_reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    ledger.record(actor=by, act="draws.withdraw_conflict", subject=row)
    conflict.withdrawn_at = row.withdrawn_at
    return row


def _locked(conflict: ConflictOfInterest) -> ConflictOfInterest:
    rows = ConflictOfInterest.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "inspector__organisation", "assistant__organisation").get(
        pk=conflict.pk
    )


@act("draws.confirm_conflicts")
def confirm_conflicts(
    *, by: User, inspector: Inspector, on: date, now: datetime | None = None
) -> ConflictConfirmation:
    """Once a year, by the person himself: nothing to declare, or what is declared is all. raises: NotAllowed, OutOfOrder"""
    policies.check_confirm_conflicts(by, inspector)
    if ConflictConfirmation.objects.filter(inspector=inspector, year=on.year).exists():
        raise OutOfOrder(f"{on.year} 年已经确认过。之后有变化，随时可以另外申报。", code="confirmed_already")
    declared = ConflictOfInterest.objects.filter(inspector=inspector).in_force(on).count()
    row = ConflictConfirmation.objects.create(
        inspector=inspector, year=on.year, declared=declared, confirmed_by=by, confirmed_at=moment(now)
    )
    ledger.record(
        actor=by,
        act="draws.confirm_conflicts",
        subject=inspector,
        data={"year": on.year, "declared": declared},
    )
    return row


@act("draws.note_conflict_looks")
def note_looks(
    *, by: User, organisation: Organisation, conflicts: Iterable[ConflictOfInterest], place: str
) -> int:
    """Who saw whose relations: once a day, place and declaration; one's own are not noted. source: QZ-9.1

    returns: how many were new
    """
    on = timezone.localdate()
    seen = {row.pk: row for row in conflicts if not row.is_of(by)}
    known = ConflictLook.objects.filter(by=by, on=on, place=place, conflict__in=list(seen))
    fresh = sorted(set(seen) - set(known.values_list("conflict", flat=True)))
    if not fresh:
        return 0
    ConflictLook.objects.bulk_create(
        [ConflictLook(conflict=seen[pk], by=by, on=on, place=place) for pk in fresh], ignore_conflicts=True
    )
    ledger.record(
        actor=by, act="draws.see_conflicts", subject=organisation, data={"place": place, "conflicts": fresh}
    )
    return len(fresh)
