"""From the tables below to the facts that are published. Reads only."""

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from disclosure.models import DisclosureTask
from disclosure.rules import records
from disclosure.rules.facts import (
    DrawFacts,
    FollowUpFacts,
    ItemFacts,
    PersonFacts,
    ResultFacts,
    TargetFacts,
)
from disclosure.rules.masking import is_person, masked_name
from draws import queries as draws
from draws.errors import SecretLost
from draws.models import Draw, DrawEvent, DrawStratum, SnapshotTarget
from foundation.errors import RuleBroken
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.vocabulary import TIER_LABELS
from inspections.models import FollowUp, Record, TeamMember, Visit, VisitItem
from planning.models import AnnualPlan, PlanTask
from planning.rules.naming import line_name
from registry.models import Target, TierAssignment

MODES = {
    "onsite": "现场检查", "offsite": "非现场检查", "documents": "书面检查", "third_party_assisted": "现场检查（第三方协助）",
    "remote_sensing": "卫星遥感", "drone": "无人机巡查", "outfall_sampling": "排口采样",
}  # fmt: skip
PRODUCTION = {
    "normal": "正常生产", "partial": "部分停产", "suspended": "停产", "closed": "关闭", "deregistered": "已注销",
    "moved": "已迁出",
}  # fmt: skip
UNLISTED = ("", "unlisted")


def book_of(task: DisclosureTask) -> Rulebook:
    """The rulebook under which the draw was held or the plan was made: it decides what is published and by when."""
    if task.visit is not None:
        return library.get(task.visit.draw.rulebook_id)
    subject = task.draw or task.plan
    assert subject is not None
    return library.get(subject.rulebook_id)


def record_of(task: DisclosureTask) -> dict[str, Any]:
    """The masked public record of a task as it would be published now.

    raises: RuleBroken when there is no result to publish
    """
    if task.visit is not None:
        return records.result_record(facts_of(task), book_of(task).disclosure.fields)
    return draw_record(task.draw) if task.draw is not None else plan_record(task.plan)


# -- results ----------------------------------------------------------------------------------------------


def facts_of(task: DisclosureTask) -> ResultFacts:
    """Read once per task object, until `forget`. raises: RuleBroken without a signed record"""
    found: ResultFacts | None = getattr(task, "_facts", None)
    if found is None:
        found = _facts_of(task)
        task._facts = found  # type: ignore[attr-defined]
    return found


def forget(task: DisclosureTask) -> None:
    """What was read of a task may have changed: read again next time."""
    task._facts = None  # type: ignore[attr-defined]


def _facts_of(task: DisclosureTask) -> ResultFacts:
    visit = _whole_visit(task.visit_id)
    book = library.get(visit.draw.rulebook_id)
    record = _record(visit)
    codes = {code.id: code.zh for code in book.results.codes}
    if visit.completed_on is None:
        raise RuleBroken(f"{visit.number} 还没有完成检查，没有结果可以公示。", code="not_completed")
    return ResultFacts(
        organisation_code=visit.organisation.code, organisation=visit.organisation.name,
        rulebook_id=book.id, rulebook=book.zh, rulebook_hash=book.hash, period=visit.draw.period,
        checked_on=_checked_on(visit), completed_on=visit.completed_on,
        mode_zh=MODES.get(visit.mode, visit.mode), production_zh=PRODUCTION.get(visit.production_state, ""),
        outcome=record.outcome, outcome_zh=codes.get(record.outcome, record.outcome),
        target=_target(visit), draw=_draw_facts(visit),
        items=tuple(_item(item, codes) for item in visit.items.all()),
        followups=tuple(_followup(row) for row in visit.followups.all()),
        team=tuple(_person(member) for member in visit.team.all() if member.left_at is None),
    )  # fmt: skip


def _whole_visit(visit_id: int | None) -> Visit:
    assert visit_id is not None
    items = VisitItem.objects.select_related("item").prefetch_related("checks__checkpoint").order_by("pk")
    team = TeamMember.objects.select_related("inspector").order_by("position")
    followups = FollowUp.objects.order_by("opened_at", "pk")
    return (
        Visit.objects.select_related("organisation", "draw__plan", "target__area", "target__entity")
        .prefetch_related(
            Prefetch("items", items),
            Prefetch("team", team),
            Prefetch("followups", followups),
            Prefetch("records", Record.objects.order_by("-version")),
        )
        .get(pk=visit_id)
    )


def _record(visit: Visit) -> Record:
    found = list(visit.records.all())
    if not found:
        raise RuleBroken(f"{visit.number} 没有签字的检查记录，不能公示。", code="no_record")
    return found[0]


def _checked_on(visit: Visit) -> date:
    moment = visit.arrived_at or visit.finished_at
    assert visit.completed_on is not None
    return timezone.localtime(moment).date() if moment else visit.completed_on


def _target(visit: Visit) -> TargetFacts:
    target = visit.target
    entity = target.entity
    private = [target.contact, entity.legal_representative if entity else ""]
    former = [*target.former_names, *(entity.former_names if entity else [])]
    return TargetFacts(
        name=target.name, kind_zh=target.get_kind_display(), area=target.area.name, tier=_tier(visit),
        short_name=target.short_name, former_names=tuple(dict.fromkeys(former)),
        entity_name=entity.name if entity else "", uscc=entity.uscc if entity else "",
        uid=target.uid, initials=target.initials, private_names=tuple(name for name in private if name),
    )  # fmt: skip


def _tier(visit: Visit) -> str:
    """Chinese word of the tier for the body that drew the target, as it stands; empty when unlisted."""
    body = (
        DrawStratum.objects.filter(draw=visit.draw, stratum__in=visit.strata)
        .order_by("pk")
        .values_list("unit__body", flat=True)
        .first()
    )
    tiers = TierAssignment.objects.filter(target=visit.target_id, body=body or "", until=None)
    found = tiers.exclude(tier__in=UNLISTED).order_by("-overlay").values_list("tier", flat=True).first()
    return TIER_LABELS.get(found or "", "")


def _draw_facts(visit: Visit) -> DrawFacts:
    draw = visit.draw
    code = SnapshotTarget.objects.filter(draw=draw, commitment=visit.commitment).values_list(
        "code", flat=True
    )
    return DrawFacts(
        number=draw.number, held_on=timezone.localtime(draw.scheduled_at).date(), code=code.first() or "",
        commitment=visit.commitment, head=draw.head, opening=opening_of(draw, visit.commitment),
        plan=draw.plan.name, directed=_directed(visit),
    )  # fmt: skip


def _directed(visit: Visit) -> bool:
    lines = DrawStratum.objects.filter(draw=visit.draw, stratum__in=visit.strata).values("line")
    return PlanTask.objects.filter(plan=visit.draw.plan_id, line__in=lines, directed=True).exists()


def opening_of(draw: Draw, commitment: str) -> dict[str, Any] | None:
    """Salt and record of a code once it has been opened to the public, else None; None too when the key is lost."""
    if not is_open(draw, commitment):
        return None
    try:
        return draws.openings_for(draw, [commitment])[0]
    except (SecretLost, RuleBroken):
        return None


def is_open(draw: Draw, commitment: str) -> bool:
    """The chain says this name was opened to the public."""
    events = DrawEvent.objects.filter(draw=draw, type="opening")
    return events.filter(content__contains='"to":"public"').filter(content__contains=commitment).exists()


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


# -- draws and plans --------------------------------------------------------------------------------------


def draw_record(draw: Draw) -> dict[str, Any]:
    """Numbers, seats by title and the chain's head; never a name of a target or an inspector."""
    book = library.get(draw.rulebook_id)
    strata = DrawStratum.objects.filter(draw=draw).select_related("unit", "quota").order_by("pk")
    state = draws.state_of(draw) if draw.freeze_hash else None
    drawn = _drawn_per_stratum(draw)
    return {
        "format": records.FORMAT, "kind": "draw", "number": draw.number,
        "organisation": {"code": draw.organisation.code, "name": draw.organisation.name},
        "rulebook": {"id": book.id, "name": book.zh, "sha256": book.hash},
        "period": draw.period, "held_on": timezone.localtime(draw.scheduled_at).date().isoformat(),
        "place": draw.place, "state": draw.get_state_display(), "void": draw.state == Draw.State.VOID,
        "freeze_hash": draw.freeze_hash, "head": draw.head, "seed": (state.seed or "") if state else "",
        "targets": state.manifest["n_t"] if state else 0, "inspectors": state.manifest["n_i"] if state else 0,
        "strata": [
            {
                "name": f"{row.unit.name} {line_name(book, book.line(row.line))}", "period": row.period,
                "base": row.quota.base, "required": row.quota.required, "drawn": drawn.get(row.stratum, 0),
            }
            for row in strata
        ],
        "seats": [seat.title for seat in draw.seats.exclude(joined_at=None).order_by("position")],
        "previous": draw.previous.number if draw.previous else "", "retries": draw.retries.number if draw.retries else "",
    }  # fmt: skip


def _drawn_per_stratum(draw: Draw) -> dict[str, int]:
    standing = draws.state_of(draw).standing if draw.freeze_hash else None
    counts: dict[str, int] = {}
    for visit in standing.visits.values() if standing else ():
        for stratum in visit.credits:
            counts[stratum] = counts.get(stratum, 0) + 1
    return counts


def plan_record(plan: AnnualPlan | None) -> dict[str, Any]:
    """The issued plan line by line with its numbers."""
    assert plan is not None
    book = library.get(plan.rulebook_id)
    tasks = PlanTask.objects.filter(plan=plan).prefetch_related("numbers", "items").order_by("no")
    return {
        "format": records.FORMAT, "kind": "plan", "name": plan.name, "document_no": plan.number, "year": plan.year,
        "version": plan.version, "organisation": {"code": plan.organisation.code, "name": plan.organisation.name},
        "rulebook": {"id": book.id, "name": book.zh, "sha256": book.hash},
        "issued_on": plan.issued_on.isoformat() if plan.issued_on else "",
        "amendment_reason": plan.amendment_reason,
        "tasks": [
            {
                "no": task.no, "name": task.name, "type": "定向" if task.directed else "不定向", "scope": task.scope,
                "items": [item.name for item in task.items.all()], "basis": task.basis, "period": task.period,
                "method": MODES.get(task.method, task.method), "offices": task.offices,
                "number": sum(row.number for row in task.numbers.all()), "note": task.note,
            }
            for task in tasks
        ],
    }  # fmt: skip


def periods_of(visit: Visit, strata: dict[tuple[int, str], str]) -> list[Period]:
    """Periods a visit counts for. `strata`: (draw id, stratum) → period id."""
    ids = {strata.get((visit.draw_id, name), visit.draw.period) for name in visit.strata} or {
        visit.draw.period
    }
    return [Period.parse(period) for period in ids]


def title_of(task: DisclosureTask, record: dict[str, Any]) -> str:
    """Heading of the public page."""
    if task.kind == DisclosureTask.Kind.RESULT:
        return f"{record['target']['name']} {record['checked_on']} 检查结果"
    return f"抽取会 {record['number']}" if task.kind == DisclosureTask.Kind.DRAW else record["name"]


def name_of_target(target: Target) -> str:
    """Masked name for the public; used where a register is shown."""
    return masked_name(target.name) if is_person(target.name, target.entity_id is not None) else target.name
