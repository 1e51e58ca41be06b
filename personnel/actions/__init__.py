"""The only writers of the register of inspectors."""

from personnel.actions.assistants import (
    create_assistant,
    edit_assistant,
    end_commission,
)
from personnel.actions.batches import (
    check_file,
    commit_import,
    correct_row,
    drop_import,
    mapping_columns,
    save_mapping,
    undo_import,
)
from personnel.actions.certificates import (
    correct_certificate,
    keep_history,
    register_certificate,
    revoke_certificate,
)
from personnel.actions.dated import bring_up_to_date
from personnel.actions.inspectors import (
    create_inspector,
    edit_inspector,
    end_absence,
    link_user,
    register_absence,
)
from personnel.actions.postings import (
    begin_history,
    correct_posting,
    deactivate,
    reactivate,
    register_posting,
)
from personnel.actions.tallies import store_tallies
from personnel.actions.words import (
    add_speciality,
    end_omission,
    note_omission,
    replace_speciality,
    retire_speciality,
)

__all__ = [
    "add_speciality",
    "begin_history",
    "bring_up_to_date",
    "check_file",
    "commit_import",
    "correct_certificate",
    "correct_posting",
    "correct_row",
    "create_assistant",
    "create_inspector",
    "deactivate",
    "drop_import",
    "edit_assistant",
    "edit_inspector",
    "end_absence",
    "end_commission",
    "end_omission",
    "keep_history",
    "link_user",
    "mapping_columns",
    "note_omission",
    "reactivate",
    "register_absence",
    "register_certificate",
    "register_posting",
    "replace_speciality",
    "retire_speciality",
    "revoke_certificate",
    "save_mapping",
    "store_tallies",
    "undo_import",
]
