"""The only writers of the registers. Each: lock, policy, rule, save, ledger; one transaction."""

from registry.actions.bases import (
    confirm_remap,
    drop_remap,
    propose_remap,
    publish_remapped,
    record_basis,
    undo_remap,
)
from registry.actions.batches import (
    check_file,
    commit_import,
    correct_row,
    drop_import,
    mapping_columns,
    save_mapping,
    undo_import,
)
from registry.actions.dossier import (
    adopt_rulebook,
    record_permit,
    record_rating,
    save_term,
    seed_terms,
    set_tags,
)
from registry.actions.finding import compare_permits, drop_filter, save_filter
from registry.actions.flags import record_flag, revoke_flag
from registry.actions.held import approve_batch, return_batch
from registry.actions.inspections import note_checks_below, record_prior_inspection
from registry.actions.items import (
    approve_item,
    create_item,
    edit_item,
    edit_parts,
    publish_item,
    repeal_item,
    return_item,
    revise_item,
    ship_items,
)
from registry.actions.merges import merge_targets, tell_apart, undo_merge
from registry.actions.pending import (
    approve_change,
    request_end_of_tier,
    request_merge,
    request_status,
    request_tier,
    request_unmerge,
    return_change,
    withdraw_change,
)
from registry.actions.reviews import record_review
from registry.actions.targets import change_status, create_target, edit_target
from registry.actions.tiers import end_override, override_tier, recompute_tiers

__all__ = [
    "adopt_rulebook", "approve_batch", "approve_change", "approve_item", "change_status", "check_file", "commit_import", "compare_permits",
    "confirm_remap", "correct_row", "create_item", "create_target", "drop_filter", "drop_import",
    "drop_remap", "edit_item", "edit_parts", "edit_target", "end_override", "mapping_columns",
    "merge_targets", "note_checks_below", "override_tier", "propose_remap", "publish_item", "publish_remapped",
    "recompute_tiers", "record_basis", "record_flag", "record_permit", "record_prior_inspection",
    "record_rating", "record_review", "repeal_item", "request_end_of_tier", "request_merge",
    "request_status", "request_tier", "request_unmerge", "return_batch", "return_change", "return_item", "revise_item",
    "revoke_flag", "save_filter", "save_mapping", "save_term", "seed_terms", "set_tags", "ship_items", "tell_apart",
    "undo_import", "undo_merge", "undo_remap", "withdraw_change",
]  # fmt: skip
