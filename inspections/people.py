"""What each inspector did in a year, every figure with what it was counted from. source: QS-7.10, QS-7.11, NM-17, WL-5.5, WL-5.6"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from draws.models import ReplacementRequest, SnapshotInspector
from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet
from inspections.models import Record, TeamMember, Visit
from inspections.rules import outcomes
from personnel.models import Inspector

LED, ASSISTED, OPEN, LATE, LATE_ENTRY, PROBLEM, RECUSED, REPLACED = (
    "led", "assisted", "open", "late", "late_entry", "problem", "recused", "replaced",
)  # fmt: skip
LABELS = {
    LED: "主办", ASSISTED: "协办", OPEN: "还没有完成", LATE: "超期完成", LATE_ENTRY: "结果迟录", PROBLEM: "发现问题", RECUSED: "回避",
    REPLACED: "被替换",
}  # fmt: skip
_ABSENT = ReplacementRequest.Kind.ABSENT
_RECUSING = (ReplacementRequest.Kind.RECUSE, ReplacementRequest.Kind.SWAP)
FIGURES = Sheet("performance", "履职情况", (
    Column("name", "姓名"), Column("uid", "人员编号", "code"), Column("unit", "单位"), Column("visits", "检查，次", "number"),
    Column("in_time", "按期完成", "number"), *(Column(kind, label, "number") for kind, label in LABELS.items()),
))  # fmt: skip
SOURCES = Sheet("performance-sources", "逐项来源", (
    Column("name", "姓名"), Column("uid", "人员编号", "code"), Column("kind", "计入"), Column("source", "来源", "code"), Column("on", "日期", "date"),
    Column("note", "说明"),
))  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """One thing that counts. source: number of the visit or of the draw"""

    inspector: int
    kind: str
    source: str
    on: date | None
    note: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.kind]


@dataclass
class Person:
    row: Inspector
    marks: list[Mark] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(mark.kind == kind for mark in self.marks)

    @property
    def visits(self) -> int:
        return self.count(LED) + self.count(ASSISTED)

    @property
    def in_time(self) -> int:
        return self.visits - self.count(LATE)

    @property
    def cells(self) -> list[int]:
        return [self.count(kind) for kind in LABELS]

    @property
    def tally(self) -> dict[str, int]:
        """As personnel.actions.store_tallies takes it."""
        names = {
            "led": LED,
            "assisted": ASSISTED,
            "recused": RECUSED,
            "replaced": REPLACED,
            "problems": PROBLEM,
        }
        return {name: self.count(kind) for name, kind in names.items()}


def year_of(organisation: Organisation, year: int, only: Iterable[int] | None = None) -> list[Person]:
    """Everybody on the register, or some. A fixed number of queries."""
    rows = Inspector.objects.of(organisation).select_related("unit")
    rows = rows if only is None else rows.filter(pk__in=list(only))
    people = {row.pk: Person(row) for row in rows.order_by("unit__code", "name", "id")}
    for mark in [*_visited(people, year), *_stepped_back(people, year)]:
        people[mark.inspector].marks.append(mark)
    return list(people.values())


def _visited(people: Iterable[int], year: int) -> Iterator[Mark]:
    members = TeamMember.objects.filter(inspector__in=list(people), left_at=None, auxiliary=False)
    ended = members.filter(visit__completed_on__year=year)
    waiting = members.filter(
        visit__completed_on=None, visit__state__in=[Visit.State.ASSIGNED, Visit.State.STARTED],
        visit__draw__period__startswith=str(year),
    )  # fmt: skip
    found = list((ended | waiting).select_related("visit").order_by("visit__number", "id"))
    records = _records({member.visit_id for member in found})
    for member in found:
        yield from _marks(member, records.get(member.visit_id, []))


def _records(visits: set[int]) -> dict[int, list[Record]]:
    held: dict[int, list[Record]] = defaultdict(list)
    for record in Record.objects.filter(visit__in=visits).order_by("version").defer("content"):
        held[record.visit_id].append(record)
    return held


def _marks(member: TeamMember, records: list[Record]) -> Iterator[Mark]:
    visit, pk = member.visit, member.inspector_id
    if visit.completed_on is None:
        yield Mark(pk, OPEN, visit.number, visit.due_on, f"期限 {visit.due_on or '未定'}")
        return
    yield Mark(pk, LED if member.position == 0 else ASSISTED, visit.number, visit.completed_on)
    if visit.due_on and visit.completed_on > visit.due_on:
        yield Mark(pk, LATE, visit.number, visit.completed_on, f"期限 {visit.due_on}")
    if records and visit.enter_due_on:
        entered = timezone.localdate(records[0].submitted_at)
        if entered > visit.enter_due_on:
            yield Mark(pk, LATE_ENTRY, visit.number, entered, f"录入期限 {visit.enter_due_on}")
    if records and outcomes.has_problem(records[-1].outcome):
        yield Mark(pk, PROBLEM, visit.number, visit.completed_on)


def _stepped_back(people: Iterable[int], year: int) -> Iterator[Mark]:
    """Carried out recusals, swaps and absences of the year's formal draws."""
    asked = ReplacementRequest.objects.filter(
        state=ReplacementRequest.State.DONE, kind__in=[*_RECUSING, _ABSENT], draw__kind="F",
        draw__period__startswith=str(year),
    ).select_related("draw")  # fmt: skip
    rows = list(asked.order_by("draw__number", "id"))
    known = SnapshotInspector.objects.filter(
        draw__in={row.draw_id for row in rows}, inspector__in=list(people)
    )
    who = {
        (draw, commitment): pk
        for draw, commitment, pk in known.values_list("draw", "commitment", "inspector")
    }
    for row in rows:
        pk = who.get((row.draw_id, row.inspector))
        if pk is not None:
            on = timezone.localdate(row.decided_at) if row.decided_at else None
            kind = REPLACED if row.kind == _ABSENT else RECUSED
            yield Mark(pk, kind, row.draw.number, on, f"第 {row.round} 轮，{row.get_kind_display()}")


def figure_records(people: Iterable[Person]) -> Iterator[dict[str, Any]]:
    for person in people:
        yield {
            "name": person.row.name, "uid": person.row.uid, "unit": person.row.unit.name, "visits": person.visits,
            "in_time": person.in_time, **{kind: person.count(kind) for kind in LABELS},
        }  # fmt: skip


def source_records(people: Iterable[Person]) -> Iterator[dict[str, Any]]:
    for person in people:
        for mark in person.marks:
            yield {
                "name": person.row.name, "uid": person.row.uid, "kind": mark.label, "source": mark.source, "on": mark.on,
                "note": mark.note,
            }  # fmt: skip
