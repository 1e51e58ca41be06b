"""The public record of a result, a draw, a plan: exactly what is frozen, in canonical JSON. source: rulebooks.md §3 [disclosure]

The rulebook's `disclosure.fields` say what must be in it. Target, date, item and result are in every record, because
a result without them cannot be read; checked contents, violation, handling and completion only where asked for.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from disclosure.rules import masking, wording
from disclosure.rules.facts import FollowUpFacts, ItemFacts, ResultFacts
from foundation.ledger.rules import canonical

FORMAT = "mingchou-disclosure/1"
ALWAYS = frozenset({"target", "item", "date", "result"})
FIELD_ZH = {
    "target": "检查对象", "item": "检查事项", "content": "检查内容", "date": "检查时间", "result": "检查结果",
    "violation": "违法事实", "handling": "处理情况", "completion": "完成情况",
}  # fmt: skip


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def result_record(facts: ResultFacts, fields: Collection[str]) -> dict[str, Any]:
    """Public record of one inspection, masked; without number, version and time, which the publication adds."""
    shown = ALWAYS | set(fields)
    names = _private(facts)
    target = facts.target
    person = masking.is_person(target.name, bool(target.uscc))
    handling = "handling" in shown
    record = {
        "format": FORMAT, "kind": "result",
        "organisation": {"code": facts.organisation_code, "name": facts.organisation},
        "rulebook": {"id": facts.rulebook_id, "name": facts.rulebook, "sha256": facts.rulebook_hash},
        "fields": [FIELD_ZH[name] for name in FIELD_ZH if name in shown],
        "period": facts.period,
        "target": {
            "name": masking.masked_name(target.name) if person else target.name, "uscc": target.uscc,
            "kind": target.kind_zh, "area": target.area, "tier": target.tier,
            "former_names": [] if person else list(target.former_names),
        },
        "checked_on": facts.checked_on.isoformat(), "completed_on": facts.completed_on.isoformat(),
        "mode": facts.mode_zh, "production": facts.production_zh,
        "inspectors": [
            {"name": masking.masked_name(p.name), "certificate": masking.masked_certificate(p.certificate_no)}
            for p in facts.team if not p.auxiliary
        ],
        "assistants": sum(1 for p in facts.team if p.auxiliary),
        "outcome": {"code": facts.outcome, "name": facts.outcome_zh},
        "status": wording.status_word(facts.outcome, facts.outcome_zh, facts.followups) if handling else facts.outcome_zh,
        "sentence": masking.masked_text(wording.sentence(facts, handling=handling), names),
        "items": [] if facts.waived else [_item(item, facts, shown, names) for item in facts.items],
        "draw": _draw(facts, person),
    }  # fmt: skip
    if facts.joint:
        record["joint"] = {
            "plan": facts.joint.plan, "task": facts.joint.task, "lead": facts.joint.lead,
            "participants": list(facts.joint.participants),
        }  # fmt: skip
    if facts.waived:
        record["waived"] = facts.waived
    if handling:
        record["followups"] = [_followup(f, facts, names) for f in facts.followups]
    if "completion" in shown:
        record["completion"] = {
            "completed_on": facts.completed_on.isoformat(),
            "done": all(f.done for f in facts.followups),
        }
    return record


def _item(
    item: ItemFacts, facts: ResultFacts, shown: Collection[str], names: Collection[str]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": item.name,
        "result": item.result_zh,
        "code": item.result,
        "basis": list(item.basis),
    }
    if "content" in shown:
        row["contents"] = list(item.contents)
    if "violation" in shown:
        row["problems"] = [masking.masked_text(problem, names) for problem in item.problems]
    if "handling" in shown:
        own = [f for f in facts.followups if f.item and f.item == item.key]
        row["handling"] = [
            masking.masked_text(wording.followup_text(f, facts.checked_on), names) for f in own
        ]
    return row


def _followup(followup: FollowUpFacts, facts: ResultFacts, names: Collection[str]) -> dict[str, Any]:
    """A case under investigation shows that it is open, nothing else; its decision once it is done."""
    private = followup.kind == "case" and not followup.done
    return {
        "kind": wording.KINDS[followup.kind], "opened_on": followup.opened_on.isoformat(),
        "due_on": followup.due_on.isoformat() if followup.due_on else "",
        "done": followup.done, "closed_on": followup.closed_on.isoformat() if followup.closed_on else "",
        "text": masking.masked_text(wording.followup_text(followup, facts.checked_on), names),
        "ordered": wording.ordered_text(followup, facts.checked_on),
        "demand": "" if private else masking.masked_text(followup.demand, names),
        "note": masking.masked_text(followup.note, names) if followup.done else "",
    }  # fmt: skip


def _draw(facts: ResultFacts, person: bool) -> dict[str, Any]:
    draw = facts.draw
    return {
        "number": draw.number, "held_on": draw.held_on.isoformat(), "plan": draw.plan,
        "type": "定向" if draw.directed else "不定向", "code": draw.code, "commitment": draw.commitment, "head": draw.head,
        "opening": None if person else draw.opening,
        "also": [
            {
                "number": other.number, "code": other.code, "commitment": other.commitment,
                "opening": None if person else other.opening,
            }
            for other in draw.also
        ],
    }  # fmt: skip


def _private(facts: ResultFacts) -> set[str]:
    own = {p.name for p in facts.team} | set(facts.target.private_names)
    if masking.is_person(facts.target.name, bool(facts.target.uscc)):
        own |= {facts.target.name, *facts.target.former_names}
    return {name for name in own if len(name.strip()) > 1}


def gaps(facts: ResultFacts, fields: Collection[str]) -> list[str]:
    """What the rulebook asks for and the record lacks, one Chinese phrase each."""
    shown = ALWAYS | set(fields)
    if facts.waived:
        return []
    problems = [item for item in facts.items if item.result not in ("", wording.CLEAN)]
    missing = {
        "item": not facts.items,
        "content": not any(item.contents for item in facts.items),
        "result": not facts.outcome_zh or any(not item.result for item in facts.items),
        "violation": any(not item.problems for item in problems),
        "handling": bool(problems) and not facts.followups,
    }
    return [FIELD_ZH[name] for name in FIELD_ZH if name in shown and missing.get(name)]


def leaks(facts: ResultFacts, record: Mapping[str, Any]) -> list[str]:
    """What is still personal in a masked record: the last check before anybody signs it."""
    open_text = canonical({key: value for key, value in record.items() if key not in ("draw", "rulebook")})
    return masking.leaks(open_text.replace(str(record["target"]["uscc"]) or "\0", ""), _private(facts))


def search_text(record: Mapping[str, Any], facts: ResultFacts, number: str) -> str:
    """Everything a result is found by, lower case: names old and new, short name, initials, credit code, numbers."""
    person = masking.is_person(facts.target.name, bool(facts.target.uscc))
    target = facts.target
    draws = [facts.draw.number, facts.draw.code, *(other.number for other in facts.draw.also)]
    words = [number, *draws, record["target"]["name"], target.uscc, target.area]
    if not person:
        words += [target.short_name, target.entity_name, *target.former_names, target.initials]
    return " ".join(dict.fromkeys(word.lower() for word in words if word))


def sealed(record: Mapping[str, Any], **added: Any) -> tuple[str, str]:
    """Canonical text and fingerprint of a record with what the publication adds (number, version, time, deadline)."""
    text = canonical({**record, **added})
    return text, fingerprint(text)
