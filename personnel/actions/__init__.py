"""The only writers of the register of inspectors."""

from personnel.actions.batches import (
    check_file,
    commit_import,
    correct_row,
    drop_import,
    mapping_columns,
    save_mapping,
    undo_import,
)
from personnel.actions.inspectors import (
    create_inspector,
    deactivate,
    edit_inspector,
    end_absence,
    link_user,
    reactivate,
    register_absence,
)

__all__ = [
    "check_file", "commit_import", "correct_row", "create_inspector", "deactivate", "drop_import", "edit_inspector",
    "end_absence", "link_user", "mapping_columns", "reactivate", "register_absence", "save_mapping", "undo_import",
]  # fmt: skip
