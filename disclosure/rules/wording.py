"""The plain words of a result: one sentence, one status, what was done about each problem."""

from collections.abc import Sequence
from datetime import date

from disclosure.rules.facts import FollowUpFacts, ResultFacts

CLEAN = "no_problem"
KINDS = {"rectification": "责令整改", "case": "立案调查", "referral": "移送", "pending": "待后续处理"}
ONLY_THAT_DAY = "本结果仅反映检查当日情况。"


def day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def short_day(day: date, base: date) -> str:
    """11月6日, with the year when it is not that of `base`."""
    return f"{day.month}月{day.day}日" if day.year == base.year else day_zh(day)


def followup_text(followup: FollowUpFacts, base: date) -> str:
    """What was ordered and how it ended, without the problem itself."""
    words = [ordered_text(followup, base)]
    if followup.done and followup.closed_on:
        words.append(_ended(followup, base))
    return "，".join(words)


def ordered_text(followup: FollowUpFacts, base: date) -> str:
    """What was ordered, without its end."""
    if followup.kind == "rectification":
        return f"责令{short_day(followup.due_on, base)}前改正" if followup.due_on else "责令改正"
    if followup.kind == "case":
        return "已立案" if followup.done else "已立案（调查中）"
    if followup.kind == "referral":
        return f"移送{followup.handed_to}" if followup.handed_to else "已移送有关部门"
    return "已处理" if followup.done else "待后续处理"


def _ended(followup: FollowUpFacts, base: date) -> str:
    day = short_day(followup.closed_on, base) if followup.closed_on else ""
    return {"rectification": f"{day}复查合格", "case": f"{day}案件办结"}.get(followup.kind, f"{day}办结")


def status_word(outcome: str, outcome_zh: str, followups: Sequence[FollowUpFacts]) -> str:
    """The one word beside the name; the heaviest open matter first."""
    kinds = {kind: [f for f in followups if f.kind == kind] for kind in KINDS}
    if any(not f.done for f in kinds["case"]):
        return "已立案（调查中）"
    if kinds["case"]:
        return "案件已办结"
    if any(not f.done for f in kinds["rectification"]):
        return "发现问题，整改中"
    if kinds["referral"]:
        return "已移送"
    if kinds["rectification"] and all(f.done for f in followups):
        return "复查合格"
    return outcome_zh


def sentence(facts: ResultFacts, *, handling: bool) -> str:
    """2026年11月5日检查，未发现问题。"""
    if facts.waived:
        return f"{day_zh(facts.checked_on)}检查，{facts.waived}，{facts.outcome_zh}，本次不再现场检查。"
    head = f"{day_zh(facts.checked_on)}检查"
    if facts.outcome == CLEAN:
        return f"{head}，{facts.outcome_zh}。"
    found = _found(facts)
    done = [followup_text(f, facts.checked_on) for f in facts.followups] if handling else []
    return "，".join([head, found, *dict.fromkeys(done)]) + "。"


def _found(facts: ResultFacts) -> str:
    """发现 2 项问题, where the items say how many; else the words of the outcome."""
    count = sum(1 for item in facts.items if item.result not in ("", CLEAN))
    if facts.outcome_zh.startswith("发现问题") and count:
        return f"发现 {count} 项问题" if facts.followups else f"发现 {count} 项问题（{facts.outcome_zh}）"
    return facts.outcome_zh
