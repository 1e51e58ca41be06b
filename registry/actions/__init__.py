"""The only writers of the registers. Each: lock, policy, rule, save, ledger; one transaction."""

from registry.actions.batches import (
    check_file,
    commit_import,
    correct_row,
    drop_import,
    mapping_columns,
    save_mapping,
    undo_import,
)
from registry.actions.flags import record_flag, revoke_flag
from registry.actions.inspections import record_prior_inspection
from registry.actions.items import (
    approve_item,
    create_item,
    edit_item,
    publish_item,
    repeal_item,
    return_item,
    revise_item,
    ship_items,
)
from registry.actions.reviews import record_review
from registry.actions.targets import change_status, create_target, edit_target, set_tags
from registry.actions.tiers import end_override, override_tier, recompute_tiers

__all__ = [
    "approve_item", "change_status", "check_file", "commit_import", "correct_row", "create_item", "create_target",
    "drop_import", "edit_item", "edit_target", "end_override", "mapping_columns", "override_tier", "publish_item", "recompute_tiers",
    "record_flag", "record_prior_inspection", "record_review", "repeal_item", "return_item", "revise_item", "revoke_flag",
    "save_mapping", "set_tags", "ship_items", "undo_import",
]  # fmt: skip
