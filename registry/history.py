"""What has been done at a target this year, and everything that ever happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils import timezone

from registry.models import PriorInspection, Target, TargetChange
from registry.rules.tiers import LABELS

_HEAVY = ("batch__errors", "batch__rejected", "batch__unknown", "batch__upload")

_CHUNK = 500
_TOLD = 6


def visits_this_year(target_ids: Iterable[int], year: int, on: date) -> dict[int, int]:
    """Counted visits of this bureau by target id; targets without any are absent. source: AMB-08

    Checks by others and those marked as not counted are shown beside the counter, not in it.
    """
    ids = list(target_ids)
    found: dict[int, int] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = PriorInspection.objects.filter(
            target__in=ids[start : start + _CHUNK], level=PriorInspection.Level.OWN, counted=True,
            on__year=year, on__lte=on,
        )  # fmt: skip
        found |= dict(rows.values("target").annotate(n=Count("id")).values_list("target", "n"))
    return found


def superior_clean(target_ids: Iterable[int], year: int) -> set[int]:
    """Targets a superior checked this year, every time without a problem. source: QS-10.5, AMB-40"""
    ids = list(target_ids)
    seen: dict[int, bool] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = PriorInspection.objects.filter(
            target__in=ids[start : start + _CHUNK], level=PriorInspection.Level.SUPERIOR, on__year=year
        )
        for target, problem in rows.values_list("target", "problem_found"):
            seen[target] = seen.get(target, False) or problem
    return {target for target, problem in seen.items() if not problem}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline."""

    date: str
    title: str
    text: str = ""
    tone: str = ""
    inspection: bool = False


# These show as facts of their own (states, checks, flags); the table of changes has them all.
_ELSEWHERE = ("变更状态", "登记检查", "登记风险标记")


def timeline(target: Target, flag_names: dict[str, str]) -> list[Happening]:
    """Newest first: changes, imports, tiers, states, inspections."""
    lines = [*_changes(target), *_imports(target), *_tiers(target), *_states(target), *_inspections(target)]
    lines += [
        Happening(str(flag.happened_on), flag_names.get(flag.flag, flag.flag), flag.evidence, "warn")
        for flag in target.flags.order_by("id")
    ]
    return sorted(lines, key=lambda line: line.date, reverse=True)


def _changes(target: Target) -> list[Happening]:
    rows = target.changes.exclude(act__in=_ELSEWHERE).select_related("by", "approved_by").order_by("id")
    return [Happening(str(timezone.localtime(row.at).date()), row.act, _told(row)) for row in rows]


def _told(row: TargetChange) -> str:
    """Before and after, why, who."""
    words = [f"{f['label']}：{f['old'] or '空'}→{f['new'] or '空'}" for f in row.fields[:_TOLD]]
    if len(row.fields) > _TOLD:
        words.append(f"等 {len(row.fields)} 项")
    words += [row.reason] if row.reason else []
    words += [f"{row.by}办理"] if row.by else []
    return "；".join([*words, *([f"{row.approved_by}批准"] if row.approved_by else [])])


def _imports(target: Target) -> list[Happening]:
    lines = []
    for row in target.imported.select_related("batch").defer(*_HEAVY).order_by("id"):
        day = str(timezone.localtime(row.batch.committed_at or row.batch.created_at).date())
        words = "；".join(f"{f['label']}：{f['old'] or '空'}→{f['new'] or '空'}" for f in row.fields[:4])
        undone = "，已撤销" if row.batch.state == row.batch.State.UNDONE else ""
        title = "入库" if row.added else "导入变更"
        lines.append(
            Happening(day, title, f"{words + '；' if words else ''}导入批次 {row.batch.file_name}{undone}")
        )
    return lines


def _tiers(target: Target) -> list[Happening]:
    return [
        Happening(
            str(row.since),
            f"定为{LABELS.get(row.tier, row.tier)}监管对象",
            row.override_reason or row.reason,
            "main",
        )
        for row in target.tiers.order_by("id")
        if row.tier != "unlisted"
    ]


def _states(target: Target) -> list[Happening]:
    return [
        Happening(str(row.since), f"状态：{row.get_status_display()}", row.reason, "main")
        for row in target.status_periods.order_by("id")
    ]


def _inspections(target: Target) -> list[Happening]:
    return [
        Happening(
            str(row.on), f"{row.get_level_display()}检查：{'发现问题' if row.problem_found else '未发现问题'}",
            f"{row.source}{'' if row.counted else '，不计入年度次数'}", "warn" if row.problem_found else "", True,
        )
        for row in target.inspections.order_by("id")
    ]  # fmt: skip
