"""Printed sheets: 公示单 of one publication. Called by foundation.documents."""

from disclosure.models import Publication
from disclosure.public import board
from disclosure.rules.wording import ONLY_THAT_DAY
from foundation.documents.rendering import Page
from foundation.organisation.models import User
from foundation.organisation.policies import can


def sheet(subject_id: str) -> Page:
    """The sheet of one publication (subject_id: its primary key), as published."""
    row = Publication.objects.select_related("organisation").get(pk=subject_id)
    context = {
        "publication": row, "record": row.record, "history": board.history(row.record), "bureau_name": row.organisation.name,
        "page_url": f"/open/results/{row.number}/", "hash_value": row.sha256, "note": ONLY_THAT_DAY,
    }  # fmt: skip
    return Page("disclosure/sheet_print.html", f"{row.number}公示单", context)


def may_read(user: User, subject_id: str) -> bool:
    return can(user, "disclosure.view")
