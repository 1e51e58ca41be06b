"""Draws, plans, lists (一单两库), statistics, open data."""

from typing import Any
from urllib.parse import quote

import django_filters
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from disclosure import exports, statistics
from disclosure.models import Publication
from disclosure.pictures import progress_chart
from disclosure.public import board, links
from disclosure.public.openings import Closed, closed_codes
from disclosure.public.serving import public_page, show
from disclosure.rules import figures, masking
from draws import exports as draw_exports
from draws.live import keeps_secret
from draws.models import Draw
from draws.rules.lotteries import LOTTERIES
from foundation.errors import OutOfOrder
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.writing import XLSX
from inspections.models import Visit, VisitCredit
from personnel.models import Inspector
from registry import item_table
from registry.models import Target

PER_PAGE = 50
FINISHED = (Draw.State.SIGNED, Draw.State.CLOSED, Draw.State.VOID)
DRAWS = Sheet(
    "draws", "抽取会",
    (
        Column("number", "编号", "code"), Column("organisation", "机关"), Column("held_at", "时间"), Column("period", "期"),
        Column("place", "地点"), Column("state", "状态"), Column("freeze_hash", "名单指纹", "code"), Column("head", "链首指纹", "code"),
        Column("retries", "重抽自", "code"),
    ),
)  # fmt: skip
LISTS = {"items": "抽查事项清单", "targets": "检查对象名录", "inspectors": "检查人员名录"}


class PublicDraws(django_filters.FilterSet):
    period = django_filters.CharFilter(lookup_expr="startswith", label="年度或期")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[(state.value, state.label) for state in board.KNOWN], empty_label="全部"
    )
    number = django_filters.CharFilter(lookup_expr="icontains", label="编号")

    class Meta:
        model = Draw
        fields: list[str] = []


@public_page
def draws(request: HttpRequest) -> HttpResponse:
    """Every formal draw since its announcement, ended ones and void ones alike."""
    filtered = PublicDraws(request.GET, queryset=_known_draws())
    page = Paginator(filtered.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "filter": filtered, "S": Draw.State, "verify_url": links.verifier(), "query": request.GET.urlencode(),
    }  # fmt: skip
    return show(request, "open/draws.html", context)


def _known_draws() -> QuerySet[Draw]:
    found = Draw.objects.formal().filter(state__in=board.KNOWN).order_by("-scheduled_at", "-pk")
    return found.select_related("organisation", "retries")


@public_page
def draws_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The list as csv or xlsx, as filtered."""
    if kind not in ("csv", "xlsx"):
        raise Http404("没有这种格式")
    rows = [
        {
            "number": draw.number, "organisation": draw.organisation.name, "held_at": f"{timezone.localtime(draw.scheduled_at):%Y-%m-%d %H:%M}",
            "period": draw.period, "place": draw.place, "state": draw.get_state_display(), "freeze_hash": draw.freeze_hash,
            "head": draw.head, "retries": draw.retries.number if draw.retries else "",
        }
        for draw in PublicDraws(request.GET, queryset=_known_draws()).qs
    ]  # fmt: skip
    return draw_exports.table(DRAWS, rows, "抽取会", kind)


@public_page
def draw(request: HttpRequest, number: str) -> HttpResponse:
    rows = (
        Draw.objects.formal()
        .filter(state__in=board.KNOWN)
        .select_related("organisation", "previous", "retries")
    )
    found = get_object_or_404(rows, number=number)
    published = Publication.objects.filter(kind="draw", number=number).order_by("-version").first()
    opened = (
        Publication.objects.results().current().filter(task__visit__in=_visits_of(found)).order_by("number")
    )
    context = {
        "draw": found, "publication": published, "record": published.record if published else None,
        "why_not": board.why_not_public(found), "cards": board.cards(opened), "visits": _visits_of(found).count(),
        "transcript_url": links.transcript(number), "openings_url": links.openings(number),
        "ceremony_url": links.ceremony(number), "verify_url": links.verifier(number), "retried": _retried_by(found),
        "closed": _closed(found), "lottery": LOTTERIES.get(found.pub_source, ""), "minutes": found.state in FINISHED,
    }  # fmt: skip
    return show(request, "open/draw.html", context)


def _closed(draw: Draw) -> list[Closed]:
    """Codes not public yet; none where the list itself is secret until the visits, or the chain does not hold."""
    if not draw.freeze_hash or keeps_secret(draw):
        return []
    try:
        return closed_codes(draw)
    except OutOfOrder:
        return []


def _visits_of(draw: Draw) -> QuerySet[Visit]:
    credited = VisitCredit.objects.filter(draw=draw, ended_at=None).values("visit")
    return Visit.objects.filter(pk__in=credited).exclude(state=Visit.State.VOID)


def _retried_by(draw: Draw) -> Draw | None:
    return Draw.objects.filter(retries=draw).exclude(state=Draw.State.PREPARING).first()


@public_page
def plans(request: HttpRequest) -> HttpResponse:
    found = Publication.objects.filter(kind="plan").current().order_by("-happened_on", "-pk")
    return show(request, "open/plans.html", {"plans": found})


@public_page
def plan(request: HttpRequest, number: str) -> HttpResponse:
    versions = list(Publication.objects.filter(kind="plan", number=number).order_by("-version"))
    if not versions:
        raise Http404("没有这个编号的计划")
    context = {
        "publication": versions[0],
        "record": versions[0].record,
        "corrections": board.corrections(versions),
    }
    return show(request, "open/plan.html", context, modified=versions[0].published_at)


@public_page
def lists(request: HttpRequest, name: str = "items") -> HttpResponse:
    """一单两库 as far as it is public: no contacts, no telephone numbers, staff by surname."""
    if name not in LISTS:
        raise Http404("没有这份名录")
    if name == "items":
        return _item_lists(request)
    rows = {"targets": _targets, "inspectors": _inspectors}[name](request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "name": name, "title": LISTS[name], "words": request.GET.get("q", "").strip(),
               "tabs": [{"label": zh, "slug": slug, "current": slug == name} for slug, zh in LISTS.items()]}  # fmt: skip
    shown = _shown_target if name == "targets" else _shown_inspector
    context["rows"] = [shown(row) for row in page.object_list]
    return show(request, "open/lists.html", context)


def _item_lists(request: HttpRequest) -> HttpResponse:
    """Each bureau's list under the headings of its own rulebook, and the list with other departments."""
    today = timezone.localdate()
    tables: list[dict[str, Any]] = [
        {"table": item_table.table_of(bureau, today, kind), "bureau": bureau, "kind": kind}
        for bureau in Organisation.objects.order_by("pk")
        for kind in item_table.LISTS
    ]
    context = {
        "tables": [row for row in tables if row["table"].rows], "name": "items", "title": LISTS["items"],
        "tabs": [{"label": zh, "slug": slug, "current": slug == "items"} for slug, zh in LISTS.items()],
    }  # fmt: skip
    return show(request, "open/lists.html", context)


@public_page
def item_list_file(request: HttpRequest, bureau_id: int, kind: str) -> HttpResponse:
    """The list as an Excel file, with the headings of the rulebook."""
    if kind not in item_table.LISTS:
        raise Http404("没有这份清单")
    made = item_table.table_of(get_object_or_404(Organisation, pk=bureau_id), timezone.localdate(), kind)
    if not made.rows:
        raise Http404("这份清单还没有公布的事项")
    response = HttpResponse(item_table.workbook(made).read(), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(made.title)}.xlsx"
    return response


def _targets(request: HttpRequest) -> Any:
    found = Target.objects.present().select_related("area", "entity").order_by("organisation", "name", "pk")
    words = request.GET.get("q", "").strip()[:60]
    return found.filter(name__icontains=words) if words else found


def _inspectors(request: HttpRequest) -> Any:
    return (
        Inspector.objects.certified_on(timezone.localdate())
        .select_related("unit")
        .order_by("organisation", "unit", "uid")
    )


def _shown_target(target: Target) -> dict[str, str]:
    return {
        "name": board.public_name(target.name, target.entity_id is not None), "kind": target.get_kind_display(),
        "area": target.area.name, "uscc": target.entity.uscc if target.entity else "", "status": target.get_status_display(),
    }  # fmt: skip


def _shown_inspector(inspector: Inspector) -> dict[str, str]:
    return {
        "name": masking.masked_name(inspector.name), "unit": inspector.unit.name,
        "certificate": masking.masked_certificate(inspector.certificate_no),
    }  # fmt: skip


@public_page
def stats(request: HttpRequest) -> HttpResponse:
    today, everybody = timezone.localdate(), Organisation.objects.all()
    known = statistics.quarters(everybody, today)
    asked = request.GET.get("period", "")
    period = next((found for found in known if found.id == asked), Period.containing(today, "quarter"))
    found = statistics.quarter(everybody, period, today)
    lines = lines_of(found)
    context = {
        "quarter": found,
        "quarters": known,
        "stages": figures.STAGES,
        "lines": lines,
        "chart": progress_chart(lines),
        "figures": _figures(found),
        "period": period,
    }
    return show(request, "open/stats.html", context)


def _figures(found: statistics.Quarter) -> list[dict[str, Any]]:
    """The quarter in four numbers, each against what was required."""
    counts, required = found.progress.counts, found.progress.required
    return [
        {"label": "已抽", "value": counts["drawn"], "unit": "家次", "part": counts["drawn"], "whole": required, "note": f"应抽 {required} 家次"},
        {"label": "已检查", "value": counts["checked"], "unit": "家次", "part": counts["checked"], "whole": required},
        {"label": "已公示", "value": counts["disclosed"], "unit": "家次", "part": counts["disclosed"], "whole": required},
        {"label": "发现问题", "value": counts["problems"], "unit": "家次", "note": f"逾期未公示 {counts['overdue']} 家次"},
    ]  # fmt: skip


def lines_of(found: statistics.Quarter) -> list[dict[str, Any]]:
    """Table rows: names instead of ids, counts in the order of the stages."""
    return [
        {
            "name": found.line_names.get(line.line, line.line), "unit": found.unit_names.get(line.unit, ""), "line": line.line,
            "unit_id": line.unit, "period": line.period, "required": line.required, "counts": line.counts,
        }
        for line in found.progress.lines
    ]  # fmt: skip


@public_page
def data(request: HttpRequest) -> HttpResponse:
    """Files per quarter and of everything, with fingerprints, and the dictionary of the columns."""
    sets = [
        {"period": period, "count": len(exports.of_period(period)), "files": exports.fingerprints(period)}
        for period in (exports.ALL, *exports.periods())
    ]
    return show(request, "open/data.html", {"sets": sets, "columns": exports.SHEET.columns})


@public_page
def data_file(request: HttpRequest, period: str, kind: str) -> HttpResponse:
    if kind not in exports.KINDS or (period != exports.ALL and period not in exports.periods()):
        raise Http404("没有这份数据")
    return exports.download(exports.data_file(period, kind), kind, f"mingchou-{period}")
