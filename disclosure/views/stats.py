"""统计: figures of a quarter, each with the rows behind it, and the quarterly table for the superior."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from disclosure import desk, exports, policies, quarterly, statistics
from disclosure.pictures import progress_chart
from disclosure.public.archive import lines_of
from disclosure.rules import figures
from foundation.asked import whole
from foundation.errors import NotAllowed
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from inspections.models import Feedback

PER_PAGE = 100
LADDER = ("drawn", "checked", "reviewed", "disclosed")


def _asked(request: HttpRequest) -> tuple[Any, list[Period], Period]:
    """Organisations in sight, quarters with figures, the chosen one. raises: NotAllowed"""
    policies.check_statistics(request.user)
    visible = Organisation.objects.visible_to(request.user)
    known = statistics.quarters(visible, timezone.localdate())
    asked = request.GET.get("period", "")
    return visible, known, next((period for period in known if period.id == asked), known[0])


@require_GET
def stats(request: HttpRequest) -> HttpResponse:
    try:
        visible, known, period = _asked(request)
    except NotAllowed as broken:
        return desk.refused(request, broken)
    today = timezone.localdate()
    found = statistics.quarter(visible, period, today)
    lines = lines_of(found)
    for line in lines:
        line["cells"] = [
            {"value": line["counts"][stage], "url": rows_url(period, stage, line["line"], line["unit_id"])} for stage in COLUMNS
        ]  # fmt: skip
    context = {
        "quarter": found, "quarters": known, "period": period, "lines": lines, "columns": [NAMES[stage] for stage in COLUMNS],
        "totals": [{"value": found.progress.counts[stage], "url": rows_url(period, stage)} for stage in COLUMNS],
        "ladder": _ladder(found, period), "chart": progress_chart(lines), "figures": _figures(found, period),
        "ratings": _ratings(visible, period),
        "duties": _duties(request, period, today), "today": today,
    }  # fmt: skip
    return render(request, "disclosure/stats.html", context)


NAMES = figures.STAGES | figures.EXTRA
COLUMNS = ("drawn", "checked", "reviewed", "disclosed", "completed", "undisclosed", "overdue", "problems")


def rows_url(period: Period, stage: str, line: str = "", unit: int = 0) -> str:
    asked = {"period": period.id, "stage": stage} | ({"line": line, "unit": unit} if line else {})
    return f"{reverse('disclosure:stats_rows')}?{urlencode(asked)}"


def _ladder(found: statistics.Quarter, period: Period) -> list[dict[str, Any]]:
    quotas = f"{_quota_url()}{period.id}/" if _quota_url() else ""
    steps = [{"label": "应抽", "value": found.progress.required, "url": quotas}]
    return steps + [
        {"label": NAMES[stage], "value": found.progress.counts[stage], "url": rows_url(period, stage)} for stage in LADDER
    ]  # fmt: skip


def _quota_url() -> str:
    try:
        return reverse("planning:quotas")
    except NoReverseMatch:
        return ""


def _figures(found: statistics.Quarter, period: Period) -> list[dict[str, Any]]:
    counts, rate, on_time = found.progress.counts, found.progress.disclosure_rate, found.progress.on_time_rate
    return [
        {"label": "公示率", "value": figures.percent(rate), "note": "期限已到的检查中已公示的，扣除依法不公开的"},
        {"label": "按期公示率", "value": figures.percent(on_time), "note": f"晚于期限 {counts['late']} 件", "url": rows_url(period, "late")},
        {"label": "逾期未公示", "value": counts["overdue"], "unit": "件", "tone": "bad" if counts["overdue"] else "", "url": rows_url(period, "overdue")},
        {"label": "依法不公开", "value": counts["exempt"], "unit": "件", "url": rows_url(period, "exempt")},
    ]  # fmt: skip


def _ratings(visible: Any, period: Period) -> list[dict[str, Any]]:
    """企业评价 received in the quarter, each number with the visits behind it."""
    rows = Feedback.objects.filter(visit__organisation__in=visible).received_between(
        period.first, period.last
    )
    counts = dict(rows.values_list("rating").annotate(n=Count("pk")).order_by("rating"))
    days = {"rated_from": period.first.isoformat(), "rated_to": period.last.isoformat()}
    return [
        {
            "label": f"企业评价{label}", "value": counts.get(rating, 0), "unit": "件",
            "tone": "bad" if rating == Feedback.Rating.POOR and counts.get(rating) else "",
            "url": f"{reverse('inspections:visits')}?{urlencode({'rating': rating, **days})}",
        }
        for rating, label in Feedback.Rating.choices
    ]  # fmt: skip


def _duties(request: HttpRequest, period: Period, today: Any) -> list[dict[str, Any]]:
    days = calendar()
    duties = statistics.report_duties(request.user.organisation, period)
    return [
        {"name": name, "due": due, "left": workdays_between(days, today, due.date)} for name, due in duties
    ]


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows behind one figure."""
    try:
        visible, _, period = _asked(request)
    except NotAllowed as broken:
        return desk.refused(request, broken)
    stage, line = request.GET.get("stage", "drawn"), request.GET.get("line", "")
    if stage not in NAMES:
        raise Http404("没有这个统计项")
    today = timezone.localdate()
    found = statistics.quarter(visible, period, today)
    listed = statistics.rows_of(found, stage, today, line=line, unit=whole(request.GET.get("unit")) or 0)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "period": period, "stage": NAMES[stage], "line": found.line_names.get(line, ""),
        "line_names": found.line_names, "today": today,
        "rows": [{"row": row, "line": found.line_names.get(row.credit.line, row.credit.line)} for row in page],
    }  # fmt: skip
    return render(request, "disclosure/stats_rows.html", context)


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """《生态环境“双随机、一公开”情况统计表》 of a quarter as xlsx."""
    try:
        visible, _, period = _asked(request)
    except NotAllowed as broken:
        return desk.refused(request, broken)
    content = quarterly.workbook(visible, period, timezone.localdate())
    return exports.download(content, "xlsx", f"situation-{period.id}")
