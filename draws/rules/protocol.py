"""Numbers that MC1 itself leaves to the house. No legal number is among them. source: draw-protocol.md §4, §6, §10, §12"""

ANNOUNCE_WORKDAYS = 1  # §12: the announcement stands at least one working day
CHAIN_LENGTH = 64  # §10: rounds of replacement a draw can have, at most 256
MAX_ATTEMPTS = 3  # §6
FEW_ALIKE = 5  # §12: rows that share area, body, skill and strata with fewer others identify
SMALL_ROSTER = 30  # §12: below this the inspector rows identify and stay with the observers until the end
SPARE_VISITS = 1  # places above the equal share, so that recusals do not make the first rung infeasible
CODE_LENGTH = 6
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read two ways
WRONG_CODES, WRONG_CODES_MINUTES = 10, 10
REHEARSAL_SEEDS = 200  # throw-away seeds of a feasibility rehearsal
