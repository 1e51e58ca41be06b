"""How a result looks: tone and icon, never colour alone. source: ui.md §7 (status semantics)"""

MARKS = {
    "no_problem": ("ok", "check"), "ordered_correct": ("warn", "bang"), "pending": ("warn", "bang"),
    "case_filed": ("bad", "cross"), "transferred": ("bad", "cross"), "deregistered": ("neu", "minus"),
    "uncooperative": ("bad-o", "alert"),
}  # fmt: skip


def mark_of(code: str) -> dict[str, str]:
    """tone and icon of a result code; a local code is a problem, no code is plain."""
    tone, icon = MARKS.get(code, ("warn", "bang")) if code else ("", "")
    return {"tone": tone, "icon": icon}
