"""Taking a file in: judged by its bytes, hashed, stored under a name nobody can guess."""

from typing import TypeVar

from django.core.files.base import File

from foundation.documents import uploads
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning.models import OverrideFile, PlanFile

Kept = TypeVar("Kept", OverrideFile, PlanFile)


def keep(row: Kept, file: File, *, by: User, act: str) -> Kept:
    """Fill in the row from the file, save both and note it. Called inside an action's transaction.

    raises: FileRefused for a file that is not what its name says
    """
    uploads.Upload.judged(file).fill(row)
    row.uploaded_by = by
    row.save()
    subject = row.override if isinstance(row, OverrideFile) else row.plan
    ledger.record(
        actor=by, act=act, subject=subject, organisation=subject.organisation,
        data={"name": row.name, "sha256": row.sha256, "size": row.size},
    )  # fmt: skip
    return row
