"""Certificates over time: a new one beside the old, corrections, revocation. Each needs its reason or is one."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from personnel import policies
from personnel.actions.dated import keep_paper, mirror
from personnel.models import Certificate, Inspector
from personnel.queries import certificate_of

FIELDS = ("number", "kind", "issuer", "issued_on", "valid_until", "entitles", "note")


@transaction.atomic
def register_certificate(
    *, inspector: Inspector, number: str, valid_until: date, issued_on: date | None = None, kind: str = "",
    issuer: str = "", entitles: bool = True, note: str = "", by: User, on: date | None = None,
) -> Certificate:  # fmt: skip
    """A new or renewed certificate; those before it stay in the history. raises: NotAllowed, RuleBroken"""
    row = locked(inspector, by)
    _check_number(row, number, entitles)
    if entitles:
        keep_paper(row, certificate_of(row), row.certificate_type, row.certificate_issuer)
    made = Certificate(
        inspector=row, number=number.strip(), kind=kind.strip(), issuer=issuer.strip(), issued_on=issued_on,
        valid_until=valid_until, entitles=entitles, note=note.strip(),
    )  # fmt: skip
    _save(made)
    _settle(row, on)
    ledger.record(actor=by, act="personnel.register_certificate", subject=row, data=_told(made))
    return made


@transaction.atomic
def correct_certificate(
    *, certificate: Certificate, values: dict[str, Any], reason: str, by: User, on: date | None = None
) -> Certificate:
    """What was typed wrong; a renewal is registered instead. raises: NotAllowed, RuleBroken, OutOfOrder"""
    row = locked(certificate.inspector, by)
    paper = row.certificates.get(pk=certificate.pk)
    if not reason.strip():
        raise RuleBroken("请写明为什么更正，例如证号录错一位。", code="reason_missing")
    changed = {
        name: values[name] for name in FIELDS if name in values and values[name] != getattr(paper, name)
    }
    if not changed:
        raise OutOfOrder("没有改动，不用保存。", code="nothing_changed")
    _check_number(row, values.get("number", paper.number), values.get("entitles", paper.entitles), paper)
    told = {name: {"from": getattr(paper, name), "to": value} for name, value in changed.items()}
    for name, value in changed.items():
        setattr(paper, name, value)
    _save(paper)
    _settle(row, on)
    ledger.record(
        actor=by, act="personnel.correct_certificate", subject=row,
        data={"number": paper.number, "changed": told, "reason": reason.strip()},
    )  # fmt: skip
    return paper


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, revoked_on: date, reason: str, by: User) -> Certificate:
    """注销、吊销、遗失作废: from the day on it counts no more. raises: NotAllowed, RuleBroken, OutOfOrder"""
    row = locked(certificate.inspector, by)
    paper = row.certificates.get(pk=certificate.pk)
    if paper.revoked_on:
        raise OutOfOrder(f"这本证件已于 {paper.revoked_on} 注销。", code="revoked_already")
    if not reason.strip():
        raise RuleBroken("请写明注销的原因，例如调离、遗失补办、被吊销。", code="reason_missing")
    if (paper.issued_on and revoked_on <= paper.issued_on) or revoked_on > paper.valid_until:
        raise RuleBroken(
            f"注销日期要在发证日期 {paper.issued_on or '（未填）'} 之后、有效期 {paper.valid_until} 之前，请核对。",
            code="revoked_out_of_time",
        )
    paper.revoked_on = revoked_on
    paper.save(update_fields=["revoked_on"])
    _settle(row, None)
    ledger.record(
        actor=by, act="personnel.revoke_certificate", subject=row,
        data={"number": paper.number, "revoked_on": revoked_on, "reason": reason.strip()},
    )  # fmt: skip
    return paper


@transaction.atomic
def keep_history(*, inspector: Inspector, by: User) -> Certificate | None:
    """The certificate that stands on the inspector as a row that can be corrected. raises: NotAllowed"""
    row = locked(inspector, by)
    return keep_paper(row, certificate_of(row), row.certificate_type, row.certificate_issuer)


def locked(inspector: Inspector, by: User) -> Inspector:
    """raises: NotAllowed, also for one's own entry"""
    policies.check_may_change(by, inspector)
    return (
        Inspector.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=inspector.pk)
    )


def _check_number(row: Inspector, number: str, entitles: bool, own: Certificate | None = None) -> None:
    """A certificate belongs to one person."""
    if not entitles:
        return
    number = number.strip()
    bureau = {"organisation": row.organisation}
    other = Inspector.objects.filter(certificate_no=number, **bureau).exclude(pk=row.pk).first()
    if other is None:
        papers = Certificate.objects.filter(
            number=number, entitles=True, inspector__organisation=row.organisation
        )
        paper = papers.exclude(inspector=row).select_related("inspector").first()
        other = paper.inspector if paper else None
    if other:
        raise RuleBroken(
            f"证号 {number} 已登记在{other.name}名下。请核对。", code="certificate_taken", fields=["number"]
        )


def _save(paper: Certificate) -> None:
    try:
        paper.full_clean()
    except ValidationError as invalid:
        raise RuleBroken("；".join(invalid.messages), code="certificate_wrong") from None
    paper.save()


def _settle(row: Inspector, on: date | None) -> None:
    mirror(row, on or timezone.localdate())
    row.version += 1
    row.save(update_fields=["version"])


def _told(paper: Certificate) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in FIELDS}
