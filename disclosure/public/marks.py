"""How a result looks beside its words: tone and icon by result code, so that no word list has to know every phrase."""

from disclosure.models import Publication

BY_CODE = {
    "no_problem": ("ok", "check"), "ordered_correct": ("warn", "bang"), "pending": ("warn", "bang"),
    "case_filed": ("bad", "cross"), "transferred": ("bad", "cross"), "uncooperative": ("bad-o", "alert"),
    "deregistered": ("neu", "minus"),
}  # fmt: skip
BY_STATUS = {
    "复查合格": ("ok-o", "check2"),
    "已立案（调查中）": ("bad", "cross"),
    "案件已办结": ("neu", "minus"),
}


def mark(code: str, status: str) -> dict[str, str]:
    """{word, tone, icon} for {% status_tag mark.word mark.tone mark.icon %}."""
    tone, icon = BY_STATUS.get(status) or BY_CODE.get(code, ("plain", ""))
    return {"word": status, "tone": tone, "icon": icon}


def mark_of(publication: Publication) -> dict[str, str]:
    if publication.withdrawn:
        return {"word": "已撤回", "tone": "", "icon": ""}
    return mark(publication.outcome, publication.status)
