"""Everything a visit left behind, gathered for its case file: each file with its bytes, checked against its fingerprint."""

import base64
import binascii
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.core.files.base import File
from django.utils import timezone

from foundation.documents import uploads as files
from foundation.documents.models import Document
from foundation.errors import RuleBroken
from foundation.ledger.actions import plain
from foundation.ledger.models import Entry
from inspections import books
from inspections.models import Evidence, Feedback, FollowUp, Handover, MonitoringFile, Record, Visit
from inspections.rules.casefile import Line, catalogue_text, sums

FILED = "inspections.file_case"
CHUNK = 1 << 20
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same content makes the same package


@dataclass(frozen=True)
class Part:
    """One file to come. `opened` gives its bytes; `expected`: fingerprint taken when it came in, "" for what is written now."""

    name: str
    title: str
    opened: Callable[[], IO[bytes] | File]
    expected: str = ""


def parts_of(visit: Visit) -> list[Part]:
    """In the order of the case: task, notice, records with signatures and reviews, evidence, what followed, log."""
    return [
        _json("00-任务.json", "检查任务和检查组", _task(visit)),
        *_papers("visit_notice", str(visit.pk), "01-行政检查通知书", "行政检查通知书"),
        *(part for record in visit.records.order_by("version") for part in _record(record)),
        *_evidence(visit),
        *_monitoring(visit),
        *_followups(visit),
        *_feedback(visit),
        _log(visit),
    ]


def waiting_papers(visit: Visit) -> bool:
    """A PDF is still being made: the case would be filed without it."""
    subjects = {
        "visit_notice": [str(visit.pk)],
        "visit_record": [str(pk) for pk in visit.records.values_list("pk", flat=True)],
        "handover": [
            str(pk) for pk in Handover.objects.filter(followup__visit=visit).values_list("pk", flat=True)
        ],
    }
    return any(
        Document.objects.filter(kind=kind, subject_id__in=ids, state=Document.State.WAITING).exists()
        for kind, ids in subjects.items()
    )  # fmt: skip


def write(target: IO[bytes], heading: str, parts: list[Part]) -> list[Line]:
    """The package; the catalogue and the sums come last. raises: RuleBroken naming a file that changed since it came in"""
    lines = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for part in parts:
            lines.append(_copy(package, part))
        for name, text in (("目录.txt", catalogue_text(heading, lines)), ("SHA256SUMS", sums(lines))):
            package.writestr(zipfile.ZipInfo(name, LONG_AGO), text)
    return lines


def _copy(package: zipfile.ZipFile, part: Part) -> Line:
    digest, size = hashlib.sha256(), 0
    try:
        source = part.opened()
    except OSError as lost:
        raise RuleBroken(
            f"“{part.title}”的文件读不到了，不能归档。请从备份恢复后再归档，并报告纪检。", code="file_lost"
        ) from lost
    with source, package.open(zipfile.ZipInfo(part.name, LONG_AGO), "w", force_zip64=True) as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
    if part.expected and digest.hexdigest() != part.expected:
        raise RuleBroken(
            f"“{part.title}”与入库时的指纹不一致，不能归档。请从备份恢复原件，并报告纪检。",
            code="file_changed",
        )
    return Line(part.name, part.title, size, digest.hexdigest())


def _text(name: str, title: str, text: str, expected: str = "") -> Part:
    return Part(name, title, partial(io.BytesIO, text.encode()), expected)


def _stored(row: Document | Evidence | MonitoringFile) -> File:
    return row.file.open("rb")


def _json(name: str, title: str, value: object) -> Part:
    return _text(name, title, json.dumps(plain(value), ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def _task(visit: Visit) -> dict[str, Any]:
    members = visit.team.select_related("inspector").order_by("position", "id")
    return {
        "number": visit.number, "draw": visit.draw.number, "code": visit.code, "commitment": visit.commitment,
        "target": {"uid": visit.target.uid, "name": visit.target.name, "address": visit.target.address},
        "state": visit.get_state_display(), "notice": visit.notice_number, "scheduled_on": visit.scheduled_on, "arrived_at": visit.arrived_at,
        "finished_at": visit.finished_at, "completed_on": visit.completed_on, "ended_because": visit.void_reason,
        "rulebook": books.rulebook_of_visit(visit).id,
        "partners": [{"name": one.name, "people": one.people, "basis": one.basis} for one in visit.partners.order_by("id")],
        "joint": visit.joint_task.plan.name if visit.joint_task else "",
        "team": [
            {"name": one.inspector.name, "certificate_no": one.inspector.certificate_no, "auxiliary": one.auxiliary,
             "left_at": one.left_at, "left_reason": one.left_reason}
            for one in members
        ],
        "assistants": [
            {"name": one.assistant.name, "institution": one.assistant.institution, "document": one.document, "task": one.task,
             "left_at": one.left_at, "left_reason": one.left_reason}
            for one in visit.helpers.select_related("assistant").order_by("id")
        ],
    }  # fmt: skip


def _papers(kind: str, subject: str, name: str, title: str) -> Iterator[Part]:
    ready = Document.objects.filter(kind=kind, subject_id=subject, state=Document.State.READY).order_by("id")
    for at, document in enumerate(ready, 1):
        again = f"-{at}" if at > 1 else ""
        yield Part(f"{name}{again}.pdf", title, partial(_stored, document), document.sha256)


def _record(record: Record) -> Iterator[Part]:
    front = f"02-检查记录-第{record.version}版"
    yield _text(
        f"{front}.json", f"检查记录第 {record.version} 版（签字的原文）", record.content, record.sha256
    )
    yield from _papers("visit_record", str(record.pk), front, f"现场检查记录第 {record.version} 版")
    for at, signature in enumerate(record.signatures.order_by("id"), 1):
        picture = _picture(signature.image)
        if picture:
            yield Part(f"{front}-签字{at}.png", f"{signature.name}的签字", partial(io.BytesIO, picture))
    reviews = record.reviews.select_related("reviewer").order_by("id")
    if reviews:
        yield _json(f"{front}-审核.json", f"第 {record.version} 版的审核", [
            {"reviewer": one.reviewer.name, "passed": one.passed, "opinion": one.opinion, "at": one.at} for one in reviews
        ])  # fmt: skip


def _picture(image: str) -> bytes:
    try:
        return base64.b64decode(image.partition(",")[2], validate=True)
    except binascii.Error:
        return b""


def _evidence(visit: Visit) -> Iterator[Part]:
    for at, row in enumerate(visit.evidence.order_by("id"), 1):
        name = f"03-证据/{at:03}-{files.plain_name(row.name)}"
        yield Part(name, f"证据 {at}：{row.name}", partial(_stored, row), row.sha256)


def _monitoring(visit: Visit) -> Iterator[Part]:
    """What was measured on the day, with its reports. source: QZ-8.1"""
    rows = list(visit.monitorings.prefetch_related("files").order_by("id"))
    if rows:
        yield _json("03-同步监测.json", "同步监测", [
            {"unit": one.unit, "what": one.what, "sampler": one.sampler, "state": one.get_state_display(), "result": one.result,
             "exceeded": one.exceeded, "cancel_reason": one.cancel_reason}
            for one in rows
        ])  # fmt: skip
    reports = [file for one in rows for file in one.files.all()]
    for at, row in enumerate(reports, 1):
        name = f"03-同步监测/{at:02}-{files.plain_name(row.name)}"
        yield Part(name, f"监测报告 {at}：{row.name}", partial(_stored, row), row.sha256)


def _followups(visit: Visit) -> Iterator[Part]:
    rows = visit.followups.select_related("visit_item__item", "closed_by").order_by("id")
    if rows:
        yield _json("04-整改与后续.json", "整改与后续", [_followup(row) for row in rows])
    for row in Handover.objects.filter(followup__visit=visit).order_by("id"):
        yield from _papers(
            "handover", str(row.pk), f"04-移送文书-{row.year}-{row.serial}", f"移送文书 {row.number}"
        )


def _followup(row: FollowUp) -> dict[str, Any]:
    return {
        "kind": row.get_kind_display(), "problem": row.problem, "demand": row.demand, "due_on": row.due_on, "handed_to": row.handed_to,
        "item": row.visit_item.item.name if row.visit_item else "", "state": row.get_state_display(), "closed_on": row.closed_on,
        "closed_by": row.closed_by.name if row.closed_by else "", "closing_note": row.closing_note,
        "handovers": [_handover(one) for one in row.handovers.order_by("id")],
    }  # fmt: skip


def _handover(row: Handover) -> dict[str, Any]:
    return {
        "number": row.number, "kind": row.get_kind_display(), "to_whom": row.to_whom, "basis": row.basis, "materials": row.materials,
        "sent_on": row.sent_on, "received_on": row.received_on, "received_by": row.received_by, "case_number": row.case_number,
    }  # fmt: skip


def _feedback(visit: Visit) -> Iterator[Part]:
    said = Feedback.objects.filter(visit=visit).first()
    if said is not None:
        yield _json("05-企业评价.json", "企业评价", {
            "rating": said.get_rating_display(), "showed_certificate": said.showed_certificate, "explained": said.explained,
            "statement": said.statement, "from_name": said.from_name, "received_at": said.received_at,
        })  # fmt: skip


def _log(visit: Visit) -> Part:
    """The visit's own entries of the ledger, as hashed; filing itself is left out, so that nothing new means no new file."""
    entries = Entry.objects.of(visit).exclude(act=FILED).order_by("seq")
    lines = [
        json.dumps({"seq": one.seq, "at": timezone.localtime(one.at).isoformat(), "previous_hash": one.previous_hash, "hash": one.hash,
                    "content": json.loads(one.content)}, ensure_ascii=False, sort_keys=True)
        for one in entries
    ]  # fmt: skip
    return _text("06-操作记录.jsonl", "本次检查的操作记录", "\n".join(lines) + "\n")
