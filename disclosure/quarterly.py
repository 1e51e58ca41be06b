"""《生态环境“双随机、一公开”情况统计表》 of a quarter: one row per drawing body and a sum, and the definitions of the columns.

The official form was not found; the columns are a proposal and may be pasted into the real one. source: NM-43.1
"""

import io
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from disclosure import exports, statistics
from disclosure.rules import figures
from disclosure.statistics import Quarter, Row
from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.periods import Period
from foundation.sheets.writing import safe
from inspections.models import FollowUp, TeamMember
from personnel.models import Inspector
from planning.models import AnnualPlan, PlanTask
from registry.models import Target, TierAssignment

TITLE = "生态环境“双随机、一公开”情况统计表"
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("unit", "抽取主体", ""),
    ("targets", "检查对象名录，家", "季末在册、未关停注销迁出的对象"),
    ("special", "其中特殊", "现行层级认定"),
    ("key", "其中重点", "现行层级认定"),
    ("general", "其中一般", "现行层级认定"),
    ("certified", "持证检查人员，人", "统计日执法证有效的在岗人员"),
    ("others", "其他检查人员，人", "在岗而无有效执法证的人员"),
    ("tasks", "计划任务，项", "现行年度计划的任务数"),
    ("required", "应抽，家次", "本期确认的配额之和"),
    ("drawn", "已抽，家次", "扣除替换轮中退出的"),
    ("checked", "已检查，家次", "已完成检查的"),
    ("offsite", "其中非现场，家次", "以非现场方式完成的"),
    ("people", "出动检查人员，人次", "完成的检查中检查组成员人次"),
    ("problems", "发现问题，家次", "检查结果不是未发现问题的"),
    ("rectification", "责令整改，件", "本期检查产生的整改"),
    ("case", "立案调查，件", "本期检查产生的立案"),
    ("referral", "移送，件", "本期检查产生的移送"),
    ("disclosed", "已公示，家次", "首次公示之日为准"),
    ("exempt", "依法不公开，家次", "经批准不公开的"),
    ("overdue", "逾期未公示，家次", "期限已过而未公示的"),
    ("completed", "已完成，家次", "规则书规定未公示视为未完成的，以公示为准"),
)  # fmt: skip


def workbook(
    organisations: Collection[Organisation] | QuerySet[Organisation], period: Period, on: date
) -> bytes:
    """The xlsx; the same figures give the same bytes."""
    found = statistics.quarter(organisations, period, on)
    book = Workbook()
    page = book.active
    page.title = "统计表"
    page.append([f"{period.zh}{TITLE}"])
    page.append(
        [
            f"统计日 {on.isoformat()}；公示率 {figures.percent(found.progress.disclosure_rate)}，按期公示率 {figures.percent(found.progress.on_time_rate)}"
        ]
    )
    page.append([title for _, title, _ in COLUMNS])
    for row in table(organisations, found, on):
        page.append(
            [
                safe(value) if isinstance(value, str) else value
                for value in (row.get(key, "") for key, _, _ in COLUMNS)
            ]
        )
    _dress(page)
    notes = book.create_sheet("口径")
    for _, title, note in COLUMNS:
        notes.append([title, note])
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 60
    stream = io.BytesIO()
    book.save(stream)
    return exports.stable(stream.getvalue())


def _dress(page: Any) -> None:
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    page["A1"].font, page["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    page.freeze_panes = "B4"
    page.column_dimensions["A"].width = 20
    for cell in page[3]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")


def table(
    organisations: Collection[Organisation] | QuerySet[Organisation], found: Quarter, on: date
) -> list[dict[str, Any]]:
    """One row per drawing body, then the sum, which also carries what belongs to no single body."""
    rows = [_unit_row(unit, found, on) for unit in _units(found)]
    return [
        *rows,
        {
            "unit": "合计",
            **_registers(organisations, on, found.period),
            **_counts(found, list(found.rows), on, None),
        },
    ]


def _units(found: Quarter) -> list[Unit]:
    ids = {line.unit for line in found.progress.lines}
    return list(Unit.objects.filter(pk__in=ids).order_by("organisation", "code"))


def _unit_row(unit: Unit, found: Quarter, on: date) -> dict[str, Any]:
    rows = [row for row in found.rows if row.credit.unit == unit.pk]
    tiers = _tiers(TierAssignment.objects.filter(body=unit.body, target__organisation=unit.organisation_id))
    return {"unit": unit.name, **tiers, **_counts(found, rows, on, unit)}


def _counts(found: Quarter, rows: list[Row], on: date, unit: Unit | None) -> dict[str, int]:
    """Figures of some rows; follow-ups and people are counted once per visit."""
    lines = [line for line in found.progress.lines if unit is None or line.unit == unit.pk]
    visits = {row.visit.pk for row in rows if row.visit is not None and row.credit.checked}
    kinds = list(FollowUp.objects.filter(visit__in=visits).values_list("kind", flat=True))
    return {
        **figures.counted([row.credit for row in rows], on), "required": sum(line.required for line in lines),
        "people": TeamMember.objects.filter(visit__in=visits, left_at=None).count(),
        **{kind: kinds.count(kind) for kind in ("rectification", "case", "referral")},
    }  # fmt: skip


def _registers(organisations: Iterable[Organisation], on: date, period: Period) -> dict[str, int]:
    people = Inspector.objects.filter(organisation__in=organisations)
    certified = people.certified_on(on).count()
    plans = AnnualPlan.objects.filter(
        organisation__in=organisations, year=period.year, status__in=["approved", "issued"]
    )
    return {
        "targets": Target.objects.filter(organisation__in=organisations).present().count(), "certified": certified,
        "others": people.active().count() - certified, "tasks": PlanTask.objects.filter(plan__in=plans).count(),
    }  # fmt: skip


def _tiers(assigned: QuerySet[TierAssignment]) -> dict[str, int]:
    current = assigned.filter(until=None).exclude(target__status__in=Target.GONE)
    return {
        tier: current.filter(tier=tier).values("target").distinct().count()
        for tier in ("special", "key", "general")
    }
