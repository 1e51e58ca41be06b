"""Taking a file in: judged by its bytes, hashed, stored under a name nobody can guess."""

from typing import TypeVar

from foundation.documents.uploads import Upload
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning.models import OverrideFile, PlanFile

Kept = TypeVar("Kept", OverrideFile, PlanFile)


def keep(row: Kept, judged: Upload, *, by: User, act: str) -> Kept:
    """Fill in the row from the judged file, save both and note it. Called inside an action's transaction."""
    judged.fill(row)
    row.uploaded_by = by
    row.save()
    subject = row.override if isinstance(row, OverrideFile) else row.plan
    ledger.record(
        actor=by, act=act, subject=subject, organisation=subject.organisation,
        data={"name": row.name, "sha256": row.sha256, "size": row.size},
    )  # fmt: skip
    return row
