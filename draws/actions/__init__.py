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
from draws.actions.conflicts import declare_conflict, withdraw_conflict
from draws.actions.freeze import deposit_chain_b, freeze, print_sealed_copy, spotcheck
from draws.actions.openings import open_names, unmask
from draws.actions.preparation import announce, confirm_presence, prepare, revise
from draws.actions.replacements import (
    decide_replacement,
    note_started,
    release_b,
    request_replacement,
    start_round,
)
from draws.actions.seats import add_seat, join, join_own, reissue_code, remove_seat

__all__ = [
    "add_seat",
    "announce",
    "close",
    "confirm_presence",
    "confirm_spoken",
    "decide_replacement",
    "declare_conflict",
    "deposit_chain_b",
    "enter_lottery",
    "freeze",
    "join",
    "join_own",
    "note_started",
    "note_unsigned",
    "open_names",
    "open_slip",
    "prepare",
    "print_sealed_copy",
    "reissue_code",
    "release_b",
    "remove_seat",
    "request_replacement",
    "restore_secret",
    "resume",
    "retry",
    "revise",
    "seal",
    "sign",
    "slip",
    "speak",
    "spotcheck",
    "start_round",
    "unmask",
    "void",
    "withdraw_conflict",
]
