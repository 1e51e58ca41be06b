"""Evidence: checked by its bytes, hashed here, stored under a name nobody can guess."""

from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from foundation.documents import uploads as files
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import policies
from inspections.actions.common import lock, moment
from inspections.models import Evidence, Visit, VisitItem


@transaction.atomic
def add_evidence(
    *, by: User, visit: Visit, file: File, name: str = "", visit_item: VisitItem | None = None,
    claimed_sha256: str = "", survey: bool = False, now: datetime | None = None,
) -> Evidence:  # fmt: skip
    """Take one file; the same bytes twice are one row.

    survey: this is the 现场勘查笔录 of a sampling. source: QZ-7.2
    claimed_sha256: hex the device worked out, compared with ours when given
    raises: NotAllowed, OutOfOrder, FileRefused, RuleBroken when the file was damaged on its way
    """
    lock(visit)
    policies.check_record(by, visit)
    if visit_item is not None and visit_item.visit_id != visit.pk:
        raise RuleBroken("这个事项不属于这次检查，请刷新后再传。", code="foreign_item")
    judged = files.Upload.judged(file, name)
    if claimed_sha256 and claimed_sha256.lower() != judged.sha256:
        raise RuleBroken(f"“{judged.name}”在传输中损坏，收到的内容与本机不一致。请重新上传。", code="damaged")
    known = Evidence.objects.filter(visit=visit, sha256=judged.sha256).first()
    if known:
        return _name_survey(visit, known, by) if survey else known
    evidence = Evidence(visit=visit, visit_item=visit_item, uploaded_by=by, uploaded_at=moment(now))
    judged.fill(evidence)
    evidence.save()
    ledger.record(actor=by, act="inspections.add_evidence", subject=visit, data={
        "name": judged.name, "sha256": judged.sha256, "size": judged.size, "item": visit_item.item.code if visit_item else "",
    })  # fmt: skip
    return _name_survey(visit, evidence, by) if survey else evidence


def _name_survey(visit: Visit, evidence: Evidence, by: User) -> Evidence:
    """The file, new or there already, is the survey notes; the stored file itself is never touched."""
    if evidence.sha256 not in visit.survey_files:
        visit.survey_files = [*visit.survey_files, evidence.sha256]
        visit.save(update_fields=["survey_files"])
        ledger.record(
            actor=by, act="inspections.name_survey", subject=visit, data={"name": evidence.name, "sha256": evidence.sha256}
        )  # fmt: skip
    return evidence


def changed(evidence: Evidence) -> str:
    """Why the stored file is not what was uploaded; empty when its hash is the recorded one."""
    try:
        with evidence.file.open("rb") as stored:
            return "" if files.digest(stored) == evidence.sha256 else "文件内容与上传时的指纹不符"
    except OSError:
        return "文件不在存储里"
