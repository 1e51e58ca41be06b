"""Who may do what in a draw, and when. Each `check_x` raises with the reason; `can_x` and `why_not` answer templates."""

from draws.policies.asking import can, why_not
from draws.policies.ceremony import (
    check_confirm_spoken,
    check_enter_lottery,
    check_open_slip,
    check_restore_secret,
    check_retry,
    check_sealed_copy,
    check_slip,
    check_speak,
    check_spotcheck,
)
from draws.policies.conflicts import (
    check_change_conflict,
    check_confirm_conflicts,
    check_declare_conflict,
    check_withdraw_conflict,
)
from draws.policies.ending import check_close, check_note_unsigned, check_seal, check_sign, check_void
from draws.policies.joint import check_lead, check_leads, joint_tasks
from draws.policies.naming import check_certify, check_open_names, check_party, check_unmask
from draws.policies.offplatform import (
    check_approver,
    check_decide_off_platform,
    check_read_off_platform,
    check_register_off_platform,
    check_void_off_platform,
)
from draws.policies.people import (
    BEFORE_FREEZE,
    VOIDABLE,
    check_operator,
    check_pace,
    check_reader,
    check_state,
    check_supervisor,
)
from draws.policies.preparing import (
    check_announce,
    check_approve_pool_change,
    check_ask_pool_change,
    check_confirm_preparation,
    check_deposit_chain_b,
    check_endorse_pool_change,
    check_freeze,
    check_prepare,
    check_refuse_pool_change,
    check_rehearse_seeds,
    check_revise,
    check_withdraw,
)
from draws.policies.replacing import (
    check_decide_replacement,
    check_release_b,
    check_request_replacement,
    check_start_round,
)
from draws.policies.seating import (
    check_add_seat,
    check_confirm_presence,
    check_edit_seat,
    check_enough_seats,
    check_enough_thrown,
    check_join_own,
    check_print_codes,
    check_reissue_code,
    check_remove_seat,
    check_seat,
    seats_of,
)
from draws.policies.swapping import check_answer_swap, check_ask_again

can_unmask = can(check_unmask)
can_open_names = can(check_open_names)
can_read_off_platform = can(check_read_off_platform)
can_approve_pool_change = can(check_approve_pool_change)
can_endorse_pool_change = can(check_endorse_pool_change)
can_refuse_pool_change = can(check_refuse_pool_change)
can_withdraw_conflict = can(check_withdraw_conflict)

__all__ = [
    "BEFORE_FREEZE",
    "VOIDABLE",
    "can_approve_pool_change",
    "can_endorse_pool_change",
    "can_open_names",
    "can_read_off_platform",
    "can_refuse_pool_change",
    "can_unmask",
    "can_withdraw_conflict",
    "check_add_seat",
    "check_announce",
    "check_answer_swap",
    "check_approve_pool_change",
    "check_approver",
    "check_ask_again",
    "check_ask_pool_change",
    "check_certify",
    "check_change_conflict",
    "check_close",
    "check_confirm_conflicts",
    "check_confirm_preparation",
    "check_confirm_presence",
    "check_confirm_spoken",
    "check_decide_off_platform",
    "check_decide_replacement",
    "check_declare_conflict",
    "check_deposit_chain_b",
    "check_edit_seat",
    "check_endorse_pool_change",
    "check_enough_seats",
    "check_enough_thrown",
    "check_enter_lottery",
    "check_freeze",
    "check_join_own",
    "check_lead",
    "check_leads",
    "check_note_unsigned",
    "check_open_names",
    "check_open_slip",
    "check_operator",
    "check_pace",
    "check_party",
    "check_prepare",
    "check_print_codes",
    "check_read_off_platform",
    "check_reader",
    "check_refuse_pool_change",
    "check_register_off_platform",
    "check_rehearse_seeds",
    "check_reissue_code",
    "check_release_b",
    "check_remove_seat",
    "check_request_replacement",
    "check_restore_secret",
    "check_retry",
    "check_revise",
    "check_seal",
    "check_sealed_copy",
    "check_seat",
    "check_sign",
    "check_slip",
    "check_speak",
    "check_spotcheck",
    "check_start_round",
    "check_state",
    "check_supervisor",
    "check_unmask",
    "check_void",
    "check_void_off_platform",
    "check_withdraw",
    "check_withdraw_conflict",
    "joint_tasks",
    "seats_of",
    "why_not",
]
