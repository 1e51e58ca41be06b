"""履职状态: for an inspector or a target and any day, what was assigned, due and done by then. Reads only. source: NM-40.4, WL-11.3, AMB-58"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from foundation.ledger.models import Entry
from foundation.organisation.models import Organisation, User
from foundation.sheets.columns import Column, Sheet
from inspections import policies, queries
from inspections.models import FollowUp, TeamMember, Visit
from inspections.rules import duty
from inspections.rules.duty import Step
from personnel.models import Inspector
from registry.models import Target

_TURNS = {"inspections.waive": ("免予检查", "waived"), "inspections.reopen": ("退回更正", "returned")}
SHEET = Sheet("duty", "履职状态", (
    Column("name", "姓名"), Column("uid", "人员编号", "code"), Column("number", "检查任务编号", "code"), Column("target", "检查对象"),
    Column("assigned", "分到任务", "date"), Column("due_on", "完成期限", "date"), Column("state", "当日状态"), Column("standing", "期限"),
    Column("steps", "到当日已办的步骤", max_length=2000), Column("followups", "到当日的后续", max_length=2000),
), notes=("只写系统记下的事实，不作法律结论。",))  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One inspector and one visit as they stood at the end of the day."""

    member: TeamMember
    target: str
    assigned: date
    state: str
    standing: str
    steps: list[Step]
    followups: list[str]


def rows_on(
    organisation: Organisation, on: date, user: User, *, inspector: Inspector | None = None, target: Target | None = None
) -> list[Row]:  # fmt: skip
    """Every assignment of a formal draw known by the day, in order of the task's number. A fixed number of queries."""
    end = timezone.make_aware(datetime.combine(on, time.max))
    members = TeamMember.objects.filter(
        visit__organisation=organisation, visit__draw__kind="F", joined_at__lte=end, auxiliary=False
    )
    if inspector is not None:
        members = members.filter(inspector=inspector)
    if target is not None:
        members = members.filter(visit__target=target)
    found = list(
        members.select_related("inspector", "visit__target", "visit__draw")
        .prefetch_related("visit__records__reviews", "visit__followups", "visit__credits")
        .order_by("visit__number", "position", "pk")
    )
    turns = _turns({member.visit_id for member in found})
    return [_row(member, turns[member.visit_id], on, end, user) for member in found]


def _row(member: TeamMember, turns: list[Step], on: date, end: datetime, user: User) -> Row:
    visit = member.visit
    steps = duty.upto([*_steps(visit, member), *turns], end)
    ended = any(step.state in ("waived", "void") for step in steps)
    signed = [step for step in steps if step.state == "submitted"]
    standing = duty.standing_on(
        on, due_on=visit.due_on, completed_on=visit.completed_on if signed else None, ended=ended,
        left_on=timezone.localdate(member.left_at) if member.left_at else None,
    )  # fmt: skip
    shown = policies.can_read_name(user, visit)
    return Row(
        member, visit.target.name if shown else queries.HIDDEN, timezone.localdate(member.joined_at),
        duty.state_on(steps, end), standing, steps, list(_followups(visit, on)),
    )  # fmt: skip


def _steps(visit: Visit, member: TeamMember) -> Iterator[Step]:
    yield Step(member.joined_at, "分到任务", "assigned")
    for at, label, state in (
        (visit.dispatched_at, "派发通知", ""), (visit.arrived_at, "到场亮证", "started"), (visit.finished_at, "检查结束", ""),
    ):  # fmt: skip
        if at is not None:
            yield Step(at, label, state)
    for record in visit.records.all():
        yield Step(record.submitted_at, f"签字提交第 {record.version} 版", "submitted")
        for review in record.reviews.all():
            yield Step(
                review.at,
                "审核通过" if review.passed else "审核退回",
                "reviewed" if review.passed else "returned",
            )
    credits = [credit.ended_at for credit in visit.credits.all()]
    if visit.state == Visit.State.VOID and all(credits):
        yield Step(max(at for at in credits if at), "不再检查", "void")
    if member.left_at is not None:
        yield Step(member.left_at, f"离组：{member.left_reason}" if member.left_reason else "离组")


def _turns(visits: set[int]) -> dict[int, list[Step]]:
    """What only the ledger dates: waivers and corrections."""
    found: dict[int, list[Step]] = defaultdict(list)
    entries = Entry.objects.filter(
        subject_type=Visit._meta.label_lower, subject_id__in=[str(pk) for pk in visits], act__in=_TURNS
    )
    for entry in entries.order_by("seq"):
        label, state = _TURNS[entry.act]
        found[int(entry.subject_id)].append(Step(_when(entry), label, state))
    return found


def _when(entry: Entry) -> datetime:
    """The moment the act names itself, else that of the entry."""
    named = json.loads(entry.content).get("data", {}).get("at")
    return datetime.fromisoformat(named) if named else entry.at


def _followups(visit: Visit, on: date) -> Iterator[str]:
    for one in visit.followups.all():
        if timezone.localdate(one.opened_at) > on:
            continue
        done = one.state == FollowUp.State.DONE and one.closed_on is not None and one.closed_on <= on
        words = f"{one.closed_on} 办结：{one.closing_note}" if done else "办理中"
        yield f"{one.get_kind_display()}，{words}"


def records(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        visit, person = row.member.visit, row.member.inspector
        yield {
            "name": person.name, "uid": person.uid, "number": visit.number, "target": row.target, "assigned": row.assigned,
            "due_on": visit.due_on, "state": row.state, "standing": row.standing, "steps": "；".join(told(row.steps)),
            "followups": "；".join(row.followups),
        }  # fmt: skip


def told(steps: Iterable[Step]) -> list[str]:
    return [f"{timezone.localtime(step.at):%Y-%m-%d %H:%M} {step.label}" for step in steps]
