"""What a record contains: plain values, the same for the screen, the PDF and the hash."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from inspections import books
from inspections.models import Monitoring, Visit, VisitItem
from inspections.rules import modes, outcomes, signing
from planning.joint import together

FORMAT = "mingchou-visit-record-1"


def items_of(visit: Visit) -> list[VisitItem]:
    """Items with their answers and check points, in the order of the visit; four queries however many."""
    rows = visit.items.select_related("item")
    return list(rows.prefetch_related("checks__checkpoint", "item__checkpoints").order_by("id"))


def item_results(items: Iterable[VisitItem]) -> list[outcomes.ItemResult]:
    """Saved answers as values; reads what `items_of` would have read and is not there yet."""
    items = list(items)
    prefetch_related_objects(items, "checks", "item__checkpoints")
    return [_result(row) for row in items]


def _result(row: VisitItem) -> outcomes.ItemResult:
    answers = [outcomes.Answer(check.result, check.note) for check in row.checks.all()]
    return outcomes.ItemResult(row.item.name, row.result, row.note, answers, len(row.item.checkpoints.all()))


def content_of(
    visit: Visit, *, items: Iterable[VisitItem], team: Iterable[signing.Member], version: int, outcome: str, summary: str,
    signatures: Sequence[signing.Signed], at: datetime, reason: str,
) -> dict[str, Any]:  # fmt: skip
    """The whole record; times in Beijing time to the second. items: as `items_of` reads them · team: present members"""
    book = books.rulebook_of_visit(visit)
    codes = books.codes(book)
    helpers = books.helpers_of(visit)
    return {
        **({"assistants": helpers} if helpers else {}), **_further(visit), "format": FORMAT, "visit": visit.number, "version": version, "correction_reason": reason,
        "organisation": {"code": visit.organisation.code, "name": visit.organisation.name},
        "rulebook": {"id": book.id, "hash": book.hash}, "draw": visit.draw.number, "notice": visit.notice_number,
        "target": _target(visit), "mode": visit.mode, "mode_name": modes.MODES[visit.mode], "mode_reason": visit.mode_reason,
        "arrived_at": _time(visit.arrived_at), "finished_at": _time(visit.finished_at), "received_by": visit.received_by,
        "onsite_steps": visit.onsite_steps, "arrival_code": visit.arrival_code,
        "production_state": visit.production_state, "production_name": outcomes.PRODUCTION.get(visit.production_state, ""),
        "production_note": visit.production_note,
        "team": [{"name": member.name, "certificate_no": member.certificate_no, "auxiliary": member.auxiliary} for member in team],
        "items": _items(items, codes), "evidence": _evidence(visit),
        "outcome": outcome, "outcome_name": codes[outcome], "summary": summary,
        "signatures": [_signature(signed) for signed in signatures], "signed_at": _time(at),
        **_beside(visit), **({"joint": together(visit.joint_task).as_record()} if visit.joint_task else {}),
    }  # fmt: skip


def _further(visit: Visit) -> dict[str, Any]:
    """What not every rulebook or mode asks for; absent where nothing was said."""
    found = {"device": visit.device, "off_site_source": visit.off_site_source}
    said: dict[str, Any] = {key: value for key, value in found.items() if value}
    return said if visit.sampled is None else {**said, "sampled": visit.sampled}


def _beside(visit: Visit) -> dict[str, Any]:
    """Departments that came along and monitoring of the day, only where there were any. source: QZ-8.1, QZ-8.2"""
    partners = [
        {"name": one.name, "people": one.people, "basis": one.basis} for one in visit.partners.order_by("id")
    ]
    monitored = [
        {"unit": one.unit, "what": one.what, "sampler": one.sampler, "state": one.get_state_display(), "result": one.result}
        for one in visit.monitorings.exclude(state=Monitoring.State.CANCELLED).order_by("id")
    ]  # fmt: skip
    return {
        **({"partners": partners} if partners else {}),
        **({"monitoring": monitored} if monitored else {}),
    }


def _target(visit: Visit) -> dict[str, str]:
    target = visit.target
    entity = target.entity
    return {
        "uid": target.uid, "name": target.name, "address": target.address, "contact": target.contact,
        "uscc": entity.uscc if entity else "", "legal_representative": entity.legal_representative if entity else "",
    }  # fmt: skip


def _items(rows: Iterable[VisitItem], codes: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "code": row.item.code, "version": row.item.version, "name": row.item.name, "basis": list(row.item.basis),
            "result": row.result, "result_name": codes.get(row.result, ""), "note": row.note, "demand": row.demand,
            "demand_due_on": row.demand_due_on.isoformat() if row.demand_due_on else "",
            "checks": [
                {"no": check.checkpoint.no, "title": check.checkpoint.title, "result": check.result,
                 "result_name": check.get_result_display(), "note": check.note}
                for check in sorted(row.checks.all(), key=lambda check: check.checkpoint.no)
            ],
        }
        for row in rows
    ]  # fmt: skip


def _evidence(visit: Visit) -> list[dict[str, Any]]:
    rows = visit.evidence.select_related("visit_item__item").order_by("id")
    return [
        {"name": row.name, "sha256": row.sha256, "size": row.size, "item": row.visit_item.item.code if row.visit_item else ""}
        for row in rows
    ]  # fmt: skip


def _signature(signed: signing.Signed) -> dict[str, Any]:
    digest = hashlib.sha256(signed.image.encode()).hexdigest() if signed.image else ""
    return {"role": signed.role, "name": signed.name.strip(), "inspector": signed.inspector, "refused": signed.refused,
            "note": signed.note.strip(), "image_sha256": digest}  # fmt: skip


def _time(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
