"""Visits from a draw: one per target, all items together; brought up to date after every replacement round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from draws.models import Draw, DrawStratum
from draws.queries import DrawnVisit, state_of, visits_of
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.rulebook.periods import Period
from inspections import books, policies
from inspections.actions.common import lock, moment, request_notice
from inspections.actions.counting import recount
from inspections.models import TeamMember, Visit, VisitCredit, VisitItem
from inspections.rules import numbering, states
from planning.models import PlanTask
from planning.trial import book_of

REPLACED = "替换轮中退出抽中名单"


@transaction.atomic
def create_visits(*, by: User, draw: Draw, now: datetime | None = None) -> list[Visit]:
    """All visits of a sealed formal draw, as they stand after its rounds; safe to repeat. source: AMB-26, NM-19.1, WL-6.3

    A target that an open visit of the same period already goes to gets no second one: items and credit join it.
    returns: the live visits of the draw, in screen-code order
    raises: NotAllowed, OutOfOrder, RuleBroken when a drawn line has no published item behind it
    """
    draw.refresh_from_db(from_queryset=Draw.objects.select_for_update(of=("self",), no_key=True))
    policies.check_create(by, draw)
    at = moment(now)
    drawn = visits_of(draw)
    sheet = _sheet_of(draw)
    _end_gone(draw, {one.commitment for one in drawn}, at)
    visits = [_bring_up(draw, one, sheet, by, at) for one in drawn]
    recount(
        draw.organisation, int(draw.period[:4]), draw.snapshot_inspectors.values_list("inspector", flat=True)
    )
    ledger.record(actor=by, act="inspections.create_visits", subject=draw, data={
        "visits": [visit.number for visit in visits], "round": state_of(draw).round,
    })  # fmt: skip
    return visits


@dataclass
class _Sheet:
    """What all visits of a draw have in common: items and joint task by stratum, round, last day, mode; `serial` is the
    last one used.
    """

    items: dict[str, list[int]]
    joint: dict[str, int]
    round: int
    due_on: date
    mode: str
    secret: bool
    serial: int


def _sheet_of(draw: Draw) -> _Sheet:
    book = book_of(draw.plan)
    return _Sheet(
        items=_items_of(draw), joint=_joint_of(draw), round=state_of(draw).round, due_on=books.due_on(book, Period.parse(draw.period)),
        mode=book.inspection.modes[0], secret=books.names_stay_closed(book),
        serial=Visit.objects.filter(number__startswith=f"{draw.number}-").count(),
    )  # fmt: skip


def _items_of(draw: Draw) -> dict[str, list[int]]:
    """Ids of the items of each stratum, from the plan's tasks.

    raises: RuleBroken for a stratum whose task has none: 清单之外无检查
    """
    tasks = {task.line: task for task in PlanTask.objects.filter(plan=draw.plan).prefetch_related("items")}
    found = {}
    for stratum in DrawStratum.objects.filter(draw=draw):
        task = tasks.get(stratum.line)
        ids = sorted(item.pk for item in task.items.all()) if task else []
        if not ids:
            raise RuleBroken(
                f"配额线 {stratum.line} 的计划任务没有抽查事项，清单之外不得检查。请先在年度计划里补上。",
                code="no_items",
            )
        found[stratum.stratum] = ids
    return found


def _joint_of(draw: Draw) -> dict[str, int]:
    """Stratum -> the task of a joint plan, as frozen. source: NM-7.2"""
    rows = DrawStratum.objects.filter(draw=draw).exclude(joint_task=None)
    return dict(rows.values_list("stratum", "joint_task"))


def _end_gone(draw: Draw, standing: set[str], at: datetime) -> None:
    """Credits that a round took away; a visit nobody credits any more is not carried out."""
    for credit in VisitCredit.objects.filter(draw=draw, ended_at=None).exclude(commitment__in=standing):
        visit = lock(credit.visit)
        credit.ended_at = at
        credit.save(update_fields=["ended_at"])
        left = visit.credits.filter(ended_at=None).select_related("draw").order_by("id").first()
        if visit.state != Visit.State.ASSIGNED:
            continue
        if left is None:
            visit.state, visit.void_reason = states.after(visit.state, "void"), REPLACED
            visit.save(update_fields=["state", "void_reason"])
            _sync_team(visit, [], 0, at, REPLACED)
        elif visit.draw_id == draw.pk:
            _lead_by(visit, left, at)


def _lead_by(visit: Visit, credit: VisitCredit, at: datetime) -> None:
    """Another draw that hit the same target carries the visit on, with its own team."""
    one = next(found for found in visits_of(credit.draw) if found.commitment == credit.commitment)
    visit.draw, visit.commitment, visit.code = credit.draw, one.commitment, one.code
    visit.save(update_fields=["draw", "commitment", "code"])
    _sync_team(visit, one.team, state_of(credit.draw).round, at, "改由另一次抽取的检查组承担")


def _bring_up(draw: Draw, one: DrawnVisit, sheet: _Sheet, by: User, at: datetime) -> Visit:
    credit = VisitCredit.objects.filter(draw=draw, commitment=one.commitment).select_related("visit").first()
    if credit is not None:
        visit = lock(credit.visit)
        credit.strata, credit.ended_at = one.strata, None
        credit.save(update_fields=["strata", "ended_at"])
    else:
        found = _open_elsewhere(draw, one)
        visit = found or _create(draw, one, sheet)
        VisitCredit.objects.create(visit=visit, draw=draw, commitment=one.commitment, strata=one.strata)
        if found is None:
            _staff(visit, one, sheet, at)
            return visit
    _link(visit, one, sheet)
    if visit.state == Visit.State.ASSIGNED:
        if visit.draw_id == draw.pk:
            visit.strata = one.strata
            visit.save(update_fields=["strata"])
            changed = _sync_team(visit, one.team, sheet.round, at, "替换轮中离组")
            if changed and visit.dispatched_at:
                request_notice(visit, by)
        _add_items(visit, one.strata, sheet.items)
    return visit


def _open_elsewhere(draw: Draw, one: DrawnVisit) -> Visit | None:
    """An unstarted visit of another draw of the same period to the same target. source: AMB-26"""
    found = Visit.objects.filter(
        organisation=draw.organisation, target=one.target, draw__period=draw.period, state=Visit.State.ASSIGNED
    ).order_by("id").first()  # fmt: skip
    return lock(found) if found else None


def _create(draw: Draw, one: DrawnVisit, sheet: _Sheet) -> Visit:
    sheet.serial += 1
    return Visit.objects.create(
        organisation=draw.organisation, draw=draw, number=numbering.visit_number(draw.number, sheet.serial),
        target=one.target, commitment=one.commitment, code=one.code, strata=one.strata,
        secret=sheet.secret, mode=sheet.mode, due_on=sheet.due_on,
        joint_task_id=_first_joint(one, sheet),
    )  # fmt: skip


def _first_joint(one: DrawnVisit, sheet: _Sheet) -> int | None:
    return next((sheet.joint[stratum] for stratum in one.strata if stratum in sheet.joint), None)


def _link(visit: Visit, one: DrawnVisit, sheet: _Sheet) -> None:
    """A visit that a joint line joins becomes part of the joint check."""
    task = _first_joint(one, sheet)
    if task is not None and visit.joint_task_id is None:
        visit.joint_task_id = task
        visit.save(update_fields=["joint_task"])


def _staff(visit: Visit, one: DrawnVisit, sheet: _Sheet, at: datetime) -> None:
    """Team and items of a visit that has neither yet."""
    TeamMember.objects.bulk_create([
        TeamMember(visit=visit, inspector=inspector, position=position, round=sheet.round, joined_at=at)
        for position, inspector in enumerate(one.team)
    ])  # fmt: skip
    wanted = dict.fromkeys(pk for stratum in one.strata for pk in sheet.items[stratum])
    VisitItem.objects.bulk_create([VisitItem(visit=visit, item_id=pk) for pk in wanted])


def _sync_team(visit: Visit, team: Iterable, round_number: int, at: datetime, left_reason: str) -> bool:
    """Members who stay keep their row; who left keeps his with the reason; order as drawn, the first leads.

    returns: somebody came or went
    """
    wanted = [person.pk for person in team]
    present = {member.inspector_id: member for member in visit.team.filter(left_at=None, auxiliary=False)}
    gone = set(present) - set(wanted)
    visit.team.filter(inspector__in=gone, left_at=None).update(left_at=at, left_reason=left_reason)
    for position, inspector in enumerate(wanted):
        member = present.get(inspector)
        if member is None:
            TeamMember.objects.create(
                visit=visit, inspector_id=inspector, position=position, round=round_number, joined_at=at
            )
        elif member.position != position:
            TeamMember.objects.filter(pk=member.pk).update(position=position)
    return bool(gone or set(wanted) - set(present))


def _add_items(visit: Visit, strata: list[str], items: dict[str, list[int]]) -> None:
    there = set(visit.items.values_list("item", flat=True))
    wanted = dict.fromkeys(pk for stratum in strata for pk in items[stratum])
    VisitItem.objects.bulk_create([VisitItem(visit=visit, item_id=pk) for pk in wanted if pk not in there])
