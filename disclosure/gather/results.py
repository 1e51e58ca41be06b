"""Facts of one inspection as they are published, from what was read."""

from dataclasses import replace
from datetime import date

from django.utils import timezone

from disclosure.gather.reading import Reading, credits_of
from disclosure.rules.facts import (
    DrawFacts,
    FollowUpFacts,
    ItemFacts,
    JointFacts,
    OtherDraw,
    PersonFacts,
    ResultFacts,
    TargetFacts,
)
from disclosure.rules.wording import CLEAN
from foundation.errors import RuleBroken
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.vocabulary import TIER_LABELS
from inspections.models import FollowUp, Record, TeamMember, Visit, VisitItem
from inspections.rules.modes import MODES
from inspections.rules.outcomes import PRODUCTION
from planning.joint import together


def facts_of_visit(reading: Reading, visit_id: int) -> ResultFacts:
    """raises: RuleBroken without a signed record"""
    visit = reading.visits[visit_id]
    book = library.get(visit.draw.rulebook_id)
    facts = ResultFacts(
        organisation_code=visit.organisation.code, organisation=visit.organisation.name,
        rulebook_id=book.id, rulebook=book.zh, rulebook_hash=book.hash, period=visit.draw.period,
        checked_on=_checked_on(visit), completed_on=completed_on(visit), mode_zh=MODES.get(visit.mode, visit.mode),
        outcome="", outcome_zh="", target=_target(visit, reading), draw=_draw_facts(visit, reading),
        joint=_joint(visit),
    )  # fmt: skip
    return _waived(facts, visit) if visit.waived_for else _checked(facts, visit, book)


def _checked(facts: ResultFacts, visit: Visit, book: Rulebook) -> ResultFacts:
    record = _record(visit)
    codes = {code.id: code.zh for code in book.results.codes}
    return replace(
        facts, outcome=record.outcome, outcome_zh=codes.get(record.outcome, record.outcome),
        production_zh=PRODUCTION.get(visit.production_state, ""),
        items=tuple(_item(item, codes) for item in visit.items.all()),
        followups=tuple(_followup(row) for row in visit.followups.all()),
        team=tuple(_person(member) for member in visit.team.all() if member.left_at is None),
    )  # fmt: skip


def _waived(facts: ResultFacts, visit: Visit) -> ResultFacts:
    """The drawn inspection gave way to another check, whose result is published in its place. source: AMB-41"""
    prior = visit.waived_for
    assert prior is not None
    activity = visit.void_reason.partition("：")[0]
    found, zh = ("pending", "发现问题，另行处理") if prior.problem_found else (CLEAN, "未发现问题")
    return replace(facts, mode_zh=activity, waived=f"由{activity}代替", outcome=found, outcome_zh=zh)


def _joint(visit: Visit) -> JointFacts | None:
    if visit.joint_task is None:
        return None
    found = together(visit.joint_task)
    return JointFacts(found.plan, found.task, found.lead, found.participants)


def completed_on(visit: Visit) -> date:
    """Day of completion, for a waived visit that of the other check. raises: RuleBroken when there is neither"""
    found = visit.completed_on or (visit.waived_for.on if visit.waived_for else None)
    if found is None:
        raise RuleBroken(f"{visit.number} 还没有完成检查，没有结果可以公示。", code="not_completed")
    return found


def _record(visit: Visit) -> Record:
    found = list(visit.records.all())
    if not found:
        raise RuleBroken(f"{visit.number} 没有签字的检查记录，不能公示。", code="no_record")
    return found[0]


def _checked_on(visit: Visit) -> date:
    moment = visit.arrived_at or visit.finished_at
    return timezone.localtime(moment).date() if moment else completed_on(visit)


def _target(visit: Visit, reading: Reading) -> TargetFacts:
    target = visit.target
    entity = target.entity
    private = [target.contact, entity.legal_representative if entity else ""]
    former = [*target.former_names, *(entity.former_names if entity else [])]
    return TargetFacts(
        name=target.name, kind_zh=target.get_kind_display(), area=target.area.name, tier=_tier(visit, reading),
        short_name=target.short_name, former_names=tuple(dict.fromkeys(former)),
        entity_name=entity.name if entity else "", uscc=entity.uscc if entity else "",
        uid=target.uid, initials=target.initials, private_names=tuple(name for name in private if name),
    )  # fmt: skip


def _tier(visit: Visit, reading: Reading) -> str:
    """Chinese word of the tier for the body that drew the target, as it stands; empty when unlisted."""
    drawn = [
        stratum for (draw, stratum) in reading.bodies if draw == visit.draw_id and stratum in visit.strata
    ]
    body = reading.bodies[visit.draw_id, drawn[0]] if drawn else ""
    return TIER_LABELS.get(reading.tiers.get((visit.target_id, body or ""), ""), "")


def _draw_facts(visit: Visit, reading: Reading) -> DrawFacts:
    (draw, commitment, _), *others = credits_of(visit)
    codes, openings = reading.codes, reading.openings
    return DrawFacts(
        number=draw.number, held_on=timezone.localtime(draw.scheduled_at).date(), code=codes.get((draw.pk, commitment), ""),
        commitment=commitment, head=draw.head, opening=openings.get((draw.pk, commitment)),
        plan=draw.plan.name, directed=_directed(visit, reading),
        also=tuple(
            OtherDraw(other.number, codes.get((other.pk, c), ""), c, openings.get((other.pk, c))) for other, c, _ in others
        ),
    )  # fmt: skip


def _directed(visit: Visit, reading: Reading) -> bool:
    lines = (reading.lines.get((visit.draw_id, stratum), "") for stratum in visit.strata)
    return any((visit.draw.plan_id, line) in reading.directed for line in lines)


def _item(row: VisitItem, codes: dict[str, str]) -> ItemFacts:
    checks = list(row.checks.all())
    problems = [check.note for check in checks if check.result == "problem" and check.note]
    contents = [check.checkpoint.title for check in checks if check.result != "na"] or list(row.item.contents)
    return ItemFacts(
        name=row.item.name, result=row.result, result_zh=codes.get(row.result, row.result),
        contents=tuple(contents), basis=tuple(row.item.basis),
        problems=tuple(problems or ([row.note] if row.note else [])), key=row.pk,
    )  # fmt: skip


def _followup(row: FollowUp) -> FollowUpFacts:
    return FollowUpFacts(
        kind=row.kind, done=row.state == FollowUp.State.DONE, opened_on=timezone.localtime(row.opened_at).date(),
        due_on=row.due_on, closed_on=row.closed_on, demand=row.demand, handed_to=row.handed_to,
        note=row.closing_note, item=row.visit_item_id or 0,
    )  # fmt: skip


def _person(member: TeamMember) -> PersonFacts:
    return PersonFacts(member.inspector.name, member.inspector.certificate_no, member.auxiliary)


def periods_of(visit: Visit, strata: dict[tuple[int, str], str]) -> list[Period]:
    """Periods a visit counts for. `strata`: (draw id, stratum) → period id."""
    ids = {strata.get((draw.pk, name), draw.period) for draw, _, names in credits_of(visit) for name in names}
    return [Period.parse(period) for period in ids or {visit.draw.period}]
