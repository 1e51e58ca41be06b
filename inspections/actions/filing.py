"""Filing: one case, one file, closed and numbered. source: QS-22.1, NM-35.3"""

import hashlib
import tempfile
from dataclasses import asdict
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from foundation.errors import OutOfOrder
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from inspections import casefile, policies
from inspections.actions.common import lock, moment
from inspections.models import CaseFile, Visit
from inspections.rules.casefile import case_number

IN_MEMORY = 8 << 20


@transaction.atomic
def file_case(*, by: User, visit: Visit, now: datetime | None = None) -> CaseFile:
    """Close everything of an ended visit into one package; filed again only when something changed.

    raises: NotAllowed, OutOfOrder while something is still open or nothing is new, RuleBroken for a file that changed
    """
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.organisation_id)
    lock(visit, "target")
    policies.check_file_case(by, visit)
    if casefile.waiting_papers(visit):
        raise OutOfOrder("这次检查的文书还在生成，生成后再归档。请稍后刷新。", code="papers_waiting")
    at, before = moment(now), visit.case_files.order_by("-version").first()
    year = before.year if before else timezone.localdate(at).year
    serial = before.serial if before else _next(visit.organisation_id, year)
    short = visit.organisation.short_name or visit.organisation.name
    made = CaseFile(
        organisation=visit.organisation, visit=visit, year=year, serial=serial, version=before.version + 1 if before else 1,
        number=case_number(short, year, serial), filed_by=by, filed_at=at,
    )  # fmt: skip
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as package:
        heading = f"{made.number}　第 {made.version} 版　{visit.number}　{visit.target.name}"
        made.catalogue = [asdict(line) for line in casefile.write(package, heading, casefile.parts_of(visit))]
        if before and before.catalogue == made.catalogue:
            raise OutOfOrder(f"{before.number} 归档以后没有新的材料，不用再归。", code="nothing_new")
        package.seek(0)
        made.sha256 = hashlib.file_digest(package, "sha256").hexdigest()
        made.size = package.tell()
        package.seek(0)
        made.file.save(f"{visit.number}-{made.version}.zip", File(package), save=False)
    made.save()
    ledger.record(actor=by, act=casefile.FILED, subject=visit, data={
        "number": made.number, "version": made.version, "sha256": made.sha256, "files": len(made.catalogue),
    })  # fmt: skip
    return made


def _next(organisation_id: int, year: int) -> int:
    """The caller holds the organisation's lock."""
    used = CaseFile.objects.filter(organisation=organisation_id, year=year)
    return (used.aggregate(last=Max("serial"))["last"] or 0) + 1
