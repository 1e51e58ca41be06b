"""The only writers of this app, one module per noun. Each: lock, policy, rule, save, ledger; one transaction."""

from inspections.actions.answering import Filled, save_item, save_items
from inspections.actions.assisting import add_assistant, remove_assistant
from inspections.actions.auditing import (
    add_finding,
    conclude_audit,
    judge_finding,
    open_audit,
    rectify_finding,
)
from inspections.actions.beside import (
    add_partner,
    arrange_monitoring,
    cancel_monitoring,
    record_monitoring,
    remove_partner,
)
from inspections.actions.collecting import add_evidence, changed
from inspections.actions.creating import create_visits
from inspections.actions.dispatching import dispatch, renew_papers, waive
from inspections.actions.feedback import receive_feedback
from inspections.actions.filing import file_case
from inspections.actions.following import close_followup, open_followup, set_terms
from inspections.actions.handing import hand_over, note_receipt
from inspections.actions.onsite import arrive, finish, set_production_state
from inspections.actions.recording import same_as_signed, submit_record
from inspections.actions.reviewing import latest_record, reopen, review
from inspections.actions.special import decide_special, finish_special, register_special

__all__ = [
    "Filled",
    "add_assistant",
    "add_evidence",
    "add_finding",
    "add_partner",
    "arrange_monitoring",
    "arrive",
    "cancel_monitoring",
    "changed",
    "close_followup",
    "conclude_audit",
    "create_visits",
    "decide_special",
    "dispatch",
    "file_case",
    "finish",
    "finish_special",
    "hand_over",
    "judge_finding",
    "latest_record",
    "note_receipt",
    "open_audit",
    "open_followup",
    "receive_feedback",
    "record_monitoring",
    "rectify_finding",
    "register_special",
    "remove_assistant",
    "remove_partner",
    "renew_papers",
    "reopen",
    "review",
    "same_as_signed",
    "save_item",
    "save_items",
    "set_production_state",
    "set_terms",
    "submit_record",
    "waive",
]  # fmt: skip
