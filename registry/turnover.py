"""名录变动: the register on two days, and every change in between. source: NM-13.3

All of it is counted and cut into pages by the database; nothing here holds the register in memory.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from foundation.organisation.models import User
from registry.models import ImportedRow, Merge, StatusPeriod, Target, TargetChange, TierAssignment
from registry.rules.flow_picture import Flow
from registry.rules.states import STATUS_LABELS
from registry.rules.tiers import LABELS, UNLISTED

OUT = "out"
STATES = ("special", "key", "general", UNLISTED, OUT)
NAMES = {**LABELS, OUT: "不在册"}
KINDS = {
    "entered": "新增", "left": "退出", "tier": "层级", "status": "状态", "labels": "标识", "area": "片区",
}  # fmt: skip
AREA_LABEL = "片区"
_GONE_WORDS = tuple(STATUS_LABELS[status] for status in Target.GONE)
_CHUNK = 500


@dataclass(frozen=True)
class Span:
    """Both days belong to it; the register "before" is that of the evening before the first."""

    first: date
    last: date
    body: str = ""

    @property
    def before(self) -> date:
        return self.first - timedelta(days=1)

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


# ---------- the register on two days ----------


def _in_force(day: date) -> Q:
    return Q(since__lte=day) & (Q(until=None) | Q(until__gte=day))


def _tiers(body: str) -> QuerySet[TierAssignment]:
    return TierAssignment.objects.filter(body=body, overlay=False)


def _state(day: date, body: str) -> Case:
    """The tier of a target on the evening of a day, `out` when it was not on the register then."""
    evening = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    own = {"target": OuterRef("pk")}
    gone = StatusPeriod.objects.filter(_in_force(day), **own, status__in=Target.GONE)
    merged = Merge.objects.filter(**own, at__lt=evening).exclude(undone_at__lt=evening)
    tier = _tiers(body).filter(_in_force(day), **own).order_by("-since", "-id").values("tier")[:1]
    return Case(
        When(created_at__gte=evening, then=Value(OUT)), When(Exists(gone), then=Value(OUT)),
        When(Exists(merged), then=Value(OUT)), default=Coalesce(Subquery(tier), Value(UNLISTED)),
        output_field=CharField(),
    )  # fmt: skip


def standing(targets: QuerySet[Target], day: date, body: str) -> dict[str, int]:
    """How many of the visible targets stood in each tier on the evening of a day; those not on it are left out."""
    rows = targets.order_by().annotate(state=_state(day, body)).values("state").annotate(n=Count("pk"))
    return {state: n for state, n in rows.values_list("state", "n") if state != OUT}


def flows(targets: QuerySet[Target], span: Span) -> list[Flow]:
    """How many went from which state to which. Looks only at targets something happened to in the span."""
    days = {"since__gte": span.first, "since__lte": span.last}
    hours = (span.start, span.end)
    touched = (
        Q(created_at__gte=span.start, created_at__lt=span.end)
        | Q(pk__in=StatusPeriod.objects.filter(**days).values("target"))
        | Q(pk__in=_tiers(span.body).filter(**days).values("target"))
        | Q(pk__in=Merge.objects.filter(Q(at__range=hours) | Q(undone_at__range=hours)).values("target"))
    )
    rows = (
        targets.order_by()
        .filter(touched)
        .annotate(old=_state(span.before, span.body), new=_state(span.last, span.body))
        .values("old", "new")
        .annotate(n=Count("pk"))
        .values_list("old", "new", "n")
    )
    return sorted(
        (Flow(*row) for row in rows if row[0] != row[1]),
        key=lambda flow: (STATES.index(flow.old), STATES.index(flow.new)),
    )


@dataclass(frozen=True)
class Line:
    """One tier of the account: before + came - went = after."""

    state: str
    name: str
    before: int
    entered: int
    moved_in: int
    left: int
    moved_out: int

    @property
    def after(self) -> int:
        return self.before + self.entered + self.moved_in - self.left - self.moved_out


def account(found: Iterable[Flow], after: dict[str, int]) -> list[Line]:
    """The account per tier, the sum last; what was there before follows from what is there after and what moved."""
    found = list(found)
    lines = []
    for state in STATES[:-1]:
        entered = sum(f.count for f in found if f.new == state and f.old == OUT)
        moved_in = sum(f.count for f in found if f.new == state and f.old != OUT)
        left = sum(f.count for f in found if f.old == state and f.new == OUT)
        moved_out = sum(f.count for f in found if f.old == state and f.new != OUT)
        before = after.get(state, 0) - entered - moved_in + left + moved_out
        lines.append(Line(state, NAMES[state], before, entered, moved_in, left, moved_out))
    sums = (
        sum(getattr(line, name) for line in lines)
        for name in ("before", "entered", "moved_in", "left", "moved_out")
    )
    return [*lines, Line("all", "合计", *sums)]


# ---------- every change in between ----------


@dataclass
class Event:
    """One row of the report: what, of whom, by whom, why, with what approval."""

    day: date
    target: Target
    act: str
    fields: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    by: str = ""
    approved_by: str = ""

    @property
    def told(self) -> str:
        return "；".join(f"{row['label']}：{row['old'] or '空'}→{row['new'] or '空'}" for row in self.fields)


def events(
    targets: QuerySet[Target], span: Span, kind: str = "", groups: Iterable[str] = ()
) -> QuerySet[Any, Any]:
    """(day, source, id), newest first, of one kind or of all. groups: names of the label groups, to know a label by."""
    visible = targets.order_by().values("pk")
    written = TargetChange.objects.filter(at__gte=span.start, at__lt=span.end, target__in=visible)
    taken = ImportedRow.objects.filter(
        batch__committed_at__gte=span.start, batch__committed_at__lt=span.end, target__in=visible
    )
    assigned = _turns(span).filter(target__in=visible)
    if kind:
        written, taken = written.filter(_written(kind, groups)), taken.filter(_taken(kind, groups))
        assigned = assigned if kind == "tier" else assigned.none()
    parts = [
        written.annotate(day=TruncDate("at"), source=Value("change")),
        taken.annotate(day=TruncDate("batch__committed_at"), source=Value("import")),
        assigned.annotate(day=F("since"), source=Value("tier")),
    ]
    first, *others = (rows.order_by().values_list("day", "source", "pk") for rows in parts)
    return first.union(*others, all=True).order_by("-day", "source", "-pk")


def _turns(span: Span) -> QuerySet[TierAssignment]:
    """Tiers that began in the span after another one; a first tier belongs to the entry, a decided one to its own record."""
    earlier = _tiers(span.body).filter(target=OuterRef("target"), since__lt=OuterRef("since"))
    rows = _tiers(span.body).filter(since__gte=span.first, since__lte=span.last, override_reason="")
    rows = rows.annotate(earlier=Subquery(earlier.order_by("-since", "-id").values("tier")[:1]))
    return rows.exclude(earlier=None).exclude(earlier=F("tier"))


def _words(key: str, words: Iterable[str]) -> Q:
    """Change rows that name one of the words under a key, as both databases write JSON down."""
    found = Q(pk=None)
    for word in words:
        for text in {json.dumps(word), json.dumps(word, ensure_ascii=False)}:
            found |= Q(text__contains=f'"{key}": {text}')
    return found


def _written(kind: str, groups: Iterable[str]) -> Q:
    status = Q(act="变更状态")
    match kind:
        case "entered":
            return Q(act__in=("建档", "撤销合并"))
        case "left":
            gone = status & Q(pk__in=_named(TargetChange, "new", _GONE_WORDS))
            return gone | (Q(act="合并重复") & Q(pk__in=_named(TargetChange, "label", ["并入"])))
        case "tier":
            return Q(act__in=("人工改定层级", "取消人工改定"))
        case "status":
            return status
        case "labels":
            return Q(act="改标识") | Q(pk__in=_named(TargetChange, "label", groups))
        case _:
            return Q(pk__in=_named(TargetChange, "label", [AREA_LABEL]))


def _taken(kind: str, groups: Iterable[str]) -> Q:
    match kind:
        case "entered":
            return Q(added=True)
        case "labels":
            return Q(added=False, pk__in=_named(ImportedRow, "label", groups))
        case "area":
            return Q(added=False, pk__in=_named(ImportedRow, "label", [AREA_LABEL]))
        case _:
            return Q(pk=None)


def _named(model: Any, key: str, words: Iterable[str]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.annotate(text=Cast("fields", TextField())).filter(_words(key, words))
    return rows.values("pk")


def filled(rows: Iterable[tuple[date, str, int]]) -> list[Event]:
    """The events of one page, in its order: three queries whatever its length."""
    rows = list(rows)
    ids = {source: [pk for _, kind, pk in rows if kind == source] for source in ("change", "import", "tier")}
    found = {
        **{("change", row.pk): _of_change(row) for row in _changes(ids["change"])},
        **{("import", row.pk): _of_import(row) for row in _imports(ids["import"])},
        **{("tier", row.pk): _of_tier(row) for row in _assignments(ids["tier"])},
    }
    return [found[source, pk] for _, source, pk in rows if (source, pk) in found]


def all_events(rows: QuerySet[Any, Any]) -> Iterator[Event]:
    """For a file: chunk by chunk."""
    part: list[Any] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        part.append(row)
        if len(part) == _CHUNK:
            yield from filled(part)
            part = []
    yield from filled(part)


_TARGET = ("target__area", "target__entity")


def _changes(ids: list[int]) -> QuerySet[TargetChange]:
    return TargetChange.objects.filter(pk__in=ids).select_related(*_TARGET, "by", "approved_by")


def _imports(ids: list[int]) -> QuerySet[ImportedRow]:
    heavy = ("batch__errors", "batch__rejected", "batch__unknown", "batch__upload", "before")
    return ImportedRow.objects.filter(pk__in=ids).select_related(*_TARGET, "batch__created_by").defer(*heavy)


def _assignments(ids: list[int]) -> QuerySet[TierAssignment]:
    earlier = TierAssignment.objects.filter(
        target=OuterRef("target"), body=OuterRef("body"), overlay=False, since__lt=OuterRef("since")
    )
    rows = TierAssignment.objects.filter(pk__in=ids).select_related(*_TARGET)
    return rows.annotate(earlier=Subquery(earlier.order_by("-since", "-id").values("tier")[:1]))


def _name(user: User | None) -> str:
    return user.name if user else ""


def _of_change(row: TargetChange) -> Event:
    day = timezone.localtime(row.at).date()
    return Event(day, row.target, row.act, row.fields, row.reason, _name(row.by), _name(row.approved_by))


def _of_import(row: ImportedRow) -> Event:
    batch = row.batch
    day = timezone.localtime(batch.committed_at or batch.created_at).date()
    undone = "（这一批已撤销）" if batch.state == batch.State.UNDONE else ""
    act = "导入新增" if row.added else "导入变更"
    fields = [] if row.added else row.fields
    return Event(day, row.of_target, act, fields, f"导入 {batch.file_name}{undone}", _name(batch.created_by))


def _of_tier(row: Any) -> Event:
    told = {
        "label": "层级",
        "old": LABELS.get(row.earlier, row.earlier or ""),
        "new": LABELS.get(row.tier, row.tier),
    }
    return Event(row.since, row.target, "层级按规则重定", [told], f"{row.reason}（{row.clause}）", "按规则书")
