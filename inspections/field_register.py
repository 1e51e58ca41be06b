"""Inspection data of another mobile system as the importing engine sees it: one row per item of a visit. source: NM-14.1, QZ-7.1"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row
from inspections import books
from inspections.models import Visit, VisitItem
from inspections.rules import field_text, outcomes
from inspections.rules.outcomes import Answer, ItemResult, ResultWrong

OPEN = (Visit.State.ASSIGNED, Visit.State.STARTED, Visit.State.RETURNED)
VISIT_KEYS = ("device", "started", "ended", "sampled")
FILE = re.compile(r"(.+)#([0-9a-f]{64})")
_CHUNK = 300


def sheet_of(codes: Mapping[str, str]) -> Sheet:
    return Sheet("field", "移动执法记录", (
        Column("visit", "检查任务编号", "code", required=True, max_length=40, synonyms=("任务编号", "检查编号"), example="140521-2026Q4-01-001"),
        Column("item", "事项编号", "code", required=True, max_length=32, synonyms=("抽查事项编号",), example="SX001"),
        Column("result", "检查结果", "choice", required=True, choices=dict(codes), synonyms=("结果",), example=next(iter(codes.values()), "")),
        Column("note", "情况", max_length=2000, synonyms=("检查情况", "问题描述"), help="发现问题的写明问题", example=""),
        Column("checks", "检查要点", max_length=4000, synonyms=("要点结果",), help="1=未发现问题；2=发现问题：说明；3=不涉及", example="1=未发现问题；2=不涉及"),
        Column("device", "设备编号", "code", required=True, max_length=60, synonyms=("执法设备编号", "终端编号"), example="ZF-PDA-0012"),
        Column("started", "开始时间", required=True, max_length=40, synonyms=("检查开始时间",), help="2026-11-20 09:18", example="2026-11-20 09:18"),
        Column("ended", "结束时间", required=True, max_length=40, synonyms=("检查结束时间",), example="2026-11-20 11:30"),
        Column("sampled", "是否采样", "yes_no", example="否"),
        Column("files", "附件", "words", max_length=300, synonyms=("附件名称", "证据材料"), help="压缩包里的文件名，几个用顿号隔开", example=""),
    ), unit="行", identity="visit", notes=(
        "一行是一次检查的一个事项，对到已派发、还没有提交的检查任务。",
        "附件和表格（或 JSON）一起打成一个 zip 上传；单独的表格不能带附件。",
        "导入只是预填：结果由检查组核对、签字提交后才算数。撤销恢复填写的内容，材料留下。",
    ))  # fmt: skip


@dataclass
class FieldRegister:
    organisation: Organisation
    on: date

    @cached_property
    def codes(self) -> dict[str, str]:
        try:
            return outcomes.item_codes(books.codes(rulebook_of(self.organisation, self.on)))
        except RulebookMissing:
            return {}

    @cached_property
    def sheet(self) -> Sheet:
        return sheet_of(self.codes)

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        found: dict[int, Match] = {}
        items = self._items({str(row.values["visit"]) for row in rows if row.values.get("visit")})
        for row in rows:
            name, code = str(row.values.pop("visit", "")), str(row.values.pop("item", ""))
            held = items.get((name, code))
            if held is None:
                self._not_found(row, name, code, items)
                continue
            self._check(row, held, met)
            known = Known(held.pk, 0, f"{name} {held.item.name}", values_of(held))
            found[row.number] = Match(f"{name}/{code}", known)
        return found

    def _items(self, numbers: set[str]) -> dict[tuple[str, str], VisitItem]:
        wanted, found = sorted(numbers), {}
        for start in range(0, len(wanted), _CHUNK):
            rows = VisitItem.objects.filter(
                visit__organisation=self.organisation, visit__number__in=wanted[start : start + _CHUNK]
            )
            for row in rows.select_related("visit__draw__plan", "item").prefetch_related(
                "checks__checkpoint", "item__checkpoints"
            ):
                found[row.visit.number, row.item.code] = row
        return found

    def _not_found(self, row: Row, name: str, code: str, items: Mapping[tuple[str, str], VisitItem]) -> None:
        for key, value in (("visit", name), ("item", code)):
            if not value and not any(problem.key == key for problem in row.problems):
                row.wrong(self.sheet, key, "是必填项，空着。请填写")
        if name and code:
            there = [item for visit, item in items if visit == name]
            if there:
                row.wrong(
                    self.sheet, "item", f"这次检查没有这个事项，只有 {'、'.join(sorted(there)[:6])}。请核对"
                )
            else:
                row.wrong(self.sheet, "visit", "本局没有这个编号的检查任务。请从“检查任务”里抄编号")

    def _check(self, row: Row, held: VisitItem, met: Met) -> None:
        twice = met.firsts["item"].setdefault(held.pk, row.number)
        if twice != row.number:
            row.wrong(self.sheet, "item", f"与第 {twice} 行重复，同一次检查的同一事项。请删去一行")
        if held.visit.dispatched_at is None or held.visit.state not in OPEN:
            state = held.visit.get_state_display() if held.visit.dispatched_at else "还没有派发通知"
            row.wrong(self.sheet, "visit", f"这次检查{state}，不能导入。要更正请先退回检查组")
        for key in ("device", "started", "ended"):
            if row.values.get(key) is None and not any(problem.key == key for problem in row.problems):
                row.wrong(self.sheet, key, "是必填项，空着。请填写")
        self._check_times(row, held.visit)
        self._check_same(row, held.visit, met)
        self._check_result(row, held)
        self._check_files(row)

    def _check_times(self, row: Row, visit: Visit) -> None:
        at: dict[str, datetime] = {}
        for key in ("started", "ended"):
            if row.values.get(key):
                try:
                    at[key] = field_text.moment(str(row.values[key]))
                    row.values[key] = field_text.written(at[key])
                except ValueError as wrong:
                    row.wrong(self.sheet, key, str(wrong))
        if len(at) < 2:
            return
        if at["ended"] < at["started"]:
            row.wrong(self.sheet, "ended", "早于开始时间。请核对两个时间")
        if timezone.localdate(at["ended"]) > self.on:
            row.wrong(self.sheet, "ended", "还没有到。请核对设备的时钟")
        if visit.dispatched_at and at["started"] < visit.dispatched_at.replace(second=0) - timedelta(
            minutes=1
        ):
            row.wrong(
                self.sheet, "started", f"早于派发通知的时间 {field_text.written(visit.dispatched_at)}，没有通知不能检查。请核对"
            )  # fmt: skip

    def _check_same(self, row: Row, visit: Visit, met: Met) -> None:
        """Rows of one visit speak of one device and one time."""
        said = tuple(str(row.values.get(key, "")) for key in ("device", "started", "ended"))
        first = met.firsts["device"].setdefault(visit.pk, row.number)
        if met.firsts["said"].setdefault((visit.pk, said), row.number) != first:
            row.wrong(
                self.sheet, "device", f"同一次检查的设备编号、开始和结束时间要与第 {first} 行一致。请改成一样"
            )

    def _check_result(self, row: Row, held: VisitItem) -> None:
        codes = books.codes(books.rulebook_of_visit(held.visit))
        points = {point.no for point in held.item.checkpoints.all()}
        answers: dict[int, tuple[str, str]] = {}
        if row.values.get("checks"):
            try:
                answers = field_text.points(str(row.values["checks"]))
                row.values["checks"] = field_text.told(answers)
            except ValueError as wrong:
                row.wrong(self.sheet, "checks", str(wrong))
        strange = sorted(set(answers) - points)
        if strange:
            row.wrong(
                self.sheet, "checks", f"没有第 {strange[0]} 条检查要点，这个事项有 {len(points)} 条。请核对"
            )
        if row.values.get("result"):
            given = [Answer(*answer) for answer in answers.values()]
            filled = ItemResult(
                held.item.name,
                str(row.values["result"]),
                str(row.values.get("note") or ""),
                given,
                len(points),
            )
            try:
                outcomes.check_item(filled, codes)
            except ResultWrong as wrong:
                row.wrong(self.sheet, "result", wrong.message.rstrip("。"))

    def _check_files(self, row: Row) -> None:
        for word in row.values.get("files") or ():
            if not FILE.fullmatch(word):
                row.wrong(
                    self.sheet, "files",
                    f"压缩包里没有能收的“{word}”（收 jpg、png、pdf、mp4、docx、xlsx，不超过 20 MB）。请连同表格打成 zip 再传",
                )  # fmt: skip


def values_of(held: VisitItem) -> dict[str, Any]:
    """What is on file, as the table would write it."""
    answers = {check.checkpoint.no: (check.result, check.note) for check in held.checks.all()}
    return {
        "result": held.result, "note": held.note, "checks": field_text.told(answers), **visit_values(held.visit), "files": [],
    }  # fmt: skip


def visit_values(visit: Visit) -> dict[str, Any]:
    return {
        "device": visit.device, "started": field_text.written(visit.field_started_at),
        "ended": field_text.written(visit.field_ended_at), "sampled": visit.sampled,
    }  # fmt: skip
