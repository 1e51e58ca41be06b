"""The only writers of planning."""

from planning.actions.areas import set_area_profile
from planning.actions.details import edit_details, note_published, set_months
from planning.actions.drawn import note_drawn, note_voided
from planning.actions.duties import note_duty_done
from planning.actions.joint import (
    add_participant,
    add_plan_file,
    drop_task,
    record_agreement,
    remove_participant,
    remove_plan_file,
)
from planning.actions.makeups import note_make_up
from planning.actions.notes import add_rule_note, withdraw_rule_note
from planning.actions.overrides import approve_override, attach_evidence, refuse_override, request_override
from planning.actions.own_lines import (
    add_own_task,
    change_own_task,
    drop_own_task,
    widen_scope,
)
from planning.actions.plans import (
    amend_plan,
    approve_plan,
    create_plan,
    edit_task,
    file_plan,
    issue_plan,
    recalculate,
    return_plan,
    set_manual,
    submit_plan,
)
from planning.actions.quotas import confirm_quotas
from planning.actions.simulations import run_simulation, simulate_year
from planning.actions.weights import set_weights

__all__ = [
    "add_own_task",
    "add_participant",
    "add_plan_file",
    "add_rule_note",
    "amend_plan",
    "approve_override",
    "approve_plan",
    "attach_evidence",
    "change_own_task",
    "confirm_quotas",
    "create_plan",
    "drop_own_task",
    "drop_task",
    "edit_details",
    "edit_task",
    "file_plan",
    "issue_plan",
    "note_drawn",
    "note_duty_done",
    "note_make_up",
    "note_published",
    "note_voided",
    "recalculate",
    "record_agreement",
    "refuse_override",
    "remove_participant",
    "remove_plan_file",
    "request_override",
    "return_plan",
    "run_simulation",
    "set_area_profile",
    "set_manual",
    "set_months",
    "set_weights",
    "simulate_year",
    "submit_plan",
    "widen_scope",
    "withdraw_rule_note",
]
