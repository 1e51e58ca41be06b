"""名录变动: the register between two days, on a page, on paper, as a file."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.intake.files import respond
from foundation.intake.files import workbook as respond_workbook
from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet
from registry import exports, turnover
from registry.models import Target, TargetTag
from registry.rules.flow_picture import picture
from registry.views.common import PAGE, today, visible_targets

# Display choice: a printed report lists this many changes; the file has them all.
PRINTED = 300
EVENTS = Sheet("events", "变动明细", (
    Column("day", "日期", "date"), Column("name", "检查对象"), Column("uid", "对象编号"), Column("area", "片区"),
    Column("act", "办理事项"), Column("told", "改前改后"), Column("reason", "原因和依据"), Column("by", "办理人"),
    Column("approved_by", "批准人"),
))  # fmt: skip
ACCOUNT = Sheet("account", "增减表", (
    Column("name", "层级"), Column("before", "期初", "number"), Column("entered", "新增", "number"),
    Column("moved_in", "调入", "number"), Column("left", "退出", "number"), Column("moved_out", "调出", "number"),
    Column("after", "期末", "number"),
))  # fmt: skip


class SpanForm(forms.Form):
    first = forms.DateField(label="从", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="到", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and first.year <= 1:
            self.add_error("first", "“从”的日期太早。请选名录建立以后的日期。")
        if last and last.year >= date.max.year:
            self.add_error("last", "“到”的日期太晚。请选今天或以前的日期。")
        if first and last and first > last:
            self.add_error("last", "“到”不能早于“从”。请核对两个日期。")
        return found


class Asked:
    """What the address asks for: two days, the body whose tiers count, one kind of change."""

    def __init__(self, request: HttpRequest) -> None:
        self.targets = visible_targets(request)
        self.book = exports.book_of(request.user.organisation, today())
        self.bodies = list(self.book.bodies) if self.book else []
        asked = request.GET.get("body", "")
        ids = [body.id for body in self.bodies]
        body = asked if asked in ids else (ids[0] if ids else "")
        on = today()
        usual = {"first": on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1), "last": on}
        given = {name: request.GET.get(name) or value for name, value in usual.items()}
        self.form = SpanForm(given)
        self.span = turnover.Span(usual["first"], usual["last"], body)
        if self.form.is_valid():
            self.span = replace(self.span, **self.form.cleaned_data)
        kind = request.GET.get("kind", "")
        self.kind = kind if kind in turnover.KINDS else ""
        self.branches = Organisation.objects.visible_to(request.user).count() > 1

    @property
    def groups(self) -> list[str]:
        tags = TargetTag.objects.order_by("group").values_list("group", flat=True).distinct()
        return sorted({*(self.book.register.labels if self.book else ()), *tags})

    def events(self) -> Any:
        return turnover.events(self.targets, self.span, self.kind, self.groups)

    def account(self) -> tuple[list[turnover.Flow], list[turnover.Line]]:
        found = turnover.flows(self.targets, self.span)
        after = turnover.standing(self.targets, self.span.last, self.span.body)
        return found, turnover.account(found, after)


def _matrix(found: list[turnover.Flow]) -> list[tuple[str, list[int]]]:
    counts = {(flow.old, flow.new): flow.count for flow in found}
    return [
        (turnover.NAMES[old], [counts.get((old, new), 0) for new in turnover.STATES])
        for old in turnover.STATES
        if any(counts.get((old, new)) for new in turnover.STATES)
    ]


def _context(asked: Asked) -> dict[str, Any]:
    found, lines = asked.account()
    left = {**turnover.NAMES, turnover.OUT: "新增"}
    right = {**turnover.NAMES, turnover.OUT: "退出"}
    return {
        "span": asked.span, "form": asked.form, "lines": lines, "total": lines[-1],
        "picture": picture(found, turnover.STATES, left, right), "matrix": _matrix(found),
        "heads": [turnover.NAMES[state] for state in turnover.STATES],
        "body": asked.span.body, "bodies": asked.bodies if len(asked.bodies) > 1 else (), "kind": asked.kind,
    }  # fmt: skip


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    asked = Asked(request)
    rows = asked.events()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    kinds = [{"id": "", "zh": "全部"}, *({"id": key, "zh": name} for key, name in turnover.KINDS.items())]
    context = _context(asked) | {
        "page": page, "events": turnover.filled(page.object_list), "kinds": kinds, "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "registry/turnover.html", context, status=200 if asked.form.is_valid() else 422)


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    asked = Asked(request)
    rows = list(asked.events()[: PRINTED + 1])
    context = _context(asked) | {
        "events": turnover.filled(rows[:PRINTED]), "more": len(rows) > PRINTED, "shown": PRINTED,
        "bureau_name": request.user.organisation.name, "on": today(), "kind_name": turnover.KINDS.get(asked.kind, ""),
    }  # fmt: skip
    return render(request, "registry/turnover_print.html", context)


def _record(event: turnover.Event) -> dict[str, Any]:
    target: Target = event.target
    return {
        "day": event.day, "name": target.name, "uid": target.uid, "area": target.area.name, "act": event.act,
        "told": event.told, "reason": event.reason, "by": event.by, "approved_by": event.approved_by,
    }  # fmt: skip


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The account and the changes, a worksheet each; as CSV the changes only."""
    asked = Asked(request)
    name = f"名录变动_{asked.span.first}_{asked.span.last}"
    records = (_record(event) for event in turnover.all_events(asked.events()))
    if request.GET.get("format") == "csv":
        return respond(EVENTS, records, name, "csv")
    lines = [{**vars(line), "after": line.after} for line in asked.account()[1]]
    return respond_workbook([(ACCOUNT, lines), (EVENTS, records)], name)
