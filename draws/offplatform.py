"""What the pages and files show of draws held elsewhere, and what a list differs in from the rules. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from draws import policies
from draws.models import ConflictOfInterest, OffPlatformDraw
from draws.names import CLOSED_NAME
from draws.rules.offplatform import pool_differences, team_differences
from foundation.organisation.models import Organisation, User
from foundation.rulebook.periods import Period
from foundation.sheets.columns import Column, Sheet
from personnel.models import Inspector
from planning import population, trial
from planning.models import Quota
from planning.rules.naming import short_name
from registry.models import Target

NOT_VERIFIABLE = "不能核验：没有种子、没有名单指纹，只有登记、批准和证据文件。"
SHEET = Sheet(
    "off-platform", "平台外抽取报告",
    (
        Column("number", "登记号", "code"), Column("kind", "怎样抽的"), Column("period", "期", "code"), Column("held_at", "抽取时间"),
        Column("place", "地点"), Column("platform", "平台名称"), Column("platform_number", "平台上的编号", "code"),
        Column("reason", "为什么没有在本系统抽", max_length=300), Column("method", "办法和在场的人", max_length=500),
        Column("line", "任务"), Column("unit", "抽取主体"), Column("uid", "对象编号", "code"), Column("target", "检查对象"),
        Column("team", "检查人员"), Column("state", "状态"), Column("requested_by", "登记人"), Column("approver", "批准人"),
        Column("note", "批准意见", max_length=300), Column("void", "作废理由", max_length=300), Column("sha256", "证据文件指纹", "code", max_length=64),
    ),
    notes=(NOT_VERIFIABLE,),
)  # fmt: skip

Drawn = tuple[Quota, Target, Sequence[Inspector]]


def line_name_of(quota: Quota) -> str:
    book = trial.book_of(quota.plan)
    return short_name(book, trial.any_line(book, quota.organisation, quota.line))


def differences_of(organisation: Organisation, rows: Sequence[Drawn], on: date) -> list[str]:
    """Against quota, exclusions, cap and recusal as they stand on the day of registering. source: AMB-54"""
    by_quota: dict[int, list[Drawn]] = defaultdict(list)
    for row in rows:
        by_quota[row[0].pk].append(row)
    found = []
    for its in by_quota.values():
        quota = its[0][0]
        book = trial.book_of(quota.plan)
        register = population.read(organisation, book, on, year=Period.parse(quota.period).year)
        members = register.members(
            trial.any_line(book, organisation, quota.line), quota.unit, Period.parse(quota.period)
        )
        names = {target.pk: target.name for _, target, _ in its}
        found += pool_differences(names, members.status, set(names), quota.required, line_name_of(quota))
        found += _teams(its, on, book.team.min)
    return found


def _teams(rows: Iterable[Drawn], on: date, minimum: int) -> Iterator[str]:
    for _, target, team in rows:
        conflicts = ConflictOfInterest.objects.in_force(on).filter(inspector__in=[one.pk for one in team])
        barred = {
            row.person.name if row.person else ""
            for row in conflicts.select_related("inspector")
            if row.target_id == target.pk or (row.entity_id and row.entity_id == target.entity_id)
        }
        yield from team_differences(target.name, [one.name for one in team], barred, minimum)


def report_rows(draws: Iterable[OffPlatformDraw], user: User) -> Iterator[dict[str, Any]]:
    """One row per target, for the file; who was drawn only for those who may read it."""
    for off in draws:
        named = policies.can_read_off_platform(user, off)
        for row in off.rows.select_related("quota__unit", "quota__plan", "quota__organisation", "target").prefetch_related(
            "team"
        ).order_by("pk"):  # fmt: skip
            yield {
                "number": off.number, "kind": off.get_kind_display(), "period": off.period,
                "held_at": timezone.localtime(off.held_at).strftime("%Y-%m-%d %H:%M"), "place": off.place,
                "platform": off.platform, "platform_number": off.platform_number, "reason": off.reason, "method": off.method,
                "line": line_name_of(row.quota), "unit": row.quota.unit.name, "uid": row.target.uid if named else "", "target": row.target.name if named else CLOSED_NAME,
                "team": "、".join(person.name for person in row.team.all()), "state": off.get_state_display(),
                "requested_by": off.requested_by.name, "approver": off.approver.name, "note": off.decision_note,
                "void": off.void_reason, "sha256": off.sha256,
            }  # fmt: skip
