"""The only writers of this app, one module per noun."""

from draws.actions.ceremony import (
    confirm_spoken,
    enter_lottery,
    open_slip,
    restore_secret,
    resume,
    retry,
    slip,
    speak,
)
from draws.actions.closing import close, note_unsigned, seal, sign, void
from draws.actions.confirmation import confirm_preparation
from draws.actions.conflicts import (
    ask_withdrawal,
    confirm_conflicts,
    declare_conflict,
    note_looks,
    redeclare_conflict,
    refuse_withdrawal,
    withdraw_conflict,
)
from draws.actions.freeze import deposit_chain_b, freeze, print_sealed_copy, spotcheck
from draws.actions.offplatform import decide_off_platform, register_off_platform, void_off_platform
from draws.actions.openings import certify, certify_party, open_names, open_visited, unmask
from draws.actions.pace import go_on, limit, pause
from draws.actions.pool import approve_pool_change, ask_pool_change, endorse_pool_change, refuse_pool_change
from draws.actions.preparation import announce, confirm_presence, prepare, revise
from draws.actions.rehearsing import rehearse_seeds, run_seeds
from draws.actions.replacements import (
    decide_replacement,
    note_started,
    release_b,
    request_replacement,
    start_round,
)
from draws.actions.seats import add_seat, edit_seat, join, join_own, print_codes, reissue_code, remove_seat
from draws.actions.swaps import answer_swap, ask_swap_again
from draws.actions.withdrawal import withdraw

__all__ = [
    "add_seat",
    "announce",
    "answer_swap",
    "approve_pool_change",
    "ask_pool_change",
    "ask_swap_again",
    "ask_withdrawal",
    "certify",
    "certify_party",
    "close",
    "confirm_conflicts",
    "confirm_preparation",
    "confirm_presence",
    "confirm_spoken",
    "decide_off_platform",
    "decide_replacement",
    "declare_conflict",
    "deposit_chain_b",
    "edit_seat",
    "endorse_pool_change",
    "enter_lottery",
    "freeze",
    "go_on",
    "join",
    "join_own",
    "limit",
    "note_looks",
    "note_started",
    "note_unsigned",
    "open_names",
    "open_slip",
    "open_visited",
    "pause",
    "prepare",
    "print_codes",
    "print_sealed_copy",
    "redeclare_conflict",
    "refuse_pool_change",
    "refuse_withdrawal",
    "register_off_platform",
    "rehearse_seeds",
    "reissue_code",
    "release_b",
    "remove_seat",
    "request_replacement",
    "restore_secret",
    "resume",
    "retry",
    "revise",
    "run_seeds",
    "seal",
    "sign",
    "slip",
    "speak",
    "spotcheck",
    "start_round",
    "unmask",
    "void",
    "void_off_platform",
    "withdraw",
    "withdraw_conflict",
]
